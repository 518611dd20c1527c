import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openReports } from "../../../src/adapters/reports/reports.ts";
import { compare } from "../../../src/core/checks.ts";
import { green, red } from "../../support/check-runs.ts";
import { expected, fixture, folder, nodeTap, read, told } from "./samples.ts";

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
      ...(expected["pytest-q"] ?? []).slice(1),
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
  test("and only where there are any: a runner that prints dots names what fails alone", async () => {
    const dots = read("..\n-------------\nRan 2 tests in 0.001s\n\nOK\n");
    expect(told(dots)).toEqual(["unittest: 2/0/0"]);
    expect(compare(green(dots), null)).toMatchObject({ kind: "passed", by: "count" });
    expect(compare(green(dots), green(dots))).toMatchObject({ kind: "passed", by: "count" });
    const failing = red(read(await fixture("unittest")));
    expect(compare(green(dots), failing)).toMatchObject({ kind: "passed", by: "name" });
    expect(compare(failing, green(dots))).toMatchObject({ kind: "failed", by: "name" });
  });

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
