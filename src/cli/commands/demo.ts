import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ProjectConfig } from "../../core/portfolio.ts";
import type { TaskRecord } from "../../ports/engine.ts";
import type { Demo } from "../backstage.ts";
import { type Desk, readPortfolio } from "../desk.ts";
import { Complaint, exitCodes, misuse } from "../exit-codes.ts";
import { byPriority } from "../pick.ts";
import { money, wrap } from "../render/format.ts";
import { paintFor } from "../render/paint.ts";
import { renderStory } from "../render/story.ts";
import { type CycleReport, reportJson } from "../report.ts";
import { type RunResult, runHere } from "../run-here.ts";
import { line } from "../sanitize.ts";

export interface DemoOptions {
  readonly live?: true | undefined;
  readonly folder?: string | undefined;
}

/**
 * Cycles that the demo's script has work for: in the second, one project has nothing left to do.
 */
const demoCycles = 2;

/** `orch demo`: cycles in two sample projects, by default with a scripted model. */
export async function demo(desk: Desk, options: DemoOptions): Promise<number> {
  const live = options.live === true;
  const backstage = await desk.backstage();
  const folder = options.folder ?? null;
  if (folder !== null) await refuseTaken(resolve(desk.io.cwd, folder));
  const opened = await backstage.openDemo({
    folder: folder === null ? null : resolve(desk.io.cwd, folder),
    live,
  });
  try {
    desk.say(
      live
        ? "demo with the real model: sessions cost real money"
        : "demo: scripted model, no key, no cost; everything else is real",
    );
    desk.say(`sample projects in ${opened.folder}`);
    const result = await runAll(desk, opened);
    tell(desk, { opened, result, live });
    return result.code;
  } finally {
    await opened.close();
  }
}

/** The demo makes its folder, and never touches one that is there. */
async function refuseTaken(folder: string): Promise<void> {
  if (await exists(folder))
    throw misuse(`${folder} is there already`, "name a new folder, or leave --folder out");
  if (!(await exists(dirname(folder)))) throw misuse(`${dirname(folder)} does not exist`);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function runAll(desk: Desk, opened: Demo): Promise<RunResult> {
  const { portfolio } = await readPortfolio(desk.io, { config: opened.portfolioFile });
  const lock = await (await desk.backstage()).lock(portfolio, "run");
  if (lock.kind === "busy")
    throw new Complaint(
      exitCodes.busy,
      "another demo runs in this folder",
      "choose another --folder",
    );
  try {
    return await runHere(desk, {
      portfolio,
      projects: byPriority(portfolio.projects),
      cycles: demoCycles,
      env: opened.env,
    });
  } finally {
    await lock.release();
  }
}

function tell(
  desk: Desk,
  { opened, result, live }: { opened: Demo; result: RunResult; live: boolean },
): void {
  const { reports } = result;
  const { requests, costUsd } = opened.bill();
  if (desk.io.err.isTTY) desk.say("");
  desk.answer(
    {
      folder: opened.folder,
      config: opened.portfolioFile,
      scripted: !live,
      requests,
      pretended_cost_usd: costUsd,
      cycles: reports.map(reportJson),
    },
    () => {
      const look = { paint: paintFor(desk.colour.out), columns: desk.io.out.columns };
      const bill =
        `Cost: nothing. The script answered ${requests} requests; a real model would have ` +
        `charged about ${money(costUsd)}.`;
      const parts = [
        renderStory(reports, look),
        live ? "" : wrap(bill, Math.min(look.columns, 100)).join("\n"),
        renderPaths(desk, opened, reports),
      ];
      return parts.filter((each) => each !== "").join("\n\n");
    },
  );
}

/** The file of the audit trail that tells of a task: its `verdicts`, or its `workers`. */
const trail = (
  { project, record }: { readonly project: ProjectConfig; readonly record: TaskRecord },
  of: string,
): string => join(project.path, ".orch", of, `${record.task.id}.md`);

/** Where a newcomer may look, as commands to copy. */
function renderPaths(desk: Desk, opened: Demo, reports: readonly CycleReport[]): string {
  const paths = [...new Set(reports.map(({ project }) => project.path))];
  const rejected = reports
    .flatMap(({ project, tasks }) => tasks.map((record) => ({ project, record })))
    .find(({ record }) => record.verdicts.some(({ decision }) => decision === "fail"));
  // in a clone of ours nothing has put `orch` on the PATH
  const orch = desk.io.env["npm_lifecycle_event"] === "demo" ? "npm run orch --" : "orch";
  return [
    "Look around:",
    ...paths.map((path) => `  git -C ${quoted(path)} log --first-parent --oneline`),
    ...paths.map((path) => `  ls ${quoted(join(path, ".orch"))}/*`),
    ...(rejected === undefined
      ? []
      : [
          "Why an attempt was rejected, and what the next one did:",
          ...["verdicts", "workers"].map((of) => `  less ${quoted(trail(rejected, of))}`),
        ]),
    "Its ledger, and how to be rid of it all:",
    `  ${orch} status --config ${quoted(opened.portfolioFile)}`,
    `  rm -rf ${quoted(opened.folder)}`,
  ].join("\n");
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  const plain = line(path);
  return /^[\w./~@%+=:,-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}
