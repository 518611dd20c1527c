/** Where the model is asked by a cloud's own protocol, as the environment names it. */
import { whyNoWeb } from "./web-address.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** A cloud that has the model, and in whose protocol the agent asks it. */
export type Cloud =
  | {
      readonly kind: "bedrock";
      readonly base: string;
      readonly region: string;
      /** Shown as a bearer token; null: whoever stands at `base` shows it. */
      readonly token: string | null;
    }
  | {
      readonly kind: "vertex";
      readonly base: string;
      readonly region: string;
      readonly project: string;
      readonly token: string | null;
    };

export interface Unfit {
  readonly what: string;
  readonly hint: string;
}

/** Reads what the environment says of a cloud; null where it names none. */
export function cloudIn(env: Variables): Cloud | Unfit | null {
  const [bedrock, vertex] = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"].map((name) =>
    isOn(env[name]),
  );
  if (bedrock === true && vertex === true)
    return {
      what: "CLAUDE_CODE_USE_BEDROCK and CLAUDE_CODE_USE_VERTEX are both set",
      hint: "unset one of them",
    };
  if (bedrock === true) return bedrockIn(env);
  return vertex === true ? vertexIn(env) : null;
}

const isOn = (text = ""): boolean => !["", "0", "false", "no", "off"].includes(text.toLowerCase());

function bedrockIn(env: Variables): Cloud | Unfit {
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "";
  if (!isName(region)) return missing("CLAUDE_CODE_USE_BEDROCK", "AWS_REGION", "us-east-1");
  const own = env["ANTHROPIC_BEDROCK_BASE_URL"] ?? "";
  const unfit = own === "" ? null : whyNoWeb("ANTHROPIC_BEDROCK_BASE_URL", own);
  if (unfit !== null) return unfit;
  const skips = isOn(env["CLAUDE_CODE_SKIP_BEDROCK_AUTH"]);
  const token = env["AWS_BEARER_TOKEN_BEDROCK"] || (skips && env["ANTHROPIC_AUTH_TOKEN"]) || null;
  if (token === null && !skips)
    return {
      what:
        "CLAUDE_CODE_USE_BEDROCK is set without AWS_BEARER_TOKEN_BEDROCK: the gateway does not " +
        "sign requests with AWS access keys, profiles or roles",
      hint:
        "set AWS_BEARER_TOKEN_BEDROCK to an API key of Bedrock's; or let a proxy sign that " +
        "ANTHROPIC_BEDROCK_BASE_URL names, and set CLAUDE_CODE_SKIP_BEDROCK_AUTH=1",
    };
  const base = own || `https://bedrock-runtime.${region}.amazonaws.com`;
  return { kind: "bedrock", base, region, token };
}

function vertexIn(env: Variables): Cloud | Unfit {
  const region = env["CLOUD_ML_REGION"] ?? "";
  const project = env["ANTHROPIC_VERTEX_PROJECT_ID"] ?? "";
  const by = "CLAUDE_CODE_USE_VERTEX";
  if (!isName(region)) return missing(by, "CLOUD_ML_REGION", "us-east5");
  if (!isName(project)) return missing(by, "ANTHROPIC_VERTEX_PROJECT_ID", "my-project");
  const own = env["ANTHROPIC_VERTEX_BASE_URL"] ?? "";
  const unfit = own === "" ? null : whyNoWeb("ANTHROPIC_VERTEX_BASE_URL", own);
  if (unfit !== null) return unfit;
  const skips = isOn(env["CLAUDE_CODE_SKIP_VERTEX_AUTH"]);
  const token = env["CLOUDSDK_AUTH_ACCESS_TOKEN"] || (skips && env["ANTHROPIC_AUTH_TOKEN"]) || null;
  if (token === null && !skips)
    return {
      what:
        `${by} is set without CLOUDSDK_AUTH_ACCESS_TOKEN: the gateway does not use Google's ` +
        "application default credentials",
      hint:
        "let a proxy show them that ANTHROPIC_VERTEX_BASE_URL names, and set " +
        "CLAUDE_CODE_SKIP_VERTEX_AUTH=1; for an hour, the token that " +
        "`gcloud auth print-access-token` prints serves as CLOUDSDK_AUTH_ACCESS_TOKEN",
    };
  return { kind: "vertex", base: own || vertexBase(region), region, project, token };
}

function vertexBase(region: string): string {
  if (region === "global") return "https://aiplatform.googleapis.com/v1";
  if (region === "us" || region === "eu")
    return `https://aiplatform.${region}.rep.googleapis.com/v1`;
  return `https://${region}-aiplatform.googleapis.com/v1`;
}

/** They become parts of hosts and paths. */
const isName = (text: string): boolean => /^[a-z0-9][a-z0-9.:-]{0,100}$/i.test(text);

const missing = (by: string, name: string, example: string): Unfit => ({
  what: `${by} is set, but ${name} names nothing`,
  hint: `set it, e.g. ${name}=${example}`,
});
