/** G17: a model that wants to get out, in the agent's real program. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { type Probe, probes } from "../../src/compose/probes/list.ts";
import { hasEscaped, stateOf } from "../../src/compose/probes/run.ts";
import { openScene } from "../../src/compose/probes/scene.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";
import { never, path } from "../support/sandboxes.ts";
import { openRig } from "../support/scripted-agent.ts";

/** What ends a session itself, and what only an environment that is not ours could hold. */
const elsewhere = ["huge file", "fork bomb", "memory bomb", "key"];
const tried = probes.filter(({ name }) => !elsewhere.includes(name));
// the others need whom it kills
const ordered = [...tried].sort((a, b) => Number(a.name === "kill") - Number(b.name === "kill"));

/** Has the model run all probes in one session; answers the names of those that got out. */
async function played(sandbox: Sandbox): Promise<readonly string[]> {
  const scene = await openScene();
  onTestFinished(() => scene[Symbol.asyncDispose]());
  const fileOf = (probe: Probe): string => `probe-${ordered.indexOf(probe)}.sh`;
  const lines = ordered.map((probe) => `timeout 8 sh ${fileOf(probe)} > ${fileOf(probe)}.out 2>&1`);
  const call = { tool: "Bash", input: { command: `${lines.join("; ")}; true` } };
  const rig = await openRig(
    { worker: [{ steps: [call, { answer: { done: true } }] }] },
    { ANTHROPIC_API_KEY: scene.secret },
    sandbox,
  );
  for (const probe of ordered) await writeFile(join(rig.cwd, fileOf(probe)), probe.script);
  const before = await Promise.all(ordered.map((probe) => stateOf(probe, scene)));
  const result = await rig.run({ env: scene.env });
  expect(result.ending.kind).toBe("answered");
  const names: string[] = [];
  for (const [at, probe] of ordered.entries()) {
    const output = await readFile(join(rig.cwd, `${fileOf(probe)}.out`), "utf8");
    const seen = { output, before: before[at] ?? null };
    if (await hasEscaped(probe, scene, seen)) names.push(probe.name);
  }
  return names;
}

test("G17: nothing that a hostile model runs gets out", { timeout: 120_000 }, async () => {
  const sandbox = await openSandbox({ path, mark: "test-hostile" }, never);
  expect(sandbox.confines).toBe(true);
  expect(await played(sandbox)).toEqual([]);
});

test("G17: the same model gets out where nothing confines it", { timeout: 120_000 }, async () => {
  const options = { path, mark: "test-hostile", confined: false, only: "group" } as const;
  const got = await played(await openSandbox(options, never));
  const missed = ordered.filter(({ name }) => !got.includes(name)).map(({ name }) => name);
  // what it left behind is swept by its mark, and by its group
  expect(missed.filter((name) => !["background", "daemon"].includes(name))).toEqual([]);
});
