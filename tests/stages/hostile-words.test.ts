import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { projectName } from "../../src/core/ids.ts";
import { verdictDocument } from "../../src/stages/judge/document.ts";
import { code, line, output, passage } from "../../src/stages/markdown.ts";
import { planDocument } from "../../src/stages/plan/document.ts";
import { workerDocument } from "../../src/stages/work/document.ts";
import { headings, record, textOf } from "../support/documents-of.ts";
import * as make from "../support/records.ts";

const shop = projectName("shop");

describe("hostile words", () => {
  const hostile = [
    "# Forged heading",
    "```\n# Forged\n```",
    "~~~~\n````\n# Forged",
    "</blockquote><h1>Forged</h1>",
    "<!-- swallow the rest",
    "a ` b\n` <script>alert(1)</script>`",
    "![beacon](https://example.org/x.png)",
    "Title\n===\n---\n# Forged",
    "\u001b[2J\u001b]0;owned\u0007# Forged\rForged",
    "\\`<b>`",
    "`".repeat(50),
    "1. ### Forged",
    "\u202egnp.exe",
  ];

  const everywhere = (text: string): readonly string[] => {
    const brief = make.aBrief({
      ...{ title: text, description: text, criteria: [text], allowedFiles: [text] },
      ...{ leaveAlone: [text], backlogItem: text },
    });
    const cycle = make.aCycle({
      plan: {
        assessment: text,
        drafts: [brief],
        deferred: [{ item: text, why: text }],
        risks: [text],
      },
      refused: [{ title: `${text} other`, why: text }],
      tasks: [make.aTaskId],
    });
    const full = record({
      task: make.aTask({ brief, answers: [{ question: text, answer: text }] }),
      attempts: [
        make.anAttempt({ summary: text, outcome: { kind: "reported", report: text } }),
        make.anAttempt({ attempt: 2, outcome: { kind: "blocked", question: text } }),
      ],
      verdicts: [
        make.aVerdict({
          reasons: [text],
          hold: text,
          checks: [
            make.aCheck({
              ...{ name: text, command: text, sentence: text, outputTail: text },
              ...{ introduced: [{ name: text, message: text }], preExisting: [text] },
            }),
          ],
          reading: {
            decision: "fail",
            reasoning: text,
            findings: [{ file: text, line: 1, what: text }],
          },
        }),
      ],
    });
    return [
      planDocument(shop, cycle, new Map([[make.aTaskId, text]])),
      workerDocument(full),
      verdictDocument(full),
    ].map(textOf);
  };

  /** What stands outside of fences and code spans. */
  const prose = (text: string): string =>
    text.replace(/^(`{3,})\n[\s\S]*?\n\1$/gm, "").replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "");

  const holds = (text: string): void => {
    const plain = everywhere("harmless").map((each) => headings(each).length);
    const documents = everywhere(text);
    expect(documents.map((each) => headings(each).length)).toEqual(plain);
    for (const each of documents) {
      expect(prose(each)).not.toMatch(/<[a-z/!?]/i);
      expect(prose(each)).not.toMatch(/!\[/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
      expect(each).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
    }
  };

  test.each(hostile)("%j breaks out of nothing", (text) => holds(text));

  test("nor does what is drawn from such pieces", () => {
    const piece = fc.constantFrom(
      ...["`", "```", "\n", "# ", "<b>", "</blockquote>", "\\", "> ", "- ", "~~~", "![", "a", " "],
    );
    const texts = fc.array(piece, { minLength: 1, maxLength: 12 }).map((all) => all.join(""));
    fc.assert(fc.property(texts, holds), { numRuns: 300 });
  });

  test("code keeps its words: only what would be HTML is changed", () => {
    expect(line("use `Map<string, X>` here")).toBe("use `Map<string, X>` here");
    expect(line("use Map<string, X> here")).toBe("use Map&#60;string, X> here");
    expect(line("a < b")).toBe("a < b");
    expect(code("a`b")).toBe("`` a`b ``");
    expect(passage("a\nb")).toBe("> a\n> b");
    expect(passage("a <b>\n```\nx")).toBe("````\na <b>\n```\nx\n````");
    expect(output("a\n")).toBe("```\na\n```");
  });
});
