/** Recorded outputs of test runners, and what is to be read of them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openReports } from "../../../src/adapters/reports/reports.ts";
import type { TestResults } from "../../../src/core/results.ts";

export const folder = join(import.meta.dirname, "fixtures");
/** The text of a recorded output. */
export const fixture = (name: string) => readFile(join(folder, `${name}.txt`), "utf8");
/** Reads an output of a run in the folder of the recordings. */
export const read = (output: string): TestResults => openReports().read(output, "/sample");

/** `runner: passed/failed/skipped`, then the failures' names. */
export function told(results: TestResults): readonly string[] {
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

export const nodeTap = [
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
export const expected: Readonly<Record<string, readonly string[]>> = {
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
  "xo-handwritten": ["xo: 3"],
  "prove-green": ["prove: 1/0/0"],
};
