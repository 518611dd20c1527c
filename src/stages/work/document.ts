/** What workers and the refinery did for a task, written down for the person. */
import { type FileChange, sizeOf } from "../../core/change.ts";
import { type Explained, explained } from "../../core/decided.ts";
import { failureSentence } from "../../core/failure.ts";
import type { Attempt, AttemptOutcome, Landing, Leftover, Spending } from "../../core/records.ts";
import type { TaskState } from "../../core/task.ts";
import type { TaskRecord } from "../../ports/engine.ts";
import type { JournalEntry } from "../../ports/journal.ts";
import { briefBlocks } from "../brief-document.ts";
import { decisionBlocks } from "../decision-document.ts";
import {
  blocks,
  bullets,
  code,
  count,
  duration,
  line,
  moment,
  money,
  passage,
} from "../markdown.ts";

/** The document of a task's attempts; null while there is none. */
export function workerDocument(record: TaskRecord): JournalEntry | null {
  const { task, attempts, verdicts, landings, decisions } = record;
  if (attempts.length === 0 && decisions.length === 0) return null;
  const decided = explained(task, verdicts, decisions);
  const inOrder = [
    ...attempts.map((each) => ({ at: each.startedAt, blocks: attemptBlocks(each) })),
    ...decided.map((each) => ({ at: each.at, blocks: decisionBlocks(each) })),
    ...landings.map((each) => ({ at: each.at, blocks: landingBlocks(each, decided) })),
  ].sort((a, b) => a.at - b.at);
  const parts = [
    `# ${line(task.brief.title)}`,
    bullets(facts(record)),
    "## The task",
    ...briefBlocks(task.brief),
    ...inOrder.flatMap((each) => each.blocks),
  ];
  return { folder: "workers", file: `${task.id}.md`, text: blocks(parts) };
}

function facts({ task, costUsd, lostUsd }: TaskRecord): readonly string[] {
  const { id, cycle, brief, createdAt, state } = task;
  const lost =
    lostUsd === 0
      ? ""
      : `; ${money(lostUsd)} of it was reserved by a session that was lost, and counts as spent`;
  return [
    `Task: ${code(id)}, ${brief.kind}, priority ${brief.priority}`,
    cycle === null ? "Added by a person" : `Planned in cycle ${code(cycle)}`,
    `Created: ${moment(createdAt)}`,
    `State: ${stateText(state)}`,
    `Cost of all its sessions: ${money(costUsd)}${lost}`,
  ];
}

function stateText(state: TaskState): string {
  switch (state.at) {
    case "done":
      return state.landed === null
        ? "done, by its report"
        : `done, landed as ${code(state.landed)}`;
    case "failed":
      return `failed: ${failureSentence(state.failure.kind)}`;
    case "skipped":
      return `skipped: ${line(state.reason)}`;
    case "blocked":
      return "blocked: it asks a person";
    case "held":
      return `held for a person's approval: ${line(state.why)}`;
    case "approved":
      return state.parked === null ? "approved" : `approved, parked: ${line(state.parked)}`;
    default:
      return state.at;
  }
}

function attemptBlocks(attempt: Attempt): readonly string[] {
  const { kind, round, summary, changes, outcome } = attempt;
  const title =
    kind === "work" ? `Attempt ${attempt.attempt}` : `Conflicts resolved, round ${round}`;
  const parts = [`## ${title}`, bullets(attemptFacts(attempt))];
  if (changes.length > 0) parts.push("Changed:", bullets(changesLines(changes)));
  parts.push(...outcomeBlocks(outcome));
  if (attempt.leftover !== undefined) parts.push(...leftoverBlocks(attempt.leftover));
  if (summary.trim() !== "") parts.push("In the agent's words:", passage(summary));
  return parts;
}

function leftoverBlocks({ ref, changes, leftOut }: Leftover): readonly string[] {
  const { files, added, deleted } = sizeOf(changes);
  const size = `${count(files, "file")}, ${count(added, "line")} added, ${deleted} deleted`;
  const parts = [`Left without submitting it, and kept as ${code(ref)} (${size}):`];
  if (changes.length > 0) parts.push(bullets(changesLines(changes)));
  if (leftOut.length > 0) parts.push("Not kept:", bullets(leftOut.map((each) => line(each))));
  return parts;
}

