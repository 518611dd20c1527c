/** The project that is worked on, and what the model says in it. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A worker's task: the function of one file is wrong. */
export interface SampleTask {
  readonly title: string;
  readonly file: string;
  readonly test: string;
}

/** The tasks of a sample project with `count` faulty files. */
export const sampleTasks = (count: number): readonly SampleTask[] =>
  Array.from({ length: count }, (_, i) => ({
    title: `Mend sum ${i + 1} of the ledger`,
    file: `src/sum-${i + 1}.js`,
    test: `cases/sum-${i + 1}.js`,
  }));

/** Notes are padded to this many bytes, so that every size of project sends the same. */
const notesBytes = 2_048;

/** Writes a small JavaScript project of `count` faulty files, one sound one and its test. */
export async function writeSample(folder: string, count: number): Promise<void> {
  await mkdir(join(folder, "src"), { recursive: true });
  for (const name of ["cases", "test"]) await mkdir(join(folder, name));
  const manifest = { name: "ledger", type: "module", scripts: { test: "node --test" } };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, "CLAUDE.md"), notes(count));
  await writeFile(join(folder, "src/zero.js"), "export const zero = () => 0;\n");
  await writeFile(join(folder, "cases/zero.js"), testOf("zero", "zero", "0", ""));
  await writeFile(join(folder, "test/all.test.js"), suite);
  for (const { file } of sampleTasks(count)) {
    await writeFile(join(folder, file), "export const sum = (a, b) => a - b;\n");
  }
}

function notes(count: number): string {
  const items = sampleTasks(count).map(({ title, file }) => `- ${title}: ${file} subtracts.`);
  const head = "# Ledger\n\nSmall functions for a ledger, one a file, tested with node:test.\n";
  const rule = "- Keep functions pure, name them after what they give, and test each in a case.\n";
  const backlog = `\n## Backlog\n\n${items.join("\n")}\n`;
  const room = Math.max(0, notesBytes - head.length - backlog.length);
  return `${head}\n${rule.repeat(Math.floor(room / rule.length))}${backlog}`;
}

/** Node starts a process for each test file: with one of them the suite is quick. */
const suite = [
  'import { readdir } from "node:fs/promises";',
  'const folder = new URL("../cases/", import.meta.url);',
  "for (const name of await readdir(folder)) await import(new URL(name, folder));",
  "",
].join("\n");

function testOf(file: string, name: string, expected: string, given: string): string {
  return [
    'import test from "node:test";',
    'import assert from "node:assert";',
    `import { ${name} } from "../src/${file}.js";`,
    `test("${file}", () => assert.equal(${name}(${given}), ${expected}));`,
    "",
  ].join("\n");
}

/** What the model says: four requests to plan, five a worker, three a judge. */
export function sampleScenario(count: number): Readonly<Record<string, unknown>> {
  const tasks = sampleTasks(count);
  return {
    planner: [{ steps: [...plannerLooks, { answer: planOf(tasks) }] }],
    worker: tasks.map((task) => ({ task: task.title, steps: workerSteps(task) })),
    judge: tasks.map((task) => ({ task: task.title, steps: judgeSteps(task) })),
  };
}

const read = (path: string) => ({ tool: "Read", input: { file_path: `{{cwd}}/${path}` } });

const plannerLooks = [
  read("CLAUDE.md"),
  { tool: "Glob", input: { pattern: "**/*.js" } },
  read("src/sum-1.js"),
];

const planOf = (tasks: readonly SampleTask[]) => ({
  assessment: "Each sum of the ledger subtracts where it should add; none of them has a test.",
  tasks: tasks.map(({ title, file, test }) => ({
    title,
    description: [
      `The function sum in ${file} subtracts its second argument from the first one.`,
      "Change it so that it returns the sum of both. Nothing else in the file has to change.",
      `Write a test in ${test} with node:test that shows that two and three make five,`,
      "in the same way as the tests that are there already. Leave everything else as it is.",
    ].join("\n"),
    kind: "fix",
    priority: 5,
    criteria: ["sum(2, 3) is 5", "the test fails without the change"],
    allowed_files: [file, test],
    leave_alone: [],
  })),
});

const workerSteps = ({ file, test }: SampleTask) => [
  read(file),
  {
    tool: "Edit",
    input: { file_path: `{{cwd}}/${file}`, old_string: "a - b", new_string: "a + b" },
  },
  {
    tool: "Write",
    input: {
      file_path: `{{cwd}}/${test}`,
      content: testOf(file.slice("src/".length, -".js".length), "sum", "5", "2, 3"),
    },
  },
  { tool: "Bash", input: { command: "node --test" } },
  { answer: { outcome: "submitted", summary: "sum adds now, and a test shows it" } },
];

const judgeSteps = ({ file, test }: SampleTask) => [
  read(file),
  read(test),
  { answer: { decision: "pass", reasoning: "It adds, and a test shows it.", findings: [] } },
];
