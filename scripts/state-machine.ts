import { type FailureKind, failureClasses, failureSentence } from "../src/core/failure.ts";
import { queueOf } from "../src/core/jobs.ts";
import { defaultRetryRules, waitMs } from "../src/core/retry.ts";
import { type At, statusOf, type TaskState } from "../src/core/task.ts";
import { taskTable } from "../src/core/task-machine.ts";
import type { EventType } from "../src/core/task-rows/row.ts";

interface Row {
  readonly from: At;
  readonly event: EventType;
  readonly to: readonly At[];
}

/** What each event tells, for the reader of the printed table. */
const meanings: { readonly [E in EventType]: string } = {
  "work.started": "a worker has been given the task",
  "work.submitted": "the worker's files were taken as a commit",
  "work.failed": "the attempt came to nothing; a fresh one follows while any are left",
  "work.released": "interrupted through no fault of the task: shutdown, usage limit, outage",
  "work.blocked": "the worker asks a person",
  "work.declined": "nothing needs to be changed",
  "work.reported": "a review's report is there",
  "judge.started": "the judge has been given the commit",
  "judge.passed": "checks and reading are in favour; a hold asks a person as well",
  "judge.failed": "checks or reading are against it; a fresh attempt follows while any are left",
  "judge.inconclusive": "no verdict; the same commit is judged again while tries are left",
  "judge.released": "interrupted through no fault of the task",
  "merge.started": "the refinery has been given the commit",
  "merge.landed": "the branch has it",
  "merge.raced": "the branch had moved; tried again",
  "merge.parked": "something of the person's is in the way; tried again later",
  "merge.conflicted": "it conflicts with what has landed since",
  "merge.rejected": "red once merged; a fresh attempt follows while any are left",
  "resolve.started": "the refinery has been given the conflict",
  "resolve.submitted": "the conflict is resolved; the result is judged like any other",
  "resolve.failed": "the conflict could not be resolved",
  "resolve.released": "interrupted through no fault of the task",
  "lease.expired": "the holder was lost",
  "task.answered": "a person answered the worker's question",
  "task.approved": "a person agreed",
  "task.rejected": "a person disagreed",
  "task.skipped": "a person gave it up",
  "task.retried": "a person wants it done after all, with all attempts anew",
  "task.reverted": "it was taken back out of the branch",
};

function rowsOf(table: typeof taskTable): readonly Row[] {
  return Object.entries(table).flatMap(([from, events]) =>
    Object.entries(events).map(([event, { to }]) => ({
      from: from as At, // the table's keys are its states, and theirs are events
      event: event as EventType,
      to,
    })),
  );
}

/** The document of the task's machine, as the table has it. */
export function renderStateMachine(): string {
  const rows = rowsOf(taskTable);
  const parts = [intro, diagram(rows), "## States", states(), "## Events", events(rows), closing];
  parts.push("## Failures", failuresIntro, failures());
  return `${parts.join("\n\n")}\n`;
}

const intro = `# The life of a task

Printed from the table in \`src/core/task-machine.ts\` by \`npm run docs\`; the table is the implementation.
An event that has no row in a state is refused. An event of a holder that has lost its lease is stale: it is answered
and dropped.`;

const closing = `A lost lease costs a try, not an attempt: the same session, workspace and commit go on. A merge whose
holder was lost is \`unsettled\`, because the branch may have it already; only another merge can find out.`;

const failuresIntro = `What a failed attempt is followed by goes by the class of its failure (\`src/core/failure.ts\`):

- **passing**: it failed by chance. Another attempt follows after a longer wait, while any are left.
- **instructive**: it failed with evidence. Another attempt follows soon and is told the evidence; the same failure
  twice with the same evidence (times, ids and places aside) ends the task, which says so.
- **final**: another attempt would fail too. The task fails at once, with the reason.

Waits double from ${defaultRetryRules.backoffMs / 1_000} s (passing: ${waitMs("stalled", 1, 1, defaultRetryRules) / 1_000} s) up to ${defaultRetryRules.backoffMaxMs / 60_000} minutes, with up to half of jitter. *Attempts* are fresh starts
(${defaultRetryRules.attemptsMax} by default); *tries* are leases on the same attempt or commit, and a lost one is no failure. A task
fails where ${defaultRetryRules.lossesMax} of them are lost, because whatever kills its process must not do so for ever; or where ${defaultRetryRules.triesMax}
judgements of one commit come to nothing.`;

function failures(): string {
  const kinds = Object.keys(failureClasses) as FailureKind[]; // the keys are typed
  const lines = kinds.map(
    (kind) => `| \`${kind}\` | ${failureSentence(kind)} | ${failureClasses[kind]} |`,
  );
  return ["| failure | which means | class |", "|---|---|---|", ...lines].join("\n");
}

/** Left out of the picture, where they would hide the rest: they are in the table. */
const hidden: readonly EventType[] = ["task.skipped", "task.retried", "task.reverted"];

function diagram(rows: readonly Row[]): string {
  const arrows = new Map<string, string[]>();
  for (const { from, event, to } of rows) {
    if (hidden.includes(event)) continue;
    for (const each of to) {
      const arrow = `${from} --> ${each}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), event]);
    }
  }
  const lines = ["stateDiagram-v2", "  [*] --> pending"];
  for (const [arrow, names] of arrows) lines.push(`  ${arrow}: ${names.join(", ")}`);
  for (const end of ["done", "failed", "skipped"]) lines.push(`  ${end} --> [*]`);
  return `\`\`\`mermaid\n${lines.join("\n")}\n\`\`\`\n\n${notDrawn}`;
}

const notDrawn = `Not drawn: a person can skip a task in most states, retry one that failed or was skipped, and undo
one that is done.`;

function states(): string {
  const lines = Object.keys(taskTable).map((at) => {
    const state = { at, parked: null } as TaskState; // status and queue go by the tag, but for what is parked
    const status = at === "approved" ? "in_progress; waiting while parked" : statusOf(state);
    return `| \`${at}\` | ${status} | ${queueOf(state) ?? ""} |`;
  });
  return ["| state | public status | job |", "|---|---|---|", ...lines].join("\n");
}

function events(rows: readonly Row[]): string {
  const lines = rows.map(({ from, event, to }) => {
    const targets = to.map((each) => `\`${each}\``).join(", ");
    return `| \`${from}\` | \`${event}\` | ${targets} | ${meanings[event]} |`;
  });
  return ["| from | event | to | which tells |", "|---|---|---|---|", ...lines].join("\n");
}
