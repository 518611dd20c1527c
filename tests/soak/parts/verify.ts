/** What must hold when all is over: in the branches, the ledgers, the bill, and on the disk. */
import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { projectName } from "../../../src/core/ids.ts";
import type { Engine } from "../../../src/ports/engine.ts";
import { startOrch } from "../../crash/parts/process.ts";
import { fsck, hubsOf, lines, reading } from "../../crash/parts/state.ts";
import { leftovers } from "../../support/leftovers.ts";
import type { Fleet, Site } from "./fleet.ts";
import { attemptsOf, titleOf } from "./tasks.ts";

export interface Verified {
  /** Tasks that landed exactly once, by branch and by ledger. */
  readonly landed: number;
  /** Projects whose checks are green in a fresh clone. */
  readonly green: number;
  readonly ledgersWhole: number;
  readonly repositoriesWhole: number;
  readonly conflictsResolved: number;
  /** What the ledgers say was spent, in US dollars. */
  readonly bookedUsd: number;
  readonly faults: readonly string[];
}

/** Looks at everything. */
export async function verify(fleet: Fleet, byHand: number): Promise<Verified> {
  const faults: string[] = [];
  const say = (fault: string): void => void faults.push(fault);
  let [landed, green, ledgersWhole, repositoriesWhole] = [0, 0, 0, 0];
  let [conflictsResolved, bookedUsd] = [0, 0];
  for (const site of fleet.sites) {
    const told = await reading(fleet, (engine) => ledgerOf(engine, site));
    landed += landedOnce(site, told, say);
    conflictsResolved += told.resolved;
    bookedUsd += told.spentUsd;
    if (told.reservedUsd !== 0) say(`${site.project}: ${told.reservedUsd} $ are still set aside`);
    for (const each of told.odd) say(each);
    for (const each of strayRefs(site, told)) say(`${site.project}: left behind: ${each}`);
    if (await isGreen(fleet, site, say)) green += 1;
    if (await isAuditWhole(fleet, site, say)) ledgersWhole += 1;
    if (isSound(site.path, say)) repositoriesWhole += 1;
  }
  for (const hub of hubsOf(fleet)) if (isSound(hub, say)) repositoriesWhole += 1;
  const [first] = fleet.sites;
  const mine = first?.git("log", "--format=%s", first.branch).match(/^By hand /gm)?.length ?? 0;
  if (mine !== byHand) say(`${first?.project}: ${mine} of ${byHand} commits by hand are there`);
  faults.push(...(await leftovers(fleet.root)).map((each) => `left behind: ${each}`));
  const figures = { landed, green, ledgersWhole, repositoriesWhole };
  return { ...figures, conflictsResolved, bookedUsd, faults };
}

interface Told {
  /** Ids of the tasks that are done, by title. */
  readonly done: ReadonlyMap<string, readonly string[]>;
  readonly resolved: number;
  readonly spentUsd: number;
  readonly reservedUsd: number;
  /** What went another way than the script says. */
  readonly odd: readonly string[];
}

async function ledgerOf(engine: Engine, { project, errands }: Site): Promise<Told> {
  const name = projectName(project);
  const done = new Map<string, string[]>();
  const odd: string[] = [];
  let resolved = 0;
  const wanted = new Map(errands.map((each) => [titleOf(each), attemptsOf(each)]));
  for (const { id } of await engine.tasks(name, { limit: 1_000 })) {
    const record = await engine.task(name, id);
    if (record === null) continue;
    const { task, attempts, job } = record;
    const { title } = task.brief;
    if (task.state.at === "done") done.set(title, [...(done.get(title) ?? []), id]);
    else odd.push(`${project}: ${title} is ${JSON.stringify(task.state)}`);
    if (task.state.at === "done" && task.state.attempt !== wanted.get(title))
      odd.push(`${project}: ${title} took ${task.state.attempt} attempts`);
    if (job !== null) odd.push(`${project}: ${title} has a job in ${job.queue}`);
    resolved += attempts.filter(({ kind }) => kind === "resolve").length;
  }
  const { today, totalUsd } = await engine.overview(name);
  return { done, resolved, odd, spentUsd: totalUsd, reservedUsd: today.reservedUsd };
}

