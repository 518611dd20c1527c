/**
 * The only place that runs git. Each call names its repository, work tree and index; nothing of the
 * caller's environment, of the machine's git configuration and of its hooks reaches it.
 */
import { isAbsolute } from "node:path";
import { RepoError } from "../../ports/repo.ts";
import type { ProcessResult } from "../process/request.ts";
import { runShort } from "../process.ts";

export interface GitCall {
  /** Repository to work on; `null` lets git find the one around `cwd`. */
  readonly gitDir: string | null;
  readonly workTree?: string;
  readonly indexFile?: string;
  readonly cwd?: string;
  readonly args: readonly string[];
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Uses the person's own settings and credentials; only hooks and prompts stay off. */
  readonly asPerson?: true;
  /** Further settings, `key=value`, for this call alone. */
  readonly config?: readonly string[];
  readonly timeoutMs?: number;
  /** Most bytes of output; more is a failure unless `mayCut`. */
  readonly bytesMax?: number;
  readonly mayCut?: boolean;
}

export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Whether output beyond `bytesMax` was left out. */
  readonly cut: boolean;
}

/** A git command that failed where success was expected. */
export class GitFailure extends RepoError {
  readonly gitDir: string | null;
  readonly stderr: string;

  constructor(call: GitCall, code: number, stderr: string) {
    const verb = call.args[0] ?? "";
    const said = stderr.trim().split("\n").slice(0, 5).join("\n") || "(it said nothing)";
    super(`git ${verb} failed with code ${code}: ${said}`, hintFor(stderr));
    this.gitDir = call.gitDir;
    this.stderr = stderr;
  }
}

/** Longer than any call that is not stuck; a fetch of a large repository passes its own. */
const timeoutDefaultMs = 120_000;
/** Listings of some hundred thousand paths fit. */
const bytesDefaultMax = 128 * 1024 * 1024;

/** What no repository's own settings may decide; `-c` wins over every file. */
const hardened = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "core.alternateRefsCommand=true",
  "core.pager=cat",
  "core.editor=false",
  "core.askPass=",
  "core.filesRefLockTimeout=2000",
  "core.packedRefsTimeout=4000",
  "commit.gpgSign=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "protocol.allow=never",
  "submodule.recurse=false",
  "diff.ignoreSubmodules=all",
  "safe.directory=*",
] as const;

/** What stays off where the person's own settings apply. */
const quiet = ["core.hooksPath=/dev/null", "core.pager=cat", "gc.auto=0", "maintenance.auto=false"];

/** The only variables of git's that say how a person reaches a remote. */
const reaching = /^(?!GIT_)|^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS)$/;

const environment: Readonly<Record<string, string>> = {
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  // exactly "1": an empty value or 0 lets a fetch run a repository's ssh command
  GIT_NO_LAZY_FETCH: "1",
};

/** Runs git to its end; a non-zero exit is an answer, everything else that goes wrong throws. */
export async function git(call: GitCall, signal: AbortSignal): Promise<GitAnswer> {
  return answered(
    await runShort(
      {
        argv: ["git", ...commandWords(call)],
        cwd: call.cwd ?? call.workTree ?? call.gitDir ?? "/",
        env: environmentFor(call),
        ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
        timeoutMs: call.timeoutMs ?? timeoutDefaultMs,
        bytesMax: call.bytesMax ?? bytesDefaultMax,
      },
      signal,
    ),
    call,
    signal,
  );
}

/** Runs git and gives its output; throws `GitFailure` for a non-zero exit. */
export async function gitOut(call: GitCall, signal: AbortSignal): Promise<Buffer> {
  const { code, stdout, stderr, cut } = await git(call, signal);
  if (code !== 0 && !cut) throw new GitFailure(call, code, stderr);
  return stdout;
}

/** Runs git and gives its output as text without the last line break. */
export async function gitText(call: GitCall, signal: AbortSignal): Promise<string> {
  return (await gitOut(call, signal)).toString("utf8").replace(/\n$/, "");
}

export interface Held {
  /** `false` where the references could not be locked in the state that the commands ask for. */
  readonly held: boolean;
  /** Exit code of the inner call; `null` where it did not run. */
  readonly inner: number | null;
  /** Whether the transaction was committed. */
  readonly committed: boolean;
  readonly stderr: string;
}

/**
 * Prepares a reference transaction, runs `inner` while its locks are held, then commits the
 * transaction where `inner` succeeded and aborts it where not. `fifo` is a path to create.
 */
