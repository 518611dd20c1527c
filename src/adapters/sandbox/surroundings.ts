import { existsSync, readFileSync } from "node:fs";

/** What the environment is made from: the person's own, read through two questions. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's real home. */
  readonly home: string;
  /** Folder of ours for the caches of tools that have none in the home. */
  readonly caches: string;
  /** Whether all caches are to be there: the person's own are neither read nor changed. */
  readonly apart?: boolean;
  exists(path: string): boolean;
  /** A small text file; `null` where there is none. */
  read(path: string): string | null;
}

/** Answers this machine's surroundings. */
export function surroundingsOf(
  given: Pick<Surroundings, "env" | "home" | "caches" | "apart">,
): Surroundings {
  return {
    ...given,
    exists: existsSync,
    read(path) {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return null; // most people have none of these files
      }
    },
  };
}
