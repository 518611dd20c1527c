/** What is in force and who said so, for `orch config show`. */
import type { PortfolioFile } from "./schema.ts";
import { type Path, type Place, pathText, placeOf, type Tree } from "./tree.ts";

export type Origin = ({ readonly kind: "file" } & Place) | { readonly kind: "default" };

/** One value in force, under its name in the file. */
export interface Setting {
  /** Such as `projects[0].max_workers`. */
  readonly path: string;
  /** As in JSON. */
  readonly value: unknown;
  readonly origin: Origin;
}

/** Lists all values of a valid file, defaults included. */
export function settingsOf(fields: PortfolioFile, tree: Tree, text: string): readonly Setting[] {
  const setting = (path: Path, value: unknown): Setting => ({
    path: pathText(path),
    value,
    origin: tree.has(path)
      ? { kind: "file", ...placeOf(text, tree.offsetOf(path)) }
      : { kind: "default" },
  });
  const { projects, $schema: _, ...own } = fields;
  const inProject = (index: number, key: string, value: unknown): readonly Setting[] => {
    const path = ["projects", index, key];
    const parts = key === "prompts" ? Object.entries({ ...fields.projects[index]?.prompts }) : [];
    if (parts.length === 0) return [setting(path, value)];
    return parts.map(([part, file]) => setting([...path, part], file));
  };
  return [
    ...Object.entries(own).map(([key, value]) => setting([key], value)),
    ...projects.flatMap((project, index) =>
      Object.entries(project).flatMap(([key, value]) => inProject(index, key, value)),
    ),
  ];
}
