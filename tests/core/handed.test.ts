import { expect, test } from "vitest";
import { keysAmong, keysHanded } from "../../src/core/handed.ts";

test("keys of models and clouds are told by their names, others by what they look like", () => {
  const token = `ghp_${"aB3".repeat(12)}`;
  const env = {
    ...{ ANTHROPIC_API_KEY: "placeholder", AWS_SECRET_ACCESS_KEY: "x", ROBOT: token },
    ...{ DEPLOY_TOKEN: token, FIXTURE_TOKEN: "only-a-fixture", NODE_ENV: "test", GH_TOKEN: "" },
  };
  const names = [...Object.keys(env), "OPENAI_API_KEY"];
  expect(keysAmong(names, env)).toEqual([
    ...["ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "ROBOT", "DEPLOY_TOKEN"],
  ]);
  // what is not handed over is nobody's business
  expect(keysAmong(["NODE_ENV"], env)).toEqual([]);
});

test("what is said names the keys and what to do, and holds none of their values", () => {
  const env = { ANTHROPIC_API_KEY: "sk-ant-api03-abcdefghijklmnopqrst", CI: "1" };
  const told = keysHanded(["CI", "ANTHROPIC_API_KEY"], env);
  expect(told?.what).toContain("`env` hands ANTHROPIC_API_KEY to every worker and check");
  expect(told?.hint).toContain("take it out of `env`");
  expect(JSON.stringify(told)).not.toContain("sk-ant");
  expect(keysHanded(["CI"], env)).toBeNull();
});
