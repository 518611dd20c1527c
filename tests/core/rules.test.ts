import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grant } from "../../src/core/budget.ts";
import type { FileChange } from "../../src/core/change.ts";
import { sizeOf } from "../../src/core/change.ts";
import { withoutBacklog } from "../../src/core/conventions.ts";
import { descriptionMax, fingerprint, type Known, sift } from "../../src/core/plan.ts";
import { backoffMs, defaultRetryRules as rules } from "../../src/core/retry.ts";
import { outside } from "../../src/core/scope.ts";
import { fill } from "../../src/core/template.ts";
import { aBrief, aTaskId } from "../support/records.ts";
import { quiet } from "../support/views.ts";

describe("drafts are sifted", () => {
  const none = new Map();
  const why = (brief = aBrief(), known: ReadonlyMap<string, Known> = none) =>
    sift([brief], { draftsMax: 3, known }).refused[0]?.why;

  test("the urgent ones first, as many as fit", () => {
    const drafts = [10, 90, 50].map((priority) => aBrief({ title: `P${priority}`, priority }));
    const { taken, refused } = sift(drafts, { draftsMax: 2, known: none });
    expect(taken.map(({ title }) => title)).toEqual(["P90", "P50"]);
    expect(refused).toEqual([{ title: "P10", why: "only 2 fit into this cycle" }]);
  });

  test("what is known already is refused with what became of it", () => {
    const known = (became: Known["became"]) =>
      new Map([[fingerprint(aBrief()), { became, task: aTaskId }]]);
    expect(why(aBrief(), known("open"))).toBe(`is already open as task ${aTaskId}`);
    expect(why(aBrief(), known("done"))).toBe(`has been done already as task ${aTaskId}`);
    expect(why(aBrief(), known("skipped"))).toBe(`was skipped as task ${aTaskId}`);
    expect(why(aBrief({ title: "ROUND  prices: half-up!" }), known("failed"))).toBe(
      `failed before as task ${aTaskId} and may not be tried again as it was`,
    );
    expect(why(aBrief({ title: "Another" }), known("failed"))).toBeUndefined();
  });

  test("what a worker could not go by is refused", () => {
    expect(why(aBrief({ description: "Fix it." }))).toMatch(/7 characters, fewer than 200/);
    expect(why(aBrief({ description: "x".repeat(descriptionMax + 1) }))).toMatch(/too big/);
    expect(why(aBrief({ criteria: [] }))).toMatch(/no acceptance criteria/);
  });

  test("the same task twice in one plan is taken once", () => {
    const { taken, refused } = sift([aBrief(), aBrief()], { draftsMax: 3, known: none });
    expect([taken.length, refused[0]?.why]).toEqual([1, "stands in this plan twice"]);
  });

  test("every draft is either taken or refused, never more than fit", () => {
    const draft = fc
      .record({ title: fc.string(), priority: fc.nat(), long: fc.boolean() })
      .map(({ long, ...rest }) => aBrief({ ...rest, ...(long ? {} : { description: "short" }) }));
    fc.assert(
      fc.property(fc.array(draft), fc.nat({ max: 4 }), (drafts, draftsMax) => {
        const { taken, refused } = sift(drafts, { draftsMax, known: none });
        expect(taken.length + refused.length).toBe(drafts.length);
        expect(taken.length).toBeLessThanOrEqual(draftsMax);
      }),
    );
  });
});

describe("money is granted", () => {
  const caps = { cycleUsd: null, dayUsd: null, portfolioDayUsd: null };
  const money = (settledUsd: number, reservedUsd = 0) => ({ settledUsd, reservedUsd });
  const spent = { cycle: money(0), today: money(0) };

  test("in full while nothing is in the way", () => {
    expect(grant(0.5, caps, spent, quiet)).toEqual({ kind: "granted", amountUsd: 0.5 });
  });

  test("up to what the tightest cap leaves, and not at all where that is too little", () => {
    const tight = { cycleUsd: 2, dayUsd: 1, portfolioDayUsd: 5 };
    const today = { ...spent, today: money(0.5, 0.25) };
    expect(grant(0.5, tight, today, quiet)).toEqual({ kind: "granted", amountUsd: 0.25 });
    const nearly = { ...spent, today: money(0.95) };
    expect(grant(0.5, tight, nearly, quiet)).toMatchObject({ kind: "refused" });
    const portfolio = { ...quiet, today: money(5) };
    expect(grant(0.5, tight, spent, portfolio)).toMatchObject({
      why:
        "the portfolio's cap for today, $5.00, has $5.00 spent or reserved; " +
        "the session would set aside $0.50, and needs at least $0.10",
    });
    expect(grant(0.04, { ...tight, cycleUsd: 0 }, spent, quiet)).toMatchObject({
      why: expect.stringContaining("set aside $0.04, and needs at least $0.0080"),
    });
  });

  test("so that no cap is ever exceeded", () => {
    const usd = fc.double({ min: 0, max: 5, noNaN: true });
    fc.assert(
      fc.property(usd, usd, usd, (want, cap, used) => {
        const today = { ...spent, today: money(used) };
        const granted = grant(want, { ...caps, dayUsd: cap }, today, quiet);
        if (granted.kind === "granted" && granted.amountUsd > 0)
          expect(used + granted.amountUsd).toBeLessThanOrEqual(cap + 1e-9);
      }),
    );
  });
});

