/**
 * What a worker is told: its task and the evidence of the last failure; nothing of anybody else.
 */
import { type FailureKind, failureSentence } from "../../core/failure.ts";
import type { Leftover, Verdict } from "../../core/records.ts";
import type { Task } from "../../core/task.ts";
import { fence } from "../fence.ts";
import { bullets } from "../markdown.ts";
import { taskText } from "../task-text.ts";

export interface History {
  readonly verdicts: readonly Verdict[];
  /** What the last attempt left, and whether it is in the workspace already. */
  readonly before?: { readonly leftover: Leftover; readonly carried: boolean } | null;
}

/** Longest evidence of a failure that a briefing carries, in characters. */
const evidenceMax = 12_000;

const beginHere = "Begin with this, and do not repeat it.";

/** The worker's prompt: the task, what a person answered, and why the last attempt failed. */
export function briefing(task: Task, history: History): string {
  const sections = [taskText(task.brief)];
  for (const { question, answer } of task.answers)
    sections.push(`## A person answered\n\nQuestion: ${question}\n\nAnswer: ${answer}`);
  const evidence = evidenceOf(task, history);
  if (evidence !== null)
    sections.push(`## Why the last attempt failed\n\n${beginHere}\n\n${evidence}`);
  if (history.before) sections.push(`## What the last attempt left\n\n${leftText(history.before)}`);
  return sections.join("\n\n");
}

/** Paths that a briefing names; more are better looked at. */
const pathsMax = 30;

function leftText({ leftover, carried }: NonNullable<History["before"]>): string {
  const { commit, changes, leftOut } = leftover;
  const paths = changes.slice(0, pathsMax).map(({ status, path }) => `${status} ${path}`);
  if (changes.length > pathsMax) paths.push("and more");
  const where = carried
    ? "It ended before it was done. Its changes are in your working tree, uncommitted and " +
      "unchecked: go on from them, or undo what is wrong."
    : `Its changes are not in your working tree. \`git show ${commit}\` shows them; take only ` +
      "what is right.";
  const lost = `Not kept: ${leftOut.slice(0, pathsMax).join("; ")}`;
  return [where, bullets(paths), ...(leftOut.length > 0 ? [lost] : [])].join("\n\n");
}

/** What the last failed attempt of a task left to learn from; null where none failed. */
export function evidenceOf(task: Task, { verdicts }: History): string | null {
  if (task.lastFailure === null) return null;
  const { kind, detail } = task.lastFailure;
  const verdict = byVerdict.has(kind) ? verdicts.at(-1) : undefined;
  const why = failureSentence(kind);
  const text = verdict === undefined ? `${why}: ${detail}` : verdictEvidence(why, verdict);
  return text.length <= evidenceMax ? text : `${text.slice(0, evidenceMax)}\n[cut]`;
}

/** Failures of which a verdict tells more than their own detail. */
const byVerdict: ReadonlySet<FailureKind> = new Set(["outOfScope", "checksRed", "judgedBad"]);

function verdictEvidence(why: string, { reasons, checks, reading }: Verdict): string {
  const parts = [`${why}:\n${bullets(reasons)}`];
  for (const check of checks) {
    if (check.decision === "pass") continue;
    parts.push(`\`${check.command}\` ${check.sentence}:\n\n${fence(check.outputTail)}`);
  }
  for (const { file, line, what } of reading?.findings ?? [])
    parts.push(`- ${file}${line === null ? "" : `:${line}`}: ${what}`);
  return parts.join("\n\n");
}
