/** A person's decisions stand in the trail, in their place. */
import { expect, test } from "vitest";
import { explained } from "../../src/core/decided.ts";
import { listed } from "../../src/core/failure.ts";
import { instant } from "../../src/core/ids.ts";
import { workerDocument } from "../../src/stages/work/document.ts";
import { headings, record, textOf } from "../support/documents-of.ts";
import * as make from "../support/records.ts";

const at = (minutes: number) => instant(make.noon + minutes * 60_000);

test("what people decided stands between the attempts, with when and why", () => {
  const text = textOf(
    workerDocument(
      record({
        task: make.aTask({ answers: [{ question: "Which currency?", answer: "All" }] }),
        attempts: [
          make.anAttempt({ startedAt: at(0) }),
          make.anAttempt({ attempt: 2, startedAt: at(10) }),
        ],
        verdicts: [make.aVerdict({ startedAt: at(12), hold: "the check test ran nothing" })],
        decisions: [
          { at: at(5), event: { type: "task.answered", answer: "All", now: at(5) } },
          { at: at(15), event: { type: "task.approved", now: at(15) } },
        ],
        landings: [make.aLanding({ at: at(20) })],
        lostUsd: 0.5,
      }),
    ),
  );
  expect(headings(text).filter((each) => each.startsWith("## "))).toEqual([
    "## The task",
    "## Attempt 1",
    "## Answered by a person",
    "## Attempt 2",
    "## Approved by a person",
    "## Landing",
  ]);
  expect(text).toContain("> Which currency?");
  expect(text).toContain("- A person approved it although it waited: the check test ran nothing");
  expect(text).toContain("$0.5000 of it was reserved by a session that was lost");
});

test("a task that was ended before it began has its reason in the trail", () => {
  const event = { type: "task.skipped", reason: "not wanted" } as const;
  const text = textOf(workerDocument(record({ decisions: [{ at: at(1), event }] })));
  expect(text).toContain("## Ended by a person");
  expect(text).toContain("> not wanted");
  expect(workerDocument(record())).toBeNull();
});

test("a rejection is told with what waited", () => {
  const event = { type: "task.rejected", why: "too wide", chance: 0, now: at(9) } as const;
  const verdicts = [make.aVerdict({ startedAt: at(1), hold: "red before" })];
  expect(explained(make.aTask(), verdicts, [{ at: at(9), event }])).toMatchObject([
    { about: "red before" },
  ]);
});

test("several reasons stay apart also where they are joined to one line", () => {
  expect(listed(["it changes a.py.", "the check fails"]).replace(/\s+/g, " ")).toBe(
    "it changes a.py; the check fails",
  );
});
