import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseScenario, ScenarioError } from "../../src/scripted-model/parse-scenario.ts";

const mistakes: readonly (readonly [string, unknown, string])[] = [
  ["not an object", [], "scenario file: must be an object"],
  ["plays that are no list", { worker: {} }, "scenario worker: must be a list"],
  ["no steps", { worker: [{}] }, "scenario worker[0].steps: must be a list"],
  ["empty steps", { worker: [{ steps: [] }] }, "worker[0].steps: is empty"],
  [
    "a misspelt key",
    { worker: [{ steps: [{ sya: "x" }] }] },
    'worker[0].steps[0]: has an unknown key "sya"',
  ],
  [
    "an input without its tool",
    { worker: [{ steps: [{ say: "x", input: {} }] }] },
    "worker[0].steps[0]: has an input but no tool",
  ],
  ["a step without words", { worker: [{ steps: [{}] }] }, "worker[0].steps[0]: says nothing"],
  [
    "a bad pattern",
    { planner: [{ task: "(", steps: [{ say: "x" }] }] },
    "planner[0].task: is not a regular expression",
  ],
  [
    "a tool without a name",
    { worker: [{ steps: [{ tools: [{ input: {} }] }] }] },
    "worker[0].steps[0].tools[0].tool: must be a string",
  ],
  [
    "an unknown fault",
    { worker: [{ steps: [{ fault: "sleepy" }] }] },
    "worker[0].steps[0].fault: must be one of refused, stalled, cut, malformed",
  ],
  [
    "an error without status",
    { worker: [{ steps: [{ error: {} }] }] },
    "worker[0].steps[0].error.status: must be a whole number",
  ],
  [
    "a negative wait",
    { worker: [{ steps: [{ waitMs: -1 }] }] },
    "worker[0].steps[0].waitMs: must be a number, 0 or more",
  ],
  [
    "an answer that is no object",
    { worker: [{ steps: [{ answer: [1] }] }] },
    "worker[0].steps[0].answer: must be an object",
  ],
  [
    "attempts from zero",
    { worker: [{ attempt: 0, steps: [{ say: "x" }] }] },
    "worker[0].attempt: must be a whole number, 1 or more",
  ],
];

test.each(mistakes)("a scenario's mistake is named with its place: %s", (_, json, message) => {
  expect(() => parseScenario(json)).toThrow(ScenarioError);
  expect(() => parseScenario(json)).toThrow(message);
});

test("a scenario may carry a schema or a comment in keys that start with a dollar", () => {
  const scenario = parseScenario({ $comment: "for people", judge: [{ steps: [{ say: "x" }] }] });
  expect([...scenario.keys()]).toEqual(["judge"]);
});

test("the example in the documentation can be played", async () => {
  const page = await readFile(new URL("../../docs/scripted-model.md", import.meta.url), "utf8");
  const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  expect([...parseScenario(JSON.parse(example)).keys()]).toEqual(["planner", "worker"]);
});
