import fc from "fast-check";
import { expect, test } from "vitest";
import { renderHappened } from "../../src/cli/progress.ts";
import { wrap } from "../../src/cli/render/format.ts";
import { paintFor } from "../../src/cli/render/paint.ts";
import { projectName, taskId } from "../../src/core/ids.ts";
import { noon } from "../support/records.ts";

test("a text is broken at its spaces only, and no line is longer than it must be", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^\w{1,20}$/)), fc.nat(30), (words, columns) => {
      const lines = wrap(words.join(" "), columns);
      expect(lines.join(" ")).toBe(words.join(" "));
      for (const line of lines) expect(line.includes(" ") && line.length > columns).toBe(false);
    }),
  );
});

test("what happened fits the terminal: long texts go on below, titles are cut", () => {
  const why =
    "the tests are green, but four of the five texts that must be refused are read as money";
  const told = (text: string, columns?: number) => {
    const event = { type: "work.declined", why: text, token: 1 } as never; // the rest is not read
    const logged = { seq: 1, at: noon, event: { of: "task", task: taskId("abcdefghijkl"), event } };
    const title = "Read amounts in parentheses as negative";
    const happened = { project: projectName("python-ledger"), logged, title } as const;
    return renderHappened(happened as never, paintFor(false), columns).split("\n"); // as above
  };
  expect(told(why)).toHaveLength(1);
  const lines = told(why, 79);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(79);
  for (const line of lines.slice(1)) expect(line).toMatch(/^ {10}\S/);
  expect(told("done", 79)[0]).toMatch(/nothing to do: done {2}Read amount.*…$/);
});
