import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clean, line, net, toJson } from "../../src/cli/sanitize.ts";

const esc = "\u001b";

/** Text in which what terminals act on is as frequent as what they show. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        ...["\r", "\n", "\t", "\b", "\u0000", "\u0007", "\u009b", "\u009d", "\u0090", "\u009c"],
        ...[esc, `${esc}[`, `${esc}]`, `${esc}P`, `${esc}_`, `${esc}\\`, `${esc}c`, `${esc}[31m`],
        ...["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u00ad", "\u2028", "\u{e0041}"],
        ...["\ud800", "\udc00", "52;c;aGk=", "8;;http://x", "0;title", "[2J"],
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const acted = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
const ours = /\u001b\[(?:0|1|2|22|3[0-79]|90)m/g;
const unseen =
  /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u{e0000}-\u{e0fff}]/u;

describe("what an agent wrote", () => {
  test("holds nothing that a terminal acts on, and nothing that is not seen", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const made = clean(text);
        expect(made).not.toMatch(acted);
        expect(made).not.toMatch(unseen);
        expect(made).not.toMatch(/\p{Cs}/u); // half a character
        expect(clean(made)).toBe(made);
      }),
      { numRuns: 2_000 },
    );
  });

  test("stays one line of bounded length where one line is wanted", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 50 }), (text, max) => {
        const made = line(text, max);
        expect(made).not.toMatch(/[\r\n\t\u0085\u2028\u2029]/);
        expect([...made].length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test("gets through the last net with our own colours only", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rest = net(text, true).replaceAll(ours, "");
        expect(rest).not.toMatch(acted);
        expect(net(text, false)).toBe(clean(text));
      }),
    );
  });

  test("is left alone where it is plain, in any script", () => {
    const plain = "Naïve café — 日本語, العربية, हिन्दी, עברית\n\tindented 👩‍👩‍👧 ❤️ done.";
    expect(clean(plain)).toBe(plain);
  });
});

test.each([
  ["a title", `${esc}]0;evil\u0007x`, "x"],
  ["a link", `${esc}]8;;http://evil${esc}\\text${esc}]8;;${esc}\\`, "text"],
  ["the clipboard", `a${esc}]52;c;aGk=\u0007b`, "ab"],
  ["a device control", `a${esc}P+q544e${esc}\\b`, "ab"],
  ["a program command", `a${esc}_Gf=100;AAAA${esc}\\b`, "ab"],
  ["8-bit controls", "a\u009b2Jb\u009d0;x\u009cc", "abc"],
  ["an open string, which must not hide the rest", `a${esc}]0;the rest`, "a0;the rest"],
  ["a carriage return, which must not overwrite", "rm -rf /\rls", "rm -rf /\nls"],
  ["a sequence within a sequence", `${esc}${esc}[31m[31mred`, "31mred"],
  ["text turned round", "safe\u202etxt.exe", "safetxt.exe"],
  ["invisible tags", "hi\u{e0068}\u{e0069}", "hi"],
])("%s does not get through", (_, text, made) => {
  expect(clean(text)).toBe(made);
});

test("JSON keeps every character, but shows none that hides", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const json = toJson({ text });
      expect(JSON.parse(json)).toEqual({ text });
      expect(json).not.toMatch(acted);
      expect(json).not.toMatch(unseen);
    }),
  );
});
