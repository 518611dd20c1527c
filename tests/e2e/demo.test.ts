/** The demo as a newcomer runs it: real processes, real git, the real agent program. */
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { person, run } from "../support/git-fixture.ts";
import { processesIn } from "../support/leftovers.ts";
import { build, openTripwire, type Ran, start } from "../support/program.ts";

const demoMs = 180_000;
/**
 * `nobody` where the tests run as root: an ordinary user without a login or a home of the
 * machine's.
 */
const ordinary = 65_534;
const isRoot = process.getuid?.() === 0;
const asOrdinary = isRoot
  ? ["setpriv", `--reuid=${ordinary}`, `--regid=${ordinary}`, "--clear-groups", "--"]
  : [];

let root: string;
/** What starts the built program, as `npm ci && npm run demo` does. */
let orch: readonly string[];
let tripwire: Awaited<ReturnType<typeof openTripwire>>;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "orch-demo-test-")));
  await chmod(root, 0o755);
  tripwire = await openTripwire();
  orch = await build(join(root, "package"));
}, demoMs);
afterAll(async () => {
  tripwire.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

/** A place of its own for one run: a home, a folder for temporary files, an environment. */
async function place(name: string, owner: number | null = null) {
  const folders = { home: join(root, name, "home"), tmp: join(root, name, "tmp") };
  for (const folder of Object.values(folders)) {
    await mkdir(folder, { recursive: true });
    if (owner !== null) await chown(folder, owner, owner);
  }
  const { home, tmp } = folders;
  const env = {
    ...{ PATH: process.env["PATH"] ?? "", HOME: home, TMPDIR: tmp, TSX_DISABLE_CACHE: "1" },
    // what a person may have set: nothing of it may be asked
    ...{ ANTHROPIC_BASE_URL: tripwire.url, ANTHROPIC_API_KEY: "sk-theirs" },
    ...{ ANTHROPIC_AUTH_TOKEN: "theirs", CLAUDE_CODE_OAUTH_TOKEN: "theirs" },
    ...{ CLAUDE_CODE_USE_BEDROCK: "1", AWS_REGION: "r", AWS_BEARER_TOKEN_BEDROCK: "theirs" },
    ANTHROPIC_BEDROCK_BASE_URL: "http://127.0.0.1:9",
    ...{ HTTPS_PROXY: tripwire.url, HTTP_PROXY: tripwire.url, ALL_PROXY: tripwire.url },
  };
  return { home, tmp, env };
}

const lines = (text: string): readonly string[] => text.split("\n").filter((each) => each !== "");
const trailer = (folder: string, key: string): readonly string[] =>
  lines(
    person(
      folder,
      "log",
      "--first-parent",
      `--format=%(trailers:key=${key},valueonly,separator=%x2C)`,
    ),
  );

/** A sample as it is after a run. */
interface Sample {
  readonly path: string;
  readonly tasks: readonly string[];
  readonly trail: (folder: string) => Promise<readonly string[]>;
  /** All documents of a folder of the trail, by task or cycle. */
  readonly texts: (folder: string) => Promise<ReadonlyMap<string, string>>;
}

function open(path: string): Sample {
  const trail = async (folder: string) => (await readdir(join(path, ".orch", folder))).toSorted();
  const text = async (folder: string, file: string) =>
    [file, await readFile(join(path, ".orch", folder, file), "utf8")] as const;
  return {
    path,
    tasks: trailer(path, "Orch-Task"),
    trail,
    texts: async (folder) =>
      new Map(await Promise.all((await trail(folder)).map((file) => text(folder, file)))),
  };
}

/** The demo's folder, which is all that a run may leave in the folder for temporary files. */
async function folderOf(tmp: string, { err }: Pick<Ran, "err">): Promise<string> {
  const folder = /^sample projects in (.*)$/m.exec(err)?.[1] ?? "";
  expect(await readdir(tmp)).toEqual([folder.slice(tmp.length + 1)]);
  return folder;
}

const ways = [
  { name: "with what this machine has", key: "plain" },
  { name: "by an ordinary user, without bubblewrap", key: "ordinary" },
] as const;

describe.each(ways)("the demo $name", ({ key }) => {
  let ran: Ran;
  let folder: string;
  let shop: Sample;
  let ledger: Sample;

  beforeAll(async () => {
    const plain = key === "plain";
    const { home, tmp, env } = await place(key, plain || !isRoot ? null : ordinary);
    const argv = plain ? orch : [...asOrdinary, ...orch];
    const more = plain ? {} : { ORCH_CONTAINMENT: "group" };
    ran = await start([...argv, "demo"], { cwd: home, env: { ...env, ...more } }).ended;
    if (ran.code !== 0) throw new Error(`ended with ${ran.code}: ${ran.err}`);
    folder = await folderOf(tmp, ran);
    // git asks who owns a repository before it reads it
    if (!plain && isRoot) run("chown", ["-R", "0:0", folder]);
    shop = open(join(folder, "typescript-shop"));
    ledger = open(join(folder, "python-ledger"));
  }, demoMs);

  test("says first of all that it needs no key and costs nothing, and what holds its agents", () => {
    const [first, second, third] = lines(ran.err);
    expect(first).toBe("demo: scripted model, no key, no cost; everything else is real");
    expect(second).toBe(`sample projects in ${folder}`);
    const held = "agents and checks are held by";
    expect(third).toContain(key === "plain" ? held : `${held} process group`);
    expect(ran.err).not.toContain("LIVE AGENTS");
  });

  test("asks nobody but its own model, whatever the person has set", () => {
    expect(tripwire.knocks()).toBe(0);
    expect(ran.out).toMatch(/The script answered \d+ requests/);
  });

  test("lands six tasks in two projects, each as a merge commit that says whose it is", () => {
    for (const [{ path, tasks }, count] of [
      [shop, 4],
      [ledger, 2],
    ] as const) {
      expect(tasks).toHaveLength(count);
      expect(new Set(tasks).size).toBe(count);
      expect(trailer(path, "Orch-Cycle")).toHaveLength(count);
      // all but the first commit came by a merge of ours
      const parents = lines(person(path, "log", "--first-parent", "--format=%p"));
      expect(parents.map((each) => each.split(" ").length)).toEqual(tasks.map(() => 2));
      expect(person(path, "status", "--porcelain")).toBe("");
      for (const task of tasks) expect(ran.out).toMatch(new RegExp(`landed +${task} {2}\\w`));
    }
  });

  test.each([
    ["typescript-shop", "npm", ["--silent", "test"]],
    ["python-ledger", "python3", ["-m", "unittest"]],
  ] as const)("what landed in %s is green on a fresh clone", (name, program, args) => {
    const clone = join(root, `${key}-${name}`);
    run("git", ["clone", "--quiet", join(folder, name), clone]);
    run("env", ["-C", clone, program, ...args]);
  });

  test("one task landed at its second attempt, after the judge had rejected a green one", async () => {
    expect(trailer(ledger.path, "Orch-Attempt").toSorted()).toEqual(["1", "2"]);
    expect(trailer(shop.path, "Orch-Attempt")).toEqual(["1", "1", "1", "1"]);
    const verdicts = [...(await ledger.texts("verdicts")).values()].map((text) =>
      lines(text).filter((each) => each.startsWith("## Verdict")),
    );
    expect(verdicts).toContainEqual(["## Verdict 1: fail", "## Verdict 2: pass"]);
    expect(ran.out).toContain("Attempt 1 had green checks, and the judge rejected it: “");
    expect(ran.out).toContain("Attempt 2 was told why, passed, and landed.");
  });

  test("one conflict was resolved, and the result landed", async () => {
    const workers = [...(await shop.texts("workers")).values()];
    expect(workers.filter((text) => /^## Conflicts resolved, round 1$/m.test(text))).toHaveLength(
      1,
    );
    expect(ran.err).toContain("conflicts in src/receipt.ts, test/receipt.test.ts");
    expect(ran.err).toContain("conflicts resolved; to the judge again");
    const receipt = await readFile(join(shop.path, "src/receipt.ts"), "utf8");
    expect(receipt).toMatch(/shipping/i);
    expect(receipt).toMatch(/vat/i);
  });

  test("the trail has every plan, every task's attempts and every verdict", async () => {
    for (const sample of [shop, ledger]) {
      const documents = sample.tasks.map((task) => `${task}.md`).toSorted();
      expect(await sample.trail("workers")).toEqual(documents);
      expect(await sample.trail("verdicts")).toEqual(documents);
      const plans = await sample.trail("plans");
      for (const cycle of trailer(sample.path, "Orch-Cycle"))
        expect(plans).toContain(`cycle_${cycle}.md`);
    }
  });

  test("leaves no process behind, and no temporary file but its own folder", async () => {
    expect(await processesIn(join(root, key))).toEqual([]);
    expect((await readdir(join(root, key, "home"))).toSorted()).toEqual([]);
  });
});

test.each(["bubblewrap or what there is", "group"])(
  "Ctrl+C during the demo ends it with 130 and leaves no process, held by %s",
  async (kind) => {
    const name = `interrupted-${kind.slice(0, 5)}`;
    const { home, tmp, env } = await place(name);
    const more = kind === "group" ? { ORCH_CONTAINMENT: "group" } : {};
    const demo = start([...orch, "demo"], { cwd: home, env: { ...env, ...more } });
    await demo.says("a worker begins");
    // a terminal sends it to the whole group
    process.kill(-(demo.process.pid ?? Number.NaN), "SIGINT");
    const ran = await demo.ended;
    expect(ran.err).toContain("stopping");
    expect(ran.code).toBe(130);
    await folderOf(tmp, ran);
    expect(await processesIn(join(root, name))).toEqual([]);
  },
  demoMs,
);

test("a portfolio that the built program writes names its schema by an address that leads to it", async () => {
  const { home, env } = await place("schema");
  person(home, "init", "-q");
  person(home, "commit", "-q", "--allow-empty", "-m", "Start");
  const ran = await start([...orch, "init", "--yes"], { cwd: home, env }).ended;
  expect(ran.code).toBe(0);
  const text = await readFile(join(home, "orch.jsonc"), "utf8");
  const address = /"\$schema": "(.*)"/.exec(text)?.[1] ?? "";
  expect(address).toContain(join(root, "package", "dist"));
  const schema = JSON.parse(await readFile(fileURLToPath(address), "utf8"));
  expect(schema.properties.projects).toBeDefined();
});
