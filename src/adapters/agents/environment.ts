import type { SessionRequest } from "../../ports/agent.ts";
import type { SessionFolders } from "./folders.ts";

/** Retries inside a session; the default of 10 keeps a slot for three minutes of outage. */
const retriesMax = 4;
/** A single command may run this long at most; the session's own time limit stands above it. */
const commandMsMax = 600_000;
/** The agent has no stream time-out of its own below this. */
const streamIdleMsMin = 10_000;
const streamIdleMsMax = 60_000;

/**
 * The whole environment of a session's process: the request's own variables, and over them what
 * keeps the agent private, quiet and bounded. Of the caller's environment only PATH is taken.
 */
export function sessionEnv(
  request: SessionRequest,
  from: {
    readonly path: string | undefined;
    /** Where the model is found, and what is shown there. */
    readonly way: Readonly<Record<string, string>>;
    readonly folders: SessionFolders;
  },
): Readonly<Record<string, string>> {
  const { folders } = from;
  const commandMs = String(Math.min(commandMsMax, request.limits.timeoutMs));
  // half of our own patience, so that the agent can try once more before we give it up
  const idleMs = Math.max(
    streamIdleMsMin,
    Math.min(streamIdleMsMax, Math.floor(request.limits.silenceMs / 2)),
  );
  return {
    ...(from.path === undefined ? {} : { PATH: from.path }),
    ...request.env,
    HOME: folders.home,
    TMPDIR: folders.tmp,
    CLAUDE_CODE_TMPDIR: folders.tmp,
    CLAUDE_CONFIG_DIR: folders.config,
    ...from.way,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    // otherwise characters that depend on the prompt stand before everything that could be cached
    CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
    // otherwise a command that takes too long goes on behind the session's back
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
    CLAUDE_CODE_DISABLE_CLAUDE_MDS: "1",
    // otherwise each turn adds what is left of the budget, and files that a task names with an @
    CLAUDE_CODE_DISABLE_ATTACHMENTS: "1",
    // a kilobyte in every request about commits that no agent here makes
    CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: "1",
    ENABLE_TOOL_SEARCH: "false",
    BASH_DEFAULT_TIMEOUT_MS: commandMs,
    BASH_MAX_TIMEOUT_MS: commandMs,
    CLAUDE_CODE_MAX_RETRIES: String(retriesMax),
    API_TIMEOUT_MS: String(Math.max(request.limits.silenceMs, streamIdleMsMin)),
    CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: String(idleMs),
  };
}
