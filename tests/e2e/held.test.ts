/** Who reads in the morning what agents did at night also reads under what they did it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CycleSetup, openCycleRig } from "../support/cycle-rig.ts";
import { openLogin } from "../support/login.ts";
import { startOrch } from "../support/orch.ts";
import { bash, draft, passes, plans, works, write } from "../support/plays.ts";

const confined = "confined by bubblewrap; the model through the gateway; no other host";
const off =
  "NOT confined, the sandbox is OFF by the portfolio: files and network are open; processes held " +
  "by bubblewrap; the model by the agent's own login";

/** As it should be, and the weakest: a login, with which the agent asks the model by itself. */
const ways: readonly (readonly [string, string, () => Promise<Partial<CycleSetup>>])[] = [
  ["confined, behind the gateway", confined, async () => ({})],
  [
    "off, with a login",
    off,
    async () => {
      const { home } = await openLogin();
      const env = { ANTHROPIC_API_KEY: "", CLAUDE_CONFIG_DIR: join(home, ".claude") };
      return { portfolio: { sandbox: "off" }, env };
    },
  ],
];

test.each(ways)("the records of a cycle say under what it ran: %s", async (_, line, more) => {
  const rig = await openCycleRig({
    scenario: {
      planner: [plans(draft("Greet"))],
      worker: [works("Greet", write({ "hi.txt": "hi\n" }), bash("true"))],
      judge: [passes],
    },
    projects: { app: { config: { backlog_source: "claude_md" } } },
    ...(await more()),
  });
  const app = rig.project();
  const [cycle] = await rig.run();
  const { task, attempts, verdicts } = await app.task("Greet");
  expect([cycle, ...attempts, ...verdicts].map((each) => each?.held)).toEqual([line, line, line]);
  for (const file of [`plans/cycle_${cycle?.id}`, `workers/${task.id}`, `verdicts/${task.id}`])
    expect(await readFile(join(app.path, ".orch", `${file}.md`), "utf8"), file).toContain(line);
  await rig.close();
  for (const id of [cycle?.id ?? "", task.id]) {
    const argv = ["show", id, "--config", rig.portfolioFile];
    const shown = await startOrch(rig.root, argv).ended;
    expect([shown.code, shown.out.replaceAll(/\s+/g, " ")]).toEqual([
      0,
      expect.stringContaining(line),
    ]);
  }
});
