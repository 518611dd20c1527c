/**
 * macOS's own sandbox (decision 13): a profile of rules, handed over with the program. It sees the
 * machine's files and network; the rules say which of them it may use. Every path is a parameter of
 * the profile, never a part of its text, so that no name can say anything in its language.
 *
 * Processes have no namespace there: what left the group is swept.
 */
import { dirname } from "node:path";
import type { Confined } from "../../ports/sandbox.ts";
import type { View } from "./bubblewrap.ts";
import { isWithin, type Mount, mountsOf, placeOf } from "./places.ts";
import { type Outlet, outletsInPlace, relayed } from "./relay.ts";
import { openNetworkRules, systemRules } from "./seatbelt-system.ts";

/** Never one that a search path leads to. */
const program = "/usr/bin/sandbox-exec";

/** The argv that confines a program on macOS. */
export function seatbelt(view: View): (confined: Confined) => readonly [string, ...string[]] {
  return (confined) => {
    const ways = outletsInPlace(confined.network);
    const given = parameters();
    const rules = [
      ...systemRules,
      ...fileRules(view, confined, given.of),
      ...networkRules(confined, ways, given.of),
      ...hidingRules([...view.hidden, ...(confined.hidden ?? [])], confined.writable, given.of),
    ];
    const defined = given.all().flatMap((each) => ["-D", each]);
    return [program, "-p", rules.join("\n"), ...defined, "--", ...relayed(confined.argv, ways)];
  };
}

/** Answers how a profile's text names a path. */
type Named = (path: string) => string;

/** Gives names to paths, one each. */
function parameters(): { readonly of: Named; readonly all: () => readonly string[] } {
  const names = new Map<string, string>();
  return {
    of(path) {
      const name = names.get(path) ?? `P${names.size}`;
      names.set(path, name);
      return `(param "${name}")`;
    },
    all: () => [...names].map(([path, name]) => `${name}=${path}`),
  };
}

/** Outer folders first, because the last rule that matches is the one that holds. */
function fileRules({ shown }: View, { readable, writable }: Confined, named: Named) {
  const { mounts, links } = mountsOf([...shown, ...readable], writable, () => false);
  const way = [
    ...mounts.flatMap(({ path }) => above(path)),
    ...links.flatMap(([link]) => [link, ...above(link)]),
  ];
  return [
    ...rule("allow file-read-metadata", "literal", [...new Set(way)].map(named)),
    ...mounts.flatMap((mount) => mountRules(mount, mounts, named)),
  ];
}

function mountRules(
  { path, writable }: Mount,
  all: readonly Mount[],
  named: Named,
): readonly string[] {
  const at = [named(path)];
  if (writable) return rule("allow file-read* file-write*", "subpath", at);
  const around = all.filter((each) => each.writable && isWithin(path, each.path));
  const shown = rule("allow file-read*", "subpath", at);
  if (around.length === 0) return shown;
  const folders = around.map((each) => each.path);
  const kept = rule("deny file-write*", "subpath", at);
  return [...shown, ...kept, ...keepingRules(path, folders, named)];
}

/** A folder on the way could be renamed, and what is below would have a name without a rule. */
function keepingRules(path: string, writable: readonly string[], named: Named): readonly string[] {
  const between = above(path).filter((each) =>
    writable.some((folder) => each !== folder && isWithin(each, folder)),
  );
  return rule("deny file-write-unlink", "literal", between.map(named));
}

function hidingRules(
  hidden: readonly string[],
  writable: readonly string[],
  named: Named,
): readonly string[] {
  const folders = writable.map((path) => placeOf(path).real);
  return hidden.flatMap((given) => {
    const { real } = placeOf(given);
    return [
      ...rule("deny file-read* file-write*", "subpath", [named(real)]),
      `(deny network-outbound (remote unix-socket (subpath ${named(real)})))`,
      ...keepingRules(real, folders, named),
    ];
  });
}

/**
 * Sockets are files that it was given, or makes where it may write. There is one loopback, the
 * machine's: of that only the ports of its own ways out.
 */
function networkRules(
  { network, readable, writable }: Confined,
  ways: readonly Outlet[],
  named: Named,
): readonly string[] {
  const namesOf = (paths: readonly string[]): readonly string[] =>
    paths.map((path) => `(subpath ${named(placeOf(path).real)})`);
  const reached = namesOf([...readable, ...writable, ...ways.map(({ inside }) => inside)]);
  const sockets = reached.map((each) => `(allow network-outbound (remote unix-socket ${each}))`);
  if (network === "all") return [...openNetworkRules, ...sockets];
  const own = namesOf(writable);
  return [
    "(allow system-socket (socket-domain AF_UNIX))",
    ...sockets,
    ...own.map((each) => `(allow network-bind (local unix-socket ${each}))`),
    ...ways.flatMap(({ port }) => [
      `(allow network-bind network-inbound (local ip "localhost:${port}"))`,
      `(allow network-outbound (remote ip "localhost:${port}"))`,
    ]),
  ];
}

/** A rule without a path would be one for all paths. */
const rule = (what: string, filter: string, values: readonly string[]): readonly string[] =>
  values.length === 0
    ? []
    : [`(${what} ${values.map((value) => `(${filter} ${value})`).join(" ")})`];

/** The folders above a path, the nearest first; not the root. */
function above(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === "/" || folder === path ? [] : [folder, ...above(folder)];
}
