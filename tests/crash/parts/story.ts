/** One story: a cycle, killed at one point or at none, started again until it is over. */
import { setTimeout as wait } from "node:timers/promises";
import type { Scene } from "../../../src/scripted-model/director.ts";
import type { RecordedRequest } from "../../../src/scripted-model/ledger.ts";
import { type Crash, countBy, crashOf, overpaid, paid, readTrace, sessionNames } from "./bill.ts";
import { keptBy } from "./leftovers.ts";
import { openVendor, type Vendor } from "./model.ts";
import { openPlace, type Place } from "./place.ts";
import { type Ended, type Orch, startOrch } from "./process.ts";
import { type Facts, factsOf, isOver } from "./state.ts";
import type { Line } from "./tracer.ts";

/** Starts after which a story that is still not over is given up. */
const startsMax = 5;

/** A run in which nothing went wrong: what all others are measured by. */
export interface Clean {
  readonly facts: Facts;
  readonly kept: readonly string[];
  readonly requests: ReturnType<Vendor["model"]["requests"]>;
  readonly names: ReadonlyMap<string, string>;
  /** Everywhere that a process may die, in order. */
  readonly points: readonly string[];
  /** How long the first run took. */
  readonly durationMs: number;
}

export interface Outcome {
  readonly point: string;
  /** False where the point did not come up in this run. */
  readonly died: boolean;
  /** What came out otherwise than without a crash: `-` is missing, `+` is too much. */
  readonly differences: readonly string[];
  readonly overpaid: readonly string[];
  readonly leftovers: readonly string[];
  /** Requests beyond the clean run's, and sessions that were under way at the death. */
  readonly excess: number;
  readonly live: number;
  /** From the death to the first step that goes on; null where nothing was left to do. */
  readonly recoveryMs: number | null;
}

/** Plays the story without a crash. */
export async function playClean(config: Readonly<Record<string, unknown>> = {}): Promise<Clean> {
  await using place = await openPlace(config);
  await using vendor = await openVendor(place);
  const moments: string[] = [];
  listen(place, vendor, (point) => void moments.push(point));
  const faults = await finish(place, vendor);
  if (faults.length > 0) throw new Error(`a clean run went wrong:\n${faults.join("\n")}`);
  const trace = await readTrace(place);
  const end = trace.findIndex(({ when, call }) => when === "after" && call === "lock.release #1");
  return {
    durationMs: (trace[end]?.at ?? 0) - (trace[0]?.at ?? 0),
    facts: await factsOf(place),
    kept: await keptBy(place),
    requests: vendor.model.requests(),
    names: sessionNames(trace),
    points: [
      ...trace.slice(0, end + 1).map(({ when, call }) => `${when} ${call}`),
      ...moments.filter((each) => !each.includes("plan-cycle #3")),
    ].filter((point) => !point.includes("engine.renew")),
  };
}

/** Plays the story, kills it at `point`, goes on with it, and compares. */
export async function playCrash(
  clean: Clean,
  point: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Outcome> {
  await using place = await openPlace(config);
  await using vendor = await openVendor(place);
  const first = await firstRun(place, vendor, point);
  const diedAt = first.signal === "SIGKILL" ? first.at : null;
  const before = await readTrace(place);
  const names = sessionNames(before);
  const asked = vendor.model.requests().length;
  const crash = await crashOf(place, diedAt === null ? [] : before, asked);
  const faults = await finish(place, vendor);
  const trace = await readTrace(place);
  const requests = vendor.model.requests();
  const given = {
    due: countBy(paid(clean.requests), clean.names),
    requests,
    names: new Map([...sessionNames(trace), ...names]),
    crashes: [crash],
  };
  const kept = await keptBy(place);
  return {
    point,
    died: diedAt !== null,
    differences: [...difference(clean.facts, await factsOf(place)), ...faults],
    overpaid: overpaid(given),
    leftovers: kept.filter((each) => !clean.kept.includes(each)),
    excess: paid(requests).length - paid(clean.requests).length,
    live: crash.live.length,
    recoveryMs:
      diedAt === null ? null : recovery(diedAt, trace.slice(before.length), crash, requests),
  };
}

/** The first run, which dies at its point. */
async function firstRun(place: Place, vendor: Vendor, point: string): Promise<Ended> {
  const inSession = point.startsWith("asked ") || point.startsWith("answered ");
  let orch: Orch | null = null;
  let done = false;
  if (inSession)
    listen(place, vendor, (reached) => {
      if (reached !== point || done) return;
      done = true;
      orch?.kill("SIGKILL");
    });
  orch = startOrch(place, vendor.model.url, inSession ? {} : { point });
  const instant = /^instant (\d+)$/.exec(point)?.[1];
  if (instant !== undefined) await killAt(place, orch, Number(instant));
  const ended = await orch.ended;
  vendor.listen(() => {});
  return ended;
}

/** Kills so many milliseconds after the first call, wherever that may be. */
async function killAt(place: Place, orch: Orch, ms: number): Promise<void> {
  const ended = orch.ended.then(() => true);
  while ((await readTrace(place)).length === 0)
    if (await Promise.race([ended, wait(5, false)])) return;
  await Promise.race([ended, wait(ms)]);
  orch.kill("SIGKILL");
}

/** Names the moments of the sessions: `asked work-birch-1 #2` when the second request is there. */
function listen(place: Place, vendor: Vendor, reached: (point: string) => void): void {
  const counts = new Map<string, number>();
  vendor.listen(async (moment, { session }: Scene) => {
    const name = sessionNames(await readTrace(place)).get(session) ?? session;
    const count = (counts.get(`${moment} ${name}`) ?? 0) + 1;
    counts.set(`${moment} ${name}`, count);
    reached(`${moment} ${name} #${count}`);
  });
}

/** Starts the program again and again until the story is over; says what went wrong. */
export async function finish(place: Place, vendor: Vendor): Promise<readonly string[]> {
  const faults: string[] = [];
  for (let start = 0; start < startsMax; start += 1) {
    if (await isOver(place)) return faults;
    const { code, signal, err } = await startOrch(place, vendor.model.url).ended;
    if (code !== 0) faults.push(`! a start ended with ${code ?? signal}:\n${err}`);
  }
  return (await isOver(place)) ? faults : [...faults, `! not over after ${startsMax} starts`];
}

/** What is missing (`-`) and what is too much (`+`). */
export function difference(clean: Facts, facts: Facts): readonly string[] {
  const count = (all: Facts, line: string) => all.filter((each) => each === line).length;
  return [
    ...new Set([
      ...clean.filter((each) => count(facts, each) < count(clean, each)).map((each) => `- ${each}`),
      ...facts.filter((each) => count(facts, each) > count(clean, each)).map((each) => `+ ${each}`),
    ]),
  ].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}

/** Milliseconds until a session asks again or, where none was live, a call is made. */
export function recovery(
  diedAt: number,
  after: readonly Line[],
  { requests, live }: Crash,
  asking: readonly RecordedRequest[],
): number | null {
  const asked = asking[requests]?.startedAt;
  const called = after.find(({ call }) => !/^(?:lock|engine\.recover) /.test(call))?.at;
  const at = live.length > 0 ? asked : called;
  return at === undefined ? null : at - diedAt;
}
