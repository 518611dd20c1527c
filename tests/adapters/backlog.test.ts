import { expect, test } from "vitest";
import {
  type BacklogConfig,
  backlogBytesMax,
  fileBytesMax,
  openBacklog,
} from "../../src/adapters/backlog/backlog.ts";
import { commitSha } from "../../src/core/ids.ts";

const at = commitSha("a".repeat(40));
const { signal } = new AbortController();

/** A commit with these files, read as the port says: bounded, `null` where there is none. */
function backlog(files: Readonly<Record<string, string>>, config: Partial<BacklogConfig> = {}) {
  const full: BacklogConfig = {
    backlogSource: "claude_md",
    backlogFile: "BACKLOG.md",
    plannerContextFiles: ["CLAUDE.md"],
    ...config,
  };
  const read = async (_: string, path: string, bytesMax: number): Promise<string | null> => {
    const text = files[path];
    return text === undefined ? null : Buffer.from(text).subarray(0, bytesMax).toString("utf8");
  };
  return openBacklog(full, { read }).read(at, signal);
}

test("claude_md reads the context files in their order, and leaves out what is not there", async () => {
  const files = { "CLAUDE.md": "todo", "docs/x.md": "more", "BACKLOG.md": "other" };
  const plannerContextFiles = ["docs/x.md", "gone.md", "CLAUDE.md", "docs/x.md"];
  expect(await backlog(files, { plannerContextFiles })).toEqual([
    { source: "docs/x.md", text: "more" },
    { source: "CLAUDE.md", text: "todo" },
  ]);
});

test("backlog_file reads the backlog first, then the context", async () => {
  const files = { "CLAUDE.md": "context", "TODO.md": "todo" };
  const config = { backlogSource: "backlog_file", backlogFile: "TODO.md" } as const;
  expect(await backlog(files, config)).toEqual([
    { source: "TODO.md", text: "todo" },
    { source: "CLAUDE.md", text: "context" },
  ]);
});

test("manual reads nothing, and no files are no backlog", async () => {
  expect(await backlog({ "CLAUDE.md": "x" }, { backlogSource: "manual" })).toEqual([]);
  expect(await backlog({})).toEqual([]);
});

test("a file as long as may be is whole; a longer one is cut between characters and says so", async () => {
  const whole = "ä".repeat(fileBytesMax / 2);
  expect((await backlog({ "CLAUDE.md": whole }))[0]?.text).toBe(whole);
  const [longer] = await backlog({ "CLAUDE.md": "x".repeat(fileBytesMax + 1) });
  expect(longer?.text).toContain("[cut: ");
  const [cut] = await backlog({ "CLAUDE.md": `x${whole}` });
  expect(cut?.text).toMatch(/^xä+\n\n\[cut: CLAUDE\.md goes on; read the file for the rest\]\n$/);
  expect(Buffer.byteLength(cut?.text ?? "")).toBeLessThan(fileBytesMax + 100);
});

test("many long files together stay within the limit, and each is at least named", async () => {
  const names = Array.from({ length: 10 }, (_, index) => `${index}.md`);
  const files = Object.fromEntries(names.map((name) => [name, "x".repeat(fileBytesMax)]));
  const documents = await backlog(files, { plannerContextFiles: names });
  expect(documents.map(({ source }) => source)).toEqual(names);
  const total = documents.reduce((sum, { text }) => sum + text.length, 0);
  expect(total).toBeLessThan(backlogBytesMax + 100 * names.length);
  expect(documents.at(-1)?.text).toContain("[cut: 9.md goes on");
});
