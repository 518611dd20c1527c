/** A small soak in every build: `npm run soak` with a dozen tasks and two deaths. */
import { expect, test } from "vitest";
import { soak } from "./parts/soak.ts";

test("G3, G4: killed now and then, every task lands once, little is paid twice, nothing is left", async () => {
  const told = await soak({
    ...{ tasks: 12, projects: 2, seed: 1, killsMax: 2, limitS: 240 },
    every: { from: 12, to: 24, unit: "requests" },
    say: () => {},
    keep: () => false,
  });
  expect(told.wrong).toEqual([]);
  expect(told).toMatchObject({ landed: 12, green: 2, ledgersWhole: 2, kills: 2 });
  expect(told.repositoriesWhole).toBe(4);
  // each pair that writes to the same place may conflict; without a death both do
  expect(told.conflictsResolved).toBeLessThanOrEqual(2);
  expect(told.requests - told.dueRequests).toBeLessThanOrEqual(told.live);
}, 300_000);
