import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openShell } from "../../../src/adapters/shell/open.ts";
import type { ResourceLimits } from "../../../src/core/portfolio.ts";
import type { CommandResult } from "../../../src/ports/shell.ts";
import { tempFolder } from "../../support/folders.ts";
import { sleepers, uniqueSeconds } from "../../support/processes.ts";
import { allSandboxes, never, path } from "../../support/sandboxes.ts";
import { openRig } from "../../support/scripted-agent.ts";

const mib = 2 ** 20;
const plenty: ResourceLimits = {
  memoryBytes: 4_000 * mib,
  processes: 400,
  cpuMs: null,
  diskBytes: 4_000 * mib,
  outputBytes: 4_000 * mib,
};

/** Limits of the kernel's own do not hold for root: whatever holds here is ours. */
describe.each(await allSandboxes())(
  "G13: held by $kind, a command that uses too much",
  (sandbox) => {
    const run = (command: string, limits: Partial<ResourceLimits>, cwd: string) =>
      openShell({ sandbox, env: { PATH: path }, limits: { ...plenty, ...limits } }).run(
        { command, cwd, env: {}, timeoutMs: 20_000 },
        never,
      );
    const why = ({ ended }: CommandResult): string =>
      ended.kind === "overLimit" ? ended.detail : ended.kind;

    test("of memory is ended, and the limit is named", async () => {
      const hog = "node -e 'const all = []; setInterval(() => all.push(Buffer.alloc(2e7, 1)), 20)'";
      const result = await run(hog, { memoryBytes: 200 * mib }, await tempFolder());
      expect(why(result)).toMatch(/^\d+ MiB of memory, where max_memory_mb allows 200 MiB$/);
    });

    test("of processes is ended with all of them, and the limit is named", async () => {
      const seconds = uniqueSeconds();
      const bomb = `i=0; while [ $i -lt 300 ]; do sleep ${seconds} & i=$((i + 1)); done; wait`;
      const result = await run(bomb, { processes: 50 }, await tempFolder());
      expect(why(result)).toMatch(/^\d+ processes, where max_processes allows 50$/);
      expect(await sleepers(seconds)).toEqual([]);
    });

    test("of processor time is ended, and the limit is named", async () => {
      const result = await run("while :; do :; done", { cpuMs: 1_000 }, await tempFolder());
      expect(why(result)).toMatch(/^\d+ s of processor time, where max_cpu_seconds allows 1$/);
    });

    test("of output is ended, and the limit is named", async () => {
      const result = await run("yes", { outputBytes: 5 * mib }, await tempFolder());
      expect(why(result)).toBe("more output than the 5 MiB of max_output_mb");
      expect(result.omittedBytes).toBeGreaterThan(0);
    });

    test("of the disk is ended, in one file or in many", async () => {
      const cwd = await tempFolder();
      const limits = { diskBytes: 20 * mib };
      const one = await run("exec head -c 100000000 /dev/zero > big", limits, cwd);
      expect(one.ended).not.toEqual({ kind: "exited", code: 0 });
      expect((await stat(join(cwd, "big"))).size).toBeLessThanOrEqual(20 * mib);
      const many = "i=0; while :; do head -c 4000000 /dev/zero > f$((i % 9)); i=$((i + 1)); done";
      const folder = await tempFolder();
      expect(why(await run(many, limits, folder))).toMatch(
        /^\d+ MiB written to disk, where max_disk_mb allows 20 MiB$/,
      );
    });

    test("of the disk is ended, though somebody else gives more back", async () => {
      const folder = await tempFolder();
      const theirs = join(folder, "theirs");
      await writeFile(theirs, Buffer.alloc(200 * mib, 1));
      const take = "for f in a b; do head -c 18000000 /dev/zero > $f; done; sleep 15";
      const waits = `while [ -e theirs ]; do sleep 0.05; done; ${take}`;
      const ended = run(waits, { diskBytes: 20 * mib }, folder);
      await wait(1_000); // it is watched by now
      await rm(theirs);
      expect(why(await ended)).toMatch(/^\d+ MiB written to disk, where max_disk_mb/);
    });

    test("nothing happens to one that stays below", async () => {
      const result = await run("head -c 5000000 /dev/zero > f; echo well", {}, await tempFolder());
      expect([why(result), result.output]).toEqual(["exited", "well\n"]);
    });
  },
);

test("G13: a session that uses too much is ended, and says what of", async () => {
  const command = "i=0; while [ $i -lt 200 ]; do sleep 30 & i=$((i + 1)); done; wait";
  const rig = await openRig({
    worker: [{ steps: [{ tool: "Bash", input: { command } }, { answer: { done: true } }] }],
  });
  const { ending } = await rig.run({ resources: { ...plenty, processes: 60 } });
  expect(ending).toMatchObject({
    kind: "crashed",
    detail: expect.stringMatching(/ended for using \d+ processes, where max_processes allows 60/),
  });
});
