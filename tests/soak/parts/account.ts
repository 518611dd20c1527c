/** The model's bill of a whole run, against what it would have been without a death. */
import type { RecordedRequest } from "../../../src/scripted-model/ledger.ts";
import { countBy, overpaid, paid, sessionNames } from "../../crash/parts/bill.ts";
import type { Driven } from "./drive.ts";

export interface Account {
  /** Requests that were answered in full. */
  readonly requests: number;
  readonly costUsd: number;
  /** Each reply of each session once: what a run without a death pays. */
  readonly dueRequests: number;
  readonly dueUsd: number;
  /** Sessions that were under way, summed over all deaths: so many requests may be lost. */
  readonly live: number;
  /** What was paid that need not have been, in words. */
  readonly faults: readonly string[];
}

/** Reckons a run; every request of it must be there. */
export function reckon({ deaths, traces }: Driven, requests: readonly RecordedRequest[]): Account {
  const names = new Map(traces.flatMap((each) => [...sessionNames(each)]).map(named));
  const all = paid(requests);
  const seen = new Set<string>();
  const first = all.filter(({ session, place }) => {
    const key = `${names.get(session) ?? session} ${place}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  const live = deaths.reduce((sum, each) => sum + each.live.length, 0);
  const due = countBy(first, names);
  const faults = [...overpaid({ due, requests, names, crashes: deaths })];
  for (const { session, task } of all)
    if (!names.has(session)) faults.push(`session ${session} (${task}) was begun by nobody`);
  if (all.length > first.length + live)
    faults.push(`${all.length} requests paid, ${first.length} due, ${live} may be lost`);
  const usd = (some: readonly RecordedRequest[]) =>
    some.reduce((sum, { costUsd }) => sum + costUsd, 0);
  return {
    ...{ requests: all.length, costUsd: usd(all), live, faults },
    ...{ dueRequests: first.length, dueUsd: usd(first) },
  };
}

/** Each planner's session is its own; the trace calls them all by one name. */
const named = ([session, name]: readonly [string, string]): readonly [string, string] =>
  name.startsWith("plan-") ? [session, `plan-${session}`] : [session, name];
