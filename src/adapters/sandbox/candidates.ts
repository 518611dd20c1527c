/** The ways to hold a process, strongest first, each as what makes an argv of a program's. */
import type { Confined, Sandbox } from "../../ports/sandbox.ts";
import { confine, type View } from "./bubblewrap.ts";

export type Containment = Sandbox["kind"];

/** One way to hold processes. */
export interface Candidate {
  readonly kind: Containment;
  readonly confines: boolean;
  readonly promise: string;
  readonly wrap: (confined: Confined) => readonly [string, ...string[]];
}

const notConfined = "files and network are not confined";
const ends = "nothing that a command starts outlives it or us";

/** Bubblewrap with a view of files and a network of its own: what is on by default. */
export const bubblewrap = (program: string, view: View, hardened: boolean): Candidate => ({
  kind: "bubblewrap",
  confines: true,
  promise:
    "bubblewrap: a command sees its workspace, the system's programs and its toolchains, and " +
    `reaches no network but what it was given; ${ends}`,
  wrap: confine(program, view, hardened),
});

/**
 * Bubblewrap's own first process reaps orphans and takes the whole PID namespace with it. It sees
 * the same files; `/proc` is that of the namespace, `/dev` the machine's.
 */
export const holdingBubblewrap = (program: string): Candidate => ({
  kind: "bubblewrap",
  confines: false,
  promise: `bubblewrap: ${ends}; ${notConfined}`,
  wrap: ({ argv }) => [
    program,
    ...["--dev-bind", "/", "/", "--unshare-pid", "--die-with-parent", "--proc", "/proc"],
    ...argv,
  ],
});

/**
 * The kernel ignores most signals to a namespace's first process and expects it to reap orphans: a
 * shell stands there, so that the program is an ordinary process.
 */
export const unshare = (isRoot: boolean): Candidate => ({
  kind: "unshare",
  confines: false,
  promise: `unshare: ${ends}; ${notConfined}`,
  wrap: ({ argv }) => [
    ...(["setpriv", "--pdeathsig", "KILL", "--"] as const),
    ...["unshare", ...(isRoot ? [] : ["--user", "--map-current-user"])],
    ...["--pid", "--fork", "--kill-child", "--mount-proc", "--"],
    ...["sh", "-c", '"$@"; exit $?', "sh"],
    ...argv,
  ],
});

export const group: Candidate = {
  kind: "group",
  confines: false,
  promise:
    "process group: a command's group ends with it, what left the group is found by its " +
    "environment; a process that also cleared that lives on, and nothing ends if we are killed " +
    `until the next start; ${notConfined}`,
  wrap: ({ argv }) => argv,
};
