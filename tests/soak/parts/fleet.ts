/** Several real repositories with fast tests, branches of several names, and a portfolio. */
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { writeSample } from "../../../bench/parts/sample.ts";
import { type Ground, openGround } from "../../crash/parts/place.ts";
import type { Errands } from "./tasks.ts";

export interface Site extends Errands {
  readonly path: string;
  readonly branch: string;
  /** Where its work comes from: the planner, or a person who adds it. */
  readonly source: "planner" | "person";
  git(...args: readonly string[]): string;
}

export interface Fleet extends Ground {
  readonly sites: readonly Site[];
}

/** Most workers at once in all projects; each may have a judge beside it. */
const workersMax = 4;

const branches = ["main", "master", "trunk", "release/1.x", "develop"];

/** Lays out the projects; all is removed when it is disposed of. */
export async function openFleet(dealt: readonly Errands[]): Promise<Fleet> {
  const ground = await openGround("orch-soak-");
  const sites: Site[] = [];
  for (const [at, each] of dealt.entries()) {
    const path = join(ground.root, each.project);
    const branch = branches[at % branches.length] ?? "main";
    const isLast = at > 0 && at === dealt.length - 1;
    const site: Site = {
      ...each,
      ...{ path, branch, git: ground.gitIn(path), source: isLast ? "person" : "planner" },
    };
    await layOut(site);
    sites.push(site);
  }
  const projects = sites.map(({ project, branch, source, errands }) => ({
    ...{ name: project, path: `./${project}`, branch, test_command: "node --test" },
    // a plan holds as many tasks; a minute lies between two plans
    ...{ max_workers: errands.length <= 6 ? 6 : 3, cycle_interval_minutes: 1 },
    ...{ check_timeout_seconds: 60, worker_timeout_seconds: 240 },
    backlog_source: source === "person" ? "manual" : "claude_md",
  }));
  const portfolio = { name: "soak", data_dir: "./data", max_workers: workersMax, projects };
  await writeFile(join(ground.root, "orch.json"), JSON.stringify(portfolio));
  return { ...ground, sites };
}

async function layOut({ path, project, branch, errands, git }: Site): Promise<void> {
  await mkdir(join(path, "lists"), { recursive: true });
  await writeSample(path, 0);
  const notes = `# Project ${project}\n\n## Backlog\n\n- ${errands.length} parts\n`;
  await writeFile(join(path, "CLAUDE.md"), notes);
  await writeFile(join(path, "mine.txt"), "mine\n");
  for (const list of new Set(errands.flatMap((each) => each.list ?? [])))
    await writeFile(join(path, list), "parts\n");
  git("init", "--quiet", "-b", branch);
  git("add", "--all");
  git("commit", "--quiet", "-m", "Start");
}

/** Tries of a person's whose commit meets a lock of git's. */
const triesMax = 50;

/** Commits a line as a person does, beside whatever lands meanwhile. */
export async function commitByHand({ path, git }: Site, number: number): Promise<void> {
  await appendFile(join(path, "mine.txt"), `${number}\n`);
  for (let tries = 1; ; tries += 1)
    try {
      git("commit", "--quiet", "-m", `By hand ${number}`, "--", "mine.txt");
      return;
    } catch (error) {
      // the checkout is just being moved, or a killed git has left its lock there
      if (tries === triesMax) throw error;
      await wait(1_000);
    }
}
