/** Which faults strike, and when: drawn from the seed, until the world is told to be calm. */
import type { Random } from "../world/random.ts";
import { type FaultKind, faultKinds } from "./kinds.ts";

export interface Luck {
  strikes(kind: FaultKind): boolean;
  /** From now on nothing goes wrong. */
  calm(): void;
  isCalm(): boolean;
  readonly counts: Map<FaultKind, number>;
}

/** How hard a kind strikes in one run: some runs are spared it, in some it is everywhere. */
const weights = [0, 0, 1, 1, 1, 2, 6];

/** Opens the luck of one run. */
export function openLuck(random: Random): Luck {
  const chances = new Map<FaultKind, number>();
  for (const [kind, p] of Object.entries(faultKinds))
    chances.set(kind as FaultKind, p * random.pick(weights)); // the table's own keys
  const counts = new Map<FaultKind, number>();
  let calm = false;
  return {
    strikes(kind) {
      if (calm || !random.chance(chances.get(kind) ?? 0)) return false;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return true;
    },
    calm() {
      calm = true;
    },
    isCalm: () => calm,
    counts,
  };
}