describe("templates are strict", () => {
  test("all that is asked for is given, all that is given is used", () => {
    expect(fill("{{a}} and {{b_c}} and {{a}}", { a: "1", b_c: "2" })).toBe("1 and 2 and 1");
    expect(() => fill("{{a}} {{b}}", { a: "1" })).toThrow("{{b}}");
    expect(() => fill("{{a}}", { a: "1", b: "2" })).toThrow("lacks {{b}}");
  });

  test("a value is never read as a template or as a replacement pattern", () => {
    expect(fill("{{a}}", { a: "{{b}} $& $1 $$" })).toBe("{{b}} $& $1 $$");
  });

  test("what every object has is not a value", () => {
    expect(() => fill("{{constructor}}", {})).toThrow("{{constructor}}");
  });
});

describe("a worker's view of a project's notes", () => {
  const notes = [
    "# Shop",
    "Two spaces.",
    "## Backlog",
    "- secret plan",
    "### Soon",
    "more of it",
    "## Style",
    "```sh",
    "# todo is a comment here",
    "```",
    "# To-do",
    "- another",
    "# Testing",
    "npm test",
  ].join("\n");

  test("has the conventions without the backlog and what hangs below it", () => {
    const kept = withoutBacklog(notes);
    for (const line of ["Two spaces.", "## Style", "# todo is a comment here", "npm test"])
      expect(kept).toContain(line);
    for (const line of ["Backlog", "secret plan", "Soon", "more of it", "To-do", "another"])
      expect(kept).not.toContain(line);
  });

  test("knows headings that are underlined", () => {
    const underlined = [
      ...["Conventions", "===========", "Two spaces.", ""],
      ...["Next steps", "----------", "secret plan", "", "### Soon", "more of it", ""],
      ...["Ideas of", "many lines", "---", "secret idea", "- listed", "  and wrapped", "---"],
      ...["secret after a rule", "", "Style", "---", "Semicolons.", "", "---", "```"],
      ...["Tasks", "---", "```", "> Plans", "---", "- Backlog", "---", "| Tasks |", "| --- |"],
      "kept to the end",
    ].join("\n");
    const kept = withoutBacklog(underlined);
    expect(kept).not.toMatch(/Next|Soon|more of it|Ideas|many lines|secret|listed|wrapped/);
    for (const line of ["Conventions\n====", "Two spaces.", "Style\n---", "Semicolons."])
      expect(kept).toContain(line);
    // code, quotations, lists and tables have no headings of the document's
    for (const line of ["```\nTasks\n---\n```", "> Plans", "- Backlog", "kept to the end"])
      expect(kept).toContain(line);
  });

  test("keeps headings that only sound like it", () => {
    expect(withoutBacklog("## Planned releases\nx")).toContain("x");
    expect(withoutBacklog("")).toBe("");
  });
});

describe("the files that a task may change", () => {
  const change = (path: string, from: string | null = null): FileChange => ({
    ...{ path, from, status: from === null ? "modified" : "renamed", added: 2, deleted: 1 },
  });
  const match = (glob: string, path: string): boolean =>
    glob === "src/*.ts" && /^src\/[^/]+\.ts$/.test(path);

  test("are named, lie in a folder that is named, or match a glob; both ends of a rename count", () => {
    const inside = [change("src/a.ts"), change("docs/x/y.md"), change("README.md")];
    expect(outside(inside, ["src/*.ts", "./docs/", "README.md"], match)).toEqual([]);
    expect(outside([change("src/b/c.ts")], ["src/*.ts"], match)).toEqual(["src/b/c.ts"]);
    expect(outside([change("src/a.ts", "lib/a.ts")], ["src/*.ts"], match)).toEqual(["lib/a.ts"]);
    expect(outside([change("docsx/a.md")], ["docs"], match)).toEqual(["docsx/a.md"]);
  });

  test("are any where none are named", () => {
    expect(outside([change("anything")], [], match)).toEqual([]);
  });

  test("are summed up, binary ones without lines", () => {
    const binary: FileChange = { ...change("a.png"), added: null, deleted: null };
    expect(sizeOf([change("a"), binary])).toEqual({ files: 2, added: 2, deleted: 1 });
  });
});

test("the wait before a fresh start doubles up to its limit, with jitter below it", () => {
  const waits = [1, 2, 3, 99].map((failures) => backoffMs(failures, 1, rules));
  expect(waits).toEqual([2_000, 4_000, 8_000, 300_000]);
  expect(backoffMs(1, 0, rules)).toBe(1_000);
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, c) => {
      const wait = backoffMs(n, c, rules);
      expect(wait).toBeGreaterThanOrEqual(rules.backoffMs / 2);
      expect(wait).toBeLessThanOrEqual(rules.backoffMaxMs);
    }),
  );
});