function attemptFacts(attempt: Attempt): readonly string[] {
  const { model, base, startedAt, endedAt, durationMs, spending, changes } = attempt;
  const lines = [`Model: ${code(model)}`, `Started: ${moment(startedAt)}`];
  if (attempt.kind === "resolve") lines.unshift(`Of attempt: ${attempt.attempt}`);
  if (base !== null) lines.push(`Began from: ${code(base)}`);
  if (attempt.carried !== undefined)
    lines.push(`Went on from what an earlier attempt left: ${code(attempt.carried)}`);
  if (attempt.held !== undefined) lines.push(`Ran: ${line(attempt.held)}`);
  if (endedAt === null) return [...lines, "Still under way"];
  const { files, added, deleted } = sizeOf(changes);
  const size = `${count(files, "file")}, ${count(added, "line")} added, ${deleted} deleted`;
  lines.push(`Took: ${duration(durationMs)}`, ...spendingLines(spending));
  if (files > 0) lines.push(`Size: ${size}`);
  return lines;
}

/** Money, turns and tokens of a session, a line each. */
function spendingLines({ costUsd, turns, usage }: Spending): readonly string[] {
  const tokens = usage.map(
    (each) =>
      `Tokens of ${code(each.model)}: ${each.inputTokens} in, ${each.outputTokens} out, ` +
      `${each.cacheReadTokens} read from the cache, ${each.cacheWriteTokens} written to it`,
  );
  return [`Cost: ${money(costUsd)} in ${count(turns, "turn")}`, ...tokens];
}

/** Files named in a document; a change with more is better read as a diff. */
const filesMax = 100;

function changesLines(changes: readonly FileChange[]): readonly string[] {
  const lines = changes.slice(0, filesMax).map(({ path, from, status, added, deleted }) => {
    const size = added === null || deleted === null ? "binary" : `+${added} −${deleted}`;
    const name = from === null ? code(path) : `${code(from)} → ${code(path)}`;
    return `${name}: ${status}, ${size}`;
  });
  const more = changes.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${count(more, "file")} more`];
}

function outcomeBlocks(outcome: AttemptOutcome): readonly string[] {
  switch (outcome.kind) {
    case "running":
      return [];
    case "submitted":
      return [`Outcome: submitted as ${code(outcome.commit)}`];
    case "failed": {
      const { kind, detail } = outcome.failure;
      return [`Outcome: failed, ${failureSentence(kind)}`, passage(detail)];
    }
    case "released":
      return [`Outcome: interrupted through no fault of its own: ${line(outcome.why)}`];
    case "blocked":
      return ["Outcome: blocked, with a question for a person", passage(outcome.question)];
    case "declined":
      return ["Outcome: declined, nothing was to be changed", passage(outcome.why)];
    case "reported":
      return ["Outcome: reported", "### Report", passage(outcome.report)];
    default:
      return outcome satisfies never;
  }
}

const landingStates: { readonly [S in Landing["state"]]: string } = {
  intended: "begun",
  landed: "landed",
  raced: "the branch had moved; tried again",
  parked: "waits for the person's checkout",
};

function landingBlocks(landing: Landing, decided: readonly Explained[]): readonly string[] {
  const { state, branch, commit, base, at, checks } = landing;
  const last = decided.filter((each) => each.at <= at && each.about !== null).at(-1);
  const about = last?.event.type === "task.approved" ? last.about : null;
  const lines = [
    `State: ${landingStates[state]}`,
    `Branch: ${code(branch)}`,
    `Commit: ${code(commit)}`,
    `On top of: ${code(base)}`,
    `When: ${moment(at)}`,
    ...(about === null ? [] : [`A person approved it although it waited: ${line(about)}`]),
    ...checks.map(({ name, sentence }) => `The check ${code(name)} ${line(sentence)}`),
  ];
  return ["## Landing", bullets(lines)];
}
