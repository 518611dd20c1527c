/** Watches every write, landing and charge, and asks each invariant that it concerns. */
import type { ProjectData } from "../../../src/adapters/engine/memory/rows.ts";
import type { ProjectName } from "../../../src/core/ids.ts";
import type { LogEvent } from "../../../src/core/ledger.ts";
import type { Task } from "../../../src/core/task.ts";
import { step } from "../../../src/core/task-machine.ts";
import type { Process } from "../world/time.ts";
import { type Land, onPurpose, say, type Universe, type Watch } from "../world/universe.ts";
import * as branch from "./branch.ts";
import * as cycles from "./cycles.ts";
import type { Claimed, Invariant, Known, Scene } from "./facts.ts";
import * as money from "./money.ts";
import * as places from "./places.ts";
import * as rest from "./rest.ts";
import * as tasks from "./tasks.ts";
import * as work from "./work.ts";

export interface Violation {
  readonly invariant: string;
  readonly promise: string;
  readonly what: string;
}

/** The invariants by what they are asked about. */
export const invariants = {
  landed: [
    branch.onlyCheckedTreesLand,
    branch.landsWhileItMerges,
    branch.landsOnce,
    branch.landingsChangeSomething,
  ],
  stepped: [
    branch.doneMeansLanded,
    branch.landedIsNotGivenUp,
    work.givenUpStartsNothing,
    work.candidatesAreKept,
    work.submittedIsNotEmpty,
    tasks.vendorBurnsNothing,
    tasks.attemptsAreCounted,
    tasks.triesAreBounded,
    tasks.retriesAreTold,
  ],
  claimed: [
    places.slotsAreStrict,
    places.portfolioSlotsAreStrict,
    places.mergesAreInOrder,
    places.urgentGoesFirst,
    places.tokensGrow,
    places.pausedStartsNothing,
    places.oneCycleAtATime,
    places.sessionsAreReserved,
    tasks.startsAreFresh,
  ],
  wrote: [
    tasks.logTellsTheState,
    tasks.heldHasItsJob,
    tasks.overHasNoJob,
    tasks.failuresOpenTheCircuit,
    money.billIsCovered,
    money.portfolioCountsEnough,
  ],
  writing: [tasks.verdictsAreOfThisCommit, tasks.passesArePasses, tasks.onlyHoldersMeanToLand],
  finishing: [places.staleFinishesNothing],
  charged: [money.billIsCovered, money.capsHold],
  completed: [cycles.outcomesAddUp, cycles.completedAtRest, cycles.cutShortSaysWhy],
  planned: [cycles.plansFit],
  created: [cycles.plansRepeatNothing],
  began: [work.finishedIsNotPaidAgain],
  now: [work.unlandedWorkStays],
  atRest: [
    branch.landedIsDone,
    work.unlandedWorkStays,
    rest.nothingStaysReserved,
    rest.trailIsComplete,
    rest.landedIsSwept,
    rest.allComesToRest,
  ],
} as const;

export interface Guard extends Watch {
  readonly violation: () => Violation | null;
  /** Breaks the named promise. */
  readonly broken: (violation: Violation) => void;
  /** Asks what holds at any moment. */
  readonly look: () => void;
  /** What does not hold yet that must in the end; null where all does. */
  readonly pending: () => Violation | null;
}

