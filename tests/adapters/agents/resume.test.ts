import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { uniqueSeconds, until } from "../../support/processes.ts";
import { killMarked } from "../../support/processes-of.ts";
import { openRig } from "../../support/scripted-agent.ts";

test("a session whose process was killed goes on where it was, and pays nothing twice", async () => {
  const rig = await openRig({
    worker: [
      {
        steps: [
          { tool: "Write", input: { file_path: "{{cwd}}/a.txt", content: "one" } },
          {
            tool: "Bash",
            input: { command: `test -e seen || { touch seen; sleep ${uniqueSeconds()}; }` },
          },
          { answer: { done: true } },
        ],
      },
    ],
  });
  const { session } = rig.request();
  const first = await rig.run({
    session,
    onEvent: (event) => {
      if (event.type !== "tool.called" || event.tool !== "Bash") return;
      void until(() => inFolder(join(rig.data, "sessions"), "toolu_1_"), "it is written down").then(
        () => killMarked(session),
      );
    },
  });
  console.log(JSON.stringify(first));
  expect(first.ending.kind).toBe("crashed");
  const second = await rig.run({ session, resume: true });
  console.log(JSON.stringify(second));
  console.log(
    rig.model
      .requests()
      .map((r) => [
        r.place,
        r.status,
        r.costUsd,
        JSON.stringify(JSON.parse(r.body).messages.slice(-4)),
      ]),
  );
  expect(second.ending).toEqual({ kind: "answered", json: { done: true } });
});

async function inFolder(folder: string, text: string): Promise<boolean> {
  for (const file of await readdir(folder, { recursive: true }).catch(() => [])) {
    const content = await readFile(join(folder, file), "utf8").catch(() => "");
    if (content.includes(text)) return true;
  }
  return false;
}
