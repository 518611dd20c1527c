/** What the judge found, written down for the person. */
import type { CheckOutcome, Finding, Reading, Verdict } from "../../core/records.ts";
import type { TaskRecord } from "../../ports/engine.ts";
import type { JournalEntry } from "../../ports/journal.ts";
import {
  blocks,
  bullets,
  code,
  count,
  duration,
  line,
  moment,
  money,
  output,
  passage,
} from "../markdown.ts";

/** The document of a task's verdicts; null while there is none. */
export function verdictDocument({ task, verdicts }: TaskRecord): JournalEntry | null {
  if (verdicts.length === 0) return null;
  const landed = task.state.at === "done" && task.state.landed !== null;
  const last = verdicts.at(-1);
  const unchecked = landed && last?.unchecked === true;
  const parts = [
    `# Verdicts: ${line(task.brief.title)}`,
    bullets([`Task: ${code(task.id)}`, `Verdicts: ${verdicts.length}`]),
    unchecked
      ? "**Landed unchecked**: the project has no checks; only the reading was asked."
      : null,
    ...verdicts.flatMap(verdictBlocks),
  ];
  return { folder: "verdicts", file: `${task.id}.md`, text: blocks(parts) };
}

function verdictBlocks(verdict: Verdict): readonly string[] {
  const { number, attempt, commit, base, decision, reasons, checks, reading } = verdict;
  const parts = [
    `## Verdict ${number}: ${decision}`,
    bullets([
      `Commit: ${code(commit)}`,
      `Compared with: ${code(base)}`,
      `Attempt: ${attempt}`,
      `Started: ${moment(verdict.startedAt)}`,
      `Took: ${duration(verdict.durationMs)}`,
      `Cost: ${money(verdict.spending.costUsd)}`,
      ...(verdict.held === undefined ? [] : [`Ran: ${line(verdict.held)}`]),
    ]),
  ];
  if (verdict.hold !== null) parts.push(`A person must agree: ${line(verdict.hold)}`);
  if (reasons.length > 0) parts.push("### Reasons", bullets(reasons.map(line)));
  parts.push("### Checks");
  if (verdict.unchecked) parts.push("None: the project has no checks, so it is unchecked.");
  else if (checks.length === 0) parts.push("None was run.");
  parts.push(...checks.flatMap(checkBlocks), ...readingBlocks(reading));
  return parts;
}

/** Failing tests named in a document; the output has the rest. */
const namesMax = 50;

/** Only what fails has a name. */
const noNames = "count; no test failed, so there is no name to compare";
const isGreen = ({ sentence }: CheckOutcome): boolean => sentence.startsWith("is green");

function checkBlocks(check: CheckOutcome): readonly string[] {
  const { name, command, decision, by, introduced, preExisting, outputTail } = check;
  const lines = [
    `Command: ${code(command)}`,
    `Result: it ${line(check.sentence)}`,
    `Compared by: ${isGreen(check) && by === "count" ? noNames : by}`,
    `Took: ${duration(check.durationMs)}`,
  ];
  if (check.hold !== null) lines.push(`A person must agree: ${line(check.hold)}`);
  const parts = [
    `#### ${line(name)}: ${check.hold === null ? decision : "undecided"}`,
    bullets(lines),
  ];
  if (introduced.length > 0) {
    parts.push("Introduced failures:", bullets(bounded(introduced, (each) => line(each.name))));
    for (const { name: test, message } of introduced.slice(0, namesMax))
      if (message.trim() !== "")
        parts.push(`${line(test).replace(/[.:]+$/, "")} says:`, output(message));
  }
  if (preExisting.length > 0)
    parts.push("Failing before the change, too:", bullets(bounded(preExisting, line)));
  if (outputTail.trim() !== "") parts.push("End of its output:", output(outputTail));
  return parts;
}

function bounded<T>(all: readonly T[], say: (each: T) => string): readonly string[] {
  const lines = all.slice(0, namesMax).map(say);
  const more = all.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${count(more, "test")} more`];
}

function readingBlocks(reading: Reading | null): readonly string[] {
  if (reading === null) return ["### Reading", "There was none."];
  const { decision, reasoning, findings } = reading;
  const parts = [`### Reading: ${decision}`, passage(reasoning)];
  if (findings.length > 0) parts.push("Findings:", bullets(findings.map(findingText)));
  return parts;
}

const findingText = ({ file, line: at, what }: Finding): string =>
  `${code(at === null ? file : `${file}:${at}`)}: ${line(what)}`;