/** Opens the watch over a universe. */
export function openWatch(universe: Universe): Guard {
  let violation: Violation | null = null;
  const all = new Map<ProjectName, Known>();
  const broken = (found: Violation): void => {
    if (violation !== null) return;
    violation = found;
    say(universe, `VIOLATION of ${found.promise}, ${found.invariant}: ${found.what}`);
  };
  const ask = <F>(list: readonly Invariant<F>[], facts: F): void => {
    for (const { name, promise, check } of list) {
      const what = check(facts);
      if (what !== null) broken({ invariant: name, promise, what });
    }
  };
  const sceneOf = (project: ProjectName): Scene | null => {
    const data = universe.store.projects.get(project);
    const land = universe.lands.get(project);
    if (data === undefined || land === undefined) return null;
    const known = all.get(project) ?? knownOf(land);
    all.set(project, known);
    return { universe, known, data };
  };
  const about = (project: ProjectName, act: (scene: Scene) => void): void => {
    const scene = sceneOf(project);
    if (scene !== null) act(scene);
  };
  return {
    violation: () => violation,
    broken,
    look: () => {
      for (const name of universe.lands.keys()) about(name, (scene) => ask(invariants.now, scene));
    },
    pending: () => {
      for (const project of universe.lands.keys()) {
        const scene = sceneOf(project);
        for (const { name, promise, check } of invariants.atRest) {
          const what = scene === null ? `${project} has no ledger` : check(scene);
          if (what !== null) return { invariant: name, promise, what };
        }
      }
      return null;
    },
    wrote: (project, by) =>
      about(project, (scene) => {
        if (wroteNothing(scene)) return;
        readEvents(scene, by, ask);
        for (const claimed of claimsIn(scene, project)) ask(invariants.claimed, claimed);
        scene.known.jobs = new Map(scene.data.jobs);
        ask(invariants.wrote, scene);
      }),
    writes: (project, changes, by) =>
      about(project, (scene) => ask(invariants.writing, { ...scene, changes, by })),
    finishes: (delivery) =>
      about(delivery.project, (scene) => ask(invariants.finishing, { ...scene, delivery })),
    landed: ({ name }, request) =>
      about(name, (scene) => ask(invariants.landed, { ...scene, request })),
    charged: (project) => about(project, (scene) => ask(invariants.charged, scene)),
    began: ({ name }, request, by, book) =>
      about(name, (scene) => ask(invariants.began, { ...scene, request, by, book })),
    ended: ({ name, rooms }, request, by, { kind }) =>
      about(name, ({ known }) => {
        const [, id] = request.transcript.split("-");
        known.endings.set(`${by.owner} ${id}`, kind);
        // without its files a session cannot go on: a machine may lose them, the program may not
        if (kind === "answered" && (request.role !== "worker" || rooms.has(request.cwd)))
          known.finished.set(request.transcript, request.session);
      }),
    lost: ({ name }, room) => about(name, ({ known }) => void known.finished.delete(room)),
    heard: (text) => {
      if (!expected.test(text)) broken({ invariant: "no bugs", promise: "S1.8", what: text });
    },
    broke: (fault) => {
      const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
      if (!expected.test(text)) broken({ invariant: "no bugs", promise: "S1.8", what: text });
    },
  };
}

/** What a fault of this world, or a stop, makes the program say. */
const expected = new RegExp(`${onPurpose}|AbortError|LeaseLost|the lease on|aborted`);

const knownOf = (land: Land): Known => ({
  land,
  cursor: 0,
  lastToken: 0,
  jobs: new Map(),
  states: new Map(),
  newest: new Map(),
  failures: new Map(),
  failedInARow: 0,
  finished: new Map(),
  endings: new Map(),
});

function wroteNothing({ known, data }: Scene): boolean {
  if (data.events.length !== known.cursor || data.jobs.size !== known.jobs.size) return false;
  for (const [id, row] of data.jobs) if (known.jobs.get(id) !== row) return false;
  return true;
}

function claimsIn(scene: Scene, project: ProjectName): readonly Claimed[] {
  const { known, data } = scene;
  const claims: Claimed[] = [];
  for (const [id, row] of data.jobs) {
    const { job } = row;
    const before = known.jobs.get(id);
    if (job.state.at !== "live" || before === row) continue;
    const { token } = job.state;
    if (before?.job.state.at === "live" && before.job.state.token === token) continue; // renewed
    claims.push({ ...scene, row: row as Claimed["row"], token, before: known.jobs }); // it is live
    known.lastToken = Math.max(known.lastToken, token - 1);
    known.newest.set(places.subjectKey(project, job), token);
  }
  return claims;
}

type Ask = <F>(list: readonly Invariant<F>[], facts: F) => void;

function readEvents(scene: Scene, by: Process, ask: Ask): void {
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
  void data;
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
  const stepped = step({ ...task, state: before } satisfies Task, event, rest.rules);
  if (stepped.kind !== "moved") {
    universe.watch.heard(`${event.type} was written of ${id}, which was ${before.at}`);
    return;
  }
  const after = stepped.state;
  known.states.set(id, after);
  if (event.type.endsWith(".started")) known.endings.delete(`${by.owner} ${id}`);
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
  const cycle = (data as ProjectData).cycles.get(id);
  if (cycle === undefined) return;
  if (event.type === "cycle.completed")
    ask(invariants.completed, { ...scene, cycle, outcome: event.outcome });
  if (event.type === "cycle.planned") ask(invariants.planned, { ...scene, cycle });
}
