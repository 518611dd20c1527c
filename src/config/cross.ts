/**
 * Rules between fields; they look at the raw value so that they speak even where a field is wrong.
 */
import { resolvePath } from "./portfolio.ts";
import { containerHint } from "./rules.ts";
import type { Finding, Path, Tree } from "./tree.ts";

/** A sandbox that nothing is said about. */
export function containerWithoutCommand(tree: Tree): readonly Finding[] {
  const { value } = tree;
  if (typeof value !== "object" || value === null) return [];
  const command: unknown = Reflect.get(value, "container_command") ?? null;
  if (Reflect.get(value, "sandbox") !== "container" || command !== null) return [];
  const path = ["sandbox"];
  const what = "needs `container_command`";
  return [{ offset: tree.offsetOf(path), path, what, hint: containerHint }];
}

/** Names and folders that two projects share. */
export function sharedBetweenProjects(tree: Tree, file: string, home: string): readonly Finding[] {
  const names = textsAt(tree.value, "name");
  const paths = textsAt(tree.value, "path").map(({ text, path }) => ({
    text: resolvePath(text, file, home),
    path,
  }));
  return [
    ...repeated(names, tree, (first) => ({
      what: `the name is also that of ${first}`,
      hint: "give each project its own name",
    })),
    ...repeated(paths, tree, (first) => ({
      what: `the folder is also that of ${first}`,
      hint: "list each folder once; subfolders of one repository may be projects of their own",
    })),
  ];
}

interface Found {
  readonly text: string;
  readonly path: Path;
}

function textsAt(value: unknown, field: "name" | "path"): readonly Found[] {
  const projects =
    typeof value === "object" && value !== null ? Reflect.get(value, "projects") : undefined;
  if (!Array.isArray(projects)) return [];
  return projects.flatMap((project: unknown, index) => {
    const text =
      typeof project === "object" && project !== null ? Reflect.get(project, field) : undefined;
    return typeof text === "string" && text !== ""
      ? [{ text, path: ["projects", index, field] }]
      : [];
  });
}

function repeated(
  found: readonly Found[],
  tree: Tree,
  words: (first: string) => { readonly what: string; readonly hint: string },
): readonly Finding[] {
  const first = new Map<string, Path>();
  return found.flatMap(({ text, path }) => {
    const earlier = first.get(text);
    if (earlier === undefined) {
      first.set(text, path);
      return [];
    }
    const project = `${earlier[0]}[${earlier[1]}]`;
    return [{ offset: tree.offsetOf(path), path, ...words(project) }];
  });
}
