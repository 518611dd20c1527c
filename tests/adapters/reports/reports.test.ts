import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openReports } from "../../../src/adapters/reports/reports.ts";
import type { TestResults } from "../../../src/core/results.ts";

const folder = join(import.meta.dirname, "fixtures");
const fixture = (name: string) => readFile(join(folder, `${name}.txt`), "utf8");
const read = (output: string): TestResults => openReports().read(output, "/sample");

/** `runner: passed/failed/skipped`, then the failures' names. */
function told(results: TestResults): readonly string[] {
  switch (results.kind) {
    case "named": {
      const { runner, passed, failed, skipped, failures } = results;
      return [`${runner}: ${passed}/${failed}/${skipped}`, ...failures.map(({ name }) => name)];
    }
    case "counted":
      return [`${results.runner}: ${results.passed}/${results.failed}`];
    case "problems":
      return [`${results.runner}: ${results.failed}`];
    case "opaque":
      return ["opaque"];
    default:
      return results satisfies never;
  }
}

const nodeTap = [
  "node:test: 3/7/2",
  "test/broken.test.js",
  "test/math.test.js > subtracts",
  "test/math.test.js > division > by zero > is infinite",
  "test/math.test.js > nested > inner fails # hash",
  "test/text.test.js > subtracts",
  "test/text.test.js > with a broken hook > never runs",
  "test/text.test.js > with a broken hook",
];
const vitestTests = [
  "test/math.test.ts > subtracts",
  "test/math.test.ts > division > by zero > is infinite",
  "test/math.test.ts > same error 1",
  "test/math.test.ts > same error 2",
];
const pytest = [
  "pytest: 2/5/2",
  "test_a.py::test_bad",
  "test_a.py::test_param[a - b]",
  "test_a.py::test_param[c]d]",
  "test_a.py::TestC::test_m",
  "test_a.py::test_fixture",
];
const divide = "example.com/sample/divide";

/** What each fixture says; those whose runner was not at hand are written by its documentation. */
const expected: Readonly<Record<string, readonly string[]>> = {
  "node20-tap": nodeTap,
  "node20-npm": nodeTap,
  "node20-spec": [
    "node:test: 3/7/2",
    "test/broken.test.js",
    "test/math.test.js > subtracts",
    "test/math.test.js > is infinite",
    "test/math.test.js > inner fails # hash",
    "test/text.test.js > subtracts",
    "test/text.test.js > never runs",
    "test/text.test.js > with a broken hook",
  ],
  "tap-perl": ["TAP: 2/1/0", "two"],
  ava: ["ava: 3/2/1", "math › subtracts", "math › division › by zero"],
  "ava-green": ["ava: 1/0/0"],
  "ava-timeout": ["ava: 1/1/0", "waits"],
  "ava-unhandled": ["ava: 2/1"],
  vitest: ["vitest: 3/5/2", "test/broken.test.ts", ...vitestTests],
  "vitest-json": ["vitest: 3/5/2", ...vitestTests, "test/broken.test.ts"],
  "vitest-green": ["vitest: 1/0/0"],
  "vitest-none": ["vitest: 0/0/0"],
  "vitest-unhandled": ["vitest: 1/1/0", "unhandled error"],
  "vitest-tap": ["TAP: 3/4/2", ...vitestTests],
  "vitest-tap-flat": ["TAP: 2/4/2", ...vitestTests],
  "jest-handwritten": [
    "jest: 3/3/1",
    "src/math.test.js > division > by zero is infinite",
    "src/math.test.js > subtracts",
    "src/broken.test.js",
  ],
  "jest-json-handwritten": ["jest: 1/1/0", "src/math.test.js > subtracts"],
  "mocha-handwritten": [
    "mocha: 1/2/1",
    "Array > #indexOf() > should be 0 for the first",
    'adds > "before each" hook for "one and one"',
  ],
  pytest,
  "pytest-q": pytest,
  "pytest-q-collection": ["pytest: 0/1/0", "test_b.py"],
  "pytest-green": ["pytest: 1/0/0"],
  "pytest-none": ["pytest: 0/0/0"],
  unittest: [
    "unittest: 0/7/1",
    "test_a.A.test_err",
    "test_a.B.setUpClass",
    "unittest.loader._FailedTest.test_b",
    "test_a.A.test_bad",
    "test_a.A.test_sub (i=0)",
    "test_a.A.test_sub (i=2)",
    "test_a.A.test_surprise",
  ],
  "unittest-green": ["unittest: 1/0/1"],
  "unittest-none": ["unittest: 0/0/0"],
  cargo: [
    "cargo test: 2/4/1",
    "src/lib.rs > tests::breaks",
    "src/lib.rs > tests::panics",
    "tests/outer.rs > breaks",
    "Doc-tests sample > src/lib.rs - add",
  ],
  "cargo-failfast": [
    "cargo test: 1/2/1",
    "src/lib.rs > tests::breaks",
    "src/lib.rs > tests::panics",
  ],
  "cargo-q": ["cargo test: 2/4/1", "tests::breaks", "tests::panics", "breaks", "src/lib.rs - add"],
  "cargo-green": ["cargo test: 1/0/0"],
  "cargo-compile": ["opaque"],
  "go-handwritten": [
    "go test: 1/3/0",
    `${divide} TestDivide/by_zero`,
    `${divide} TestSubtract`,
    "example.com/sample/broken",
  ],
  "go-json-handwritten": [
    "go test: 1/2/1",
    `${divide} TestDivide/by_zero`,
    "example.com/sample/broken",
  ],
  "rspec-handwritten": ["rspec: 2/1/1", "./spec/sum_spec.rb > Sum adds negatives"],
  "minitest-handwritten": ["minitest: 2/1"],
  ctest: ["ctest: 1/2/0", "bad.one", "worse"],
  "ctest-green": ["ctest: 1/0/0"],
  "gtest-handwritten": ["gtest: 1/2/0", "Sum.Negatives", "Range/Many.Holds/1"],
  prove: ["prove: 3/1"],
  "prove-green": ["prove: 1/0/0"],
};

