import { expect, test } from "vitest";
import { projectName } from "../../src/core/ids.ts";
import type { Patrolled } from "../../src/engine/patrol.ts";
import { openCli } from "../support/cli.ts";

const found = (
  more: Partial<Patrolled> = {},
  finding: Partial<Patrolled["finding"]> = {},
): Patrolled => ({
  finding: {
    kind: "transcript",
    project: projectName("shop"),
    what: "the transcript x.jsonl",
    action: "removed",
    bytes: 3 * 2 ** 20,
    ...finding,
  },
  outcome: "mended",
  why: null,
  ...more,
});
const quota = found({ outcome: "found" }, { kind: "quota", what: "too much", action: null });
const failed = found({ outcome: "failed", why: "it resists" }, { what: "a lock" });

test("gc says what it removed and what that freed, and fails where something resists", async () => {
  const cli = await openCli();
  expect(await cli.run("gc")).toMatchObject({
    code: 0,
    out: "there is nothing that nobody needs\n",
  });
  cli.scene.patrolled = [found(), quota];
  const said = await cli.run("gc", "-p", "shop");
  expect(said.code).toBe(0);
  expect(said.out).toContain("the transcript x.jsonl: removed (3.0 MiB)");
  expect(said.out).toContain("too much: only you can do something about it");
  expect(said.out).toContain("1 thing, 3.0 MiB freed");
  cli.scene.patrolled = [failed];
  const worse = await cli.run("gc");
  expect(worse.code).toBe(1);
  expect(worse.out).toContain("a lock: it could not be mended: it resists");
  expect(cli.asked).toEqual(["patrol mends", "patrol mends at shop", "patrol mends"]);
});

test("gc --dry-run only looks, and its JSON has every finding", async () => {
  const cli = await openCli();
  cli.scene.patrolled = [found({ outcome: "found" })];
  expect((await cli.run("gc", "--dry-run")).out).toContain("would be removed (3.0 MiB)");
  const said = JSON.parse((await cli.run("gc", "--dry-run", "--json")).out);
  expect(said).toEqual({
    dry_run: true,
    bytes: 3 * 2 ** 20,
    findings: [{ ...cli.scene.patrolled[0]?.finding, outcome: "found", why: null }],
  });
  expect(cli.asked).toEqual(["patrol looks", "patrol looks"]);
});

test("gc and doctor --fix change nothing beside a running process; a dry run may look", async () => {
  const cli = await openCli();
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 7 } };
  const refused = await cli.run("gc");
  expect(refused.code).toBe(75);
  expect(refused.err).toContain("every ten minutes");
  expect((await cli.run("gc", "--dry-run")).code).toBe(0);
  const doctor = await cli.run("doctor", "--fix");
  expect(doctor.out).toContain("nothing was mended: somebody works with the data folder");
  expect(cli.asked.filter((each) => each.startsWith("patrol"))).toEqual(["patrol looks"]);
});

test("doctor --fix says what it mended, what resisted, and what only a person can do", async () => {
  const cli = await openCli();
  cli.scene.patrolled = [found(), failed, quota];
  const said = await cli.run("doctor", "--fix");
  expect(said.code).toBe(1);
  expect(said.out).toContain("mended: the transcript x.jsonl: removed");
  expect(said.out).toContain("a lock: it resists");
  expect(said.out).toMatch(/too much\n +only you can do this/);
  cli.asked.length = 0;
  await cli.run("doctor");
  expect(cli.asked).not.toContain("patrol mends");
});
