/** One seeded generator for all that happens by chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  chance(p: number): boolean;
  /** A whole number from `lo` to `hi`, both included. */
  between(lo: number, hi: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Opens the generator of a seed (mulberry32). */
export function openRandom(seed: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (lo: number, hi: number): number => lo + Math.floor(next() * (hi - lo + 1));
  return {
    next,
    chance: (p) => next() < p,
    between,
    pick(list) {
      const each = list[between(0, list.length - 1)];
      if (each === undefined) throw new Error("nothing to pick from");
      return each;
    },
  };
}
