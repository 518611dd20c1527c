import { expect, test } from "vitest";
import { openRig } from "../../support/scripted-agent.ts";

const usage = {
  inputTokens: 11_000,
  outputTokens: 7_000,
  cacheReadTokens: 50_000,
  cacheWriteTokens: 3_000,
};
const scenario = { worker: [{ steps: [{ answer: { done: true }, usage }] }] };

test("our prices are those that the agent's program takes for the models in use", async () => {
  for (const model of ["haiku", "sonnet", "opus", "claude-sonnet-4-5", "claude-opus-4-8"]) {
    const rig = await openRig(scenario);
    const result = await rig.run({ model });
    expect([model, result.costBasis]).toEqual([model, "vendor"]);
    const spent = { type: "spent", costUsd: expect.closeTo(result.costUsd, 9) };
    expect([model, rig.events.at(-1)]).toEqual([model, spent]);
  }
});

test("a model that nobody has a price for is priced as the dearest one", async () => {
  const rig = await openRig(scenario);
  const result = await rig.run({ model: "claude-unheard-of-9" });
  const dearest = (11_000 * 8 + 7_000 * 40 + 50_000 * 0.5 + 3_000 * 10) / 1e6;
  expect(result).toMatchObject({ costBasis: "table", costUsd: expect.closeTo(dearest, 9) });
  expect(result.usage).toEqual([
    { model: "claude-unheard-of-9", ...usage, costUsd: expect.closeTo(dearest, 9) },
  ]);
});