test("each recorded output is expected to say something", async () => {
  const files = (await readdir(folder)).map((file) => file.replace(/\.txt$/, ""));
  expect(files.sort()).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))("%s is read", async (name, wanted) => {
  expect(told(read(await fixture(name)))).toEqual(wanted);
});

test("carriage returns and colours change nothing", async () => {
  for (const [name, wanted] of Object.entries(expected)) {
    const lines = (await fixture(name)).split("\n").map((line) => `\u001b[2m${line}\u001b[0m\r`);
    expect(told(read(lines.join("\n"))), name).toEqual(wanted);
  }
});

test("names do not hold the folder in which the run happened", async () => {
  const text = await fixture("node20-tap");
  const elsewhere = openReports().read(text.replaceAll("/sample/", "/var/w/7/"), "/var/w/7");
  expect(told(elsewhere)).toEqual(nodeTap);
});

test("the message of a failure is there, and short", async () => {
  for (const name of Object.keys(expected)) {
    const results = read(await fixture(name));
    for (const failure of results.kind === "named" ? results.failures : []) {
      expect(failure.message.length).toBeLessThan(700);
      expect(failure.message.split("\n").length).toBeLessThanOrEqual(6);
    }
  }
  const ava = read(await fixture("ava"));
  expect(ava.kind === "named" && ava.failures[1]?.message).toMatch(
    /^Error thrown in test:\nError {\nmessage: 'no zero'/,
  );
  const results = read(await fixture("pytest-q"));
  expect(results.kind === "named" && results.failures[0]?.message).toBe(
    "AssertionError: one is not two",
  );
});

describe("several runners in one command", () => {
  test("are read together", async () => {
    const [vitest, pytest] = [await fixture("vitest"), await fixture("pytest-q")];
    const text = `${vitest}\n${pytest}${await fixture("cargo")}`;
    expect(told(read(text))).toEqual([
      "vitest + pytest + cargo test: 7/14/5",
      ...(expected["vitest"] ?? []).slice(1),
      ...pytest.slice(1),
      ...(expected["cargo"] ?? []).slice(1),
    ]);
  });

  test("are counted where one of them can only be counted", async () => {
    const text = `${await fixture("prove")}\n${await fixture("pytest-q")}`;
    expect(told(read(text))).toEqual(["prove + pytest: 5/6"]);
  });

  test("the same runner twice tells equal names apart", async () => {
    const text = `${await fixture("vitest")}\n${await fixture("vitest")}`;
    const names = told(read(text));
    expect(names[0]).toBe("vitest: 6/10/4");
    expect(new Set(names).size).toBe(11);
    expect(names).toContain("test/math.test.ts > subtracts (2)");
  });

  test("TAP ends where it says, and what follows is read as what it is", async () => {
    const text = `${await fixture("node20-tap")}${await fixture("go-handwritten")}`;
    expect(told(read(text))[0]).toBe("node:test + go test: 4/10/2");
    expect(told(read("1..1\nok 1 - a\nnot ok at all\n"))).toEqual(["TAP: 1/0/0"]);
    expect(told(read("1..1\nok 1 - a\nnot ok 2 - b\n"))).toEqual(["TAP: 1/1/0", "b"]);
  });
});

describe("names are only used when none is missing", () => {
  test.each([
    ["vitest", / FAIL .* same error 1.*\n/, "vitest: 3/5"],
    ["pytest", /FAILED test_a.py::test_bad.*\n/, "pytest: 2/5"],
    ["unittest", /FAIL: test_bad .*\n/, "unittest: 0/7"],
    ["cargo", / {4}tests::breaks\n/, "cargo test: 2/4"],
    ["jest-handwritten", / {2}● subtracts\n/, "jest: 3/3"],
    ["mocha-handwritten", / {2}2\) adds\n/, "mocha: 1/2"],
    ["node20-tap", /1\.\.8\n[\s\S]*/, "node:test: 3/8"],
    ["node20-spec", /✖ subtracts \(1\.[^)]*\)\n(?![\s\S]*✖ failing tests)/, "node:test: 3/7"],
    ["ctest", /\t {2}3 - worse.*\n/, "ctest: 1/2"],
    ["ava", / {2}✘ \[fail\]: math › subtracts\n/, "ava: 3/2"],
  ])("%s without one of its lines is counted", async (name, line, wanted) => {
    const plain = (await fixture(name)).replace(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
      /\u001b\[[0-9;]*m/g,
      "",
    );
    const cut = plain.replace(line, "");
    expect(cut).not.toBe(plain);
    const [first] = told(read(cut));
    expect(first?.replace("TAP", "node:test")).toBe(wanted);
  });
});

