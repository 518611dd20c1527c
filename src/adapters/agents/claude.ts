import { access, realpath } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { modelAddress } from "../../core/model-address.ts";
import type { PriceTable } from "../../core/prices.ts";
import { type Redact, redacted, redacting } from "../../core/redact.ts";
import type {
  Agent,
  AgentProblem,
  Ending,
  ModelUsage,
  SessionEvent,
  SessionRequest,
  SessionResult,
} from "../../ports/agent.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Gateway } from "../../ports/gateway.ts";
import type { Sandbox } from "../../ports/sandbox.ts";
import { accountOf } from "./account.ts";
import { findBinary } from "./binary.ts";
import { type Credential, findCredential, loginFile } from "./credential.ts";
import { openDoor, outputTokens, type SessionDoor } from "./door.ts";
import { endingOf } from "./ending.ts";
import { sessionEnv } from "./environment.ts";
import {
  dropConversation,
  foldersOf,
  openFolders,
  type SessionFolders,
  sweepFolders,
} from "./folders.ts";
import { type Meter, openMeter, readSpent } from "./meter.ts";
import { sessionOptions } from "./options.ts";
import { recallResult, rememberResult } from "./remember.ts";
import { type Played, playSession } from "./session.ts";
import { openStarts, type Starts } from "./starts.ts";
import { openTranscript } from "./transcript.ts";

export interface ClaudeAgentOptions {
  readonly sandbox: Sandbox;
  /** The caller's environment: PATH and a credential are taken from it, nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Holds a folder for each session: its private home and its conversation. */
  readonly configDir: string;
  /** Where sessions with a login find the model; `ANTHROPIC_BASE_URL` of `env` if left out. */
  readonly apiBase?: string | null;
  /** The way to the model; a session with a login asks it itself. */
  readonly gateway: Gateway;
  readonly prices: PriceTable;
  /** Takes secrets out of what a session tells, and of what is kept of it. */
  readonly redact?: Redact;
  /** The agent's program; the one that came with the SDK where it is left out. */
  readonly binary?: string | null;
  readonly clock: Clock;
  /** How many sessions begin at once; as many as this machine has cores if left out. */
  readonly startsAtOnce?: number;
  /** Why no session may start here, whatever it asks; null where they may. */
  readonly refusal?: string | null;
}

const resumePrompt =
  "You were interrupted. Look at what you have done so far, finish the task, and give your answer.";
const textLengthMax = 4_000;

/** Runs sessions with the Claude Agent SDK and its program. */
export function openClaudeAgent(options: ClaudeAgentOptions): Agent {
  const { startsAtOnce = availableParallelism(), clock } = options;
  const starts = openStarts(startsAtOnce, clock);
  return {
    run: (request, signal) => run({ ...options, starts }, request, signal),
    ready: async () => (await means(options)).problem,
  };
}

/** An agent that is open: its sessions begin by turns. */
interface Opened extends ClaudeAgentOptions {
  readonly starts: Starts;
}

type Readiness =
  | { readonly problem: AgentProblem }
  | { readonly problem: null; readonly binary: string; readonly credential: Credential };

async function means({ binary: named, env, refusal }: ClaudeAgentOptions): Promise<Readiness> {
  if (refusal) return { problem: { kind: "noSandbox", detail: refusal } };
  const binary = await findBinary(named ?? null, env["PATH"]);
  if (binary === null) {
    const where = named ?? "beside the Agent SDK or on PATH";
    const detail =
      `the agent's program was not found (${where}); ` +
      "install it again, without --omit=optional";
    return { problem: { kind: "noBinary", detail } };
  }
  const credential = await findCredential(env);
  if (credential === null) {
    const detail =
      `no ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN or CLAUDE_CODE_OAUTH_TOKEN is set, and ` +
      `there is no login in ${loginFile(env)}; set one, or run \`claude\` once and log in`;
    return { problem: { kind: "noKey", detail } };
  }
  return { problem: null, binary, credential };
}

