/** Why a task does not move, or what moves it now. */
import type { Cycle } from "../../core/cycle.ts";
import type { Instant } from "../../core/ids.ts";
import type { Job } from "../../core/ledger.ts";
import type { ProjectConfig } from "../../core/portfolio.ts";
import { type Project, pauseAt, pauser } from "../../core/project.ts";
import { isOver, type Task } from "../../core/task.ts";
import type { Overview } from "../../ports/engine.ts";
import type { Holder } from "../backstage.ts";
import { line } from "../sanitize.ts";
import { relative } from "./format.ts";

export interface Circumstances {
  readonly task: Task;
  readonly job: Job | null;
  readonly config: ProjectConfig;
  readonly overview: Overview;
  readonly now: Instant;
  /** Who works with the data folder; null where nobody does, and nothing moves by itself. */
  readonly holder: Holder | null;
}

const quoteMax = 500;
const quote = (text: string): string => line(text, quoteMax);

/** Of what its ledger says to be worked on, by a process that is gone. */
const interrupted =
  "it was interrupted, nobody is at work: it goes on with the next `orch run` or `orch start`";

/**
 * Says in a sentence why a task waits, with what to do; null where it is over or somebody works on
 * it.
 */
export function whyWaiting(given: Circumstances): string | null {
  const { task } = given;
  const { state, id } = task;
  if (isOver(state)) return null;
  if ("token" in state) return given.holder === null ? (byProject(given) ?? interrupted) : null;
  if (state.at === "blocked")
    return `it asks you: ${quote(state.question)} (orch answer ${id} "…")`;
  if (state.at === "held")
    return (
      `a person must agree: ${quote(state.why)} (orch approve ${id}, or orch reject ${id} ` +
      `--reason "…")`
    );
  return byProject(given) ?? byTask(given) ?? byJob(given) ?? byCycle(given);
}

function byProject({ config, overview, now }: Circumstances): string | null {
  if (!config.enabled) return `project ${config.name} is disabled in the portfolio`;
  return pauseSentence(config, overview.project, now);
}

/** Says which cap keeps a cycle, as it was told, and what to do; null where none does. */
export function budgetSentence(
  { name }: Pick<ProjectConfig, "name">,
  waitsFor: string | null,
): string | null {
  if (waitsFor === null || !waitsFor.startsWith("budget: ")) return null;
  const ways = waitsFor.includes("portfolio's")
    ? "raise `max_budget_per_day` of the portfolio, or wait until tomorrow"
    : waitsFor.includes("for today")
      ? `\`orch budget raise ${name} --today USD\`, or wait until tomorrow`
      : "raise `max_budget_per_cycle`";
  return `${quote(waitsFor.slice("budget: ".length))} (${ways})`;
}

/** Says who paused a project, why, and how it goes on; null where it is not paused. */
export function pauseSentence(
  { name }: Pick<ProjectConfig, "name">,
  project: Project,
  now: Instant,
): string | null {
  const pause = pauseAt(project, now);
  if (pause === null) return null;
  const until = pause.until === null ? "" : `, goes on ${relative(pause.until, now)}`;
  return (
    `project ${name} is paused by ${pauser(pause.by)}: ${quote(pause.why)}${until} (orch resume ` +
    `--project ${name})`
  );
}

function byTask({ task: { state }, now }: Circumstances): string | null {
  if (state.at === "approved" && state.parked !== null)
    return `cannot land yet: ${quote(state.parked)}`;
  if (!("notBefore" in state) || state.notBefore <= now) return null;
  const what = state.at === "pending" && state.attempt > 1 ? `attempt ${state.attempt}` : "it";
  return `${what} is put off; it begins ${relative(state.notBefore, now)}`;
}

function byJob({ job, holder }: Circumstances): string | null {
  if (job === null || job.state.at === "live" || job.state.waitsFor === null) return null;
  const { waitsFor } = job.state;
  const isShut = waitsFor.startsWith("limit:");
  // what was in the way of a process that is gone says nothing of the next one; these do
  if (holder === null && !isShut && !waitsFor.startsWith("budget:")) return null;
  const how = isShut ? " (orch resume --limit)" : "";
  return `${quote(waitsFor.replace(/^(?:slot|pause|limit|cycle|budget|turn): /, ""))}${how}`;
}

function byCycle({ overview, config, now, holder }: Circumstances): string {
  const { openCycle, nextCycleAt } = overview;
  const how = `(orch run --project ${config.name}, or orch start)`;
  if (isUnderWay(openCycle))
    return holder === null
      ? `its cycle was interrupted, and goes on when it is started again ${how}`
      : "it is next in its queue";
  if (holder?.kind === "daemon" && nextCycleAt !== null && nextCycleAt > now)
    return `no cycle is under way; the next one begins ${relative(nextCycleAt, now)}`;
  return `no cycle is under way ${how}`;
}

const isUnderWay = (cycle: Cycle | null): boolean => cycle !== null && cycle.state.at !== "queued";
