import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hubDirOf } from "../../src/adapters/git/hub.ts";
import { locate } from "../../src/adapters/git/locate.ts";
import { forget, unmergedOf } from "../../src/compose/forget.ts";
import { openLedger } from "../../src/compose/open-ledger.ts";
import { parsePortfolio } from "../../src/config/parse.ts";
import { instant, token } from "../../src/core/ids.ts";
import {
  folder,
  opened,
  person,
  repository,
  rescues,
  signal,
  task,
  worked,
  write,
} from "../support/git-fixture.ts";

test("a forgotten project takes its clone and its sessions along, not those of others", async () => {
  const [mine, theirs, base] = [
    await repository({ "a.txt": "a\n", "sub/b.txt": "b\n" }),
    await repository({ "a.txt": "a\n" }),
    await folder(),
  ];
  const projects = [
    { name: "mine", path: mine },
    { name: "part", path: join(mine, "sub") },
    { name: "other", path: theirs },
  ];
  const parsed = parsePortfolio(JSON.stringify({ projects }), {
    file: join(base, "orch.jsonc"),
    home: base,
  });
  if (parsed.kind !== "valid") throw new Error("the portfolio of the test is wrong");
  const { portfolio } = parsed;
  const { dataDir } = portfolio;
  const [own, others] = await Promise.all(
    [mine, theirs].map(async (path) => hubDirOf(join(dataDir, "hubs"), await locate(path, signal))),
  );
  for (const hub of [own ?? "", others ?? ""]) await mkdir(hub, { recursive: true });
  for (const { name } of projects) {
    const filed = join(dataDir, name, "workspaces", "slot-0", "tree").replace(/[^a-z0-9]/gi, "-");
    await mkdir(join(dataDir, "agents", `of-${name}`, "claude", "projects", filed), {
      recursive: true,
    });
  }
  const forgetOne = async (at: number): Promise<readonly (readonly string[])[]> => {
    const project = portfolio.projects[at];
    if (project !== undefined) await forget(portfolio, project, { rescued: false });
    return [(await readdir(join(dataDir, "agents"))).sort(), await readdir(join(dataDir, "hubs"))];
  };
  const [sessions, shared] = await forgetOne(0);
  expect(sessions).toEqual(["of-other", "of-part"]);
  expect(shared).toHaveLength(2); // the other folder of the same repository still has it
  const [left, kept] = await forgetOne(2);
  expect(left).toEqual(["of-part"]);
  expect(kept).toHaveLength(1);
});

test("what has not landed is told before, and kept unless it may go, too", async () => {
  const root = await repository({ "a.txt": "a\n" });
  const base = await folder();
  const dataDir = join(base, "data");
  const { repo } = await opened(root, {
    hubsDir: join(dataDir, "hubs"),
    workspacesDir: join(dataDir, "demo/workspaces"),
  });
  const text = JSON.stringify({ projects: [{ name: "demo", path: root }] });
  const parsed = parsePortfolio(text, { file: join(base, "orch.jsonc"), home: base });
  const project = parsed.kind === "valid" ? parsed.portfolio.projects[0] : undefined;
  if (parsed.kind !== "valid" || project === undefined) throw new Error("the portfolio is wrong");
  const work = await worked(repo, 1, { "a.txt": "kept\n" });
  await repo.keep(task(1), 1, work.candidate, signal);
  const left = await repo.open({ at: work.from, name: `work-${task(2)}-1` }, signal);
  await write(left.path, { "half.txt": "half\n" });
  left.keep();
  const idle = await repo.open({ at: work.from, name: `work-${task(3)}-1` }, signal);
  idle.keep();
  expect(await unmergedOf(parsed.portfolio, project)).toEqual([
    `orch/${task(1)}`,
    `refs/orch/attempts/${task(1)}/1`,
    `the workspace work-${task(2)}-1`,
  ]);
  await forget(parsed.portfolio, project, { rescued: false });
  expect(await readdir(dataDir)).not.toContain("demo");
  const kept = rescues(root).map(([ref]) => ref ?? "");
  expect(kept).toEqual([`refs/orch/rescue/${task(1)}/1`, `refs/orch/rescue/${task(2)}/1`]);
  expect(person(root, "show", `${kept[1]}:half.txt`)).toBe("half");
  await forget(parsed.portfolio, project, { rescued: true });
  expect(person(root, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
});

test("what was removed is what was there: nothing where the program never was", async () => {
  const [path, base] = [await repository({ "a.txt": "a\n" }), await folder()];
  const text = JSON.stringify({ projects: [{ name: "mine", path }] });
  const parsed = parsePortfolio(text, { file: join(base, "orch.jsonc"), home: base });
  const project = parsed.kind === "valid" ? parsed.portfolio.projects[0] : undefined;
  if (parsed.kind !== "valid" || project === undefined) throw new Error("it is not valid");
  expect(await forget(parsed.portfolio, project, { rescued: false })).toEqual([]);
  await mkdir(join(path, ".orch"));
  expect(await forget(parsed.portfolio, project, { rescued: false })).toEqual([".orch/"]);
  await mkdir(join(base, "data", "mine"), { recursive: true });
  expect(await forget(parsed.portfolio, project, { rescued: false })).toEqual([
    `its ledger, clones and transcripts in ${join(base, "data")}`,
  ]);
  expect(await forget(parsed.portfolio, project, { rescued: false })).toEqual([]);
});

test("what a forgotten project has spent today counts on for the portfolio, however often", async () => {
  const [path, base] = [await repository({ "a.txt": "a\n" }), await folder()];
  const text = JSON.stringify({ max_budget_per_day: 2, projects: [{ name: "mine", path }] });
  const parsed = parsePortfolio(text, { file: join(base, "orch.jsonc"), home: base });
  const project = parsed.kind === "valid" ? parsed.portfolio.projects[0] : undefined;
  if (parsed.kind !== "valid" || project === undefined) throw new Error("it is not valid");
  const { portfolio } = parsed;
  const spend = async (n: number, settledUsd: number | null): Promise<void> => {
    const engine = openLedger(portfolio);
    const { day } = await engine.overview(project.name);
    const base = { role: "worker", task: null, cycle: null, at: instant(Date.now()) } as const;
    const reservation = { ...base, token: token(n), day, amountUsd: 0.5, settledUsd } as const;
    const changes = [{ kind: "reservation", reservation }] as const;
    await engine.transact(project.name, {}, () => ({ changes, answer: null }));
    await engine.close();
  };
  const everywhere = async () => {
    const engine = openLedger(portfolio);
    const found = await engine.everywhere();
    await engine.close();
    return found.settledUsd + found.reservedUsd;
  };
  await spend(1, 0.25);
  await spend(2, null);
  await forget(portfolio, project, { rescued: true });
  expect(await everywhere()).toBeCloseTo(0.75, 9);
  await spend(1, 0.125); // a new ledger counts from one again
  expect(await everywhere()).toBeCloseTo(0.875, 9);
  await forget(portfolio, project, { rescued: true });
  const engine = openLedger(portfolio);
  await engine.recover(project.name);
  await engine.close();
  expect(await everywhere()).toBeCloseTo(0.875, 9);
});
