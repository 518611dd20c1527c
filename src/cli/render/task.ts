/** Everything about one task, for people. */
import { join } from "node:path";
import { sizeOf } from "../../core/change.ts";
import { explained } from "../../core/decided.ts";
import { failureSentence } from "../../core/failure.ts";
import type { Instant } from "../../core/ids.ts";
import type { ProjectConfig } from "../../core/portfolio.ts";
import type { Attempt, AttemptOutcome, Verdict } from "../../core/records.ts";
import { statusOf, type Task } from "../../core/task.ts";
import type { TaskRecord } from "../../ports/engine.ts";
import { clean, line } from "../sanitize.ts";
import { renderDecision } from "./decision.ts";
import { counted, duration, entry, lostWords, money, relative, shortSha } from "./format.ts";
import { type Paint, paintStatus } from "./paint.ts";

export interface TaskLook {
  readonly config: ProjectConfig;
  readonly why: string | null;
  /** Its branch; null where none is there. */
  readonly branch: string | null;
  readonly now: Instant;
  readonly paint: Paint;
  /** Whether a process works with the data folder: what runs was interrupted where none does. */
  readonly isServed: boolean;
  /** What has been written of it: the audit trail and transcripts. */
  readonly files: readonly string[];
}

/** Files of the audit trail that tell of a task, once there is something to tell. */
export const trailOf = ({ path }: ProjectConfig, { id }: Pick<Task, "id">): readonly string[] => [
  join(path, ".orch", "workers", `${id}.md`),
  join(path, ".orch", "verdicts", `${id}.md`),
];

const indent = (text: string): string =>
  clean(text)
    .split("\n")
    .map((each) => `  ${each}`.trimEnd())
    .join("\n");

/** Renders a task with its history. */
export function renderTask(record: TaskRecord, look: TaskLook): string {
  const { task, attempts, verdicts } = record;
  const { paint } = look;
  const isLive = look.isServed && "token" in task.state;
  const decided = explained(task, verdicts, record.decisions);
  const inOrder = [
    ...attempts.map((each) => ({ at: each.startedAt, text: renderAttempt(each, isLive, paint) })),
    ...verdicts.map((each) => ({ at: each.startedAt, text: renderVerdict(each, paint) })),
    ...decided.map((each) => ({ at: each.at, text: renderDecision(each, look) })),
  ].sort((a, b) => a.at - b.at);
  const parts = [
    head(record, look),
    section("Description", task.brief.description, paint),
    list("Done when", task.brief.criteria, paint),
    list("May change", task.brief.allowedFiles, paint),
    list("Leaves alone", task.brief.leaveAlone, paint),
    ...inOrder.map((each) => each.text),
    list("Files", look.files, paint),
  ];
  return parts.filter((each) => each !== "").join("\n\n");
}

function head(record: TaskRecord, look: TaskLook): string {
  const { task, costUsd, lostUsd, landings } = record;
  const { paint, config, now, why } = look;
  const { state, brief } = task;
  const lost = lostUsd === 0 ? "" : `, ${money(lostUsd)} of it ${lostWords}`;
  const landed = landings.find(({ state: at }) => at === "landed");
  const rows: readonly (readonly [string, string])[] = [
    ["status", statusWords(state, look)],
    ["why", why ?? ending(task)],
    ["project", config.name],
    ["type", `${brief.kind}, priority ${brief.priority}`],
    ["attempt", attemptWords(state)],
    ["cost", `${money(costUsd)}${lost}`],
    ["branch", look.branch ?? ""],
    ["landed", landed === undefined ? "" : `${shortSha(landed.commit)} on ${landed.branch}`],
    ["cycle", task.cycle ?? "none: added by a person"],
    ["backlog", brief.backlogItem === null ? "" : line(brief.backlogItem, 200)],
    ["created", relative(task.createdAt, now)],
    ["updated", relative(task.updatedAt, now)],
  ];
  const lines = rows
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `  ${paint.dim(name.padEnd(8))} ${value}`);
  return [paint.bold(`${task.id}  ${line(brief.title, 200)}`), ...lines].join("\n");
}

/** The status, and the state where that says more. */
function statusWords(state: Task["state"], look: TaskLook): string {
  const [status, words] = [statusOf(state), stateWords(state, look)];
  const painted = paintStatus(look.paint, status);
  return words === status ? painted : `${painted} (${words})`;
}

