/** Plays one session: starts the agent's program held by the sandbox, listens, and ends it all. */
import { type Options, query, type SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import type { SessionRequest } from "../../ports/agent.ts";
import type { Clock } from "../../ports/clock.ts";
import { govern } from "../process/governor.ts";
import { type SpawnedProcess, spawnProcess } from "../process.ts";
import type { Stop } from "./ending.ts";
import { type Heard, hear, silence } from "./hearing.ts";
import { type Meter, writeSpent } from "./meter.ts";
import { openNarrator } from "./narrate.ts";
import type { Starts } from "./starts.ts";
import type { Transcript } from "./transcript.ts";
import { openWatch } from "./watch.ts";

export interface Stage {
  readonly request: SessionRequest;
  readonly prompt: string;
  readonly options: Options;
  /** What its processes may change. */
  readonly folders: readonly string[];
  readonly wrap: (argv: readonly [string, ...string[]]) => readonly [string, ...string[]];
  readonly secret: string | null;
  readonly clock: Clock;
  readonly starts: Starts;
  readonly meter: Meter;
  readonly spentFile: string;
  readonly transcript: Transcript;
}

export interface Played {
  readonly heard: Heard;
  readonly stopped: Stop | null;
  /** What the process wrote last to its error output, and what its messages broke with. */
  readonly died: string;
}

const stderrKept = 4_000;

/** Plays a session to its end; when it resolves, no process of it is left. Never rejects. */
export async function playSession(stage: Stage, signal: AbortSignal): Promise<Played> {
  const aborting = new AbortController();
  let child: SpawnedProcess | null = null;
  let stderr = "";
  let stopped: Stop | null = null;
  let heard = silence;
  let broke = "";
  const stop = (why: Stop): void => {
    if (stopped !== null) return;
    stopped = why;
    child?.kill("SIGKILL");
    aborting.abort();
  };
  const onAbort = (): void => stop("aborted");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const spawn: NonNullable<Options["spawnClaudeCodeProcess"]> = (wanted) => {
    child = startAgent(stage, wanted, (text) => {
      stderr = (stderr + text).slice(-stderrKept);
    });
    if (stopped !== null) child.kill("SIGKILL");
    release = governed(stage, child.pid, stop);
    return child;
  };
  const options = { ...stage.options, abortController: aborting, spawnClaudeCodeProcess: spawn };
  let release = (): void => undefined;
  const begun = await stage.starts(signal);
  const watch = openWatch(stage.request.limits, stage.clock, stop);
  const listener = openListener(stage, () => stop("outOfBudget"));
  try {
    for await (const message of query({ prompt: stage.prompt, options })) {
      begun();
      heard = hear(heard, message);
      watch.heard(heard.running.size > 0);
      await listener(message);
    }
  } catch (error) {
    broke = String(error); // every error result ends so, and so does a process that died
  } finally {
    watch.close();
    begun();
    release();
    signal.removeEventListener("abort", onAbort);
    await endAgent(child);
  }
  return { heard, stopped, died: [broke, stderr].filter((each) => each !== "").join(" · ") };
}

function startAgent(
  stage: Stage,
  wanted: Parameters<NonNullable<Options["spawnClaudeCodeProcess"]>>[0],
  onStderr: (text: string) => void,
): SpawnedProcess {
  const env = Object.entries(wanted.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return spawnProcess(
    {
      argv: stage.wrap([wanted.command, ...wanted.args]),
      cwd: stage.request.cwd,
      env: Object.fromEntries(env),
      onStderr: (chunk) => onStderr(Buffer.from(chunk).toString("utf8")),
      ...(stage.secret === null ? {} : { secret: stage.secret }),
    },
    wanted.signal,
  );
}

/** Ends a session whose processes use more than they may; answers what gives up watching it. */
function governed(
  { request, folders }: Stage,
  pid: number | undefined,
  stop: (why: Stop) => void,
): () => void {
  if (request.resources === undefined || pid === undefined) return () => undefined;
  return govern({ pid, limits: request.resources, folders }, (used) => stop({ used }));
}

async function endAgent(child: SpawnedProcess | null): Promise<void> {
  if (child === null) return;
  child.kill("SIGKILL");
  await child.end();
}

/**
 * Tells the caller what happens, keeps the books, and stops a session that goes on over its cap.
 */
function openListener(stage: Stage, overspent: () => void): (message: SDKMessage) => Promise<void> {
  const narrate = openNarrator(stage.request.cwd);
  const { request, meter, transcript } = stage;
  return async (message) => {
    const isNext = message.type === "stream_event" && message.event.type === "message_start";
    // the answer that passes the cap may be the last one; a further one is not paid
    if (isNext && meter.costUsd() > request.limits.budgetUsd) overspent();
    for (const event of narrate(message)) request.onEvent(event);
    if (meter.hear(message)) {
      request.onEvent({ type: "spent", costUsd: meter.costUsd() });
      // a session whose books cannot be kept goes on; its own account is still to come
      await writeSpent(stage.spentFile, meter.usage()).catch(() => undefined);
    }
    if (message.type !== "stream_event") await transcript.write(message);
  };
}
