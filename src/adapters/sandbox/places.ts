/** Which folders are shown where: in what order, and under which names. */
import { lstatSync, realpathSync } from "node:fs";

export interface Mount {
  readonly path: string;
  readonly writable: boolean;
}

export interface Mounts {
  /** Outer folders first, so that an inner one is not covered. */
  readonly mounts: readonly Mount[];
  /** Other names of what is mounted: links on the way to it, each with where it leads. */
  readonly links: readonly (readonly [link: string, target: string])[];
}

/** Answers the mounts that show folders; `isShown` says what is there anyway, read-only. */
export function mountsOf(
  readable: readonly string[],
  writable: readonly string[],
  isShown: (path: string) => boolean,
): Mounts {
  const places = new Map([...readable, ...writable].map((path) => [path, placeOf(path)]));
  const realOf = (path: string): string => places.get(path)?.real ?? path;
  const wanted: readonly Mount[] = [
    ...readable.map((path): Mount => ({ path: realOf(path), writable: false })),
    ...writable.map((path): Mount => ({ path: realOf(path), writable: true })),
  ];
  const depth = ({ path }: Mount): number => path.split("/").length;
  const kept: Mount[] = [];
  for (const each of wanted.toSorted((a, b) => depth(a) - depth(b))) {
    const around = kept.findLast(({ path }) => isWithin(each.path, path));
    const isThere = (!each.writable && isShown(each.path)) || isGiven(each, around);
    if (!isThere) kept.push(each);
  }
  const links = new Map([...places.values()].flatMap((place) => place.links));
  const named = [...links].filter(
    ([link]) => !isShown(link) && !kept.some(({ path }) => isWithin(link, path)),
  );
  return { mounts: kept, links: named };
}

/** Once more would be of no use, and cannot be done where the way there is a link. */
function isGiven({ path, writable }: Mount, around: Mount | undefined): boolean {
  const isSame = around?.path === path;
  return writable ? isSame && around.writable : isSame || around?.writable === false;
}

/** Whether a path is a folder or lies in it. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);

export interface Place {
  /** The path, links followed. */
  readonly real: string;
  /** Links on the way, each with where it leads: programs use either name. */
  readonly links: readonly (readonly [link: string, target: string])[];
}

/** Answers where a path leads; itself where nothing is there. */
export function placeOf(path: string): Place {
  try {
    const real = realpathSync.native(path);
    return { real, links: real === path ? [] : linksOn(path) };
  } catch {
    return { real: path, links: [] }; // not there: whoever mounts it says so where that matters
  }
}

/** The uppermost link first; what it leads to may have links of its own. */
function linksOn(path: string): Place["links"] {
  const parts = path.split("/").map((_, at, all) => all.slice(0, at + 1).join("/"));
  const link = parts.find((part) => part !== "" && lstatSync(part).isSymbolicLink());
  if (link === undefined) return [];
  const target = realpathSync.native(link);
  return [[link, target], ...linksOn(target + path.slice(link.length))];
}
