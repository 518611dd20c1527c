/** What may hold agents, and who may say so. */
import { expect, test } from "vitest";
import { openMachine } from "../../src/compose/machine.ts";
import type { Portfolio } from "../../src/core/portfolio.ts";
import { tempFolder } from "../support/folders.ts";
import { never, path } from "../support/sandboxes.ts";

async function problemWith(sandbox: Portfolio["sandbox"], kind: string, scripted = false) {
  const dataDir = await tempFolder();
  const env = { PATH: path, ANTHROPIC_API_KEY: "sk-placeholder", ORCH_CONTAINMENT: kind };
  const asked = { dataDir, sandbox, containerCommand: null, scripted };
  const machine = await openMachine(asked, env, never);
  const problem = await machine.agent.ready(never);
  await machine.gateway.close();
  return problem;
}

test.each(["unshare", "group"])(
  "the environment alone does not let agents run held by %s; the portfolio does, and a script may",
  async (kind) => {
    expect(await problemWith("auto", kind)).toMatchObject({
      kind: "noSandbox",
      detail: expect.stringMatching(new RegExp(`ORCH_CONTAINMENT is ${kind}.*unset it.*"off"`)),
    });
    expect(await problemWith("off", kind)).toBeNull();
    expect(await problemWith("auto", kind, true)).toBeNull();
  },
);

test("the environment may insist on what confines", async () => {
  expect(await problemWith("auto", "bubblewrap")).toBeNull();
});
