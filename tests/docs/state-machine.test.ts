import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderStateMachine } from "../../scripts/state-machine.ts";
import { taskTable } from "../../src/core/task-machine.ts";

const document = readFileSync(new URL("../../docs/state-machine.md", import.meta.url), "utf8");

test("the printed machine is the one that runs; else `npm run docs`", () => {
  expect(document).toBe(renderStateMachine());
});

test("every row of the table is printed", () => {
  const rows = Object.entries(taskTable).flatMap(([from, events]) =>
    Object.keys(events).map((event) => `| \`${from}\` | \`${event}\` |`),
  );
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) expect(document).toContain(row);
});