async function run(
  options: Opened,
  request: SessionRequest,
  signal: AbortSignal,
): Promise<SessionResult> {
  const startedMs = options.clock.elapsedMs();
  const early = (ending: Ending, usage: readonly ModelUsage[] = []): SessionResult => ({
    ...{ ending, text: "", turns: 0, durationMs: options.clock.elapsedMs() - startedMs },
    ...accountOf(null, openMeter(usage, options.prices), usage, options.prices),
    earlierUsd: openMeter(usage, options.prices).costUsd(),
  });
  if (signal.aborted) return early({ kind: "aborted" });
  const found = await means(options);
  if (found.problem !== null) {
    const { kind, detail } = found.problem;
    return early({ kind: kind === "noBinary" ? "crashed" : "unauthorised", detail });
  }
  const folders = foldersOf(options.configDir, request.session);
  const known = request.resume ? await recallResult(folders.answered) : null;
  // its cost was counted when it was made: whoever asks again owes nothing
  if (known !== null) {
    await dropConversation(folders);
    return { ...known, earlierUsd: known.costUsd };
  }
  try {
    await access(request.cwd); // a missing folder would be reported as a broken program
    const { resumed } = await openFolders(folders, request.resume);
    const before = await readSpent(folders.spent);
    const meter = openMeter(before, options.prices);
    const earlierUsd = meter.costUsd();
    const budgetUsd = request.limits.budgetUsd - earlierUsd;
    if (budgetUsd <= 0) return early({ kind: "outOfBudget" }, before);
    const setting = { ...found, options, request, folders, resumed, budgetUsd, meter };
    const played = await play(setting, signal);
    const { heard, stopped, died } = played;
    const told: SessionResult = {
      ending: played.through(endingOf(heard, stopped, died)),
      text: textOf(played),
      ...accountOf(heard.result, meter, before, options.prices),
      earlierUsd,
      turns: meter.requests(),
      durationMs: options.clock.elapsedMs() - startedMs,
    };
    // the same as whoever asks again is told
    const result = redacted(told, cleanerOf(options, played.token));
    // one that cannot be kept is asked for again, should it be needed
    const isKept = await rememberResult(folders.answered, result).catch(() => false);
    if (isKept || isOver(result.ending)) await dropConversation(folders);
    return result;
  } catch (error) {
    // a full disk, a folder that is not ours: nothing that the agent did
    return early({ kind: "crashed", detail: String(error) });
  } finally {
    await sweepFolders(folders);
  }
}

/** What a session shows of itself is no secret by its looks alone. */
function cleanerOf({ redact }: ClaudeAgentOptions, token: string | null): Redact {
  const [given, shown] = [redact ?? redacting({}), redacting({ secret: token ?? undefined })];
  return (text) => given(shown(text));
}

/** Whether nobody goes on with a session that ended so: its attempt has failed for good. */
const isOver = ({ kind }: Ending): boolean =>
  kind === "outOfTurns" || kind === "outOfBudget" || kind === "timedOut";

interface Setting {
  readonly options: Opened;
  readonly request: SessionRequest;
  readonly binary: string;
  readonly credential: Credential;
  readonly folders: SessionFolders;
  readonly resumed: boolean;
  readonly budgetUsd: number;
  readonly meter: Meter;
}

/** What was played, and its ending in the eyes of whoever stood between it and the model. */
type Seen = Played & Pick<SessionDoor, "through" | "token">;

async function play(setting: Setting, signal: AbortSignal): Promise<Seen> {
  const { options, request, meter, credential } = setting;
  const apiBase = options.apiBase ?? modelAddress(options.env);
  const visit = { request, credential, apiBase, earlierUsd: meter.costUsd() };
  await using door = await openDoor(options.gateway, options.sandbox, visit);
  const played = await playBehind(door, setting, signal);
  return { ...played, through: door.through, token: door.token };
}

async function playBehind(
  { env: way, piped, token, room }: SessionDoor,
  setting: Setting,
  signal: AbortSignal,
): Promise<Played> {
  const { options, request, binary, folders, resumed, budgetUsd, meter } = setting;
  const { sandbox, clock } = options;
  const answerMax = String(outputTokens(request, options.prices));
  const env = {
    ...sessionEnv(request, { path: options.env["PATH"], way, folders }),
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: answerMax,
  };
  const clean = cleanerOf(options, token);
  const transcript = await openTranscript(request.transcript, clean);
  const onEvent = (event: SessionEvent): void => request.onEvent(redacted(event, clean));
  const { home, tmp, config } = folders;
  const programs = [binary, await realpath(binary)].map(path.dirname);
  const confined = {
    ...room,
    cwd: request.cwd,
    writable: [request.cwd, ...(request.writable ?? []), home, tmp, config, ...room.writable],
    readable: [...request.readable, ...programs, ...room.readable],
    session: request.session,
    ...(request.resources === undefined ? {} : { fileBytesMax: request.resources.diskBytes }),
  };
  try {
    return await playSession(
      {
        ...{
          request: { ...request, onEvent },
          secret: piped,
          meter,
          transcript,
          clock,
          starts: options.starts,
          spentFile: folders.spent,
        },
        prompt: resumed ? resumePrompt : request.prompt,
        options: sessionOptions(request, { binary, env, resumed, budgetUsd }),
        folders: confined.writable,
        wrap: (argv) => sandbox.wrap({ argv, ...confined }),
      },
      signal,
    );
  } finally {
    // what left the process group, where nothing stronger held it
    await sandbox.sweep(request.session, new AbortController().signal);
    await transcript.close();
  }
}

function textOf({ heard }: Played): string {
  const last = heard.result?.subtype === "success" ? heard.result.result : "";
  return (heard.text || last).slice(-textLengthMax);
}
