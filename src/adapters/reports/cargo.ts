import type { TestFailure } from "../../core/results.ts";
import { countOf, type Reader, settle } from "./reading.ts";
import { messageAt } from "./text.ts";

const result = /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored;/;
const target = /^ +(?:Running(?: unittests)? (\S+) \(|(Doc-tests \S+))/;

/** Reads `cargo test`: a block for each test binary, closed by its result. */
export const readCargo: Reader = (lines) => {
  const blocks = blocksIn(lines);
  if (blocks.length === 0) return null;
  // cargo names the binaries on stderr and they speak on stdout: only the order within each is
  // sure.
  const targets = lines.flatMap((line) => target.exec(line)?.slice(1).find(Boolean) ?? []);
  const prefixed = targets.length === blocks.length;
  return settle({
    runner: "cargo test",
    failures: blocks.flatMap((block, index) =>
      failuresIn(block).map(({ name, message }) => ({
        name: prefixed ? `${targets[index]} > ${name}` : name,
        message,
      })),
    ),
    passed: countOf(lines, result),
    failed: countOf(lines, /^test result: (?:ok|FAILED)\. \d+ passed; (\d+) failed;/),
    skipped: countOf(lines, /^test result: .* (\d+) ignored;/),
  });
};

function blocksIn(lines: readonly string[]): readonly (readonly string[])[] {
  const blocks: (readonly string[])[] = [];
  let start = 0;
  for (const [index, line] of lines.entries()) {
    if (!result.test(line)) continue;
    blocks.push(lines.slice(start, index));
    start = index + 1;
  }
  return blocks;
}

/** The list under the last `failures:`; it holds the names whole, whatever the tests print. */
function failuresIn(block: readonly string[]): readonly TestFailure[] {
  const start = block.lastIndexOf("failures:");
  if (start < 0) return [];
  const said = new Map<string, number>();
  for (const [index, line] of block.entries()) {
    const name = /^---- (.*) stdout ----$/.exec(line)?.[1];
    if (name !== undefined) said.set(name, index + 1);
  }
  return block.slice(start + 1).flatMap((line): TestFailure[] => {
    const name = /^ {4}(\S.*)$/.exec(line)?.[1];
    if (name === undefined) return [];
    const from = said.get(name);
    const message =
      from === undefined
        ? ""
        : messageAt(block, from, (next) => /^stack backtrace:|^----/.test(next));
    return [{ name: name.replace(/ \(line \d+\)$/, ""), message }];
  });
}
