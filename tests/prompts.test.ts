import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fill } from "../src/core/template.ts";
import { roleOf } from "../src/scripted-model/conversation.ts";

const folder = new URL("../prompts/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(`${name}.md`, folder), "utf8");

const worker = {
  project: "shop",
  checks: "- test: `npm test`",
  conventions: "Two spaces.",
};

/** The contracts, with the variables that the stages fill in. */
const contracts = {
  planner_system: { role: "planner", values: { project: "shop" } },
  worker_code: { role: "worker", values: worker },
  worker_test: { role: "worker", values: worker },
  worker_fix: { role: "worker", values: worker },
  worker_review: { role: "worker", values: worker },
  judge_system: { role: "judge", values: { project: "shop" } },
  refinery_system: { role: "refinery", values: { project: "shop" } },
} as const;

test("there are the seven contracts and nothing else", () => {
  const found = readdirSync(folder).map((file) => file.replace(/\.md$/, ""));
  expect(found.sort()).toEqual(Object.keys(contracts).sort());
});

test.each(Object.entries(contracts))("%s is filled by its stage", (name, { role, values }) => {
  const text = fill(read(name), values); // throws for what is missing and for what is left over
  for (const value of Object.values(values)) expect(text).toContain(value);
  expect(text).not.toContain("{{");
  expect(text.startsWith(`# Contract: ${role}`)).toBe(true);
  expect(roleOf({ model: "any", messages: [], system: text })).toBe(role);
});

test.each(Object.entries(contracts))("%s states duties in EARS", (name, { role }) => {
  const duties = read(name).match(/\b(THEN|WHEN|IF|WHILE|WHERE)\b/g) ?? [];
  expect(duties.length).toBeGreaterThan(3);
  expect(read(name)).toMatch(new RegExp(`the ${role} shall`, "i"));
});

test.each(Object.keys(contracts))("every IF of %s is followed by its THEN", (name) => {
  for (const sentence of read(name)
    .replace(/\s+/g, " ")
    .split(/(?<=[.;]) /))
    if (/\bIF\b/.test(sentence)) expect(sentence).toMatch(/\bIF\b.*\bTHEN\b/);
});

/** Bytes of a contract: each request of a session carries it. */
const bytesMax = { planner: 2_700, worker: 1_600, judge: 1_300, refinery: 1_900 } as const;

test.each(Object.entries(contracts))("%s is short: every request carries it", (name, { role }) => {
  expect(Buffer.byteLength(read(name))).toBeLessThanOrEqual(bytesMax[role]);
});
