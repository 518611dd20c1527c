import fc from "fast-check";
import stringWidth from "fast-string-width";
import { expect, test } from "vitest";
import { fitText } from "../../src/cli/render/fit-text.ts";

test("text that is too long for a terminal goes on below its own beginning", () => {
  const long = "  landed     8k2m  Reads the settings from the file that it was told to read";
  expect(fitText(long, 48).split("\n")).toEqual([
    "  landed     8k2m  Reads the settings from the",
    "                   file that it was told to read",
  ]);
  expect(fitText("short\n  also short", 48)).toBe("short\n  also short");
});

test("no line is longer than the terminal, unless it is one word; no word is lost", () => {
  const line = fc.array(
    fc.tuple(fc.constantFrom(" ", "  ", "    "), fc.string({ unit: "grapheme", maxLength: 20 })),
  );
  fc.assert(
    fc.property(line, fc.integer({ min: 30, max: 120 }), (parts, columns) => {
      const text = parts.map(([gap, word]) => gap + word.replaceAll(/\s/gu, "x")).join("");
      const fitted = fitText(text, columns);
      const words = (of: string) => of.split(/\s+/u).filter((word) => word !== "");
      expect(words(fitted)).toEqual(words(text));
      for (const each of fitted.split("\n"))
        expect(stringWidth(each) <= columns || words(each).length <= 1).toBe(true);
    }),
  );
});

test("colours take no room, and hide no gap; an item goes on below its text", () => {
  const red = "\u001b[31mred \u001b[39m";
  expect(fitText(`${red}${"x".repeat(26)}`, 30)).not.toContain("\n");
  expect(fitText(`${red} one two three four five six seven`, 30)).toContain("\n     six");
  expect(fitText("  - one two three four five six seven", 30)).toContain("\n    six");
});
