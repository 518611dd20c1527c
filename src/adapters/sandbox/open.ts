/** Opens the strongest sandbox that this machine really has. */
import { access, constants } from "node:fs/promises";
import type { Confined, Sandbox } from "../../ports/sandbox.ts";
import { runProcess } from "../process.ts";
import { bubblewrap, type Candidate, type Containment, group, unshare } from "./candidates.ts";
import { markVariable, sweepMarked } from "./sweep.ts";

export interface SandboxOptions {
  /** Where `unshare`, `setpriv` and `bwrap` are looked for. */
  readonly path: string;
  /** Names the data folder in the marks of processes, `[A-Za-z0-9-]+`. */
  readonly mark: string;
  /** The only way to try; all of them, strongest first, unless told. */
  readonly only?: Containment;
}

/** No sandbox of the wanted kind works here. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/** An Ubuntu profile allows user namespaces to this very file alone. */
const systemBubblewrap = "/usr/bin/bwrap";
const probeTimeoutMs = 10_000;

/**
 * Opens the first sandbox that works when it is tried: bubblewrap, unshare, process group. Throws
 * `SandboxError` where the only one that was asked for does not.
 */
export async function openSandbox(options: SandboxOptions, signal: AbortSignal): Promise<Sandbox> {
  const problems: string[] = [];
  for (const candidate of await candidates()) {
    if (options.only !== undefined && candidate.kind !== options.only) continue;
    const problem = await probe(candidate, options.path, signal);
    if (problem === null) return sandboxOf(candidate, options.mark);
    problems.push(`${candidate.kind}: ${problem}`);
  }
  throw new SandboxError(`no way to hold processes works here (${problems.join("; ")})`);
}

async function candidates(): Promise<readonly Candidate[]> {
  if (process.platform !== "linux") return [group];
  const isThere = await access(systemBubblewrap, constants.X_OK).then(
    () => true,
    () => false,
  );
  const isRoot = process.getuid?.() === 0;
  return [bubblewrap(isThere ? systemBubblewrap : "bwrap"), unshare(isRoot), group];
}

/** Says why a candidate does not work here; being installed proves nothing. */
async function probe(
  { kind, before }: Candidate,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  // In a PID namespace of its own the shell has one of the first numbers and sees a matching /proc.
  const held = 'test $$ -lt 10 && test "$(cut -d" " -f1 /proc/self/stat)" -lt 20';
  const script = `${kind === "group" ? ":" : held} && : > /dev/null`;
  const [file = "sh", ...rest] = [...before, "sh", "-c", script];
  const { ended, stderr } = await runProcess(
    {
      argv: [file, ...rest],
      cwd: "/",
      env: { PATH: path },
      timeoutMs: probeTimeoutMs,
      bytesMax: 4_096,
    },
    signal,
  );
  if (ended.kind === "exited" && ended.code === 0) return null;
  if (ended.kind === "unstartable") return ended.detail;
  return Buffer.from(stderr).toString().trim() || ended.kind;
}

function sandboxOf({ kind, before, promise }: Candidate, mark: string): Sandbox {
  return {
    kind,
    promise,
    wrap({ argv, session }: Confined) {
      const marked = session === undefined ? [] : ["env", `${markVariable}=${mark}.${session}.`];
      const [file = "env", ...rest] = [...before, ...marked, ...argv];
      return [file, ...rest];
    },
    sweep: (session, signal) =>
      kind === "group" || session === null
        ? sweepMarked(session === null ? `${mark}.` : `${mark}.${session}.`, signal)
        : Promise.resolve(0), // the namespace has ended with the session
  };
}
