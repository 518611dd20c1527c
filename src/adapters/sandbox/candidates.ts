/** The ways to hold a process, each as the argv that goes ahead of the program's. */
import type { Sandbox } from "../../ports/sandbox.ts";

export type Containment = Sandbox["kind"];

/** One way to hold processes: `before` goes ahead of the program's argv. */
export interface Candidate {
  readonly kind: Containment;
  readonly before: readonly string[];
  readonly promise: string;
}

/**
 * Bubblewrap's own first process reaps orphans and takes the whole PID namespace with it. It sees
 * the same files; `/proc` is that of the namespace, `/dev` the machine's.
 */
export const bubblewrap = (program: string): Candidate => ({
  kind: "bubblewrap",
  before: [
    program,
    "--dev-bind",
    "/",
    "/",
    "--unshare-pid",
    "--die-with-parent",
    "--proc",
    "/proc",
  ],
  promise:
    "bubblewrap: nothing that a command starts outlives it or us; files and network are " +
    "not confined",
});

/**
 * The kernel ignores most signals to a namespace's first process and expects it to reap orphans: a
 * shell stands there, so that the program is an ordinary process.
 */
export const unshare = (isRoot: boolean): Candidate => ({
  kind: "unshare",
  before: [
    ...["setpriv", "--pdeathsig", "KILL", "--"],
    ...["unshare", ...(isRoot ? [] : ["--user", "--map-current-user"])],
    ...["--pid", "--fork", "--kill-child", "--mount-proc", "--"],
    ...["sh", "-c", '"$@"; exit $?', "sh"],
  ],
  promise:
    "unshare: nothing that a command starts outlives it or us; files and network are not confined",
});

export const group: Candidate = {
  kind: "group",
  before: [],
  promise:
    "process group: a command's group ends with it, what left the group is found by its " +
    "environment; a process that also cleared that lives on, and nothing ends if we are killed " +
    "until the next start; files and network are not confined",
};