test("what no known runner printed is opaque", () => {
  for (const text of [
    "",
    "ok",
    "1 passed",
    "FAIL",
    "all good\n",
    "FAILED x\n1 error",
    "ok 1 - x\n",
  ])
    expect(told(read(text)), text).toEqual(["opaque"]);
});

describe("whatever was printed", () => {
  const lines = Promise.all(Object.keys(expected).map(fixture)).then((texts) =>
    texts.flatMap((text) => text.split("\n")),
  );

  test("reading ends, never throws, and its figures agree", async () => {
    const line = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...(await lines)) },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
    );
    const output = fc.array(line, { maxLength: 80 }).map((all) => all.join("\n"));
    fc.assert(
      fc.property(output, (text) => {
        const results = read(text);
        if (results.kind !== "named") return;
        expect(results.failures).toHaveLength(results.failed);
        expect(new Set(results.failures.map(({ name }) => name)).size).toBe(results.failed);
        expect(Math.min(results.passed, results.failed, results.skipped)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ["digits", "Tests: 1".padEnd(400_000, "1")],
    ["more digits", "      Tests  ".padEnd(400_000, "1")],
    ["brackets", " FAIL  ".padEnd(400_000, " [ ")],
    ["header lines", " FAIL  a > b\n".repeat(40_000)],
    ["titles", `  1 passing (1ms)\n  1 failing\n${"  1) a\n       b\n".repeat(30_000)}`],
    ["counts", "1 a, ".repeat(80_000)],
    ["words", `${"  ✘ [fail]: a b c d e f\n".repeat(30_000)}  ─\n  1 test failed`],
    ["wstat", `Result: FAIL\n${"x (Wstat: ".repeat(40_000)}`],
    [
      "depth",
      Array.from({ length: 2000 }, (_, i) => `${" ".repeat(4 * i)}# Subtest: x`).join("\n"),
    ],
    ["escapes", "\u001b]".repeat(200_000)],
    ["points", `TAP version 13\n${"not ok 1 - x\n".repeat(30_000)}`],
    ["go tests", `${"--- FAIL: A/b/c (0.00s)\n".repeat(30_000)}FAIL\tp\t0.1s`],
    ["spaces", " ".repeat(400_000)],
  ])("a great many %s take no more than a moment", (_, text) => {
    const before = performance.now();
    read(`TAP version 13\n${text}`);
    read(text);
    // Quadratic time would be minutes; the bound is wide for slow machines.
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
