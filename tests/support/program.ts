/** The whole program as a process, as a person would start it: from its sources, or built. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** What starts the program from its sources. */
export const fromSources: readonly string[] = [
  process.execPath,
  "--import",
  import.meta.resolve("tsx"),
  join(repository, "src/main.ts"),
];

/** Builds the package in a folder by its own script; answers what starts the built program. */
export async function build(folder: string): Promise<readonly string[]> {
  await mkdir(folder);
  const parts = ["src", "scripts", "prompts", "examples", "package.json", "tsconfig.json"];
  for (const part of parts)
    await cp(join(repository, part), join(folder, part), { recursive: true });
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  execFileSync("npm", ["run", "--silent", "build"], { cwd: folder, stdio: "inherit" });
  return [process.execPath, join(folder, "dist/main.js")];
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly process: ChildProcess;
  /** Waits until its error stream has said something; throws where it ends before. */
  says(what: string): Promise<void>;
  readonly ended: Promise<Ran>;
}

/** Starts a program at the head of a group of its own, as a terminal does. */
export function start(
  argv: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Running {
  const [file = "", ...args] = argv;
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  const waiting = new Set<() => void>();
  for (const [name, stream] of [
    ["out", child.stdout],
    ["err", child.stderr],
  ] as const)
    stream.setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      for (const look of waiting) look();
    });
  const ended = once(child, "close").then((): Ran => ({ code: child.exitCode, ...said }));
  const says = async (what: string): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      const look = (): void => void (said.err.includes(what) && resolve());
      waiting.add(look);
      look();
    });
    const over = ended.then(({ code, err }) => {
      if (!err.includes(what)) throw new Error(`ended with ${code}: ${err}`);
    });
    await Promise.race([heard, over]);
  };
  return { process: child, says, ended };
}

/** A door that nobody must knock at: its address, and how often somebody did. */
export async function openTripwire(): Promise<{
  readonly url: string;
  readonly knocks: () => number;
  readonly close: () => void;
}> {
  let knocks = 0;
  const server = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, knocks: () => knocks, close: () => server.close() };
}
