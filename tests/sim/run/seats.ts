/** The seats of the program: a daemon, and somebody's `orch run` beside it; both are restarted. */
import { runCycles } from "../../../src/engine/cycle.ts";
import { runDaemon } from "../../../src/engine/daemon.ts";
import { kill } from "../world/calls.ts";
import { openHouse } from "../world/house.ts";
import type { Process } from "../world/time.ts";
import { say, type Universe } from "../world/universe.ts";

export interface Seat {
  readonly process: Process;
  /** As a signal does: first the running jobs may end, then they are ended. */
  readonly stop: (drain: boolean) => void;
}

export interface Seats {
  readonly daemon: () => Seat | null;
  readonly run: () => Seat | null;
  bootDaemon(): void;
  bootRun(): void;
}

/** Opens the seats; nobody sits in them yet. */
export function openSeats(universe: Universe): Seats {
  let number = 0;
  const seated = new Map<string, Seat>();
  const sit = (
    seat: string,
    main: (process: Process, signals: Signals) => Promise<unknown>,
  ): void => {
    if (seated.get(seat)?.process.alive === true) return;
    number += 1;
    const process: Process = { owner: `${seat}${number}`, seat, alive: true, frozenUntil: 0 };
    universe.alive.add(process.owner);
    const drain = new AbortController();
    const stop = new AbortController();
    seated.set(seat, {
      process,
      stop: (gently) => (gently ? drain : stop).abort(new Error("aborted by a signal")),
    });
    say(universe, `${process.owner} starts`);
    const ended = (why: string) => {
      if (!process.alive) return;
      process.alive = false;
      universe.alive.delete(process.owner);
      say(universe, `${process.owner} ends ${why}`);
      universe.died(process);
    };
    main(process, { drain: drain.signal, stop: stop.signal }).then(
      () => ended("well"),
      (fault) => {
        universe.watch.heard(String(fault));
        ended(`with ${fault}`);
      },
    );
  };
  const fault = (_: unknown, why: string): void => {
    universe.watch.heard(why);
  };
  const projects = () => [...universe.lands.keys()];
  return {
    daemon: () => aliveIn(seated, "daemon"),
    run: () => aliveIn(seated, "run"),
    bootDaemon: () =>
      sit("daemon", (process, signals) =>
        runDaemon(openHouse(universe, process), { projects, fault }, signals),
      ),
    bootRun: () =>
      sit("run", (process, signals) => {
        const some = projects().filter(() => universe.random.chance(0.7));
        const asked = some.length === 0 ? projects() : some;
        const request = { projects: asked, cycles: universe.random.between(1, 2), fault };
        return runCycles(
          openHouse(universe, process),
          { ...request, entered: () => undefined },
          signals,
        );
      }),
  };
}

interface Signals {
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

function aliveIn(seated: ReadonlyMap<string, Seat>, name: string): Seat | null {
  const seat = seated.get(name);
  return seat?.process.alive === true ? seat : null;
}

/** Kills whoever sits there, while they wait. */
export function killSeat(universe: Universe, seat: Seat | null): void {
  if (seat !== null) kill(universe, seat.process, "killed while it waits");
}
