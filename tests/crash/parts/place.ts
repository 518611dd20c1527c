/** Where stories are played: a home, a person's project with edits under way, a portfolio. */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleFiles } from "../../support/cycle-samples.ts";

/** A folder with a home and room for temporary files; the data folder is the program's to make. */
export interface Ground extends AsyncDisposable {
  readonly root: string;
  readonly data: string;
  /** Every call with an effect, as the processes wrote it down. */
  readonly trace: string;
  /** Git as the person uses it in a folder. */
  gitIn(folder: string): (...args: readonly string[]) => string;
}

export interface Place extends Ground {
  /** The person's repository. */
  readonly project: string;
  git(...args: readonly string[]): string;
}

const identity = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

const opened = new Set<string>();

/** Removes all places that are open. */
export async function removeAll(): Promise<void> {
  for (const root of opened) await rm(root, { recursive: true, force: true, maxRetries: 5 });
}

/** Lays out a ground; it is removed when it is disposed of. */
export async function openGround(prefix: string): Promise<Ground> {
  const root = await realpath(await mkdtemp(join(tmpdir(), prefix)));
  opened.add(root);
  for (const folder of ["home", "tmp"]) await mkdir(join(root, folder));
  // the loader's cache is shared: compiling everything for each story would take most of the time
  const cache = `tsx-${process.getuid?.() ?? 0}`;
  await mkdir(join(tmpdir(), cache), { recursive: true });
  await symlink(join(tmpdir(), cache), join(root, "tmp", cache));
  const trace = join(root, "trace.jsonl");
  await writeFile(trace, "");
  return {
    ...{ root, data: join(root, "data"), trace },
    gitIn:
      (folder) =>
      (...args) =>
        execFileSync("git", args, {
          cwd: folder,
          env: { PATH: process.env["PATH"], HOME: join(root, "home"), ...identity },
          encoding: "utf8",
          maxBuffer: 64 * 1024 * 1024,
        }).trimEnd(),
    [Symbol.asyncDispose]: async () => {
      opened.delete(root);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Lays out a place; it is removed when it is disposed of. */
export async function openPlace(config: Readonly<Record<string, unknown>> = {}): Promise<Place> {
  const ground = await openGround("orch-crash-");
  const { root } = ground;
  const project = join(root, "app");
  await mkdir(join(project, "tests"), { recursive: true });
  const git = ground.gitIn(project);
  const files = { ...sampleFiles, "CLAUDE.md": "# App\n\n## Backlog\n\n- three tasks\n" };
  for (const [path, text] of Object.entries({ ...files, "mine.txt": "mine\n" }))
    await writeFile(join(project, path), text);
  git("init", "--quiet", "-b", "main");
  git("add", "--all");
  git("commit", "--quiet", "-m", "Start");
  // what the person has under way must survive: a stash, a staged file, an edit, a new file
  await writeFile(join(project, "mine.txt"), "stashed\n");
  git("stash", "--quiet");
  await writeFile(join(project, "staged.txt"), "staged\n");
  git("add", "staged.txt");
  await writeFile(join(project, "mine.txt"), "edited\n");
  await writeFile(join(project, "new.txt"), "new\n");
  const app = { name: "app", path: "./app", test_command: "sh check.sh", max_workers: 3 };
  const entry = { ...app, check_timeout_seconds: 60, worker_timeout_seconds: 120, ...config };
  const portfolio = { name: "crash", data_dir: "./data", projects: [entry] };
  await writeFile(join(root, "orch.json"), JSON.stringify(portfolio));
  return { ...ground, project, git };
}
