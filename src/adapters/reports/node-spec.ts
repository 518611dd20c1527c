import type { TestFailure } from "../../core/results.ts";
import { countOf, type Reader, settle } from "./reading.ts";
import { messageAt } from "./text.ts";

const mark = /^( *)✖ (.*)$/;
const duration = /(?: \(\d+(?:\.\d+)?ms\))?(?: # (TODO|SKIP).*)?$/;

/** Reads node:test's `spec` reporter, which Node prints to terminals and, lately, everywhere. */
export const readNodeSpec: Reader = (lines) => {
  if (!lines.some((line) => /^ℹ tests \d+$/.test(line))) return null;
  const count = (what: string) => countOf(lines, new RegExp(`^ℹ ${what} (\\d+)$`));
  const { failures, unlisted } = failuresIn(lines);
  const failed = count("fail") + count("cancelled");
  // Its counts include groups and its list does not: what must agree are the list and the tree
  // above.
  const lost = unlisted || (failed > 0 && failures.length === 0);
  return settle({
    runner: "node:test",
    failures,
    passed: count("pass"),
    failed: lost ? Math.max(failed, failures.length + 1) : failures.length,
    skipped: count("skipped") + count("todo"),
  });
};

/**
 * The failures of the list at the end; `unlisted` where the tree shows one that the list has not.
 */
function failuresIn(lines: readonly string[]): {
  readonly failures: readonly TestFailure[];
  readonly unlisted: boolean;
} {
  const failures: TestFailure[] = [];
  const open = new Set<string>();
  const tree = new Map<string, number>();
  let listing = false;
  let file = "";
  for (const [index, line] of lines.entries()) {
    if (line === "✖ failing tests:") listing = true;
    else if (/^(?:▶|✔|ℹ tests) /.test(line)) listing = false;
    const group = /^( *▶ .*)$/.exec(line)?.[1];
    if (group !== undefined) open.add(group.replace("▶", "✖"));
    const place = /^test at (.*?)(?::\d+){0,2}$/.exec(line)?.[1];
    if (place !== undefined) file = place;
    const found = mark.exec(line);
    if (found === null || line === "✖ failing tests:") continue;
    const [, indent = "", rest = ""] = found;
    const name = rest.replace(duration, "");
    if (duration.exec(rest)?.[1] !== undefined) continue;
    if (listing && indent === "") {
      tree.set(name, (tree.get(name) ?? 0) - 1);
      const message = messageAt(lines, index + 1, (next) => next.startsWith("test at "));
      failures.push({ name: file === name ? name : `${file} > ${name}`, message });
    } else if (!listing && !open.delete(`${indent}✖ ${name}`)) {
      tree.set(name, (tree.get(name) ?? 0) + 1);
    }
  }
  return { failures, unlisted: [...tree.values()].some((missing) => missing > 0) };
}
