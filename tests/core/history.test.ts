/** The log alone gives the state again, whatever was decided. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { audit, type Stored } from "../../src/core/audit.ts";
import { requestCycle } from "../../src/core/commands.ts";
import { openDraft } from "../../src/core/draft.ts";
import { type Entry, replay } from "../../src/core/history.ts";
import { cycleId, later, token } from "../../src/core/ids.ts";
import type { Change, View } from "../../src/core/ledger.ts";
import { newProject } from "../../src/core/project.ts";
import { defaultRetryRules as rules } from "../../src/core/retry.ts";
import type { TaskEvent } from "../../src/core/task.ts";
import { events, states } from "../support/machine.ts";
import { aTask, aTaskId, noon, sha } from "../support/records.ts";
import { aView } from "../support/views.ts";

/** A ledger that keeps what decisions write. */
function openRecord() {
  let stored: Stored = { project: null, tasks: [], cycles: [], landings: [] };
  const log: Entry[] = [];
  let now = noon;
  const view = (): View =>
    aView({
      now,
      project: stored.project ?? newProject,
      tasks: stored.tasks,
      cycles: stored.cycles,
    });
  const put = <T extends { readonly id: string }>(all: readonly T[], one: T): readonly T[] => [
    ...all.filter(({ id }) => id !== one.id),
    one,
  ];
  const apply = (changes: readonly Change[]): void => {
    for (const each of changes) {
      if (each.kind === "task") stored = { ...stored, tasks: put(stored.tasks, each.task) };
      if (each.kind === "cycle") stored = { ...stored, cycles: put(stored.cycles, each.cycle) };
      if (each.kind === "project") stored = { ...stored, project: each.project };
      // as it comes back from a file
      if (each.kind === "event")
        log.push(JSON.parse(JSON.stringify({ seq: log.length + 1, at: now, event: each.event })));
    }
    now = later(now, 1_000);
  };
  return { view, apply, log, stored: () => stored };
}

const create = (record: ReturnType<typeof openRecord>): void => {
  const draft = openDraft(record.view(), rules);
  draft.create(aTask({ state: states.pending }));
  record.apply(draft.changes());
};

const anEvent: fc.Arbitrary<TaskEvent> = fc.constantFrom(...Object.values(events));

test("replaying the log of any history gives the stored records again", () => {
  fc.assert(
    fc.property(fc.array(anEvent, { maxLength: 40 }), (told) => {
      const record = openRecord();
      create(record);
      record.apply(requestCycle(record.view(), cycleId("c00000000001"), "person", 0).changes);
      for (const event of told) {
        const draft = openDraft(record.view(), rules);
        // the holder is whoever holds the task now
        const held = draft.task(aTaskId)?.state;
        const by = held !== undefined && "token" in held ? held.token : token(9);
        draft.tell(aTaskId, "token" in event ? { ...event, token: by } : event);
        record.apply(draft.changes());
      }
      // no landings are kept here: that they are missed is looked at below
      const flaws = audit(replay(record.log), record.stored());
      expect(flaws.filter((each) => !each.includes("no such landing"))).toEqual([]);
    }),
  );
});

test("what was changed behind the log's back is named with its place", () => {
  const record = openRecord();
  create(record);
  const draft = openDraft(record.view(), rules);
  draft.tell(aTaskId, { type: "task.skipped", reason: "no" });
  record.apply(draft.changes());
  const [task] = record.stored().tasks;
  if (task === undefined) throw new Error("the task is stored");
  const past = replay(record.log);
  const forged = { ...task, state: { ...states.done, landed: null } };
  expect(audit(past, { ...record.stored(), tasks: [forged] })).toContain(
    `task ${aTaskId}: state.at is "done", by the log "skipped"`,
  );
  expect(audit(past, { ...record.stored(), tasks: [] })).toEqual([
    `task ${aTaskId} is in the log, but not stored`,
  ]);
  expect(audit(replay([]), record.stored())).toContain(
    `task ${aTaskId} is stored, but the log never created it`,
  );
});

test("an event that cannot have happened is a flaw of the log", () => {
  const skipped = { type: "task.skipped", reason: "no" } as const;
  const log: Entry[] = [
    { seq: 1, at: noon, event: { of: "task", task: aTaskId, event: skipped, rules } },
  ];
  expect(replay(log).flaws).toEqual([`event 1 (task.skipped): task ${aTaskId} was never created`]);
});

test("work that is called done without a landing is a flaw", () => {
  const done = aTask({ state: states.done });
  const created = { type: "task.created", task: done } as const;
  const past = replay([{ seq: 1, at: noon, event: { of: "task", task: aTaskId, event: created } }]);
  const stored: Stored = { project: null, tasks: [done], cycles: [], landings: [] };
  expect(audit(past, stored)).toEqual([
    `task ${aTaskId} is done at ${sha("d")}, but no such landing is recorded`,
  ]);
});
