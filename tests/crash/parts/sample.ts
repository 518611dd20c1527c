/** A part of all points that comes out the same for the same seed. */

/** Where a process dies in every sample: round the landing, the taking of work, each stage's end. */
const certain = [
  /^(?:before|after) repo\.publish alder /,
  /^after repo\.snapshot work-birch-1 /,
  /^before engine\.finish (?:cycle|work birch|judge alder|merge alder|resolve birch) #1$/,
  /^asked resolve-birch-1-1 #3$/,
];

const isCertain = (point: string): boolean => certain.some((each) => each.test(point));

/** Draws `size` points: the certain ones first, then others by chance. */
export function draw(points: readonly string[], size: number, seed: number): readonly string[] {
  const chance = openChance(seed);
  const order = points.map((point) => ({ point, at: isCertain(point) ? -1 : chance() }));
  return order
    .sort((a, b) => a.at - b.at)
    .slice(0, size)
    .map(({ point }) => point);
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function openChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
