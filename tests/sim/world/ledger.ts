/**
 * The engine as one process has it: its own shared logic on storage in memory, with faults around
 * it.
 */
import { openMemoryEngine } from "../../../src/adapters/engine/memory/engine.ts";
import type { ProjectName } from "../../../src/core/ids.ts";
import type { Decision, View } from "../../../src/core/ledger.ts";
import { type Engine, LedgerError } from "../../../src/ports/engine.ts";
import { type Calls, kill } from "./calls.ts";
import { never, onPurpose, strikes, type Universe } from "./universe.ts";
import { dayOf } from "./vendor.ts";

export const leaseMs = 30_000;

/** A death between the portfolio's commit and the project's. */
class DiedBetween extends Error {}

/** Opens the ledgers; `drowsy` is how many times longer than asked it waits for changes. */
export function fakeLedger(universe: Universe, calls: Calls, drowsy: number): Engine {
  const { store, time, random, watch } = universe;
  const { process } = calls;
  const clock = {
    now: time.now,
    random: random.next,
    sleep: (ms: number, signal: AbortSignal) => calls.sleep(ms, signal),
  };
  const engine = openMemoryEngine({
    store,
    clock,
    owner: process.owner,
    ownersAlive: () => universe.alive,
    dayOf,
    leaseMs,
    between: () => {
      if (!strikes(universe, "crash between two files")) return;
      kill(universe, process, "crash between two files");
      throw new DiedBetween();
    },
  });
  /** Something that is written, or not, in one instant. */
  const write = async <T>(
    what: string,
    project: ProjectName,
    run: () => Promise<T>,
  ): Promise<T> => {
    universe.tally.calls += 1;
    if (random.chance(0.05)) await calls.sleep(random.between(1, 40));
    await calls.hazard(`ledger.${what}`, "crash before a call");
    if (strikes(universe, "ledger fails before its commit"))
      throw new LedgerError(`${onPurpose}disk I/O error`, "try again");
    let answer: T;
    try {
      const written = run();
      watch.wrote(project, process);
      answer = await written;
    } catch (fault) {
      if (fault instanceof DiedBetween) return never();
      watch.broke(fault);
      throw fault;
    }
    await calls.hazard(`ledger.${what}`, "crash after a call");
    if (strikes(universe, "ledger fails after its commit"))
      throw new LedgerError(`${onPurpose}disk I/O error after the commit`, "try again");
    return answer;
  };
  const read = async <T>(run: () => Promise<T>): Promise<T> => {
    universe.tally.calls += 1;
    if (strikes(universe, "ledger fails before its commit"))
      throw new LedgerError(`${onPurpose}disk I/O error`, "try again");
    return run();
  };
  const watched =
    <A>(project: ProjectName, decide: (view: View) => Decision<A>) =>
    (view: View): Decision<A> => {
      const decision = decide(view);
      if (decision.changes.length > 0) watch.writes(project, decision.changes, process);
      return decision;
    };
  return {
    ...reads(engine, read),
    transact: (project, needs, decide) =>
      write("transact", project, () => engine.transact(project, needs, watched(project, decide))),
    async claim(project, admit) {
      const claim = await write("claim", project, () => engine.claim(project, admit));
      if (claim.kind === "claimed") {
        const { job, token } = claim.delivery;
        const subject = job.subject.kind === "task" ? job.subject.task : job.subject.cycle;
        universe.given.set(`${process.owner} ${project} ${job.queue} ${subject}`, token);
      }
      return claim;
    },
    renew: (delivery) => write("renew", delivery.project, () => engine.renew(delivery)),
    finish: (delivery, needs, decide) =>
      write("finish", delivery.project, () =>
        engine.finish(
          delivery,
          needs,
          watched(delivery.project, (view) => {
            watch.finishes(delivery); // asked only where the delivery is held
            return decide(view);
          }),
        ),
      ),
    recover: (project) => write("recover", project, () => engine.recover(project)),
    // a slow machine looks seldom, though often enough for its leases; what is written wakes it
    changed: (ms, signal) => engine.changed(ms <= 1_000 ? ms * drowsy : ms, signal),
    renewMs: engine.renewMs,
    close: () => engine.close(),
  };
}

type Reads =
  | "version"
  | "overview"
  | "tasks"
  | "task"
  | "cycle"
  | "cycles"
  | "events"
  | "reservations"
  | "limit"
  | "everywhere"
  | "holds";

function reads(
  engine: Engine,
  read: <T>(run: () => Promise<T>) => Promise<T>,
): Pick<Engine, Reads> {
  return {
    version: (project) => read(() => engine.version(project)),
    overview: (project) => read(() => engine.overview(project)),
    tasks: (project, filter) => read(() => engine.tasks(project, filter)),
    task: (project, id) => read(() => engine.task(project, id)),
    cycle: (project, id) => read(() => engine.cycle(project, id)),
    limit: () => read(() => engine.limit()),
    everywhere: () => read(() => engine.everywhere()),
    cycles: (project, limit) => read(() => engine.cycles(project, limit)),
    events: (project, after, limit) => read(() => engine.events(project, after, limit)),
    reservations: (project, since) => read(() => engine.reservations(project, since)),
    holds: (delivery) => read(() => engine.holds(delivery)),
  };
}
