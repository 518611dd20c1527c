/**
 * Where the agent's right to ask the model comes from, in the order of preference.
 *
 * Keys and login tokens are handed over through a pipe that the agent reads once, so that commands
 * that it runs find them neither in their environment nor in the agent's own.
 */
import { access, readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

export type Credential =
  | { readonly kind: "apiKey"; readonly secret: string }
  | { readonly kind: "oauthToken"; readonly secret: string }
  /** For gateways; the agent takes it from its environment only, where its commands can see it. */
  | { readonly kind: "authToken"; readonly secret: string }
  /** The file of a login that the person made with the agent's own program. */
  | { readonly kind: "login"; readonly file: string };

type Env = Readonly<Record<string, string | undefined>>;

/** Finds what the caller's environment offers, or `null` where it offers nothing. */
export async function findCredential(env: Env): Promise<Credential | null> {
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

/**
 * The variables that tell the agent where its credential is; the secret itself only as a last
 * resort.
 */
export function credentialEnv(credential: Credential): Readonly<Record<string, string>> {
  switch (credential.kind) {
    case "apiKey":
      return { CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR: "3" };
    case "oauthToken":
      return { CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR: "3" };
    case "authToken":
      return { ANTHROPIC_AUTH_TOKEN: credential.secret };
    case "login":
      // the login's own place, never a copy: a renewal replaces the file and ends the old token
      return { CLAUDE_SECURESTORAGE_CONFIG_DIR: path.dirname(credential.file) };
    default:
      return credential satisfies never;
  }
}

/** What goes through descriptor 3, if anything. */
export function pipedSecret(credential: Credential): string | null {
  return credential.kind === "apiKey" || credential.kind === "oauthToken"
    ? credential.secret
    : null;
}
