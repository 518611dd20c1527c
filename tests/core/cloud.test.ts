import { expect, test } from "vitest";
import { cloudIn } from "../../src/core/cloud.ts";
import { modelAddress, wrongAddress } from "../../src/core/model-address.ts";

const bedrock = { CLAUDE_CODE_USE_BEDROCK: "1", AWS_REGION: "eu-west-1" };
const vertex = {
  ...{ CLAUDE_CODE_USE_VERTEX: "1", CLOUD_ML_REGION: "us-east5" },
  ANTHROPIC_VERTEX_PROJECT_ID: "mine",
};

test.each([
  [{ CLAUDE_CODE_USE_BEDROCK: "0", ANTHROPIC_BASE_URL: "https://a.example" }, "https://a.example"],
  [
    { ...bedrock, AWS_BEARER_TOKEN_BEDROCK: "b", ANTHROPIC_BASE_URL: "https://a.example" },
    "https://bedrock-runtime.eu-west-1.amazonaws.com",
  ],
  [
    {
      ...{ ...bedrock, CLAUDE_CODE_SKIP_BEDROCK_AUTH: "1" },
      ANTHROPIC_BEDROCK_BASE_URL: "https://b.example/x",
    },
    "https://b.example/x",
  ],
  [{ ...vertex, CLOUDSDK_AUTH_ACCESS_TOKEN: "t" }, "https://us-east5-aiplatform.googleapis.com/v1"],
  [
    { ...vertex, CLOUD_ML_REGION: "global", CLOUDSDK_AUTH_ACCESS_TOKEN: "t" },
    "https://aiplatform.googleapis.com/v1",
  ],
])("the cloud that the environment names is asked where it is: %j", (env, address) => {
  expect(wrongAddress(env)).toBeNull();
  expect(modelAddress(env)).toBe(address);
});

test.each([
  [{ ...bedrock, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" }, "does not sign", "proxy"],
  [{ CLAUDE_CODE_USE_BEDROCK: "1" }, "AWS_REGION names nothing", "AWS_REGION=us-east-1"],
  [{ ...bedrock, AWS_REGION: "x/../y" }, "AWS_REGION names nothing", "AWS_REGION=us-east-1"],
  [{ ...bedrock, ANTHROPIC_BEDROCK_BASE_URL: "nope" }, "no http or https address", "unset it"],
  [vertex, "application default credentials", "gcloud auth print-access-token"],
  [{ ...vertex, ANTHROPIC_VERTEX_PROJECT_ID: "" }, "ANTHROPIC_VERTEX_PROJECT_ID names", "set it"],
  [{ ...bedrock, ...vertex }, "both set", "unset one"],
])("what a cloud cannot be asked with is said, and what to do: %j", (env, what, hint) => {
  const trouble = wrongAddress(env);
  expect(trouble?.what).toContain(what);
  expect(trouble?.hint).toContain(hint);
  expect(cloudIn(env)).toEqual(trouble);
});
