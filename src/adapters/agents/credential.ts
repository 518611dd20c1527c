/**
 * Where the agent's right to ask the model comes from, in the order of preference.
 *
 * None of them but a login reaches a session: it shows a token of its door's, handed over through a
 * pipe that the agent reads once, or nothing of worth where nobody else can come to the door.
 */
import { access, readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type Cloud, cloudIn } from "../../core/cloud.ts";

export type Credential =
  | { readonly kind: "apiKey"; readonly secret: string }
  | { readonly kind: "oauthToken"; readonly secret: string }
  /** A cloud's model, asked in the cloud's protocol. */
  | { readonly kind: "cloud"; readonly cloud: Cloud }
  /** For gateways in front of the vendor. */
  | { readonly kind: "authToken"; readonly secret: string }
  /** The file of a login that the person made with the agent's own program. */
  | { readonly kind: "login"; readonly file: string };

type Env = Readonly<Record<string, string | undefined>>;

/** Finds what the caller's environment offers, or `null` where it offers nothing. */
export async function findCredential(env: Env): Promise<Credential | null> {
  const cloud = cloudIn(env);
  // one that is set wrongly leads nowhere, and never to another vendor
  if (cloud !== null) return "what" in cloud ? null : { kind: "cloud", cloud };
  const { ANTHROPIC_API_KEY: key, CLAUDE_CODE_OAUTH_TOKEN: oauth } = env;
  if (key) return { kind: "apiKey", secret: key };
  const bearer = env["ANTHROPIC_AUTH_TOKEN"];
  if (bearer) return { kind: "authToken", secret: bearer };
  if (oauth) return { kind: "oauthToken", secret: oauth };
  const file = loginFile(env);
  try {
    await access(file);
    return { kind: "login", file };
  } catch {
    return null; // no login either
  }
}

/** Where the agent's program keeps a person's login. */
export function loginFile(env: Env): string {
  const folder = env["CLAUDE_CONFIG_DIR"] ?? path.join(env["HOME"] ?? os.homedir(), ".claude");
  return path.join(folder, ".credentials.json");
}

/** What else lies in the folder of a login, which must be the agent's to write to. */
export async function besideLogin(file: string): Promise<readonly string[]> {
  const folder = path.dirname(file);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name !== path.basename(file))
    .map((name) => path.join(folder, name));
}

/** What a session shows: something of its door's, or a login. */
type Shown = Exclude<Credential, { readonly kind: "authToken" | "cloud" }>;

/** What is shown to the Messages API. */
export type Plain = Exclude<Credential, { readonly kind: "cloud" }>;

/**
 * What a session shows at its door as a credential of the kind that the agent is to have: what it
 * asks the vendor for differs by that.
 */
export const shownAs = ({ kind }: Plain, secret: string): Shown =>
  kind === "oauthToken" ? { kind, secret } : { kind: "apiKey", secret };

/** The variables by which the agent asks in a cloud's protocol, at a door that knows `token`. */
export function cloudEnv(
  cloud: Cloud,
  base: string,
  token: string,
): Readonly<Record<string, string>> {
  const shown = { ANTHROPIC_CUSTOM_HEADERS: `x-api-key: ${token}` };
  switch (cloud.kind) {
    case "bedrock":
      return {
        ...{ ...shown, CLAUDE_CODE_USE_BEDROCK: "1", CLAUDE_CODE_SKIP_BEDROCK_AUTH: "1" },
        ...{ ANTHROPIC_BEDROCK_BASE_URL: base, AWS_REGION: cloud.region },
        AWS_EC2_METADATA_DISABLED: "true",
      };
    case "vertex":
      return {
        ...{ ...shown, CLAUDE_CODE_USE_VERTEX: "1", CLAUDE_CODE_SKIP_VERTEX_AUTH: "1" },
        ...{ ANTHROPIC_VERTEX_BASE_URL: `${base}/v1`, CLOUD_ML_REGION: cloud.region },
        ANTHROPIC_VERTEX_PROJECT_ID: cloud.project,
      };
    default:
      return cloud satisfies never;
  }
}

/**
 * The variables that tell the agent where its credential is, and what it is to read from its pipe.
 * One that is `told` of a socket takes a subscription's token from its environment alone.
 */
export function credentialEnv(
  shown: Shown,
  way: "piped" | "told",
): { readonly env: Readonly<Record<string, string>>; readonly piped: string | null } {
  switch (shown.kind) {
    case "apiKey":
      return { env: { CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR: "3" }, piped: shown.secret };
    case "oauthToken":
      return way === "told"
        ? { env: { CLAUDE_CODE_OAUTH_TOKEN: shown.secret }, piped: null }
        : { env: { CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR: "3" }, piped: shown.secret };
    case "login":
      // the login's own place, never a copy: a renewal replaces the file and ends the old token
      return { env: { CLAUDE_SECURESTORAGE_CONFIG_DIR: path.dirname(shown.file) }, piped: null };
    default:
      return shown satisfies never;
  }
}
