/**
 * The whole process in namespaces of its own: a root that holds the system's programs, what it was
 * given, and nothing else; a loopback of its own; no way to gain rights.
 *
 * Whoever spawns it makes it the leader of a new session without a terminal (`process.ts`), so that
 * there is none to type into. A session of its own within would take its processes out of the group
 * that ends with it.
 */
import { lstatSync, realpathSync, statSync } from "node:fs";
import type { Confined } from "../../ports/sandbox.ts";
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
      ...outlets(network).flatMap(({ socket, inside }) => ["--ro-bind", socket, inside]),
      ...[...hidden, ...(confined.hidden ?? [])].flatMap(hideArgs),
      // a write elsewhere fails with an error, instead of vanishing with the run
      ...["--remount-ro", "/", "--chdir", cwd, "--"],
      ...relayed(confined.argv, network),
    ];
  };
}

interface Mount {
  readonly path: string;
  readonly flag: "--bind" | "--ro-bind-try";
}

/** Outer folders first, so that an inner one is not covered. */
function bindArgs(readable: readonly string[], writable: readonly string[]): readonly string[] {
  const places = new Map([...readable, ...writable].map((path) => [path, placeOf(path)]));
  const realOf = (path: string): string => places.get(path)?.real ?? path;
  const mounts: readonly Mount[] = [
    ...readable.map((path): Mount => ({ path: realOf(path), flag: "--ro-bind-try" })),
    ...writable.map((path): Mount => ({ path: realOf(path), flag: "--bind" })),
  ];
  const depth = ({ path }: Mount): number => path.split("/").length;
  const kept: Mount[] = [];
  for (const each of mounts.toSorted((a, b) => depth(a) - depth(b))) {
    const around = kept.findLast(({ path }) => isWithin(each.path, path));
    if (!isThere(each, around)) kept.push(each);
  }
  const links = new Map([...places.values()].flatMap((place) => place.links));
  const wanted = [...links].filter(
    ([link]) => !isSystem(link) && !kept.some(({ path }) => isWithin(link, path)),
  );
  return [
    ...kept.flatMap(({ path, flag }) => [flag, path, path]),
    ...wanted.flatMap(([link, target]) => ["--symlink", target, link]),
  ];
}

/** Once more would be of no use, and cannot be done where the way there is a link. */
function isThere({ path, flag }: Mount, around: Mount | undefined): boolean {
  if (flag === "--ro-bind-try" && isSystem(path)) return true;
  const isSame = around?.path === path;
  return flag === "--bind" ? isSame && around.flag === flag : isSame || around?.flag === flag;
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);

interface Place {
  /** The path, links followed. */
  readonly real: string;
  /** Links on the way, each with where it leads: programs use either name. */
  readonly links: readonly (readonly [link: string, target: string])[];
}

function placeOf(path: string): Place {
  try {
    const real = realpathSync(path);
    return { real, links: real === path ? [] : linksOn(path) };
  } catch {
    return { real: path, links: [] }; // not there: bubblewrap says so where that matters
  }
}

/** The uppermost link first; what it leads to may have links of its own. */
function linksOn(path: string): Place["links"] {
  const parts = path.split("/").map((_, at, all) => all.slice(0, at + 1).join("/"));
  const link = parts.find((part) => part !== "" && lstatSync(part).isSymbolicLink());
  if (link === undefined) return [];
  const target = realpathSync(link);
  return [[link, target], ...linksOn(target + path.slice(link.length))];
}

function hideArgs(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isDirectory()
    ? ["--perms", "0500", "--tmpfs", path, "--remount-ro", path]
    : ["--ro-bind", "/dev/null", path];
}
