import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openMemo } from "../../src/adapters/memo.ts";
import { redacting } from "../../src/core/redact.ts";
import { tempFolder } from "../support/folders.ts";

test("what is kept is there for the next one to open it; what is not, is not", async () => {
  const folder = join(await tempFolder(), "memo");
  expect(await openMemo(folder).get("a")).toBeNull();
  await openMemo(folder).put("a", "one");
  expect(await openMemo(folder).get("a")).toBe("one");
  expect(await openMemo(folder).get("b")).toBeNull();
});

test("secrets are taken out of what is kept, and a record stays one", async () => {
  const memo = openMemo(await tempFolder(), redacting({ LINE: 'quote"and\\slash' }));
  const token = `ghp_${"aB3".repeat(12)}`;
  await memo.put("record", JSON.stringify({ tail: [`x ${token}`, 'y quote"and\\slash'] }));
  await memo.put("text", `not JSON: ${token}`);
  expect(JSON.parse((await memo.get("record")) ?? "")).toEqual({
    tail: ["x [GitHub token]", "y [LINE]"],
  });
  expect(await memo.get("text")).toBe("not JSON: [GitHub token]");
});

test("what a process left that died while it wrote is removed", async () => {
  const folder = await tempFolder();
  await openMemo(folder).put("a", "one");
  const [entry = ""] = await readdir(folder);
  await writeFile(join(folder, `${entry}.2215807461`), "half");
  await openMemo(folder).put("b", "two");
  expect((await readdir(folder)).filter((each) => !/^[0-9a-f]{40}\.txt$/.test(each))).toEqual([]);
  expect(await readdir(folder)).toHaveLength(2);
});