/** The state as the ledger has it, unless nobody is at work on it any more. */
function stateWords(state: Task["state"], { isServed }: Pick<TaskLook, "isServed">): string {
  if (state.at === "approved" && state.parked !== null) return "parked";
  return "token" in state && !isServed ? `interrupted while ${state.at}` : state.at;
}

/** Which attempt it is, of how many as things stand: a retry by a person adds some. */
const attemptWords = (state: Task["state"]): string =>
  "left" in state ? `${state.attempt} of ${state.attempt + state.left}` : String(state.attempt);

function ending({ state }: Task): string {
  if (state.at === "failed")
    return entry(failureSentence(state.failure.kind), line(state.failure.detail, 500));
  return state.at === "skipped" ? line(state.reason, 500) : "";
}

const section = (name: string, text: string, paint: Paint): string =>
  text.trim() === "" ? "" : `${paint.bold(name)}\n${indent(text.trim())}`;

const list = (name: string, items: readonly string[], paint: Paint): string =>
  section(name, items.map((each) => `- ${line(each)}`).join("\n"), paint);

function renderAttempt(attempt: Attempt, isLive: boolean, paint: Paint): string {
  const { kind, round, spending, durationMs, model, changes } = attempt;
  const what = kind === "work" ? "Attempt" : `Resolution ${round} in attempt`;
  const size = sizeOf(changes);
  const lines = [
    `${line(model)}, ${duration(durationMs)}, ${money(spending.costUsd)}, ` +
      `${counted(spending.turns, "turn")}`,
    outcomeWords(attempt.outcome, isLive),
    changes.length === 0 ? "" : `${counted(size.files, "file")}, +${size.added} -${size.deleted}`,
    attempt.leftover === undefined ? "" : `left unsubmitted: ${attempt.leftover.ref}`,
    attempt.held === undefined ? "" : `ran ${attempt.held}`,
    attempt.summary,
  ];
  const text = lines.filter((each) => each.trim() !== "").join("\n");
  return `${paint.bold(`${what} ${attempt.attempt}`)}\n${indent(text)}`;
}

function outcomeWords(outcome: AttemptOutcome, isLive: boolean): string {
  switch (outcome.kind) {
    case "running":
      return isLive ? "running" : "interrupted";
    case "submitted":
      return `submitted ${shortSha(outcome.commit)}`;
    case "failed":
      return `failed: ${failureSentence(outcome.failure.kind)}\n${outcome.failure.detail}`;
    case "released":
      return `released: ${outcome.why}`;
    case "blocked":
      return `asked: ${outcome.question}`;
    case "declined":
      return `declined: ${outcome.why}`;
    case "reported":
      return outcome.report;
    default:
      return outcome satisfies never;
  }
}

function renderVerdict(verdict: Verdict, paint: Paint): string {
  const { decision, reasons, checks, reading, hold, unchecked } = verdict;
  const told = new Set(checks.map(({ name, sentence }) => `the check ${name} ${sentence}`));
  const hue = { pass: paint.green, fail: paint.red, inconclusive: paint.yellow }[decision];
  const lines = [
    `on ${shortSha(verdict.commit)}, ${money(verdict.spending.costUsd)}`,
    verdict.held === undefined ? "" : `ran ${verdict.held}`,
    unchecked ? "unchecked: the project has no checks" : "",
    ...checks.flatMap((check) => [
      `${check.hold === null ? check.decision : "undecided"}: the check ${check.name} ` +
        `${check.sentence}`,
      ...check.introduced.map((test) => `  new failure  ${line(test.name)}`),
      ...check.preExisting.map((test) => `  known failure  ${line(test)}`),
    ]),
    // what a check said stands with it
    ...reasons.filter((reason) => !told.has(reason)).map((reason) => `- ${line(reason)}`),
    // a reading that decided is among the reasons
    reading === null || reading.decision === "fail" ? "" : `reading: ${reading.reasoning}`,
    hold === null ? "" : `waits for you: ${hold}`,
  ];
  const text = lines.filter((each) => each.trim() !== "").join("\n");
  const title = `Verdict ${verdict.number} on attempt ${verdict.attempt}`;
  return `${paint.bold(title)}: ${hue(decision)}\n${indent(text)}`;
}
