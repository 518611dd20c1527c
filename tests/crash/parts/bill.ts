/** What was paid twice: by the model's own record, not by ours. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RecordedRequest } from "../../../src/scripted-model/ledger.ts";
import type { Ground } from "./place.ts";
import type { Line } from "./tracer.ts";

/** Requests that were answered in full: what the vendor charges for. */
export const paid = (requests: readonly RecordedRequest[]): readonly RecordedRequest[] =>
  requests.filter(({ status }) => status === 200);

/** Reads what the processes wrote down. */
export async function readTrace({ trace }: Pick<Ground, "trace">): Promise<readonly Line[]> {
  const text = await readFile(trace, "utf8");
  // each line was written in one call
  return text.split("\n").flatMap((line): Line[] => (line === "" ? [] : [JSON.parse(line)]));
}

/** Whose each session is, by its transcript's name, e.g. `work-birch-1`. */
export function sessionNames(trace: readonly Line[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { call, session } of trace) {
    const name = /^agent\.run (\S+)/.exec(call)?.[1];
    if (session !== undefined && name !== undefined) names.set(session, name);
  }
  return names;
}

/** Sessions that were under way when a trace broke off. */
function liveSessions(trace: readonly Line[]): readonly string[] {
  const live = new Map<string, string>();
  for (const { when, call, session } of trace) {
    if (session === undefined) continue;
    if (when === "before") live.set(call, session);
    else live.delete(call);
  }
  return [...live.values()];
}

/** Which replies stand in a session's conversation on disk, by their places. */
export async function placesOnDisk(
  { data }: Pick<Ground, "data">,
  session: string,
): Promise<ReadonlySet<number>> {
  const folder = join(data, "agents", session, "claude/projects");
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const places = new Set<number>();
  for (const file of files) {
    if (!file.endsWith(".jsonl")) continue;
    const text = await readFile(join(folder, file), "utf8");
    for (const line of text.split("\n").slice(0, -1)) {
      if (!line.includes('"type":"assistant"')) continue;
      for (const [, place] of line.matchAll(/"id":"toolu_(\d+)_/g)) places.add(Number(place));
    }
  }
  return places;
}

export interface Crash {
  /** How many requests had come when the process died. */
  readonly requests: number;
  /** Sessions that were under way, with the replies that stood in their conversations. */
  readonly live: readonly { readonly session: string; readonly places: ReadonlySet<number> }[];
}

/** The sessions that were under way when a process died, with what stood on disk of each. */
export async function crashOf(
  ground: Pick<Ground, "data">,
  trace: readonly Line[],
  requests: number,
): Promise<Crash> {
  const live = liveSessions(trace).map(async (session) => ({
    session,
    places: await placesOnDisk(ground, session),
  }));
  return { requests, live: await Promise.all(live) };
}

export interface Given {
  /** Requests that each session needs, by its name. */
  readonly due: ReadonlyMap<string, number>;
  readonly requests: readonly RecordedRequest[];
  /** Whose each session is. */
  readonly names: ReadonlyMap<string, string>;
  /** In the order in which they came. */
  readonly crashes: readonly Crash[];
}

/**
 * Says in words what was paid that need not have been; nothing where the bill is right. The agent's
 * program writes its conversation down every 100 ms: what it had not written when it died is lost.
 */
export function overpaid({ due, requests, names, crashes }: Given): readonly string[] {
  const faults: string[] = [];
  const may = new Map<string, number>();
  for (const [at, crash] of crashes.entries()) {
    const since = paid(requests.slice(crashes[at - 1]?.requests ?? 0, crash.requests));
    for (const { session, places } of crash.live) {
      const name = names.get(session) ?? session;
      const unwritten = since.filter((each) => each.session === session && !places.has(each.place));
      may.set(name, (may.get(name) ?? 0) + Math.max(1, unwritten.length));
    }
  }
  for (const [name, count] of countBy(paid(requests), names)) {
    const needed = due.get(name) ?? 0;
    if (count > needed + (may.get(name) ?? 0))
      faults.push(`${name}: ${count} requests paid, ${needed} are due`);
  }
  for (const crash of crashes) faults.push(...paidAgain(crash, requests, names));
  return faults;
}

function paidAgain(
  crash: Crash,
  requests: readonly RecordedRequest[],
  names: ReadonlyMap<string, string>,
): readonly string[] {
  const resumed = paid(requests.slice(crash.requests));
  return crash.live.flatMap(({ session, places }) => {
    const name = names.get(session);
    const again = resumed.filter(
      (each) =>
        // another session in its place is the same work; another cycle's planner is not
        (each.session === session ||
          (names.get(each.session) === name && !name?.startsWith("plan-"))) &&
        places.has(each.place),
    );
    return again.map(
      ({ place }) => `${name}: reply ${place} stood in the conversation and was paid again`,
    );
  });
}

/** How many requests came for each session, by its name. */
export function countBy(
  requests: readonly RecordedRequest[],
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { session } of requests) {
    const name = names.get(session) ?? session;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
