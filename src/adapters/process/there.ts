/**
 * Programs that a small process of ours starts for this one. A fork copies the map of all memory of
 * whoever forks, and that stands still meanwhile: 1 ms at 54 MB, 6 at 204, 17 at 455.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "./ending.ts";
import { exitOf, type Started, unstartable } from "./here.ts";
import type { ShortRequest } from "./request.ts";

/** One that SIGKILL does not end writes nothing that is waited for. */
const outputWaitMs = 2_000;
const starterFile = fileURLToPath(new URL("./starter.mjs", import.meta.url));

/** What `starter.mjs` tells of a program. */
type Told = { readonly id: number } & (
  | { readonly kind: "unstartable"; readonly detail: string }
  | { readonly kind: "started"; readonly pid: number }
  | {
      readonly kind: "ended";
      readonly code: number | null;
      readonly signal: string | null;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
    }
);

type LastWord = Told | { readonly kind: "gone" };
type Listener = (told: LastWord) => void;

interface Starter {
  readonly program: ChildProcess;
  readonly listeners: Map<number, Listener>;
}

let open: Starter | null = null;
let asked = 0;

/** Starts a program from the small process, which is started where there is none. */
export function startThere(request: ShortRequest): Promise<Started> {
  open ??= openStarter();
  const { program: starter, listeners } = open;
  asked += 1;
  const id = asked;
  const { argv, cwd, env, stdin, bytesMax } = request;
  return new Promise((resolve) => {
    let end: Listener = () => undefined;
    const ended = new Promise<LastWord>((heard) => {
      end = heard;
    });
    listeners.set(id, (told) => {
      if (told.kind === "started") return resolve(running(told.pid, ended, bytesMax));
      forget(starter, listeners, id);
      if (told.kind === "unstartable") resolve(unstartable(told.detail, cwd));
      if (told.kind === "gone") resolve({ kind: "unstartable", detail: "its starter has ended" });
      end(told);
    });
    starter.channel?.ref();
    starter.send({ id, argv, cwd, env, stdin, bytesMax }, (error) => {
      if (error !== null) listeners.get(id)?.({ id, kind: "unstartable", detail: error.message });
    });
  });
}

function running(pid: number, ended: Promise<LastWord>, bytesMax: number): Started {
  let last: LastWord | null = null;
  const exited = ended.then((told) => {
    last = told;
    return told.kind === "ended" ? exitOf(told.code, told.signal) : exitOf(null, null);
  });
  return {
    kind: "started",
    pid,
    exited,
    output: async () => {
      await within(exited, outputWaitMs);
      const { stdout, stderr } = last?.kind === "ended" ? last : nothing;
      return {
        stdout: stdout.subarray(0, bytesMax),
        stderr: stderr.subarray(0, bytesMax),
        truncated: Math.max(stdout.length, stderr.length) > bytesMax,
      };
    },
  };
}

const nothing = { stdout: new Uint8Array(), stderr: new Uint8Array() };

function openStarter(): Starter {
  const starter = fork(starterFile, [], {
    // a session of its own: what a person types to end us is ours to pass on
    ...{ detached: true, cwd: "/", env: {}, execArgv: ["--max-semi-space-size=1"] },
    ...{ stdio: ["ignore", "ignore", "ignore", "ipc"], serialization: "advanced" },
  });
  const listeners = new Map<number, Listener>();
  starter.on("message", (told: Told) => listeners.get(told.id)?.(told)); // our own program's
  // one that has something under way ends it first, as it does where we are killed
  const onExit = (): void => void (listeners.size === 0 && starter.kill("SIGKILL"));
  process.once("exit", onExit);
  const onEnd = (): void => {
    process.off("exit", onExit);
    if (open?.program === starter) open = null;
    for (const listener of [...listeners.values()]) listener({ kind: "gone" });
  };
  starter.once("exit", onEnd);
  starter.once("error", onEnd);
  idle(starter);
  return { program: starter, listeners };
}

function forget(starter: ChildProcess, listeners: Map<number, Listener>, id: number): void {
  listeners.delete(id);
  if (listeners.size === 0) idle(starter);
}

/** It must not keep this process running; it ends by itself with the channel. */
function idle(starter: ChildProcess): void {
  starter.unref();
  starter.channel?.unref();
}
