/**
 * Names each call that has an effect, writes it down, and kills its own process at one of them.
 *
 * A call is known by what it does, for whom, and how often that came before: `repo.open work-alder-1
 * #1`. A global number would not do: several tasks are under way at once, and which of them comes
 * first changes from run to run, whereas each one's own calls keep their order.
 */
import { openSync, writeSync } from "node:fs";
import type { Setup } from "./setup.ts";

export interface Line {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly when: "before" | "after";
  readonly call: string;
  /** Of an agent's session: its id. */
  readonly session?: string;
}

export interface Tracer {
  /** Carries out one call, between the two places where its process may die. */
  call<T>(name: string, work: () => Promise<T>, session?: string): Promise<T>;
  /** For calls that are named only once they are under way: counts it and may die before it. */
  begin(name: string, session?: string): () => void;
}

/** Opens a tracer that appends to the trace. */
export function openTracer({ trace, point, signal = "SIGKILL" }: Setup): Tracer {
  const fd = openSync(trace, "a", 0o600);
  const counts = new Map<string, number>();
  const note = (when: Line["when"], call: string, session?: string): void => {
    const line: Line = {
      at: Date.now(),
      when,
      call,
      ...(session === undefined ? {} : { session }),
    };
    writeSync(fd, `${JSON.stringify(line)}\n`);
    if (`${when} ${call}` === point) process.kill(process.pid, signal);
  };
  const begin = (name: string, session?: string): (() => void) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const call = `${name} #${count}`;
    note("before", call, session);
    return () => note("after", call, session);
  };
  return {
    begin,
    call: async (name, work, session) => {
      const end = begin(name, session);
      const answer = await work();
      end();
      return answer;
    },
  };
}
