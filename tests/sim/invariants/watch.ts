/** Watches every write, landing and charge, and asks each invariant that it concerns. */

import type { ProjectName } from "../../../src/core/ids.ts";
import type { Change } from "../../../src/core/ledger.ts";
import { noLimit } from "../../../src/core/limit.ts";
import { type Land, onPurpose, say, type Universe, type Watch } from "../world/universe.ts";
import { invariants } from "./all.ts";
import type { Claimed, Invariant, Known, Scene } from "./facts.ts";
import { readEvents } from "./log.ts";
import { subjectKey } from "./places.ts";
import { purposeOf } from "./work.ts";

export interface Violation {
  readonly invariant: string;
  readonly promise: string;
  readonly what: string;
}

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
  let limit = noLimit;
  let toldUntil = 0;
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
    wrote: (project, by) => {
      about(project, (scene) => {
        if (wroteNothing(scene)) return;
        readEvents(scene, by, ask);
        for (const claimed of claimsIn(scene, project, { limit, toldUntil }))
          ask(invariants.claimed, claimed);
        scene.known.jobs = new Map(scene.data.jobs);
        ask(invariants.wrote, scene);
      });
      // also where a death between the two books left only the portfolio's
      limit = universe.store.portfolio.limit.get("") ?? noLimit;
    },
    writes: (project, changes, by) => {
      about(project, (scene) => ask(invariants.writing, { ...scene, changes, by }));
      // also for a project that has no data yet
      const isLifted = changes.some(({ kind }) => kind === "limit") && by.seat === "person";
      toldUntil = isLifted ? 0 : Math.max(toldUntil, toldBy(universe, project, changes));
    },
    finishes: (delivery) =>
      about(delivery.project, (scene) => ask(invariants.finishing, { ...scene, delivery })),
    landed: ({ name }, request) =>
      about(name, (scene) => ask(invariants.landed, { ...scene, request })),
    charged: (account) =>
      about(account.project, (scene) => ask(invariants.charged, { ...scene, account })),
    began: ({ name }, request, by, book) =>
      about(name, (scene) => ask(invariants.began, { ...scene, request, by, book })),
    ended: ({ name, rooms }, request, by, { kind }) =>
      about(name, ({ known }) => {
        const [, id] = request.transcript.split("-");
        known.endings.set(`${by.owner} ${id}`, kind);
        // without its files a session cannot go on: a machine may lose them, the program may not
        if (kind === "answered" && (request.role === "judge" || rooms.has(request.cwd)))
          known.finished.set(purposeOf(request), {
            session: request.session,
            at: universe.time.now(),
          });
      }),
    gone: (land, room) => about(land.name, (scene) => ask(invariants.gone, { ...scene, room })),
    refused: (land, room, by) =>
      about(land.name, (scene) => ask(invariants.refused, { ...scene, room, by })),
    rescued: ({ name }, rescued) => about(name, ({ known }) => void known.rescued.add(rescued)),
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
const expected = new RegExp(
  `${onPurpose}|AbortError|LeaseLost|the lease on|aborted|all projects wait`,
);

const knownOf = (land: Land): Known => ({
  land,
  cursor: 0,
  lastToken: 0,
  begunBy: new Map(),
  jobs: new Map(),
  states: new Map(),
  lastFailures: new Map(),
  newest: new Map(),
  failures: new Map(),
  failedInARow: 0,
  finished: new Map(),
  begun: new Map(),
  endings: new Map(),
  rescued: new Set(),
});

function wroteNothing({ known, data }: Scene): boolean {
  if (data.events.length !== known.cursor || data.jobs.size !== known.jobs.size) return false;
  for (const [id, row] of data.jobs) if (known.jobs.get(id) !== row) return false;
  return true;
}

/** When sessions may start again, as the vendor told the deliveries that are being released. */
function toldBy(
  { vendor, store }: Universe,
  project: ProjectName,
  changes: readonly Change[],
): number {
  const mode = store.portfolio.limit.get("")?.mode;
  let until = 0;
  for (const change of changes) {
    if (change.kind !== "event" || !("event" in change.event)) continue;
    const { event } = change.event;
    if (!event.type.endsWith(".released") || !("token" in event)) continue;
    // while another tries, what ran on since before tells nothing new
    const probe = mode?.at === "probing" ? mode.probe : null;
    // projects count their deliveries each for itself
    const isProbe = probe?.project === project && probe.token === event.token;
    if (probe !== null && !isProbe) continue;
    until = Math.max(until, vendor.accounts.get(`${project} ${event.token}`)?.toldUntil ?? 0);
  }
  return until;
}

function claimsIn(
  scene: Scene,
  project: ProjectName,
  { limit, toldUntil }: Pick<Claimed, "limit" | "toldUntil">,
): readonly Claimed[] {
  const { known, data } = scene;
  const claims: Claimed[] = [];
  for (const [id, row] of data.jobs) {
    const { job } = row;
    const before = known.jobs.get(id);
    if (job.state.at !== "live" || before === row) continue;
    const { token } = job.state;
    if (before?.job.state.at === "live" && before.job.state.token === token) continue; // renewed
    const live = row as Claimed["row"]; // it is live, as was seen above
    claims.push({ ...scene, limit, toldUntil, row: live, token, before: known.jobs });
    known.lastToken = Math.max(known.lastToken, token - 1);
    known.newest.set(subjectKey(project, job), token);
    const owners = known.begunBy.get(job.id) ?? new Set();
    known.begunBy.set(job.id, owners.add(row.owner ?? ""));
  }
  return claims;
}
