import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { spawnProcess } from "../../../src/adapters/process.ts";
import { never, path } from "../../support/sandboxes.ts";

const run = (script: string, secret?: string) =>
  spawnProcess(
    {
      argv: ["sh", "-c", script],
      cwd: "/",
      env: { PATH: path },
      ...(secret === undefined ? {} : { secret }),
    },
    never,
  );

test("a secret comes through descriptor 3, once, and stands in no environment", async () => {
  const child = run("cat <&3; echo; cat <&3; env", "the secret");
  const [first, ...rest] = (await text(child.stdout)).split("\n");
  await child.end();
  expect(first).toBe("the secret");
  expect(rest.join("\n")).not.toContain("the secret");
});

test("a child that takes no secret is not waited for, and one without has an empty descriptor", async () => {
  const deaf = run("exec 3<&-; echo done", "x".repeat(1_000_000));
  expect(await text(deaf.stdout)).toBe("done\n");
  await deaf.end();
  const without = run("cat <&3; echo nothing");
  expect(await text(without.stdout)).toBe("nothing\n");
  await without.end();
});
