import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { answers, bash, draft, type Play, plans, write } from "../support/plays.ts";
import { holding, storedBelow } from "../support/stored.ts";

const letters = "Q7vN2xKd9mRb4TzW8sLc3YpH6gJf5AeU1oXi";
/** Two that look like what they are, and one that is a secret because the portfolio names it. */
const secrets = {
  model: `sk-ant-api03-${letters}${letters}-AA`,
  forge: `ghp_${letters}`,
  named: "plover-7731-xylem-quay",
};
const all = Object.values(secrets);
const spoken = `Beware: ${all.join(" and ")}.`;

/** Prints them; the project's own files hold none of them in one piece. */
const noise = [
  `b=${letters}`,
  `echo "the model's: sk-ant-api03-$b$b-AA, the forge's: ghp_$b, the warehouse's: $WAREHOUSE_LINE"`,
].join("\n");

const read: Play["steps"] = [
  bash("env; sh noise.sh | tee seen.log"),
  { say: spoken, tool: "Read", input: { file_path: "{{cwd}}/seen.log" } },
  bash("rm seen.log"),
];
const submits = { answer: { outcome: "submitted", summary: spoken } };

const scenario = {
  planner: [
    plans(draft("Greet", { criteria: [spoken] }), draft("Break it"), draft("Wonder")),
  ] as Play[],
  worker: [
    { task: "Greet", steps: [...read, write({ "hi.txt": "hi\n" }), submits] },
    {
      task: "Break it",
      steps: [...read, write({ "tests/bad.sh": "sh noise.sh; exit 1\n" }), submits],
    },
    { task: "Wonder", steps: [...read, answers("blocked", { question: spoken })] },
  ],
  judge: [
    {
      repeat: true,
      steps: [
        { say: spoken, ...bash("sh noise.sh") },
        { answer: { decision: "pass", reasoning: spoken, findings: [] } },
      ],
    },
  ],
};

test("G17: planted secrets are in no file that is kept of a whole cycle", {
  timeout: 120_000,
}, async () => {
  const rig = await openCycleRig({
    scenario,
    env: { WAREHOUSE_LINE: secrets.named },
    projects: {
      app: {
        files: { "noise.sh": noise },
        config: {
          backlog_source: "claude_md",
          ...{ env: ["WAREHOUSE_LINE"], max_attempts: 1 },
          test_command: "sh noise.sh; sh check.sh",
        },
      },
    },
  });
  const app = rig.project();
  await rig.run();
  for (const [title, at] of [
    ["Greet", "done"],
    ["Break it", "failed"],
    ["Wonder", "blocked"],
  ] as const)
    expect((await app.task(title)).task.state.at, title).toBe(at);
  // they were there to be stored
  const asked = rig.model.requests().map(({ body }) => body);
  for (const each of all) expect(asked.some((body) => body.includes(each))).toBe(true);

  const look = async () => [
    ...holding(await storedBelow(rig.data), all),
    ...holding(await storedBelow(join(app.path, ".orch")), all),
  ];
  expect(await look()).toEqual([]);
  // the clones are code, behind a folder that is shut
  const kept = (await storedBelow(rig.data)).filter(
    ({ path }) => !/(^hubs|workspaces)\//.test(path),
  );
  expect(kept.filter(({ mode }) => mode !== 0o600)).toEqual([]);
  for (const folder of ["hubs", "app", "agents"])
    expect((await lstat(join(rig.data, folder))).mode & 0o077, folder).toBe(0);
  await rig.close(); // what was in the log of a ledger is in the ledger now
  expect(await look()).toEqual([]);
});
