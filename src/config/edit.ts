/** Changes to a portfolio file that keep its comments and its layout. */
import { applyEdits, modify } from "jsonc-parser";
import type { ProjectEntry } from "./schema.ts";

/** The schema's file beside this one, among the sources and in what is built of them. */
const schemaUrl = new URL("./schema.json", import.meta.url).href;

/** The text of a portfolio without projects, to be added to. */
export function newPortfolioText(name: string, dataDir: string): string {
  return `{
  // Lets an editor complete and check: where this program is installed.
  "$schema": ${JSON.stringify(schemaUrl)},
  // Every field and its default: docs/configuration.md, or \`orch config schema\`.
  "name": ${JSON.stringify(name)},
  "data_dir": ${JSON.stringify(dataDir)},
  "projects": []
}
`;
}

/** Adds a project behind the last one; `text` must be a portfolio that can be read. */
export function addProject(text: string, project: ProjectEntry): string {
  const edits = modify(text, ["projects", -1], project, {
    isArrayInsertion: true,
    formattingOptions: {
      insertSpaces: !/^\t/m.test(text),
      tabSize: 2,
      eol: text.includes("\r\n") ? "\r\n" : "\n",
    },
  });
  return applyEdits(text, edits);
}
