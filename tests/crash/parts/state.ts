/** What a story came to, without what differs between any two runs: ids, times, costs. */
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { auditLedger } from "../../../src/adapters/engine/sqlite/audit.ts";
import { openLedger } from "../../../src/compose/open-ledger.ts";
import type { Cycle } from "../../../src/core/cycle.ts";
import { projectName } from "../../../src/core/ids.ts";
import type { CheckOutcome } from "../../../src/core/records.ts";
import type { Engine, Overview, TaskRecord } from "../../../src/ports/engine.ts";
import { nameOf } from "./names.ts";
import type { Place } from "./place.ts";

const app = projectName("app");

/** One line a fact, so that a difference is a line. */
export type Facts = readonly string[];

/** Whether the second cycle, which finds nothing to do, has ended: the story is over. */
export async function isOver(place: Place): Promise<boolean> {
  return reading(place, async (engine) => {
    const { openCycle, lastCycle } = await engine.overview(app);
    return openCycle === null && lastCycle?.endedAt != null && lastCycle.tasks.length === 0;
  });
}

/** Types of a task's events, oldest first. */
export async function storyOf(place: Place, name: string): Promise<readonly string[]> {
  return reading(place, async (engine) => {
    const tasks = await engine.tasks(app, { limit: 100 });
    const id = tasks.find(({ brief }) => nameOf(brief.title) === name)?.id;
    const events = await engine.events(app, 0, 1_000);
    return events.flatMap(({ event }) =>
      event.of === "task" && event.task === id ? [event.event.type] : [],
    );
  });
}

/** Reads everything that two stories must agree on. */
export async function factsOf(place: Place): Promise<Facts> {
  const told = await reading(place, async (engine) => {
    const tasks = await engine.tasks(app, { limit: 100 });
    const records: TaskRecord[] = [];
    for (const { id } of tasks) {
      const record = await engine.task(app, id);
      if (record !== null) records.push(record);
    }
    const cycles = await engine.cycles(app, 100);
    return { records, cycles, overview: await engine.overview(app) };
  });
  const mask = masking(told.records, told.cycles);
  return [
    ...told.records.flatMap(factsOfTask),
    ...told.cycles.map((cycle) => `cycle: ${json({ state: cycle.state, refused: cycle.refused })}`),
    ...factsOfProject(told.overview),
    ...factsOfGit(place),
    ...(auditLedger(place.data, app)?.flaws ?? ["none"]).map((flaw) => `audit: ${json(flaw)}`),
    ...(await documentsOf(place)),
    ...(await factsOfPerson(place)),
  ]
    .map(mask)
    .sort();
}

/** Reads the ledgers of a place, beside whoever works there. */
export async function reading<T>(
  place: Pick<Place, "data">,
  read: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = openLedger({ dataDir: place.data });
  try {
    return await read(engine);
  } finally {
    await engine.close();
  }
}

const json = (value: unknown): string => JSON.stringify(value);

/** Takes ids, commits and versions out. */
function masking(records: readonly TaskRecord[], cycles: readonly Cycle[]) {
  const names = new Map<string, string>(cycles.map(({ id }) => [id, "<cycle>"]));
  for (const { task } of records) names.set(task.id, `<${nameOf(task.brief.title)}>`);
  return (line: string): string => {
    let masked = line;
    for (const [id, name] of names) masked = masked.replaceAll(id, name);
    return masked.replace(/\b[0-9a-f]{40}\b/g, "<sha>");
  };
}

function factsOfTask({ task, attempts, verdicts, landings, job }: TaskRecord): Facts {
  const name = nameOf(task.brief.title);
  return [
    `task ${name}: ${json(task.state)} job ${job?.queue ?? "none"}`,
    ...attempts.map(
      ({ kind, attempt, round, model, outcome, summary, changes }) =>
        `attempt ${name}: ${json({ kind, attempt, round, model, outcome, summary, changes })}`,
    ),
    ...verdicts.map((verdict) => {
      const { number, attempt, decision, reasons, unchecked, reading, hold, checks } = verdict;
      const told = { number, attempt, decision, reasons, unchecked, reading, hold };
      return `verdict ${name}: ${json({ ...told, checks: checks.map(ofCheck) })}`;
    }),
    ...landings.map(
      ({ branch, state, checks }) =>
        `landing ${name}: ${json({ branch, state, checks: checks.map(ofCheck) })}`,
    ),
  ];
}

const ofCheck = ({ durationMs: _, ...check }: CheckOutcome) => check;

function factsOfProject({ project, counts, openCycle, today, nextCycleAt }: Overview): Facts {
  return [
    `project: ${json({ mode: project.mode.at, counts, open: openCycle, next: nextCycleAt })}`,
    `reserved: ${today.reservedUsd}`,
  ];
}

/** The lines of a text that hold anything. */
export const lines = (text: string): readonly string[] =>
  text.split("\n").filter((each) => each !== "");

/** The repositories that the program keeps for itself. */
export const hubsOf = ({ data }: Pick<Place, "data">): readonly string[] =>
  lines(execFileSync("sh", ["-c", `ls -d ${data}/hubs/*.git`], { encoding: "utf8" }));

/** What git finds wrong with a repository. */
export const fsck = (dir: string): readonly string[] =>
  lines(
    execFileSync("git", ["-C", dir, "fsck", "--strict", "--no-dangling", "--no-progress"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );

function factsOfGit(place: Place): Facts {
  const { git, project } = place;
  return [
    `tree: ${git("rev-parse", "main^{tree}").slice(0, 12)}`,
    `HEAD: ${git("symbolic-ref", "HEAD")}`,
    ...lines(git("log", "--first-parent", "--format=%s %an %p", "main")).map(
      (line) => `commit: ${line.replace(/ [0-9a-f]{7,}(?![0-9a-z])/g, " <sha>")}`,
    ),
    ...lines(git("log", "--format=%(trailers:key=Orch-Task,valueonly)", "main")).map(
      (id) => `landed: ${id}`,
    ),
    ...lines(git("for-each-ref", "--format=%(refname)")).map((ref) => `ref: ${ref}`),
    ...[project, ...hubsOf(place)].flatMap((dir) => fsck(dir).map((line) => `fsck: ${line}`)),
  ];
}

/** What no two runs of the same story share. */
const fleeting = /^- (?:Created|Asked for|Started|Ended|Took|When|Cost[^:]*|Tokens[^:]*): .*$/;

async function documentsOf({ project }: Place): Promise<Facts> {
  const entries = await readdir(join(project, ".orch"), { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const text = await readFile(join(parentPath, name), "utf8");
      const kept = text.split("\n").filter((line) => !fleeting.test(line));
      return `document ${parentPath.slice(project.length)}/${name}: ${json(kept.join("\n"))}`;
    }),
  );
}

async function factsOfPerson({ project, git }: Place): Promise<Facts> {
  const files = await Promise.all(
    ["mine.txt", "staged.txt", "new.txt"].map(async (file) => {
      const text = await readFile(join(project, file), "utf8");
      return `person: ${file} ${json(text)}`;
    }),
  );
  return [
    ...files,
    `person: status ${json(git("status", "--porcelain"))}`,
    `person: staged ${json(git("diff", "--cached", "--no-ext-diff"))}`,
    `person: edited ${json(git("diff", "--no-ext-diff"))}`,
    `person: stash ${json(git("stash", "show", "-p"))}`,
  ];
}