export async function gitHolding(
  transaction: GitCall,
  inner: GitCall,
  fifo: string,
  signal: AbortSignal,
): Promise<Held> {
  const stdin = `start\n${transaction.stdin ?? ""}prepare\n`;
  const holder = ["git", ...commandWords(transaction)].map(quoted).join(" ");
  const held = ["git", ...commandWords(inner)].map(quoted).join(" ");
  // the pipe's left side drives the transaction, its right side is git; the fifo has the answers
  const script = [
    "exec 3>&1",
    `mkfifo ${quoted(fifo)} || exit 1`,
    `{ printf %s ${quoted(stdin)}; exec 4<${quoted(fifo)}; read -r a <&4; read -r b <&4`,
    `if [ "$b" = "prepare: ok" ]; then echo held >&3`,
    `if (cd ${quoted(inner.cwd ?? "/")} && ${held} </dev/null >/dev/null 4<&-)`,
    `then echo inner 0 >&3; echo commit; else echo inner $? >&3; echo abort; fi; fi`,
    `exec 1>&-; cat <&4 >/dev/null; } | ${holder} >${quoted(fifo)}`,
    "echo outer $? >&3",
  ].join("\n");
  const { stdout, stderr } = answered(
    await runShort(
      {
        argv: ["sh", "-c", script],
        cwd: "/",
        env: environmentFor(inner),
        timeoutMs: inner.timeoutMs ?? timeoutDefaultMs,
        bytesMax: bytesDefaultMax,
      },
      signal,
    ),
    inner,
    signal,
  );
  const said = stdout.toString("utf8");
  const code = /^inner (\d+)$/m.exec(said)?.[1];
  return {
    held: /^held$/m.test(said),
    inner: code === undefined ? null : Number(code),
    committed: code === "0" && /^outer 0$/m.test(said),
    stderr,
  };
}

function commandWords(call: GitCall): string[] {
  const lead = call.gitDir === null ? [] : [`--git-dir=${call.gitDir}`];
  if (call.workTree !== undefined) lead.push(`--work-tree=${call.workTree}`);
  const fixed = call.asPerson === true ? quiet : hardened;
  const settings = [...fixed, ...(call.config ?? [])].flatMap((setting) => ["-c", setting]);
  return [...lead, ...settings, ...call.args];
}

function environmentFor(call: GitCall): Record<string, string> {
  // a relative entry of PATH would find programs in the folder that git works on
  const path = (process.env["PATH"] ?? "").split(":").filter(isAbsolute).join(":");
  const own = call.asPerson === true ? personal() : environment;
  return {
    ...own,
    PATH: path === "" ? "/usr/bin:/bin" : path,
    ...(call.indexFile === undefined ? {} : { GIT_INDEX_FILE: call.indexFile }),
    ...call.env,
  };
}

function personal(): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && reaching.test(name) ? [[name, value] as const] : [],
  );
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" };
}

function answered(result: ProcessResult, call: GitCall, signal: AbortSignal): GitAnswer {
  const stdout = Buffer.from(result.stdout);
  const stderr = Buffer.from(result.stderr).toString("utf8");
  const what = `git ${call.args[0] ?? ""}`;
  if (result.truncated) {
    if (call.mayCut === true) return { code: 0, stdout, stderr, cut: true };
    throw new RepoError(`${what} printed too much`, "the repository is larger than is supported");
  }
  switch (result.ended.kind) {
    case "exited":
      return { code: result.ended.code, stdout, stderr, cut: false };
    case "aborted":
      signal.throwIfAborted();
      throw new RepoError(`${what} was interrupted`, "run the command again");
    case "timedOut":
      throw new RepoError(`${what} took too long and was ended`, "look at the disk's speed");
    case "killed":
      throw new RepoError(`${what} was killed by ${result.ended.signal}`, "look at free memory");
    case "unstartable": {
      const { detail } = result.ended;
      throw new RepoError(`${what} could not be started: ${detail}`, hintFor(detail));
    }
    default:
      return result.ended satisfies never;
  }
}

function hintFor(stderr: string): string {
  if (/^spawn /.test(stderr)) return "install git 2.39 or newer, and see that PATH leads to it";
  if (/^(no|the) folder /.test(stderr)) return "see that it is there, and who may enter it";
  if (/No space left/.test(stderr)) return "free space on the disk, then go on";
  if (/Permission denied|Read-only file system/.test(stderr)) return "check who owns the files";
  if (/\.lock': File exists/.test(stderr)) return "another git is at work, or one was killed there";
  return "run `orch doctor` for this project";
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
