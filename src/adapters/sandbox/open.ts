/** Opens the strongest sandbox that this machine really has. */
import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import type { Confined, Sandbox } from "../../ports/sandbox.ts";
import { runProcess } from "../process.ts";
import type { View } from "./bubblewrap.ts";
import {
  bubblewrap,
  type Candidate,
  type Containment,
  group,
  holdingBubblewrap,
  unshare,
} from "./candidates.ts";
import { relayFile } from "./relay.ts";
import { markVariable, sweepMarked } from "./sweep.ts";
import { rootsOf } from "./view.ts";

export interface SandboxOptions {
  /** Where `unshare`, `setpriv` and `bwrap` are looked for. */
  readonly path: string;
  /** Names the data folder in the marks of processes, `[A-Za-z0-9-]+`. */
  readonly mark: string;
  /** The only way to try; all of them, strongest first, unless told. */
  readonly only?: Containment;
  /** Whether files and network are to be confined where that works; true unless told. */
  readonly confined?: boolean;
  /** What is shown beyond the system; the programs of `path` unless told. */
  readonly view?: View;
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
  for (const candidate of await candidates(options)) {
    if (options.only !== undefined && candidate.kind !== options.only) continue;
    const problem = await probe(candidate, options.path, signal);
    if (problem === null) return sandboxOf(candidate, options.mark);
    problems.push(`${candidate.kind}: ${problem}`);
  }
  throw new SandboxError(`no way to hold processes works here (${problems.join("; ")})`);
}

async function candidates(options: SandboxOptions): Promise<readonly Candidate[]> {
  if (process.platform !== "linux") return [group];
  const isThere = await access(systemBubblewrap, constants.X_OK).then(
    () => true,
    () => false,
  );
  const program = isThere ? systemBubblewrap : "bwrap";
  const { shown, hidden } = options.view ?? { shown: rootsOf(options.path), hidden: [] };
  const view = { shown: [...shown, ...rootsOf(dirname(process.execPath)), relayFile], hidden };
  const isRoot = process.getuid?.() === 0;
  const confining = [bubblewrap(program, view, true), bubblewrap(program, view, false)];
  const first = options.confined === false ? [holdingBubblewrap(program)] : confining;
  return [...first, unshare(isRoot), group];
}

/** Says why a candidate does not work here; being installed proves nothing. */
async function probe(
  { kind, wrap, confines }: Candidate,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  // In a PID namespace of its own the shell has one of the first numbers and sees a matching /proc.
  const held = 'test $$ -lt 10 && test "$(cut -d" " -f1 /proc/self/stat)" -lt 20';
  // the root is nobody's to write to, and what nobody was given is not there
  const apart = "! touch /orch-probe 2> /dev/null && ! test -e /etc/shadow";
  const script = [kind === "group" ? ":" : held, confines ? apart : ":", ": > /dev/null"];
  const confined = { cwd: "/", writable: [], readable: [] };
  const argv = wrap({ argv: ["sh", "-c", script.join(" && ")], ...confined });
  const { ended, stderr } = await runProcess(
    {
      argv,
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

function sandboxOf({ kind, confines, promise, wrap }: Candidate, mark: string): Sandbox {
  return {
    kind,
    confines,
    promise,
    wrap(confined: Confined) {
      const { argv, session, fileBytesMax } = confined;
      const limited = fileBytesMax === undefined ? argv : bounded(argv, fileBytesMax);
      const held = wrap({ ...confined, argv: limited });
      // what holds it bears the mark as well: killed as it begins, it would end with nobody
      return session === undefined ? held : ["env", `${markVariable}=${mark}.${session}.`, ...held];
    },
    sweep: (session, signal) =>
      kind === "group" || session === null
        ? sweepMarked(session === null ? `${mark}.` : `${mark}.${session}.`, signal)
        : Promise.resolve(0), // the namespace has ended with the session
  };
}

/** POSIX counts in blocks of 512 bytes. */
const bounded = (argv: Confined["argv"], bytes: number): Confined["argv"] =>
  [...["sh", "-c", `ulimit -f ${Math.ceil(bytes / 512)} && exec "$@"`, "sh"], ...argv] as const;
