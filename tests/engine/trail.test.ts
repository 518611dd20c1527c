/** The trail tells what the ledger says, also where no job that ends would have it told. */
import { expect, test } from "vitest";
import { tellTask } from "../../src/core/commands.ts";
import { openScene, type Scene } from "../sim/scene.ts";

const told = ({ land }: Scene, folder: string): string =>
  [...land.journal].filter(([file]) => file.startsWith(folder)).join("\n");

test("a cycle's outcome stands in its plan as soon as it is over", async () => {
  const scene = openScene();
  scene.seats.bootDaemon();
  expect(await scene.until(() => told(scene, "plans").includes("1 task landed"), 600_000)).toBe(
    true,
  );
});

test("the session of a cancelled task is told when it has ended", async () => {
  const scene = openScene();
  const { land, house, seats, universe } = scene;
  const tasks = () => [...(universe.store.projects.get(land.name)?.tasks.values() ?? [])];
  seats.bootDaemon();
  const works = () => [...universe.vendor.sessions.keys()].some((name) => name.startsWith("work"));
  expect(await scene.until(works)).toBe(true);
  const [task] = tasks();
  if (task === undefined) throw new Error("no task was planned");
  const skipped = { type: "task.skipped", reason: "not now" } as const;
  void house.engine.transact(land.name, { tasks: [task.id] }, (view) =>
    tellTask(view, task.id, skipped, land.rules.limits.rules),
  );
  const ended = () => told(scene, `workers/${task.id}`).includes("the task was cancelled");
  expect(await scene.until(ended, 120_000)).toBe(true);
});

test("two processes that refuse a job for reasons of their own do not correct each other", async () => {
  const scene = openScene(() => false, { intervalMs: 1_000 });
  const { seats, universe } = scene;
  seats.bootDaemon();
  const begun = universe.time.now();
  await scene.until(() => universe.time.now() > begun + 20_000);
  seats.bootRun();
  const calls = universe.tally.calls;
  await scene.until(() => universe.time.now() > begun + 120_000, 120_000);
  expect(universe.tally.calls - calls).toBeLessThan(2_500);
});
