/** Death at any call: a part of `npm run crash` in every build, its points drawn by a seed. */
import { expect, test } from "vitest";
import { isRight, renderOutcome } from "./parts/report.ts";
import { draw } from "./parts/sample.ts";
import { type Outcome, playClean, playCrash } from "./parts/story.ts";

const size = 13;
const seed = 1;

test("G3: wherever it is killed, the end is the same, nothing is paid twice, nothing is left", async () => {
  const clean = await playClean();
  expect(clean.points.length).toBeGreaterThan(400);
  const points = [...draw(clean.points, size, seed)];
  const outcomes: Outcome[] = [];
  const play = async (): Promise<void> => {
    for (let point = points.shift(); point !== undefined; point = points.shift())
      outcomes.push(await playCrash(clean, point));
  };
  await Promise.all([play(), play()]);
  expect(outcomes.filter((each) => !isRight(each)).map(renderOutcome)).toEqual([]);
  // which of two calls comes first is chance: a few points may not come up
  expect(outcomes.filter(({ died }) => died).length).toBeGreaterThan(size - 3);
}, 600_000);
