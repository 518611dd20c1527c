/** What a worker is told: its task and the evidence of the last failure; nothing of anybody else. */
import { failureSentence } from "../../core/failure.ts";
import type { Leftover, Verdict } from "../../core/records.ts";
import type { Task, TaskBrief } from "../../core/task.ts";

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
    ? "It ended before it was done. Its changes are in your working tree, uncommitted and unchecked: go on from them, or undo what is wrong."
    : `Its changes are not in your working tree. \`git show ${commit}\` shows them; take only what is right.`;
  const lost = `Not kept: ${leftOut.slice(0, pathsMax).join("; ")}`;
  return [where, bullets(paths), ...(leftOut.length > 0 ? [lost] : [])].join("\n\n");
}

/** A task as text, for whoever must know what was asked. */
export function taskText(brief: TaskBrief): string {
  const sections = [`# ${brief.title}`, brief.description];
  if (brief.criteria.length > 0) sections.push(`## Done when\n\n${bullets(brief.criteria)}`);
  if (brief.allowedFiles.length > 0)
    sections.push(`## Files that may change\n\n${bullets(brief.allowedFiles)}`);
  if (brief.leaveAlone.length > 0) sections.push(`## Leave alone\n\n${bullets(brief.leaveAlone)}`);
  return sections.join("\n\n");
}

/** What the last failed attempt of a task left to learn from; null where none failed. */
export function evidenceOf(task: Task, { verdicts }: History): string | null {
  if (task.lastFailure === null) return null;
  const { kind, detail } = task.lastFailure;
  const verdict = kind === "judgedBad" ? verdicts.at(-1) : undefined;
  const text =
    verdict === undefined ? `${failureSentence(kind)}: ${detail}` : verdictEvidence(verdict);
  return text.length <= evidenceMax ? text : `${text.slice(0, evidenceMax)}\n[cut]`;
}

function verdictEvidence({ reasons, checks, reading }: Verdict): string {
  const parts = [`The judge rejected it:\n${bullets(reasons)}`];
  for (const check of checks) {
    if (check.decision === "pass") continue;
    parts.push(`\`${check.command}\` (${check.sentence}):\n\n${fence(check.outputTail)}`);
  }
  for (const { file, line, what } of reading?.findings ?? [])
    parts.push(`- ${file}${line === null ? "" : `:${line}`}: ${what}`);
  return parts.join("\n\n");
}

const bullets = (lines: readonly string[]): string => lines.map((each) => `- ${each}`).join("\n");

/** Fences text with more backticks than it holds in a row. */
export function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}\n${text.trimEnd()}\n${ticks}`;
}