/** Counts the tasks that stand once in the branch and once in the ledger. */
function landedOnce(site: Site, { done }: Told, say: (fault: string) => void): number {
  const { project, branch, errands, git } = site;
  const format = "--format=%(trailers:key=Orch-Task,valueonly)";
  const trailers = lines(git("log", "--first-parent", format, branch));
  const tree = new Set(lines(git("ls-tree", "-r", "--name-only", branch)));
  const known = new Set([...done.values()].flat());
  for (const id of new Set(trailers.filter((each) => !known.has(each))))
    say(`${project}: ${id} landed, and its ledger does not have it as done`);
  return errands.filter((errand) => {
    const ids = done.get(titleOf(errand)) ?? [];
    const times = trailers.filter((each) => ids.includes(each)).length;
    const held = tree.has(`src/${errand.name}.js`) && isListed(site, errand);
    if (ids.length !== 1)
      say(`${project}: ${errand.name} is done ${ids.length} times by the ledger`);
    if (times !== 1) say(`${project}: ${errand.name} landed ${times} times`);
    if (!held) say(`${project}: what ${errand.name} did is not in the branch`);
    return ids.length === 1 && times === 1 && held;
  }).length;
}

/** References that nobody needs any more; a refused attempt's work and what conflicted is kept. */
function strayRefs({ project, branch, errands, git }: Site, { done, resolved }: Told) {
  const refs = lines(git("for-each-ref", "--format=%(refname)"));
  const rescues = refs.filter((each) => each.startsWith("refs/orch/rescue/"));
  const due = errands.reduce((sum, each) => sum + attemptsOf(each) - 1, resolved);
  const usual = new Set([
    ...[`refs/heads/${branch}`, `refs/orch/fence/${project}`, ...rescues],
    ...[...done.values()].flat().map((id) => `refs/orch/merged/${id}`),
  ]);
  const stray = refs.filter((each) => !usual.has(each));
  return rescues.length > due ? [...stray, `${rescues.length} rescues, ${due} are due`] : stray;
}

function isListed({ branch, git }: Site, { name, list }: Site["errands"][number]): boolean {
  if (list === null) return true;
  return lines(git("show", `${branch}:${list}`)).filter((line) => line === name).length === 1;
}

async function isGreen({ root, gitIn }: Fleet, site: Site, say: (fault: string) => void) {
  const clone = join(root, `clone-of-${site.project}`);
  gitIn(root)("clone", "--quiet", "--branch", site.branch, site.path, clone);
  try {
    const out = execFileSync(process.execPath, ["--test"], {
      cwd: clone,
      encoding: "utf8",
      env: {},
    });
    const passed = Number(/^# pass (\d+)$/m.exec(out)?.[1] ?? /pass (\d+)/.exec(out)?.[1] ?? 0);
    // its one case of its own, and one for each part
    if (passed >= site.errands.length) return true;
    say(`${site.project}: only ${passed} tests passed`);
  } catch (error) {
    say(`${site.project}: the checks are red in a fresh clone: ${String(error).slice(0, 500)}`);
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
  return false;
}

async function isAuditWhole({ root }: Fleet, { project }: Site, say: (fault: string) => void) {
  const trace = join(root, "trace-of-person.jsonl");
  const argv = ["audit", "verify", "--project", project];
  // it asks no model: nobody listens there
  const { code, err } = await startOrch({ root, trace }, "http://127.0.0.1:9", { argv }).ended;
  if (code !== 0) say(`${project}: the audit ends with ${code}: ${err}`);
  return code === 0;
}

function isSound(folder: string, say: (fault: string) => void): boolean {
  try {
    const found = fsck(folder);
    for (const each of found) say(`fsck of ${folder}: ${each}`);
    return found.length === 0;
  } catch (error) {
    say(`fsck of ${folder}: ${String(error)}`);
    return false;
  }
}
