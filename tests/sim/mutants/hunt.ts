/** Hunts mutants: runs the world on each until a promise is seen broken. */
import { join } from "node:path";
import { bundle } from "../run/bundle.ts";
import { runSeeds } from "../run/pool.ts";
import type { Ran } from "../run/simulate.ts";
import { coreMutants } from "./core.ts";
import { limitMutants } from "./limit.ts";
import { moneyMutants } from "./money.ts";
import type { Mutant } from "./mutant.ts";
import { portMutants } from "./ports.ts";
import { stageMutants } from "./stages.ts";

export const mutants: readonly Mutant[] = [
  ...coreMutants,
  ...limitMutants,
  ...moneyMutants,
  ...stageMutants,
  ...portMutants,
];

export type Fate =
  | {
      readonly kind: "died";
      readonly seed: number;
      readonly invariant: string;
      readonly what: string;
    }
  | { readonly kind: "hung" }
  | { readonly kind: "survived"; readonly seeds: number };

/** Seeds that a mutant must not survive. */
const seedsMax = 2_000;
/** A sabotage may make the program go round without ever waiting. */
const hangMs = 60_000;

/** Runs the world on one mutant, at first with the seed that killed it once. */
export async function hunt(mutant: Mutant, folder: string, signal: AbortSignal): Promise<Fate> {
  const { file, text, by } = mutant;
  const name = `${mutant.name.replace(/\W+/g, "-")}.mjs`;
  const bundled = await bundle(join(folder, name), { file, text, by });
  let died: Ran | null = null;
  const heard = (ran: Ran): boolean => {
    if (ran.violation !== null && (died === null || ran.seed < died.seed)) died = ran;
    return died === null;
  };
  const run = (from: number, count: number) =>
    runSeeds({ file: bundled, from, count, workers: 1, hangMs }, heard, signal);
  const fateOf = (ran: Ran | null): Fate | null => {
    if (ran?.violation == null) return null;
    const { invariant, what } = ran.violation;
    return { kind: "died", seed: ran.seed, invariant, what };
  };
  for (const [from, count] of [
    [mutant.seed, 1],
    [mutant.seed + 1, seedsMax],
  ] as const) {
    const end = await run(from, count);
    const fate = fateOf(died);
    if (fate !== null) return fate;
    if (end.kind === "hung") return { kind: "hung" };
  }
  return { kind: "survived", seeds: seedsMax };
}

/** Hunts several at once; `heard` is told each fate as it is known. */
export async function huntAll(
  hunted: readonly Mutant[],
  given: { readonly folder: string; readonly atOnce: number },
  heard: (mutant: Mutant, fate: Fate) => void,
  signal: AbortSignal,
): Promise<void> {
  const left = [...hunted];
  const one = async (): Promise<void> => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      if (signal.aborted) return;
      heard(mutant, await hunt(mutant, given.folder, signal));
    }
  };
  await Promise.all(Array.from({ length: given.atOnce }, one));
}
