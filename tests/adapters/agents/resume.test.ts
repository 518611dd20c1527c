import { readdir, readFile, writeFile } from "node:fs/promises";
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

test("a session that has answered gives its answer again, and nobody is asked", async () => {
  const rig = await openRig({ worker: [{ repeat: true, steps: [write, answer] }] });
  const { session } = rig.request();
  const first = await rig.run({ session });
  const again = await rig.run({ session, resume: true });
  expect(again).toEqual(first);
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
