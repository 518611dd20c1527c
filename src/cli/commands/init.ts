import { mkdir, readFile, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { ProjectEntry } from "../../config/schema.ts";
import type { BacklogSource, ProjectConfig } from "../../core/portfolio.ts";
import type { Reach } from "../../core/reach.ts";
import type { Detected } from "../backstage.ts";
import type { Desk } from "../desk.ts";
import { exitCodes, failure, misuse } from "../exit-codes.ts";
import { line } from "../sanitize.ts";

export interface InitOptions {
  readonly path?: string | undefined;
  readonly name?: string | undefined;
  readonly test?: string | undefined;
  readonly lint?: string | undefined;
  readonly backlog?: BacklogSource | undefined;
  readonly yes?: true | undefined;
}

interface Answers {
  readonly path: string;
  readonly name: string;
  readonly test: string;
  readonly lint: string;
  readonly setup: string | null;
  readonly fetching: Detected["fetching"];
  readonly backlog: BacklogSource;
}

/** `orch init`: writes a portfolio with a project, or adds a project to the one that is there. */
export async function init(desk: Desk, options: InitOptions): Promise<number> {
  const { io } = desk;
  const asks = options.yes !== true && io.stdinIsTTY && io.err.isTTY;
  const path = resolve(io.cwd, options.path ?? (asks ? await askPath(io.cwd) : "."));
  const backstage = await desk.backstage();
  const trouble = backstage.unusable(path);
  if (trouble !== null) throw misuse(`nothing was written: ${trouble.what}`, trouble.hint);
  const { file, isNew } = await portfolioFile(desk);
  if (!isNew) await refuseListed(await readFile(file, "utf8"), file, path);
  const detected = await backstage.detect(path);
  const given = answersOf(path, options, detected);
  const answers = asks ? await ask(given, options) : given;
  const { newDataDir } = await import("../../config/data-dir.ts");
  const inside = backstage.repositoryAround(dirname(file)) !== null;
  const dataDir = isNew ? newDataDir(file, inside) : null;
  const text = await added(file, dataDir, answers);
  await put(file, text);
  report(desk, { file, dataDir, answers });
  return exitCodes.ok;
}

/** Writes the portfolio; says in one sentence where that cannot be done. */
async function put(file: string, text: string): Promise<void> {
  const { default: write } = await import("write-file-atomic");
  try {
    await makeFolder(dirname(file));
    await write(file, text);
  } catch (fault) {
    const code = fault instanceof Error && "code" in fault ? String(fault.code) : "";
    const why = refusals[code] ?? (fault instanceof Error ? fault.message : String(fault));
    throw failure(
      `nothing was written: ${file} cannot be: ${why}`,
      "make its folder, make sure that you may write there, or name another file with --config",
    );
  }
}

/** Makes one folder, not those above it: a mistyped path is not to become a tree. */
const makeFolder = (folder: string): Promise<void> =>
  mkdir(folder).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== "EEXIST") throw fault;
  });

const refusals: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "its folder is read-only",
  ENOSPC: "the disk is full",
  ENOENT: "its folder is not there and cannot be made",
  ENOTDIR: "what should be its folder is a file",
};

const askPath = async (cwd: string): Promise<string> =>
  (await import("../ask.ts")).askText("Which folder is the project in?", cwd);

function answersOf(path: string, options: InitOptions, detected: Detected): Answers {
  return {
    path,
    name: options.name ?? nameOf(path),
    test: options.test ?? detected.testCommand ?? "",
    lint: options.lint ?? detected.lintCommand ?? "",
    setup: detected.setupCommand,
    fetching: detected.fetching,
    backlog: options.backlog ?? detected.backlog,
  };
}

/** A folder's name made fit to name a project. */
function nameOf(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 64);
  return name === "" || name === "portfolio" ? "project" : name;
}

const backlogs = [
  { value: "claude_md", hint: "the planner reads CLAUDE.md" },
  { value: "backlog_file", hint: "the planner reads BACKLOG.md" },
  { value: "manual", hint: "only tasks that you add" },
] as const;

async function ask(given: Answers, options: InitOptions): Promise<Answers> {
  const { askChoice, askText } = await import("../ask.ts");
  const { isProjectName } = await import("../../core/ids.ts");
  const name =
    options.name ??
    (await askText("What is it called?", given.name, (text) =>
      isProjectName(text) ? undefined : "use lower-case letters, digits, . _ and -",
    ));
  const test =
    options.test ?? (await askText("Which command runs its tests? (empty: none)", given.test));
  const lint =
    options.lint ?? (await askText("Which command runs its linter? (empty: none)", given.lint));
  const backlog =
    options.backlog ?? (await askChoice("Where does its work come from?", backlogs, given.backlog));
  return { ...given, name, test, lint, backlog };
}

