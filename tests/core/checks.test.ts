import { describe, expect, test } from "vitest";
import { type Comparison, compare } from "../../src/core/checks.ts";
import { counted, green, named, opaque, red, run } from "../support/check-runs.ts";

/** `kind by basis: introduced / preexisting / fixed` */
function told(outcome: Comparison): string {
  if (outcome.kind === "inconclusive") return outcome.kind;
  const introduced = outcome.introduced.map(({ name }) => name).join(",");
  const lists = [introduced, outcome.preexisting.join(","), outcome.fixed.join(",")];
  return `${outcome.kind} by ${outcome.by}: ${lists.join(" / ")}`;
}

describe("by name", () => {
  test.each([
    [
      "what fails on both is pre-existing",
      red(named(["a"])),
      red(named(["a"])),
      "passed by name:  / a / ",
    ],
    ["a new failure fails", red(named(["a", "b"])), red(named(["a"])), "failed by name: b / a / "],
    ["a swap fails", red(named(["b"])), red(named(["a"])), "failed by name: b /  / a"],
    [
      "a failure on a green base fails",
      red(named(["a"])),
      green(named([])),
      "failed by name: a /  / ",
    ],
    [
      "fixing one of two passes",
      red(named(["a"])),
      red(named(["a", "b"])),
      "passed by name:  / a / b",
    ],
    ["fixing all passes", green(named([])), red(named(["a"])), "passed by name:  /  / a"],
    ["without a base each failure counts", red(named(["a"])), null, "failed by name: a /  / "],
    [
      "a lost exit code hides no failure",
      green(named(["a"])),
      green(named([])),
      "failed by name: a /  / ",
    ],
  ])("%s", (_, candidate, base, wanted) => {
    expect(told(compare(candidate, base))).toBe(wanted);
  });
});

describe("by count", () => {
  test.each([
    ["where nothing fails there are no names", green(named([])), null, "passed by count:  /  / "],
    ["nor where nothing did", green(named([])), green(named([])), "passed by count:  /  / "],
    ["more failures fail", red(counted(3)), red(counted(2)), "failed by count:  /  / "],
    ["as many pass", red(counted(2)), red(counted(2)), "passed by count:  /  / "],
    ["fewer pass", red(counted(1)), red(counted(2)), "passed by count:  /  / "],
    [
      "names against a count are counted",
      red(named(["a"])),
      red(counted(1)),
      "passed by count:  /  / ",
    ],
    [
      "a count against names is counted",
      red(counted(2)),
      red(named(["a"])),
      "failed by count:  /  / ",
    ],
    ["any on a green base fail", red(counted(1)), green(counted(0)), "failed by count:  /  / "],
  ])("%s", (_, candidate, base, wanted) => {
    expect(told(compare(candidate, base))).toBe(wanted);
  });
});

describe("by exit code", () => {
  test.each([
    ["green passes", green(opaque), green(opaque), "passed by exit code:  /  / "],
    ["green on a red base passes", green(opaque), red(opaque), "passed by exit code:  /  / "],
    ["red on a green base fails", red(opaque), green(opaque), "failed by exit code:  /  / "],
    ["red on both is for a person", red(opaque), red(opaque), "held by exit code:  /  / "],
    ["red without a base fails", red(opaque), null, "failed by exit code:  /  / "],
    [
      "a runner that crashes on a green base fails, though no test did",
      red(named([], 0)),
      green(named([])),
      "failed by exit code:  /  / ",
    ],
    [
      "a runner that crashes on a base with known failures is for a person",
      red(opaque),
      red(named(["a"])),
      "held by exit code:  /  / ",
    ],
    [
      "red without a failure on a base with known failures is for a person, and fixes nothing",
      red(named([], 0)),
      red(named(["a"])),
      "held by exit code:  /  / ",
    ],
    [
      "failures that become readable only now are for a person",
      red(named(["a"])),
      red(opaque),
      "held by exit code:  /  / ",
    ],
  ])("%s", (_, candidate, base, wanted) => {
    expect(told(compare(candidate, base))).toBe(wanted);
  });
});

describe("a check that runs no tests any more", () => {
  test("fails where the base ran some", () => {
    const outcome = compare(green(named([], 0)), green(named([], 5)));
    expect(outcome).toMatchObject({ kind: "failed", by: "count" });
    expect(outcome.why).toBe("ran nothing, where the base ran 5 tests");
    expect(compare(green(counted(0, 0)), red(named(["a"]))).kind).toBe("failed");
  });

  test("says how many it lacks, where it runs fewer than the base did", () => {
    const outcome = compare(green(named([], 3)), green(named([], 5)));
    expect(outcome).toMatchObject({
      kind: "passed",
      why: "is green: 3 tests passed, 2 fewer than the base ran",
    });
    const more = compare(green(named([], 5)), green(named([], 3)));
    expect(more).toMatchObject({ kind: "passed", why: "is green: 5 tests passed" });
  });

  test("is for a person where it only fell silent", () => {
    expect(compare(green(opaque), green(named([], 5))).kind).toBe("held");
  });

  test("passes where the base ran none either", () => {
    expect(compare(green(named([], 0)), green(named([], 0))).kind).toBe("passed");
    expect(compare(green(named([], 0)), null).kind).toBe("passed");
    expect(compare(green(named([], 0)), green(opaque)).kind).toBe("passed");
  });
});

describe("a check that does not come to its end", () => {
  const hung = run(named([]), { kind: "timedOut" });
  const killed = run(opaque, { kind: "killed", signal: "SIGSEGV" });

  test("is red, and says why", () => {
    expect(compare(hung, green(named([])))).toMatchObject({
      kind: "failed",
      why: "is red: timed out after 61 s; the base is green",
    });
    expect(compare(killed, red(named(["a"])))).toMatchObject({
      kind: "failed",
      why: "is red: killed by SIGSEGV, where the base came to its end",
    });
  });

  test("is for a person where the base does not either", () => {
    expect(compare(hung, hung).kind).toBe("held");
    expect(compare(red(named(["a"])), killed).kind).toBe("held");
  });

  test("says nothing of the change where it was aborted or never began", () => {
    const aborted = run(opaque, { kind: "aborted" });
    const unstartable = run(opaque, { kind: "unstartable", detail: "no shell" });
    expect(compare(aborted, green(opaque)).kind).toBe("inconclusive");
    expect(compare(unstartable, null).why).toContain("no shell");
    expect(compare(red(opaque), aborted).kind).toBe("inconclusive");
    expect(compare(green(opaque), aborted).kind).toBe("passed");
  });
});
