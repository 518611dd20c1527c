/** The documents of the repository, as tests read them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Reads a file of the repository. */
export const textOf = (file: string): string => readFileSync(join(repository, file), "utf8");

/** All documents, relative to the repository. */
export const documents: readonly string[] = [
  ...readdirSync(repository).filter((each) => each.endsWith(".md")),
  ...readdirSync(join(repository, "docs"), { recursive: true, encoding: "utf8" })
    .filter((each) => each.endsWith(".md"))
    .map((each) => `docs/${each}`),
].toSorted();

/** The part of a document under a heading, up to the next one that is as high. */
export function section(text: string, heading: string): string {
  const [, after] = text.split(`${heading}\n`);
  const level = /^#+/.exec(heading)?.[0] ?? "#";
  if (after === undefined) throw new Error(`no heading ${heading}`);
  return after.split(new RegExp(`^${level} `, "m"))[0] ?? "";
}

/** Code blocks of a language. */
export const blocksOf = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, code]) => code ?? "",
  );

/** What stands between single backticks, code blocks left out. */
export const codeOf = (text: string): readonly string[] =>
  [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(
    ([, code]) => code ?? "",
  );

/** Cells of all rows of all tables, without headings. */
export const rowsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split("\n")
    .filter((each) => /^\|.*\|$/.test(each) && !/^\|[-| ]+\|$/.test(each))
    .map((each) =>
      each
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );

/** Whether a file of tests has a test, or a group of tests, with this title. */
export function hasTest(file: string, title: string): boolean {
  const code = textOf(file);
  return ['"', "`", "'"].some((quote) => {
    const at = code.indexOf(
      `${quote}${title.replaceAll('"', quote === '"' ? '\\"' : '"')}${quote}`,
    );
    return at > 0 && /\(\s*$/.test(code.slice(Math.max(0, at - 40), at));
  });
}
