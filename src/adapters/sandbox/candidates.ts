/** The ways to hold a process, strongest first, each as what makes an argv of a program's. */
import type { Confined, Sandbox } from "../../ports/sandbox.ts";
import { confine, type View } from "./bubblewrap.ts";
import { type ContainerCommand, contain, sweepContainers } from "./container.ts";
import { knock } from "./knocker.ts";
import { seatbelt } from "./seatbelt.ts";
import { sweepMarked } from "./sweep.ts";

export type Containment = Sandbox["kind"];

/** One way to hold processes. */
export interface Candidate {
  readonly kind: Containment;
  readonly confines: boolean;
  readonly promise: string;
  /** Whose loopback is there inside: one of each command, or that of the machine. */
  readonly loopback: "own" | "machine";
  readonly wrap: (confined: Confined) => readonly [string, ...string[]];
  /** A shell's script that ends with 0 where what is promised holds; being there proves nothing. */
  readonly probe: string;
  /** Ends what got away; `null`: from all sessions. */
  readonly sweep: (mark: string, session: string | null, signal: AbortSignal) => Promise<number>;
}

// In a PID namespace of its own the shell has one of the first numbers and sees a matching /proc.
const isHeld = 'test $$ -lt 10 && test "$(cut -d" " -f1 /proc/self/stat)" -lt 20';
// the root is nobody's to write to, and what nobody was given is not there
const isApart = "! touch /orch-probe 2> /dev/null && ! test -e /etc/shadow";
// an image has files of its own, but no way to anywhere; what runs here must run there, and reach
// our sockets: where folders are shown by another machine, or labels guard them, it does not
const isContained =
  '! touch /orch-probe 2> /dev/null && test "$(wc -l < /proc/net/route)" -le 1 && ' +
  `test "$(id -u)" = ${process.getuid?.() ?? 0} && "$ORCH_NODE" --version > /dev/null && ` +
  `{ "$ORCH_NODE" -e '${knock}' || ` +
  "{ echo 'no socket of this machine can be reached in it' >&2; false; }; }";
/** The home is neither listed nor written to. */
const isFenced =
  "! ls ~/ > /dev/null 2>&1 && " +
  "if touch ~/.orch-probe 2> /dev/null; then rm ~/.orch-probe; false; fi";

const markOf = (mark: string, session: string | null): string =>
  session === null ? `${mark}.` : `${mark}.${session}.`;
const sweepAll: Candidate["sweep"] = (mark, session, signal) =>
  sweepMarked(markOf(mark, session), signal);
/** The namespace has ended with the session, unless that was cut short as it began. */
const sweepStart: Candidate["sweep"] = async (mark, session, signal) =>
  session === null ? sweepAll(mark, session, signal) : 0;

const notConfined = "files and network are not confined";
const ends = "nothing that a command starts outlives it or us";

/** Bubblewrap with a view of files and a network of its own: what is on by default. */
export const bubblewrap = (program: string, view: View, hardened: boolean): Candidate => ({
  kind: "bubblewrap",
  confines: true,
  promise:
    "bubblewrap: a command sees its workspace, the system's programs and its toolchains, and " +
    `reaches no network but what it was given; ${ends}`,
  loopback: "own",
  wrap: confine(program, view, hardened),
  probe: `${isHeld} && ${isApart}`,
  sweep: sweepStart,
});

/**
 * Bubblewrap's own first process reaps orphans and takes the whole PID namespace with it. It sees
 * the same files; `/proc` is that of the namespace, `/dev` the machine's.
 */
export const holdingBubblewrap = (program: string): Candidate => ({
  kind: "bubblewrap",
  confines: false,
  promise: `bubblewrap: ${ends}; ${notConfined}`,
  loopback: "machine",
  wrap: ({ argv }) => [
    program,
    ...["--dev-bind", "/", "/", "--unshare-pid", "--die-with-parent", "--proc", "/proc"],
    ...argv,
  ],
  probe: isHeld,
  sweep: sweepStart,
});

/**
 * The kernel ignores most signals to a namespace's first process and expects it to reap orphans: a
 * shell stands there, so that the program is an ordinary process.
 */
export const unshare = (isRoot: boolean): Candidate => ({
  kind: "unshare",
  confines: false,
  promise: `unshare: ${ends}; ${notConfined}`,
  loopback: "machine",
  wrap: ({ argv }) => [
    ...(["setpriv", "--pdeathsig", "KILL", "--"] as const),
    ...["unshare", ...(isRoot ? [] : ["--user", "--map-current-user"])],
    ...["--pid", "--fork", "--kill-child", "--mount-proc", "--"],
    ...["sh", "-c", '"$@"; exit $?', "sh"],
    ...argv,
  ],
  probe: isHeld,
  sweep: sweepStart,
});

export const group: Candidate = {
  kind: "group",
  confines: false,
  promise:
    "process group: a command's group ends with it, what left the group is found by its " +
    "environment; a process that also cleared that lives on, and nothing ends if we are killed " +
    `until the next start; ${notConfined}`,
  loopback: "machine",
  wrap: ({ argv }) => argv,
  probe: ":",
  sweep: sweepAll,
};

/** macOS's own sandbox, with what holds a group: there are no namespaces of processes. */
export const confiningGroup = (view: View): Candidate => ({
  kind: "seatbelt",
  confines: true,
  promise:
    "Seatbelt: a command sees its workspace, the system's files and its toolchains, and reaches " +
    "no network but what it was given, no loopback either; its group ends with it, what left " +
    "the group is found by its environment, where macOS shows that, and nothing ends if we are " +
    "killed until the next start",
  loopback: "machine",
  wrap: seatbelt(view),
  probe: isFenced,
  sweep: sweepAll,
});

/** What the person's command makes of an image of theirs. */
export const container = (command: ContainerCommand, view: View, mark: string): Candidate => ({
  kind: "container",
  confines: true,
  promise:
    `a container (${command.words.join(" ")}): a command sees its workspace, the image and its ` +
    "toolchains, and reaches no network but what it was given; its container is removed when it " +
    "ends, and at the next start if we are killed; limits of memory, processes and processor " +
    "time are the container's own",
  loopback: "own",
  wrap: contain(command, view, mark),
  probe: isContained,
  sweep: (mark, session, signal) => sweepContainers(command, { mark, session }, signal),
});
