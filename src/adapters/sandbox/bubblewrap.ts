/**
 * The whole process in namespaces of its own: a root that holds the system's programs, what it was
 * given, and nothing else; a loopback of its own; no way to gain rights.
 *
 * Whoever spawns it makes it the leader of a new session without a terminal (`process.ts`), so that
 * there is none to type into. A session of its own within would take its processes out of the group
 * that ends with it.
 */
import { statSync } from "node:fs";
import type { Confined } from "../../ports/sandbox.ts";
import { mountsOf } from "./places.ts";
import { outlets, relayed } from "./relay.ts";
import { isSystem, resolverArgs, systemArgs } from "./system.ts";

/** What everybody in the sandboxes of a machine is shown, beyond the system. */
export interface View {
  /** Read-only: toolchains. */
  readonly shown: readonly string[];
  /** Below those: secrets. */
  readonly hidden: readonly string[];
}

/** Memory that `/tmp`, `/var/tmp` and `/dev/shm` may each take; what is big goes to `TMPDIR`. */
const scratchBytesMax = String(1024 ** 3);

const namespaces = [
  ...["--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
  ...["--unshare-cgroup-try", "--cap-drop", "ALL"],
];

/** What each run has to itself, empty at its beginning. */
const ownFolders = [
  ...["--dev", "/dev", "--proc", "/proc", "--dir", "/run", "--dir", "/var"],
  ...["/tmp", "/var/tmp", "/dev/shm"].flatMap((path) => [
    ...["--perms", "1777", "--size", scratchBytesMax, "--tmpfs", path],
  ]),
];

/**
 * The argv that confines a program. `hardened`: no user namespaces within, which old versions of
 * bubblewrap and those with a set-uid bit cannot do.
 */
export function confine(
  program: string,
  { shown, hidden }: View,
  hardened: boolean,
): (confined: Confined) => readonly [string, ...string[]] {
  const system = systemArgs();
  return (confined) => {
    const { cwd, network } = confined;
    const isOpen = network === "all";
    const ways = outlets(network);
    const readable = [...shown, ...confined.readable];
    return [
      program,
      ...namespaces,
      ...(hardened ? ["--disable-userns"] : []),
      ...(isOpen ? [] : ["--unshare-net"]),
      ...system,
      ...(isOpen ? resolverArgs : []),
      ...ownFolders,
      ...bindArgs(readable, confined.writable),
      ...ways.flatMap(({ socket, inside }) => ["--ro-bind", socket, inside]),
      ...[...hidden, ...(confined.hidden ?? [])].flatMap(hideArgs),
      // a write elsewhere fails with an error, instead of vanishing with the run
      ...["--remount-ro", "/", "--chdir", cwd, "--"],
      ...relayed(confined.argv, ways),
    ];
  };
}

function bindArgs(readable: readonly string[], writable: readonly string[]): readonly string[] {
  const { mounts, links } = mountsOf(readable, writable, isSystem);
  return [
    ...mounts.flatMap(({ path, writable }) => [writable ? "--bind" : "--ro-bind-try", path, path]),
    ...links.flatMap(([link, target]) => ["--symlink", target, link]),
  ];
}

function hideArgs(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isDirectory()
    ? ["--perms", "0500", "--tmpfs", path, "--remount-ro", path]
    : ["--ro-bind", "/dev/null", path];
}
