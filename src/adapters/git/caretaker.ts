/** Looks after one project's clones and references: the `Caretaker` port for git. */
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Caretaker, Finding, Found, Known } from "../../ports/caretaker.ts";
import { removable, retireTask, sweepTask } from "./attempts.ts";
import { gitLocks, halfObjects, staleFiles } from "./find-stale.ts";
import { landingOf } from "./landing.ts";
import { strandedLocks } from "./landing-lock.ts";
import { leaveSlots } from "./leave.ts";
import { adoptDamaged, isDamaged, rebuildHub } from "./mend.ts";
import { openSite, type RepoOptions } from "./open-repo.ts";
import { authorOf } from "./rescue-slot.ts";
import type { Site } from "./site.ts";
import { leftSlots } from "./slots.ts";
import { tasksWithRefs } from "./unmerged.ts";

/** Opens the caretaker of a project's repository. */
export async function openCaretaker(options: RepoOptions, signal: AbortSignal): Promise<Caretaker> {
  const site = await openSite(options, signal);
  return {
    look: async (known, until) => [
      ...(await damagedHub(site, known, until)), // the rest is read from a hub that is whole
      ...(await workspaces(site, known)),
      ...(await references(site, known, until)),
      ...(await locks(site, known)),
      ...(await temporary(site, known)),
    ],
  };
}

const finding = ({ project }: Site, given: Pick<Finding, "kind" | "what" | "action">): Finding => ({
  project,
  bytes: 0,
  ...given,
});

async function damagedHub(site: Site, known: Known, signal: AbortSignal): Promise<Found[]> {
  if (!known.thorough || !(await isDamaged(site.hub, signal))) return [];
  const what = `the clone ${site.hub.dir} is damaged`;
  const action = "rebuilt from the project's repository";
  return [
    {
      finding: finding(site, { kind: "hub", what, action }),
      mend: (until) => rebuildHub(site.hub, until),
    },
  ];
}

async function workspaces(site: Site, known: Known): Promise<Found[]> {
  const found: Found[] = [];
  for (const { dir, record } of await leftSlots(site.workspacesDir)) {
    if (known.workspaces.has(record.name)) continue;
    const holds = authorOf(record.name) !== null;
    const action = holds ? "given back, what it held kept as a rescue" : "given back";
    found.push({
      finding: finding(site, {
        kind: "workspace",
        what: `the workspace ${record.name} (${basename(dir)}), in which nobody goes on`,
        action,
      }),
      mend: async (signal) => {
        const matches = (name: string): boolean => name === record.name;
        await leaveSlots(site, matches, { why: "nobody went on in its workspace" }, signal);
      },
    });
  }
  return found;
}

async function references(site: Site, known: Known, signal: AbortSignal): Promise<Found[]> {
  const found: Found[] = [];
  for (const task of await tasksWithRefs(site, signal)) {
    const fate = await known.fateOf(task);
    if (fate.at !== "over") continue;
    const { attempts, tip } = await removable(site, task, signal);
    const count = attempts.length + (tip === null ? 0 : 1);
    if (count === 0) continue;
    const landed = (await landingOf(site, task, signal)) !== null;
    if (!landed && known.now - fate.since < known.keepMs) continue;
    found.push({
      finding: finding(site, {
        kind: "references",
        what: `${count} references of task ${task}, ${landed ? "which landed" : "long over"}`,
        action: "removed, what did not land kept as a rescue",
      }),
      mend: (until) => (landed ? sweepTask(site, task, until) : retireTask(site, task, until)),
    });
  }
  return found;
}

async function locks(site: Site, { now }: Known): Promise<readonly Found[]> {
  const { project, hub, workspacesDir } = site;
  const { commonDir } = hub.place;
  const own = await gitLocks(hub.dir, ["refs", "objects/info", "logs"]);
  const theirs = (await gitLocks(commonDir, ["refs/orch"])).filter((path) =>
    path.startsWith(join(commonDir, "refs/orch/")),
  );
  const inSlots: string[] = [];
  for (const { dir } of await leftSlots(workspacesDir)) {
    const files = await readdir(dir).catch(() => []);
    inSlots.push(...files.filter((name) => name.endsWith(".lock")).map((name) => join(dir, name)));
    inSlots.push(...(await gitLocks(join(dir, "tree/.git"), ["refs"])));
  }
  const look = { kind: "lock", project, now } as const;
  return [
    ...(await staleFiles(own, { ...look, at: [hub.dir] })),
    ...(await staleFiles(theirs, { ...look, at: [commonDir, hub.place.top ?? commonDir] })),
    ...(await staleFiles(inSlots, { ...look, at: [workspacesDir, hub.dir] })),
    ...(await strandedLocks(site, now)),
  ];
}

async function temporary(site: Site, { now }: Known): Promise<readonly Found[]> {
  const { hub, project } = site;
  const hubs = dirname(hub.dir);
  const key = basename(hub.dir).replace(/\.hub\.git$/, "");
  const beside = await readdir(hubs).catch(() => []);
  const aside = beside.filter((name) => /^new-.*\.hub\.git$|\.breaker$/.test(name));
  const look = { kind: "temporary", project, now, at: [hubs] } as const;
  const half = await halfObjects(hub.dir);
  const damaged = beside.filter((name) => name.startsWith(`${key}.damaged-`));
  const adopted = damaged.map((name): Found => {
    const old = join(hubs, name);
    const what = `${old}, a damaged clone that was not yet gone through`;
    return {
      finding: finding(site, { kind: "hub", what, action: "what is whole in it taken over" }),
      mend: async (signal) => {
        await adoptDamaged(old, hub, signal);
        await rm(old, { recursive: true, force: true });
      },
    };
  });
  const files = [...half, ...aside.map((name) => join(hubs, name))];
  return [...(await staleFiles(files, look)), ...adopted];
}
