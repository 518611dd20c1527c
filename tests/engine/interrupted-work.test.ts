/** What a session did is paid for once, whatever happens between its end and its record. */
import { expect, test } from "vitest";
import { tellTask } from "../../src/core/commands.ts";
import type { FaultKind } from "../sim/faults/kinds.ts";
import { openScene, type Scene } from "../sim/scene.ts";

const workersOf = ({ universe }: Scene): readonly string[] =>
  [...universe.vendor.sessions.keys()].filter((name) => name.startsWith("work-"));

/** Strikes once, as soon as a worker's session has answered. */
const onceAnswered = (wanted: FaultKind) => {
  let struck = 0;
  return (kind: FaultKind, { universe }: Scene): boolean => {
    const answered = [...universe.vendor.sessions].some(
      ([name, { answer }]) => name.startsWith("work-") && answer !== null,
    );
    if (kind !== wanted || !answered || struck > 0) return false;
    struck += 1;
    return true;
  };
};

test.each([
  "git fails",
  "ledger fails before its commit",
  "crash before a call",
  "frozen beyond its leases",
] as const)(
  "%s after a session has answered: the same session goes on, all of it is reckoned",
  async (kind) => {
    const scene = openScene(onceAnswered(kind));
    const { seats, universe, land } = scene;
    universe.died = () => seats.bootDaemon();
    seats.bootDaemon();
    expect(await scene.until(() => universe.tally.landings > 0)).toBe(true);
    const tries = universe.store.projects.get(land.name)?.reservations.size ?? 0;
    expect(tries).toBeGreaterThan(kind === "frozen beyond its leases" ? 2 : 3);
    expect(workersOf(scene)).toHaveLength(1);
    expect(scene.broken()).toBeNull();
  },
);

test("a session that is resumed after another one is reckoned by itself", async () => {
  let phase = 0;
  const scene = openScene((kind, { universe }) => {
    const sessions = workersOf(scene).length;
    const paid = [...universe.vendor.bill.values()].some((usd) => usd > 0);
    // a first session is interrupted and lost, a second one is interrupted and goes on
    const interrupts = kind === "outage" && paid && sessions === phase + 1 && phase < 2;
    if (interrupts) phase += 1;
    if (kind === "workspace is lost" && phase === 1 && sessions === 1) return true;
    return interrupts;
  });
  scene.seats.bootDaemon();
  expect(await scene.until(() => scene.universe.tally.landings > 0)).toBe(true);
  expect(workersOf(scene)).toHaveLength(2);
  expect(scene.broken()).toBeNull();
});

test("whoever wakes without the task begins no session for it", async () => {
  let struck = false;
  const scene = openScene((kind, { universe, land }) => {
    const tasks = [...(universe.store.projects.get(land.name)?.tasks.values() ?? [])];
    const isBegun = tasks.some(({ state }) => state.at === "working");
    if (kind !== "frozen beyond its leases" || struck || !isBegun) return false;
    struck = true;
    return true;
  });
  const { seats, universe, land, house } = scene;
  const tasks = () => [...(universe.store.projects.get(land.name)?.tasks.values() ?? [])];
  seats.bootDaemon();
  expect(await scene.until(() => tasks().some(({ state }) => state.at === "working"))).toBe(true);
  const [task] = tasks();
  if (task === undefined) throw new Error("no task was planned");
  const skipped = { type: "task.skipped", reason: "not now" } as const;
  void house.engine.transact(land.name, { tasks: [task.id] }, (view) =>
    tellTask(view, task.id, skipped, land.rules.limits.rules),
  );
  await scene.until(() => false, 300_000);
  expect([struck, workersOf(scene)]).toEqual([true, []]);
});
