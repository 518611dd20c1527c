/** What an event of the log says to a person, in a line. */
import type { CycleEvent } from "../../core/cycle.ts";
import { type Failure, failureSentence } from "../../core/failure.ts";
import type { CycleCreated, LogEvent, TaskCreated } from "../../core/ledger.ts";
import type { LogLevel } from "../../core/portfolio.ts";
import { type ProjectEvent, pauser } from "../../core/project.ts";
import type { TaskEvent } from "../../core/task.ts";
import { line } from "../sanitize.ts";
import { counted, entry, money, shortSha, timeOfDay } from "./format.ts";
import { requester } from "./outlook.ts";

export interface Told {
  readonly level: LogLevel;
  readonly text: string;
}

/** Longest quotation of what an agent wrote, in one line of the log. */
const quoteMax = 160;
const quote = (text: string): string => line(text, quoteMax);

const info = (text: string): Told => ({ level: "info", text });
const warning = (text: string): Told => ({ level: "warning", text });
const debug = (text: string): Told => ({ level: "debug", text });
const error = (text: string): Told => ({ level: "error", text });

/** Tells whether an event only counts what another one, just before it, has told. */
export const isEcho = ({ of, event }: LogEvent): boolean =>
  of === "project" && !toldByItself.has(event.type);

/** What a person, or the program, decides of a whole project. */
const toldByItself: ReadonlySet<string> = new Set<ProjectEvent["type"]>([
  ...(["project.paused", "project.resumed", "project.budgetRaised"] as const),
]);

/** Says what happened. */
export function describeEvent(logged: LogEvent): Told {
  switch (logged.of) {
    case "task":
      return ofTask(logged.event);
    case "cycle":
      return ofCycle(logged.event);
    case "project":
      return ofProject(logged.event);
    case "note":
      return { level: logged.event.level, text: quote(logged.event.text) };
    default:
      return logged satisfies never;
  }
}

const because = ({ kind, detail }: Failure): string => {
  const said = quote(detail);
  return said === "" ? failureSentence(kind) : entry(failureSentence(kind), said);
};

function ofTask(event: TaskEvent | TaskCreated): Told {
  switch (event.type) {
    case "task.created":
      return info("added");
    case "work.started":
      return info("a worker begins");
    case "work.submitted":
      return info("submitted to the judge");
    case "work.failed":
      return warning(`the attempt failed: ${because(event.failure)}`);
    case "work.released":
      return info(`released, to go on later: ${quote(event.why)}`);
    case "work.blocked":
      return warning(`asks you: ${quote(event.question)}`);
    case "work.declined":
      return info(`nothing to do: ${quote(event.why)}`);
    case "work.reported":
      return info("the report is written");
    case "lease.expired":
      return warning("whoever held it was lost");
    case "task.answered":
      return info(`answered: ${quote(event.answer)}`);
    case "task.approved":
      return info("approved");
    case "task.rejected":
      return info(`rejected: ${quote(event.why)}`);
    case "task.skipped":
      return info(`skipped: ${quote(event.reason)}`);
    case "task.retried":
      return info("to be tried again");
    case "task.reverted":
      return error(`reverted: ${quote(event.detail)}`);
    default:
      return ofJudgeOrMerge(event);
  }
}

type Later = Extract<TaskEvent, { type: `${"judge" | "merge" | "resolve"}.${string}` }>;

function ofJudgeOrMerge(event: Later): Told {
  switch (event.type) {
    case "judge.started":
      return debug("judging begins");
    case "judge.passed":
      return event.hold === null
        ? info("passed")
        : warning(`passed, and waits for you: ${quote(event.hold)}`);
    case "judge.failed":
      return warning(because(event.failure));
    case "judge.inconclusive":
      return warning(`no verdict: ${quote(event.detail)}`);
    case "judge.released":
    case "resolve.released":
      return info(`released, to go on later: ${quote(event.why)}`);
    case "merge.started":
      return debug("merging begins");
    case "merge.landed":
      return info(`landed ${shortSha(event.commit)}`);
    case "merge.raced":
      return debug("the branch moved; merging anew");
    case "merge.parked":
      return warning(`cannot land yet, and does by itself once it can: ${quote(event.why)}`);
    case "merge.conflicted":
      return info(`conflicts in ${quote(event.paths.join(", "))}`);
    case "merge.rejected":
      return warning(`not landed: ${because(event.failure)}`);
    case "resolve.started":
      return debug("resolving conflicts");
    case "resolve.submitted":
      return info("conflicts resolved; to the judge again");
    case "resolve.failed":
      return warning(`conflicts not resolved: ${because(event.failure)}`);
    default:
      return event satisfies never;
  }
}

/** When it begins where nothing is in its way, unless that is at once. */
const dueWords = ({ cycle, dueAt }: CycleCreated): string =>
  dueAt === undefined || dueAt <= cycle.createdAt ? "" : `, for ${timeOfDay(dueAt)}`;

/** How many tasks are open, and how many of them are not for us to go on with. */
function openWords({ tasks, waiting = 0 }: Extract<CycleEvent, { type: "cycle.planned" }>): string {
  const open = counted(tasks.length, "open task");
  if (waiting === 0) return open;
  const which = waiting < tasks.length ? `${waiting} of them ` : tasks.length > 1 ? "all " : "";
  return `${open}, ${which}waiting for you: orch tasks --status waiting`;
}

function ofCycle(event: CycleEvent | CycleCreated): Told {
  switch (event.type) {
    case "cycle.created":
      return debug(`asked for ${requester(event.cycle)}${dueWords(event)}`);
    case "cycle.started":
      return info("the cycle begins");
    case "cycle.planned": {
      const { length } = event.tasks;
      const made = length === 0 ? "nothing" : counted(length, "task");
      if (event.plan === null)
        return info(`no planner: ${length === 0 ? "nothing to do" : openWords(event)}`);
      const refused = event.refused.length === 0 ? "" : `, ${event.refused.length} refused`;
      return info(`planned: ${made} to do${refused}, ${money(event.costUsd)}`);
    }
    case "cycle.released":
      return warning(`planning was put off: ${quote(event.why)}`);
    case "cycle.failed":
      return error(`the cycle failed: ${quote(event.why)}`);
    case "cycle.joined":
      return debug(`task ${event.task} joined the cycle`);
    case "cycle.completed": {
      const { landed, reported, failed, skipped, waiting, leftOver } = event.outcome;
      const rare = [
        reported > 0 ? `, ${reported} reported` : "",
        skipped > 0 ? `, ${skipped} skipped` : "",
      ].join("");
      const usual = `${landed} landed, ${failed} failed, ${waiting} waiting`;
      return info(`the cycle is over: ${usual}, ${leftOver} left over${rare}`);
    }
    default:
      return event satisfies never;
  }
}

function ofProject(event: ProjectEvent): Told {
  switch (event.type) {
    case "project.paused":
      return warning(`paused by ${pauser(event.by)}: ${quote(event.why)}`);
    case "project.resumed":
      return info("goes on");
    case "project.budgetRaised":
      return info(`a person raised the cap of ${event.day} by ${money(event.usd)}`);
    case "project.succeeded":
      return debug("a task landed");
    case "project.failed":
      return debug(`a task failed: ${quote(event.what)}`);
    case "project.planned":
      return debug("a cycle was planned");
    case "project.planFailed":
      return debug(`a planning failed: ${quote(event.what)}`);
    default:
      return event satisfies never;
  }
}
