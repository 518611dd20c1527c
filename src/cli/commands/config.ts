import type { ConfigProblem } from "../../config/problem.ts";
import type { Setting } from "../../config/settings.ts";
import { type Desk, type Read, readPortfolio } from "../desk.ts";
import { exitCodes, misuse } from "../exit-codes.ts";
import { renderTable } from "../render/table.ts";
import { line, toJson } from "../sanitize.ts";

const deciders = {
  "--config": "--config names it",
  ORCH_CONFIG: "ORCH_CONFIG names it",
  folder: "the nearest from the current folder upward",
  user: "in the settings folder of the user",
} as const;

/** `orch config path`: which file is in use, and why; found even where it has mistakes. */
export async function path(desk: Desk): Promise<number> {
  const { findPortfolio } = await import("../../config/find.ts");
  const { io, flags } = desk;
  const found = await findPortfolio({ explicit: flags.config, env: io.env, cwd: io.cwd });
  if (found.kind === "missing") throw misuse(found.what, found.hint);
  desk.answer({ file: found.file, by: found.by }, () => found.file);
  if (!flags.json) desk.say(deciders[found.by]);
  return exitCodes.ok;
}

/** `orch config show`: every value in force, and the line that set it. */
export async function show(desk: Desk): Promise<number> {
  const { settings, portfolio } = await readPortfolio(desk.io, desk.flags);
  const names = portfolio.projects.map(({ name }) => name);
  desk.answer(
    {
      file: portfolio.file,
      settings: settings.map(({ path: at, value, origin }) => ({
        path: at,
        value,
        origin: origin.kind,
        line: origin.kind === "file" ? origin.line : null,
      })),
    },
    () =>
      renderTable(
        ["SETTING", "VALUE", "FROM"],
        settings.map((each) => row(each, names)),
      ),
  );
  if (!desk.flags.json) desk.say(portfolio.file);
  return exitCodes.ok;
}

function row({ path: at, value, origin }: Setting, names: readonly string[]): readonly string[] {
  const named = at.replace(/^projects\[(\d+)\]/, (whole, i: string) => names[Number(i)] ?? whole);
  const from = origin.kind === "default" ? "default" : `line ${origin.line}`;
  return [named, line(toJson(value), 100), from];
}

/** `orch config validate`: every mistake at once, also what the disk lacks. */
export async function validate(desk: Desk): Promise<number> {
  const { loadPortfolio } = await import("../../config/load.ts");
  const { renderProblem } = await import("../../config/problem.ts");
  const { io, flags } = desk;
  const loaded = await loadPortfolio({ explicit: flags.config, env: io.env, cwd: io.cwd });
  if (loaded.kind === "missing") throw misuse(loaded.what, loaded.hint);
  const { file } = loaded;
  const problems = loaded.kind === "invalid" ? loaded.problems : await onDisk(loaded);
  if (flags.json) desk.answer({ file, valid: problems.length === 0, problems }, () => "");
  else if (problems.length === 0) desk.print(`${file} is valid`);
  else for (const problem of problems) desk.say(renderProblem(problem));
  return problems.length === 0 ? exitCodes.ok : exitCodes.usage;
}

async function onDisk({ portfolio, settings }: Read): Promise<readonly ConfigProblem[]> {
  const { checkPaths } = await import("../../config/check-paths.ts");
  return checkPaths(portfolio, settings);
}

/** `orch config schema`: the JSON schema, for editors. */
export async function schema(desk: Desk): Promise<number> {
  const { portfolioJsonSchema } = await import("../../config/json-schema.ts");
  desk.io.out.write(`${toJson(portfolioJsonSchema(), 2)}\n`);
  return exitCodes.ok;
}
