/** Stopped in the middle, the machine restarted, two daemons: the end is as if nothing had been. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { thisOwner } from "../../src/adapters/engine/sqlite/owner.ts";
import { moment } from "../support/moments.ts";
import { paid, readTrace } from "./parts/bill.ts";
import { keptBy } from "./parts/leftovers.ts";
import { openVendor } from "./parts/model.ts";
import { openPlace, type Place } from "./parts/place.ts";
import { startOrch } from "./parts/process.ts";
import { factsOf } from "./parts/state.ts";
import { difference, finish, playClean } from "./parts/story.ts";

const reached = (place: Place, call: string) => async (): Promise<boolean> =>
  (await readTrace(place)).some((line) => line.call === call);

test("SIGTERM lets what runs end, pays nothing twice, and the next run goes on", async () => {
  const clean = await playClean();
  await using place = await openPlace();
  await using vendor = await openVendor(place);
  const first = startOrch(place, vendor.model.url);
  // not before: one worker waits until another's work has landed
  await moment("the resolution is judged", reached(place, "agent.run judge-birch-2 #1"));
  first.kill("SIGTERM");
  expect((await first.ended).code).toBe(143);
  expect(await finish(place, vendor)).toEqual([]);
  expect(difference(clean.facts, await factsOf(place))).toEqual([]);
  expect(paid(vendor.model.requests())).toHaveLength(paid(clean.requests).length);
  expect((await keptBy(place)).filter((each) => !clean.kept.includes(each))).toEqual([]);
}, 240_000);

test("after a restart of the machine jobs are free at once, though their owners' numbers live", async () => {
  const clean = await playClean();
  await using place = await openPlace();
  await using vendor = await openVendor(place);
  const old = "00000000-0000-4000-8000-000000000000";
  const [, ...me] = thisOwner().split(" ");
  const owner = [old, ...me].join(" ");
  const point = "before repo.snapshot work-alder-1 #1";
  const first = await startOrch(place, vendor.model.url, { point, owner }).ended;
  expect(first.signal).toBe("SIGKILL");
  const locks = await ownersBecome(place, {
    pid: process.pid,
    started: me.at(-1) ?? "",
    boot: old,
  });
  expect(locks).toBeGreaterThan(0);
  const before = (await readTrace(place)).length;
  const startedAt = Date.now();
  expect(await finish(place, vendor)).toEqual([]);
  const again = (await readTrace(place))
    .slice(before)
    .find(({ call }) => call.startsWith("engine.claim work alder"));
  // a lease is 30 seconds long
  expect((again?.at ?? Infinity) - startedAt).toBeLessThan(25_000);
  expect(difference(clean.facts, await factsOf(place))).toEqual([]);
}, 240_000);

/** Makes all workspaces' locks those of another process; answers how many. */
async function ownersBecome(place: Place, who: object): Promise<number> {
  const folder = join(place.data, "app/workspaces");
  let count = 0;
  for (const slot of await readdir(folder)) {
    const file = join(folder, slot, "owner");
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null) continue;
    await writeFile(file, JSON.stringify(who));
    count += 1;
  }
  return count;
}

test("G8: a second daemon is refused, also by one that is frozen, but not by one that was killed", async () => {
  await using place = await openPlace({ backlog_source: "manual" });
  await using vendor = await openVendor(place);
  const daemon = () => startOrch(place, vendor.model.url, { argv: ["start"] });
  const first = daemon();
  await moment("it serves", reached(place, "engine.recover #1"));
  const refused = async (): Promise<void> => {
    const { code, err } = await daemon().ended;
    expect(code).toBe(75);
    expect(err).toContain(`\`orch start\` (process ${first.pid}) works with this data folder`);
  };
  await refused();
  first.kill("SIGSTOP");
  await refused();
  first.kill("SIGKILL");
  expect((await first.ended).signal).toBe("SIGKILL");
  const before = (await readTrace(place)).length;
  const next = daemon();
  await moment("the next one serves", async () =>
    (await readTrace(place)).slice(before).some(({ call }) => call === "engine.recover #1"),
  );
  next.kill("SIGTERM");
  expect((await next.ended).code).toBe(143);
}, 120_000);
