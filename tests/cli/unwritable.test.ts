/** A data folder that cannot be made is told at once, by the real program, with what to do. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../support/folders.ts";
import { person } from "../support/git-fixture.ts";
import { startOrch } from "../support/orch.ts";

const waitMs = 20_000;

async function place(dataDir: string): Promise<string> {
  const folder = await tempFolder();
  mkdirSync(join(folder, "app"));
  person(join(folder, "app"), "init", "-q");
  person(join(folder, "app"), "commit", "-q", "--allow-empty", "-m", "Start");
  writeFileSync(join(folder, "a-file"), "");
  const portfolio = { data_dir: dataDir, projects: [{ name: "app", path: "./app" }] };
  writeFileSync(join(folder, "orch.json"), JSON.stringify(portfolio));
  return folder;
}

const nowhere = [
  // in /proc folders are refused as if the one above them were missing
  ["/proc/orch/data", "no folder can be made there"],
  ["./a-file/data", "a part of its path is a file, not a folder"],
  ["./a-file", "a part of its path is a file, not a folder"],
] as const;

test.each(nowhere)(
  "with its data in %s a run and doctor end at once, and say why and what to do",
  async (dataDir, why) => {
    const folder = await place(dataDir);
    for (const command of ["run", "start"]) {
      const { code, err } = await startOrch(folder, [command]).ended;
      expect({ command, code }).toEqual({ command, code: 1 });
      expect(err).toMatch(
        /^orch: the data folder .* cannot be written: .*\n {2}correct `data_dir`/,
      );
      expect(err).toContain(why);
    }
    const { code, out } = await startOrch(folder, ["doctor"]).ended;
    expect(code).toBe(1);
    expect(out.match(/cannot be written/g)).toHaveLength(1);
    expect(out).toContain(why);
    expect(out).not.toMatch(/E[A-Z]{5}/);
    expect(out).toMatch(/\n1 problem\n$/);
  },
  waitMs * 3,
);

test.each(nowhere)(
  "with its data in %s nothing that writes hangs, and nothing is added",
  async (dataDir) => {
    const folder = await place(dataDir);
    for (const argv of [["add-task", "--title", "Fix it"], ["pause"], ["gc"]]) {
      const { code, err } = await startOrch(folder, argv).ended;
      expect({ argv, code }).toEqual({ argv, code: 1 });
      expect(err).toMatch(/^orch: .*: its folder (?:cannot be made|is not a folder)\n {2}Choose/);
    }
  },
  waitMs * 3,
);