/** The portfolio that is in use; where there is none, a new one in the current folder. */
async function portfolioFile(
  desk: Desk,
): Promise<{ readonly file: string; readonly isNew: boolean }> {
  const { findPortfolio } = await import("../../config/find.ts");
  const { io, flags } = desk;
  const found = await findPortfolio({ explicit: flags.config, env: io.env, cwd: io.cwd });
  if (found.kind === "found") return { file: found.file, isNew: false };
  const wanted = flags.config ?? io.env["ORCH_CONFIG"];
  const file = wanted === undefined || wanted === "" ? "orch.jsonc" : wanted;
  return { file: resolve(io.cwd, file), isNew: true };
}

/** The text with the project added; that of a new portfolio where there is a new data folder. */
async function added(file: string, dataDir: string | null, answers: Answers): Promise<string> {
  const { addProject, newPortfolioText } = await import("../../config/edit.ts");
  const before =
    dataDir === null ? await readFile(file, "utf8") : newPortfolioText("default", dataDir);
  await refuseBroken(before, file, "the portfolio has mistakes; nothing was added");
  if (dataDir === null) await refuseTaken(before, file, answers.name);
  const after = addProject(before, entryOf(file, answers));
  await refuseBroken(after, file, "the project does not fit into the portfolio; nothing was added");
  return after;
}

/** A folder is the same by whatever links it is reached. */
async function refuseListed(text: string, file: string, path: string): Promise<void> {
  const own = await realpath(path);
  for (const there of await listedIn(text, file)) {
    // a folder that is gone is not this one
    if ((await realpath(there.path).catch(() => null)) !== own) continue;
    const which = there.path === path ? path : `${path}, which is ${there.path},`;
    throw misuse(
      `${file} lists ${which} already: it is project ${there.name}; nothing was added`,
      `change it there; \`orch run --project ${there.name}\` works on it`,
    );
  }
}

/** Mistakes of a text that was never written would name lines which nobody can look up. */
async function refuseTaken(text: string, file: string, name: string): Promise<void> {
  const there = (await listedIn(text, file)).find((each) => each.name === name);
  if (there !== undefined)
    throw misuse(
      `${file} lists a project ${name} already (${there.path}); nothing was added`,
      "give another --name",
    );
}

/** The projects of a portfolio; none where it has mistakes, which are told elsewhere. */
async function listedIn(text: string, file: string): Promise<readonly ProjectConfig[]> {
  const { parsePortfolio } = await import("../../config/parse.ts");
  const parsed = parsePortfolio(text, { file, home: (await import("node:os")).homedir() });
  return parsed.kind === "valid" ? parsed.portfolio.projects : [];
}

async function refuseBroken(text: string, file: string, what: string): Promise<void> {
  const { parsePortfolio } = await import("../../config/parse.ts");
  const { renderProblem } = await import("../../config/problem.ts");
  const parsed = parsePortfolio(text, { file, home: (await import("node:os")).homedir() });
  if (parsed.kind === "invalid")
    throw misuse(`${what}:\n${parsed.problems.map(renderProblem).join("\n")}`);
}

function entryOf(file: string, answers: Answers): ProjectEntry {
  const { name, path, test, lint, backlog, setup, fetching } = answers;
  return {
    name,
    path: shortPath(dirname(file), path),
    backlog_source: backlog,
    ...(test === "" ? {} : { test_command: test }),
    ...(lint === "" ? {} : { lint_command: lint }),
    // it fetches what lockfiles name; agents and checks stay without a network
    ...(setup === null ? {} : { setup_command: setup }),
    ...(fetching === null ? {} : { setup_network: reachOf(fetching.reach) }),
  };
}

const reachOf = (reach: Reach): "all" | string[] => (reach === "all" ? reach : [...reach]);

/** Relative where the project is below the portfolio, so that both can be moved together. */
function shortPath(folder: string, path: string): string {
  const below = relative(folder, path);
  if (below === "") return ".";
  return below.startsWith("..") || isAbsolute(below) ? path : `./${below}`;
}

function openingOf({ reach, why }: NonNullable<Detected["fetching"]>): string {
  const to = reach === "all" ? "all that this machine does" : reach.join(", ");
  const told = "`orch doctor` tells what it lacks";
  return `set-up reaches ${line(to)} (setup_network): ${line(why)}; ${told}`;
}

function report(
  desk: Desk,
  { file, dataDir, answers }: { file: string; dataDir: string | null; answers: Answers },
): void {
  const isNew = dataDir !== null;
  const { name, path, test, lint, backlog } = answers;
  desk.answer(
    { file, created: isNew, project: { name, path, test, lint, backlog_source: backlog } },
    () => `${isNew ? "wrote" : "added to"} ${file}`,
  );
  if (dataDir !== null && !dataDir.startsWith("."))
    desk.say(`clones, transcripts and ledger go to ${dataDir}: the portfolio is in a repository`);
  const check = (what: string, command: string): string =>
    command === "" ? `no ${what} command` : `${what}: ${line(command)}`;
  desk.say(`project ${name} in ${join(path)}; ${check("test", test)}; ${check("lint", lint)}`);
  if (answers.fetching !== null) desk.say(openingOf(answers.fetching));
  if (test === "" && lint === "")
    desk.say("nothing checks what lands: set test_command in the portfolio");
  desk.say("next: `orch doctor`, then `orch run`");
}
