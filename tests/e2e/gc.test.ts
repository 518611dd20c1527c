/** What a death leaves on the disk, and what tidies it up. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCycle } from "../support/cycle-process.ts";
import { openCycleRig } from "../support/cycle-rig.ts";
import { rescues } from "../support/git-fixture.ts";
import { moment } from "../support/moments.ts";
import { startOrch } from "../support/orch.ts";
import { bash, brief, works, write } from "../support/plays.ts";
import { sleepers, uniqueSeconds } from "../support/processes.ts";

test("a task that is cancelled after its worker was killed leaves a rescue, and nothing else", async () => {
  const seconds = uniqueSeconds();
  const rig = await openCycleRig({
    scenario: {
      worker: [works("Begin a story", write({ "story.txt": "once\n" }), bash(`sleep ${seconds}`))],
    },
  });
  const app = rig.project();
  const id = await app.add(brief("Begin a story"));
  await rig.close();
  const cycle = startCycle(rig);
  await moment("it sleeps", async () => (await sleepers(seconds)).length > 0);
  await cycle.end("SIGKILL");
  await app.tell(id, { type: "task.skipped", reason: "not needed" });
  // its money is not set aside for ever, and its attempt does not run for ever
  expect((await app.overview()).today.reservedUsd).toBe(0);
  expect((await app.task("Begin a story")).attempts[0]?.outcome.kind).toBe("released");
  await rig.close();
  const orch = (...argv: string[]) =>
    startOrch(rig.root, [...argv, "--config", rig.portfolioFile]).ended;
  const dry = await orch("gc", "--dry-run");
  expect(dry.out).toContain(`the workspace work-${id}-1`);
  expect(dry.out).toContain("would be given back, what it held kept as a rescue");
  expect(rescues(app.path)).toEqual([]);
  const done = JSON.parse((await orch("gc", "--json")).out);
  expect(done.findings).toContainEqual(
    expect.objectContaining({ kind: "workspace", outcome: "mended" }),
  );
  expect(rescues(app.path).map(([ref]) => app.git("show", `${ref}:story.txt`))).toEqual(["once"]);
  const slots = await readdir(join(rig.data, "app", "workspaces", "slot-0"));
  expect(slots).not.toContain("slot.json");
  expect((await orch("gc")).out).toBe("there is nothing that nobody needs\n");
  expect((await orch("rescue", "list")).out).toContain("Begin a story");
  expect((await orch("doctor", "--fix")).err).toBe("");
  const restored = await orch("rescue", "restore", id, "--branch", "story");
  expect(restored.code).toBe(0);
  expect(app.git("show", "story:story.txt")).toBe("once");
  expect(await readFile(join(app.path, ".git", "HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
});
