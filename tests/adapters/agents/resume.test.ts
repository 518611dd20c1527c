import { lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { uniqueSeconds, until } from "../../support/processes.ts";
import { killMarked } from "../../support/processes-of.ts";
import { openRig, type Rig } from "../../support/scripted-agent.ts";

const answer = { answer: { done: true } };
const write = { tool: "Write", input: { file_path: "{{cwd}}/a.txt", content: "one" } };
const hangOnce = () => ({
  tool: "Bash",
  input: { command: `test -e seen || { touch seen; sleep ${uniqueSeconds()}; }` },
});

/** Runs a session and kills its processes once its second tool call is on disk. */
async function runAndKill(rig: Rig, session: ReturnType<Rig["request"]>["session"]) {
  return rig.run({
    session,
    onEvent: (event) => {
      if (event.type !== "tool.called" || event.tool !== "Bash") return;
      const written = () => isWritten(join(rig.data, "sessions"), "toolu_1_");
      void until(written, "the call is on disk").then(() => killMarked(session));
    },
  });
}

async function isWritten(folder: string, text: string): Promise<boolean> {
  for (const file of await readdir(folder, { recursive: true })) {
    const content = await readFile(join(folder, file), "utf8").catch(() => "");
    if (content.includes(text)) return true;
  }
  return false;
}

test("a session that was killed goes on where it was, and its account goes on too", async () => {
  const rig = await openRig({ worker: [{ steps: [write, hangOnce(), answer] }] });
  const { session } = rig.request();
  const first = await runAndKill(rig, session);
  expect(first.ending.kind).toBe("crashed");
  const second = await rig.run({ session, resume: true });
  expect(second.ending).toEqual({ kind: "answered", json: { done: true } });
  expect(rig.model.requests().map((each) => each.place)).toEqual([0, 1, 2]);
  const [, , resumed] = rig.model.requests();
  expect(resumed?.body.match(/Do the task/g)).toHaveLength(1);
  expect(resumed?.body).toContain("You were interrupted");
  const { inputTokens, outputTokens } = rig.model.bill().total;
  const [used] = second.usage;
  expect(second.usage).toHaveLength(1);
  expect(used?.outputTokens).toBe(outputTokens);
  const inputs = (used?.inputTokens ?? 0) + (used?.cacheReadTokens ?? 0);
  expect(inputs + (used?.cacheWriteTokens ?? 0)).toBe(inputTokens);
  expect(second.costUsd).toBeGreaterThan(first.costUsd);
});

test("the cap counts what the session spent before it was killed", async () => {
  const dear = { ...write, usage: { outputTokens: 30_000 } };
  const rig = await openRig({ worker: [{ steps: [dear, hangOnce(), answer] }] });
  const { session, limits } = rig.request();
  const first = await runAndKill(rig, session);
  expect(first.costUsd).toBeGreaterThan(0.3);
  const capped = { session, resume: true, limits: { ...limits, budgetUsd: 0.3 } };
  const second = await rig.run(capped);
  expect(second).toMatchObject({ ending: { kind: "outOfBudget" }, costUsd: first.costUsd });
  expect(rig.model.requests()).toHaveLength(2);
});

test("after a failed request the same session goes on, also when nothing had been answered", async () => {
  const failure = { error: { status: 403, times: 1 } };
  const rig = await openRig({ worker: [{ steps: [failure, write, failure, answer] }] });
  const { session } = rig.request();
  const endings = [];
  for (const resume of [true, true, true]) {
    endings.push((await rig.run({ session, resume })).ending.kind);
  }
  expect(endings).toEqual(["refused", "refused", "answered"]);
  expect(rig.model.requests().map((each) => each.place)).toEqual([0, 0, 1, 1]);
});

test("without a resume the same session begins anew", async () => {
  const rig = await openRig({ worker: [{ steps: [write, answer] }] });
  const { session } = rig.request();
  await rig.run({ session });
  expect((await rig.run({ session })).ending.kind).toBe("answered");
  expect(rig.model.requests().map((each) => each.place)).toEqual([0, 1, 0, 1]);
});

/** Files that a session left, those of its conversation first; relative to its folder. */
async function leftBy(rig: Rig, session: string): Promise<readonly string[]> {
  const root = join(rig.data, "sessions", session);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1)).sort();
}

test("what an agent keeps of a conversation goes once it has answered; until then it is yours alone", async () => {
  const secret = `ghp_${"aB3".repeat(12)}`;
  const last = { say: `It was ${secret}`, ...answer };
  const rig = await openRig({ worker: [{ steps: [write, hangOnce(), last] }] });
  const { session } = rig.request();
  await runAndKill(rig, session);
  const cut = await leftBy(rig, session);
  expect(cut.some((file) => /^claude\/projects\/.*\.jsonl$/.test(file))).toBe(true);
  for (const folder of ["", session])
    expect((await lstat(join(rig.data, "sessions", folder))).mode & 0o077).toBe(0);
  for (const file of cut.filter((each) => each.endsWith(".jsonl")))
    expect((await lstat(join(rig.data, "sessions", session, file))).mode & 0o077, file).toBe(0);
  const { text } = await rig.run({ session, resume: true });
  expect(text).toBe("It was [GitHub token]");
  expect(await leftBy(rig, session)).toEqual(["answered.json", "spent.json"]);
  const kept = await readFile(join(rig.data, "sessions", session, "answered.json"), "utf8");
  expect(kept).toContain("[GitHub token]");
  expect(kept).not.toContain(secret);
  expect(JSON.stringify(rig.events)).not.toContain(secret);
});

test.each([
  ["its turns", { turnsMax: 1 }],
  ["its money", { budgetUsd: 0.000_001 }],
])("a conversation that has used up %s is kept for nobody", async (_, limits) => {
  const rig = await openRig({ worker: [{ repeat: true, steps: [write] }] });
  const request = rig.request();
  const { session } = request;
  await rig.run({ session, limits: { ...request.limits, ...limits } });
  expect(await leftBy(rig, session)).toEqual(["spent.json"]);
});

test("a session that has answered gives its answer again, and nobody is asked", async () => {
  const rig = await openRig({ worker: [{ repeat: true, steps: [write, answer] }] });
  const { session } = rig.request();
  const first = await rig.run({ session });
  const again = await rig.run({ session, resume: true });
  // its cost was counted then: nothing of it is due now
  expect(again).toEqual({ ...first, earlierUsd: first.costUsd });
  expect(rig.model.requests()).toHaveLength(2);
  // what was kept is only believed as far as it can be read
  const [kept] = (await readdir(rig.data, { recursive: true })).filter((each) =>
    each.endsWith("answered.json"),
  );
  for (const text of ["half of {", JSON.stringify({ ...first, costUsd: -1 })]) {
    await writeFile(join(rig.data, kept ?? ""), text);
    expect((await rig.run({ session, resume: true })).ending).toEqual(first.ending);
  }
  expect(rig.model.requests().length).toBeGreaterThan(2);
});
