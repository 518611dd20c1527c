/** Whether what a valid portfolio names is really there; kept apart because it needs the disk. */
import { constants } from "node:fs";
import { access, readFile, realpath, stat } from "node:fs/promises";
import { checkSlots } from "../core/contract-slots.ts";
import type { Portfolio, PromptName } from "../core/portfolio.ts";
import type { ConfigProblem } from "./problem.ts";
import type { Setting } from "./settings.ts";

type Complaint = Pick<ConfigProblem, "path" | "what" | "hint">;

/** Answers every path of the portfolio that is missing, is of the wrong sort, or is named twice. */
export async function checkPaths(
  portfolio: Portfolio,
  settings: readonly Setting[],
): Promise<readonly ConfigProblem[]> {
  const complaints: Complaint[] = [];
  const owners = new Map<string, string>();
  for (const [index, project] of portfolio.projects.entries()) {
    const path = `projects[${index}].path`;
    const complaint = await aboutFolder(project.path);
    if (complaint !== null) {
      complaints.push({ path, ...complaint });
    } else {
      const real = await realpath(project.path);
      const owner = owners.get(real);
      if (owner === undefined) owners.set(real, project.name);
      else
        complaints.push({
          path,
          what: `${project.path} is the same folder as that of project ${owner}`,
          hint: "list each folder once",
        });
    }
    for (const [name, file] of Object.entries(project.prompts)) {
      const found = await aboutPrompt(name as PromptName, file); // its keys are no others
      if (found !== null) complaints.push({ path: `projects[${index}].prompts.${name}`, ...found });
    }
  }
  return complaints.map((each) => ({
    file: portfolio.file,
    ...placeIn(settings, each.path),
    ...each,
  }));
}

/** Where a setting stands in its file; the beginning where it is a default. */
export function placeIn(
  settings: readonly Setting[],
  path: string,
): { readonly line: number; readonly column: number } {
  const origin = settings.find((setting) => setting.path === path)?.origin;
  return origin?.kind === "file"
    ? { line: origin.line, column: origin.column }
    : { line: 1, column: 1 };
}

async function aboutFolder(path: string): Promise<Omit<Complaint, "path"> | null> {
  try {
    if (!(await stat(path)).isDirectory())
      return { what: `${path} is not a folder`, hint: "name the project's folder" };
    await access(path, constants.R_OK | constants.X_OK);
    return null;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    return code === "ENOENT"
      ? { what: `${path} does not exist`, hint: "check the path, or create the folder" }
      : { what: `${path} cannot be read (${String(code)})`, hint: "check who may read it" };
  }
}

async function aboutPrompt(
  name: PromptName,
  file: string,
): Promise<Omit<Complaint, "path"> | null> {
  const text = await textOf(file);
  if (text === null)
    return {
      what: `${file} is not a file that can be read`,
      hint: "check the path; it is relative to the portfolio file",
    };
  try {
    checkSlots(name, text);
    return null;
  } catch (fault) {
    const what = fault instanceof Error ? fault.message : String(fault);
    return { what: `${file}: ${what}`, hint: "the program's own in `prompts/` shows its slots" };
  }
}

/** Null where it is absent or forbidden, or no file: a pipe would be waited for. */
async function textOf(path: string): Promise<string | null> {
  try {
    return (await stat(path)).isFile() ? await readFile(path, "utf8") : null;
  } catch {
    return null; // the answer to the person is the same
  }
}
