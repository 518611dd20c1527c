/** A call of a port, as one process makes it: it takes time, and anything may happen around it. */
import type { FaultKind } from "../faults/kinds.ts";
import type { Process } from "./time.ts";
import { never, say, strikes, type Universe } from "./universe.ts";

export interface Calls {
  readonly process: Process;
  /** Makes a call whose effect is that of one instant; `ms` are the bounds of how long it takes. */
  call<T>(what: string, ms: readonly [number, number], act: () => T): Promise<T>;
  /** Waits as this process. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** What may befall the process at this very moment; answers when, if ever, it goes on. */
  hazard(what: string, when: FaultKind): Promise<void>;
}

/** Opens the calls of a process. */
export function openCalls(universe: Universe, process: Process): Calls {
  const { time, random, tally } = universe;
  const sleep: Calls["sleep"] = (ms, signal) => time.sleep(process, ms, signal);
  const hazard: Calls["hazard"] = async (what, when) => {
    if (process.alive && strikes(universe, when)) kill(universe, process, `${when}: ${what}`);
    if (process.alive && strikes(universe, "frozen beyond its leases")) freeze(universe, process);
    if (!process.alive) return never();
    if (process.frozenUntil > time.now()) await sleep(0);
  };
  return {
    process,
    sleep,
    hazard,
    async call(what, [least, most], act) {
      tally.calls += 1;
      if (most > 0) await sleep(random.between(least, most));
      await hazard(what, "crash before a call");
      const value = act();
      await hazard(what, "crash after a call");
      return value;
    },
  };
}

/** Ends a process as `kill -9` would. */
export function kill(universe: Universe, process: Process, why: string): void {
  if (!process.alive) return;
  process.alive = false;
  universe.alive.delete(process.owner);
  universe.tally.deaths += 1;
  say(universe, `${process.owner} dies (${why})`);
  universe.died(process);
}

/** Stops a process for longer than a lease, as a signal would: what it waits for comes late. */
export function freeze(universe: Universe, process: Process): void {
  const { time, random, trace, thaws } = universe;
  const ms = random.between(5_000, 120_000);
  process.frozenUntil = time.now() + ms;
  thaws.set(process.owner, process.frozenUntil);
  trace.say(time.now(), `${process.owner} is frozen for ${ms} ms`);
}
