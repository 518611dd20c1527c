/**
 * G9: a disk that fails. The program's own thread, the ledger's, is given errors by strace:
 * its writes and syncs fail now and then, those of git and of the agents do not.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { bash, brief, passes, works } from "../support/plays.ts";
import { fromSources } from "../support/program.ts";

test.each([
  {
    what: "syncs fail",
    inject: "fsync,fdatasync:error=EIO:when=12+9",
    told: "the disk answers with errors",
  },
  {
    what: "writes find no space",
    inject: "pwrite64:error=ENOSPC:when=90+37",
    told: "the disk is full",
  },
  { what: "reads fail", inject: "pread64:error=EIO:when=60+29", told: "the disk cannot read it" },
])(
  "G9: where $what, nothing is lost, and the next run ends what was begun",
  async ({ inject, told }) => {
    const rig = await openCycleRig({
      scenario: { worker: [works("Grow app", bash("echo four >> app.txt"))], judge: [passes] },
    });
    const project = rig.project();
    await project.add(brief("Grow app"));
    await rig.close();
    const strace = ["strace", "-qq", "-o", `${rig.root}/trace`, "-e", `inject=${inject}`];
    const [file = "", ...argv] = [
      ...strace,
      ...fromSources,
      "run",
      "--debug",
      "--config",
      rig.portfolioFile,
    ];
    const env = { ...rig.env, HOME: rig.root };
    const child = spawn(file, argv, { cwd: rig.root, env, stdio: ["ignore", "ignore", "pipe"] });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    const trace = await readFile(`${rig.root}/trace`, "utf8");
    expect(trace).toContain("(INJECTED)");
    expect(said).toContain(told);
    expect([0, 1]).toContain(code);
    const before = await project.overview();
    await rig.run();
    // once, whether it was the first run that did it or the second
    expect((await project.task("Grow app")).task.state.at).toBe("done");
    expect(project.git("log", "--format=%s", "main", "--", "app.txt").split("\n")).toHaveLength(2);
    if (code === 0) expect(before.counts.done).toBe(1);
  },
);
