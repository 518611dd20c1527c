/** Opens the strongest sandbox that this machine really has. */
import { realpathSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname } from "node:path";
import type { Confined, Sandbox } from "../../ports/sandbox.ts";
import { runProcess } from "../process.ts";
import type { View } from "./bubblewrap.ts";
import {
  bubblewrap,
  type Candidate,
  type Containment,
  confiningGroup,
  container,
  group,
  holdingBubblewrap,
  unshare,
} from "./candidates.ts";
import { type ContainerCommand, optionsWord } from "./container.ts";
import { openFreePorts } from "./free-port.ts";
import { knockerVariable, openKnocker } from "./knocker.ts";
import { relayFile } from "./relay.ts";
import { markVariable } from "./sweep.ts";
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
  /** The person's own way, instead of all others. */
  readonly container?: ContainerCommand;
}

/** No sandbox of the wanted kind works here; `hint` says what to do. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly hint: string;

  constructor(what: string, hint: string) {
    super(what);
    this.hint = hint;
  }
}

/** An Ubuntu profile allows user namespaces to this very file alone. */
const systemBubblewrap = "/usr/bin/bwrap";
const strange =
  "a container is another system than this one, in which this machine's agent does not run";
const strangeHint = 'set "sandbox" of the portfolio to "auto"';
const probeTimeoutMs = 10_000;
/** An image may have to be fetched first. */
const fetchTimeoutMs = 10 * 60_000;

/**
 * Opens the first sandbox that works when it is tried: the person's container and nothing else; on
 * Linux bubblewrap, unshare, process group; on macOS Seatbelt, process group. Throws `SandboxError`
 * where the only one that was asked for does not.
 */
export async function openSandbox(options: SandboxOptions, signal: AbortSignal): Promise<Sandbox> {
  const problems: string[] = [];
  for (const candidate of await candidates(options, process.platform)) {
    if (options.only !== undefined && candidate.kind !== options.only) continue;
    const problem = await probe(candidate, options, signal);
    if (problem === null) return sandboxOf(candidate, options.mark);
    problems.push(`${candidate.kind}: ${problem}`);
  }
  const told = problems.join("; ");
  if (options.container === undefined)
    throw new SandboxError(`no way to hold processes works here (${told})`, "install bubblewrap");
  const tried = options.container.words.filter((each) => each !== optionsWord).join(" ");
  throw new SandboxError(
    `\`container_command\` makes no container that confines (${told})`,
    `see that this works: ${tried}`,
  );
}

/** The ways to try on a platform, strongest first. */
export async function candidates(
  options: SandboxOptions,
  platform: NodeJS.Platform,
): Promise<readonly Candidate[]> {
  const { shown, hidden } = options.view ?? { shown: rootsOf(options.path), hidden: [] };
  const view = { shown: [...shown, ...rootsOf(dirname(process.execPath)), relayFile], hidden };
  if (options.container !== undefined) {
    if (platform !== "linux") throw new SandboxError(strange, strangeHint);
    // what an image has of its own is not covered, but this machine's Node must be there
    const seen = { ...view, shown: [...view.shown, realpathSync(process.execPath)] };
    return [container(options.container, seen, options.mark)];
  }
  const isConfined = options.confined !== false;
  if (platform === "darwin") return isConfined ? [confiningGroup(view), group] : [group];
  if (platform !== "linux") return [group];
  const isThere = await access(systemBubblewrap, constants.X_OK).then(
    () => true,
    () => false,
  );
  const program = isThere ? systemBubblewrap : "bwrap";
  const isRoot = process.getuid?.() === 0;
  const confining = [bubblewrap(program, view, true), bubblewrap(program, view, false)];
  return [...(isConfined ? confining : [holdingBubblewrap(program)]), unshare(isRoot), group];
}

/** Says why a candidate does not work here. */
async function probe(
  { kind, wrap, probe: script }: Candidate,
  { path, mark }: SandboxOptions,
  signal: AbortSignal,
): Promise<string | null> {
  await using knocker = kind === "container" ? await openKnocker(mark) : null;
  const readable = knocker === null ? [] : [knocker.socket];
  const confined = { cwd: "/", writable: [], readable };
  const argv = wrap({ argv: ["sh", "-c", `${script} && : > /dev/null`], ...confined });
  const { ended, stderr } = await runProcess(
    {
      argv,
      cwd: "/",
      env: {
        ...{ PATH: path, HOME: homedir(), ORCH_NODE: realpathSync(process.execPath) },
        [knockerVariable]: knocker?.socket ?? "",
      },
      timeoutMs: kind === "container" ? fetchTimeoutMs : probeTimeoutMs,
      bytesMax: 4_096,
    },
    signal,
  );
  if (ended.kind === "exited" && ended.code === 0) return null;
  if (ended.kind === "unstartable") return ended.detail;
  const [said] = Buffer.from(stderr).toString().trim().split("\n");
  return said || (ended.kind === "exited" ? "it runs, and does not hold" : ended.kind);
}

/** What a candidate that works is to its users. */
export function sandboxOf(candidate: Candidate, mark: string): Sandbox {
  const { kind, confines, promise, loopback, wrap, sweep } = candidate;
  const freePort = openFreePorts();
  return {
    ...{ kind, confines, promise },
    portFor: (usual) => (loopback === "own" ? Promise.resolve(usual) : freePort()),
    wrap(confined: Confined) {
      const { argv, session, fileBytesMax } = confined;
      const limited = fileBytesMax === undefined ? argv : bounded(argv, fileBytesMax);
      const held = wrap({ ...confined, argv: limited });
      // what holds it bears the mark as well: killed as it begins, it would end with nobody
      return session === undefined ? held : ["env", `${markVariable}=${mark}.${session}.`, ...held];
    },
    sweep: (session, signal) => sweep(mark, session, signal),
  };
}

/** POSIX counts in blocks of 512 bytes. */
const bounded = (argv: Confined["argv"], bytes: number): Confined["argv"] =>
  [...["sh", "-c", `ulimit -f ${Math.ceil(bytes / 512)} && exec "$@"`, "sh"], ...argv] as const;
