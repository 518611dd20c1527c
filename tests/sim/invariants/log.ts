/**
 * Follows a project's log: each event as a step of the machine, as the ledger says that it was
 * taken.
 */

import { tellTask } from "../../../src/core/history.ts";
import type { LogEvent } from "../../../src/core/ledger.ts";
import type { Process } from "../world/time.ts";
import { say } from "../world/universe.ts";
import { invariants } from "./all.ts";
import type { Invariant, Scene } from "./facts.ts";

/** Asks invariants about facts. */
export type Ask = <F>(list: readonly Invariant<F>[], facts: F) => void;

/** Reads the events that came since the last look, and asks what each concerns. */
export function readEvents(scene: Scene, by: Process, ask: Ask): void {
  const { known, data, universe } = scene;
  while (known.cursor < data.events.length) {
    const { event } = data.events[known.cursor] ?? {};
    known.cursor += 1;
    if (event === undefined) continue;
    if (event.of === "task") readTask(scene, event, by, ask);
    if (event.of === "cycle") readCycle(scene, event, ask);
    if (event.of === "project" && event.event.type === "project.resumed") known.failedInARow = 0;
    if (event.of === "project" && !/succeeded|failed/.test(event.event.type))
      say(universe, `${known.land.name}: ${JSON.stringify(event.event)}`);
    if (event.of === "note" && event.event.level === "warning") {
      say(universe, `${known.land.name}: ${event.event.text}`);
      universe.watch.heard(event.event.text);
    }
  }
}

function readTask(
  scene: Scene,
  { task: id, event, ...rest }: Extract<LogEvent, { readonly of: "task" }>,
  by: Process,
  ask: Ask,
): void {
  const { known, data, universe } = scene;
  const task = data.tasks.get(id);
  if (task === undefined) return;
  if (event.type === "task.created") {
    known.states.set(id, event.task.state);
    ask(invariants.created, { ...scene, task });
    return;
  }
  const before = known.states.get(id);
  if (before === undefined || !("rules" in rest)) return;
  const lastFailure = known.lastFailures.get(id) ?? null;
  const told = { rules: rest.rules, now: universe.time.now() };
  const stepped = tellTask({ ...task, state: before, lastFailure }, event, told);
  if (stepped.kind !== "moved") {
    universe.watch.heard(`${event.type} was written of ${id}, which was ${before.at}`);
    return;
  }
  const { state: after } = stepped.task;
  known.lastFailures.set(id, stepped.task.lastFailure);
  known.states.set(id, after);
  if (event.type.endsWith(".started")) {
    known.begun.set(id, universe.time.now());
    known.endings.delete(`${by.owner} ${id}`);
  }
  count(scene, `${before.at} ${event.type} → ${after.at}`);
  if ("failure" in event || event.type === "task.rejected" || event.type === "merge.conflicted")
    if (after.at === "pending" || after.at === "failed")
      known.failures.set(id, (known.failures.get(id) ?? 0) + 1);
  if (event.type === "task.retried") known.failures.set(id, 0);
  if (after.at === "failed") known.failedInARow += 1;
  if (after.at === "done") known.failedInARow = 0;
  const token = "token" in event ? `#${event.token} ` : "";
  say(
    universe,
    `${known.land.name}: ${id} ${token}${event.type}: ${before.at} → ${after.at}, by ${by.owner}`,
  );
  ask(invariants.stepped, { ...scene, task, before, event, after, by });
}

function count({ universe: { tally } }: Scene, row: string): void {
  tally.rows.set(row, (tally.rows.get(row) ?? 0) + 1);
  if (/judge.failed|merge.rejected/.test(row)) tally.rejections += 1;
  if (row.includes("merge.conflicted")) tally.conflicts += 1;
  if (row.includes(".released")) tally.releases += 1;
}

function readCycle(
  scene: Scene,
  { cycle: id, event }: Extract<LogEvent, { readonly of: "cycle" }>,
  ask: Ask,
): void {
  const { universe, known, data } = scene;
  say(universe, `${known.land.name}: cycle ${id} ${event.type}`);
  if (event.type === "cycle.started") known.begun.set(id, universe.time.now());
  const cycle = data.cycles.get(id);
  if (cycle === undefined) return;
  if (event.type === "cycle.completed")
    ask(invariants.completed, { ...scene, cycle, outcome: event.outcome });
  if (event.type === "cycle.planned") ask(invariants.planned, { ...scene, cycle });
}
