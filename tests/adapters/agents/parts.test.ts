import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openMeter, readSpent, writeSpent } from "../../../src/adapters/agents/meter.ts";
import { summaryOf } from "../../../src/adapters/agents/narrate.ts";
import { rulesFor } from "../../../src/adapters/agents/options.ts";
import { lineOf, openTranscript } from "../../../src/adapters/agents/transcript.ts";
import { oneLine } from "../../../src/adapters/agents/wording.ts";
import { readPrices } from "../../../src/config/prices.ts";
import { tempFolder } from "../../support/folders.ts";

/** A streamed event; the rest of the message is never read. */
const event = (fields: object): SDKMessage =>
  ({ type: "stream_event", event: fields }) as unknown as SDKMessage;
const start = (id: string, input: number) =>
  event({
    type: "message_start",
    message: {
      id,
      model: "claude-sonnet-5-5",
      usage: { input_tokens: input, output_tokens: 1, cache_read_input_tokens: 10 },
    },
  });
const tokens = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

test("a meter counts each answer once, and an unfinished one by its length", () => {
  const meter = openMeter([], readPrices());
  meter.hear(start("a", 100));
  meter.hear(event({ type: "content_block_delta", delta: { text: "y".repeat(4_000) } }));
  meter.hear(event({ type: "message_delta", usage: { output_tokens: 50 } }));
  const whole = { id: "a", model: "claude-sonnet-5-5", usage: { input_tokens: 100 } };
  // told again when whole
  meter.hear({ type: "assistant", message: whole } as unknown as SDKMessage);
  meter.hear(start("b", 200));
  const delta = { type: "text_delta", text: "x".repeat(400) };
  meter.hear(event({ type: "content_block_delta", delta }));
  expect(meter.requests()).toBe(2);
  expect(meter.usage()).toMatchObject([
    { inputTokens: 300, outputTokens: 150, cacheReadTokens: 20, cacheWriteTokens: 0 },
  ]);
  expect(meter.costUsd()).toBeCloseTo((300 * 2 + 150 * 10 + 20 * 0.1) / 1e6, 9);
});

test("what was spent survives, and a broken record is none", async () => {
  const file = join(await tempFolder(), "deep", "spent.json");
  expect(await readSpent(file)).toEqual([]);
  const usage = [{ model: "claude-opus-5-5", ...tokens, inputTokens: 1_000_000, costUsd: 4 }];
  await writeSpent(file, usage);
  expect(openMeter(await readSpent(file), readPrices()).costUsd()).toBe(4);
  await writeFile(file, '[{"model": 1}]');
  expect(await readSpent(file)).toEqual([]);
  await writeFile(file, "[{");
  expect(await readSpent(file)).toEqual([]);
});

test("tool calls are told in one line, paths from the folder on", () => {
  expect(summaryOf("Edit", { file_path: "/w/src/a.ts", old_string: "x" }, "/w")).toBe(
    "Edit src/a.ts",
  );
  expect(summaryOf("Read", { file_path: "/etc/passwd" }, "/w")).toBe("Read /etc/passwd");
  expect(summaryOf("Bash", { command: "npm test\n  --silent" }, "/w")).toBe(
    "Bash npm test --silent",
  );
  expect(summaryOf("Grep", { pattern: "a.*b" }, "/w")).toBe("Grep a.*b");
  expect(summaryOf("Bash", "nonsense", "/w")).toBe("Bash");
});

test("a line is one line, printable and bounded, whatever it is made of", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      (text, max) => {
        const line = oneLine(text, max);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/\p{C}|\n/u);
      },
    ),
  );
});

test("only what may write has a rule to write, and only below the folder", () => {
  expect(rulesFor(["Read", "Grep", "Glob"])).toEqual([]);
  expect(rulesFor(["Read", "Bash"])).toEqual(["Bash"]);
  expect(rulesFor(["Write"])).toEqual(["Edit(./**)"]);
});

test("a transcript's lines are bounded, and secrets are blotted out", () => {
  const line = lineOf({ type: "user", text: `a secret-1 b ${"x".repeat(1_000_000)}` }, (text) =>
    text.replaceAll("secret-1", "[secret]"),
  );
  expect(line.length).toBeLessThan(40_000);
  expect(line).toContain("a [secret] b x");
  const many = Array.from({ length: 100 }, () => "y".repeat(20_000));
  const short = JSON.parse(lineOf({ type: "user", many }, String));
  expect(short).toEqual({ type: "user", omittedCharacters: expect.any(Number) });
});

test("a transcript is its owner's alone, goes on where it was, and follows no link", async () => {
  const folder = await tempFolder();
  const file = join(folder, "new", "t.jsonl");
  for (const n of [1, 2]) {
    const transcript = await openTranscript(file, String);
    await transcript.write({ n });
    await transcript.close();
  }
  expect(await readFile(file, "utf8")).toBe('{"n":1}\n{"n":2}\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await writeFile(join(folder, "theirs"), "");
  await symlink(join(folder, "theirs"), join(folder, "link"));
  const linked = await openTranscript(join(folder, "link"), String);
  await linked.write({ n: 3 });
  await linked.close();
  expect(await readFile(join(folder, "theirs"), "utf8")).toBe("");
  await mkdir(join(folder, "taken"));
  const impossible = await openTranscript(join(folder, "taken"), String);
  await impossible.write({ n: 4 });
  await impossible.close();
});
