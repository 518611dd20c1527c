/** Keeps the daemon running over all deaths until every task is over. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { projectName } from "../../../src/core/ids.ts";
import type { RecordedRequest } from "../../../src/scripted-model/ledger.ts";
import { type Crash, crashOf, readTrace } from "../../crash/parts/bill.ts";
import { type Ended, type Orch, startOrch } from "../../crash/parts/process.ts";
import { openChance } from "../../crash/parts/sample.ts";
import { reading } from "../../crash/parts/state.ts";
import { recovery } from "../../crash/parts/story.ts";
import type { Line } from "../../crash/parts/tracer.ts";
import { commitByHand, type Fleet } from "./fleet.ts";
import { titleOf } from "./tasks.ts";
import type { Vendor } from "./vendor.ts";

/** Shortest and longest life of a daemon: by the clock, or by what its sessions ask. */
export interface Life {
  readonly from: number;
  readonly to: number;
  readonly unit: "seconds" | "requests";
}

export interface Course {
  readonly seed: number;
  /** Null: it is never killed. */
  readonly every: Life | null;
  /** Most deaths. */
  readonly killsMax: number;
  /** When it is given up, in seconds. */
  readonly limitS: number;
  readonly say: (line: string) => void;
}

export interface Death extends Crash {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Driven {
  readonly deaths: readonly Death[];
  readonly recoveriesMs: readonly number[];
  /** What every process wrote down, one after the other. */
  readonly traces: readonly (readonly Line[])[];
  /** What went wrong on the way. */
  readonly faults: readonly string[];
  readonly byHand: number;
}

/** How often it is looked whether all is over, in milliseconds. */
const lookMs = 2_000;
/** How often it is looked whether it is to die. */
const tickMs = 50;

/** Plays it to its end. */
export async function drive(fleet: Fleet, vendor: Vendor, course: Course): Promise<Driven> {
  const chance = openChance(course.seed);
  const [deaths, traces]: [Death[], (readonly Line[])[]] = [[], []];
  const faults: string[] = [];
  const end = Date.now() + course.limitS * 1_000;
  const over = new AbortController();
  const beside = Promise.all([addTasks(fleet, vendor), commitAll(fleet, over.signal)]);
  // what goes wrong beside is told at the end
  beside.catch(() => {});
  for (;;) {
    const trace = join(fleet.root, `trace-${traces.length}.jsonl`);
    await writeFile(trace, "");
    const orch = startOrch({ root: fleet.root, trace }, vendor.model.url, { argv: ["start"] });
    const dies =
      course.every !== null && deaths.length < course.killsMax
        ? deadline(course.every, chance(), vendor)
        : () => false;
    const why = await live(fleet, orch, { dies, end, course });
    orch.kill(why === "dies" ? "SIGKILL" : "SIGTERM");
    const ended = await orch.ended;
    const lines = await readTrace({ trace });
    traces.push(lines);
    const fault = faultOf(why, ended);
    if (fault !== null) faults.push(fault);
    if (why !== "dies") break;
    const crash = await crashOf(fleet, lines, vendor.model.requests().length);
    deaths.push({ ...crash, at: ended.at });
    course.say(`killed (${deaths.length}), ${crash.live.length} sessions were under way`);
  }
  over.abort();
  const byHand = await beside.then(([, count]) => count).catch((why) => faults.push(String(why)));
  const recoveriesMs = recoveries(deaths, traces, vendor.model.requests());
  return { deaths, traces, faults, byHand, recoveriesMs };
}

type Why = "over" | "dies" | "late" | "ended";

/** Tells whether the time of a life that begins now has come to its end. */
function deadline({ from, to, unit }: Life, chance: number, { model }: Vendor): () => boolean {
  const count = unit === "seconds" ? () => Date.now() / 1_000 : () => model.requests().length;
  const end = count() + from + chance * (to - from);
  return () => count() >= end;
}

/** Waits until all is over, it is to die, or it ends by itself. */
async function live(
  fleet: Fleet,
  orch: Orch,
  { dies, end, course }: { dies: () => boolean; end: number; course: Course },
): Promise<Why> {
  const ended = orch.ended.then(() => "ended" as const);
  let [told, lookAt] = ["", 0];
  for (;;) {
    const first = await Promise.race([ended, wait(tickMs, "tick" as const)]);
    if (first === "ended") return first;
    if (dies()) return "dies";
    if (Date.now() >= end) return "late";
    if (Date.now() < lookAt) continue;
    lookAt = Date.now() + lookMs;
    const { over, wanted } = await progress(fleet);
    if (over === wanted) return "over";
    const line = `${over} of ${wanted} tasks are over`;
    if (line !== told) course.say(line);
    told = line;
  }
}

function faultOf(why: Why, { code, signal, err }: Ended): string | null {
  const last = err.split("\n").slice(-5).join("\n");
  switch (why) {
    case "dies":
      return signal === "SIGKILL" ? null : `the daemon ended with ${code ?? signal}: ${last}`;
    case "over":
      return code === 143 ? null : `the daemon ended with ${code ?? signal} on SIGTERM: ${last}`;
    case "late":
      return `not over when the time was up: ${last}`;
    case "ended":
      return `the daemon ended by itself with ${code ?? signal}: ${last}`;
    default:
      return why satisfies never;
  }
}

/** How many tasks are over, of those that there are to be. */
function progress(fleet: Fleet): Promise<{ readonly over: number; readonly wanted: number }> {
  return reading(fleet, async (engine) => {
    let [over, wanted] = [0, 0];
    for (const { project, errands } of fleet.sites) {
      const { counts } = await engine.overview(projectName(project));
      over += counts.done + counts.failed + counts.skipped;
      wanted += errands.length;
    }
    return { over, wanted };
  });
}

/** Adds the tasks of the projects that are not planned, one after the other, as a person does. */
async function addTasks({ root, sites }: Fleet, { model }: Vendor): Promise<void> {
  const trace = join(root, "trace-of-person.jsonl");
  await writeFile(trace, "");
  for (const { project, errands } of sites.filter(({ source }) => source === "person"))
    for (const each of errands) {
      const told = ["--project", project, "--title", titleOf(each), "--priority"];
      const argv = ["add-task", ...told, String(each.priority), "--desc", titleOf(each)];
      const { code, err } = await startOrch({ root, trace }, model.url, { argv }).ended;
      if (code !== 0) throw new Error(`orch add-task ended with ${code}: ${err}`);
      await wait(1_000);
    }
}

/** A person who commits to the first project now and then; answers how often. */
async function commitAll({ sites }: Fleet, signal: AbortSignal): Promise<number> {
  const [site] = sites;
  if (site === undefined) return 0;
  for (let count = 1; ; count += 1) {
    await commitByHand(site, count);
    // an abort ends the wait: that is what it is for
    await wait(15_000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return count;
  }
}

function recoveries(
  deaths: readonly Death[],
  traces: readonly (readonly Line[])[],
  requests: readonly RecordedRequest[],
): readonly number[] {
  return deaths.flatMap(
    (death, at) => recovery(death.at, traces[at + 1] ?? [], death, requests) ?? [],
  );
}
