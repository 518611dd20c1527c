/** A home in which a person has logged in by the agent's own program. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tempFolder } from "./folders.ts";

export interface Login {
  readonly home: string;
  readonly file: string;
  /** What the file holds. */
  readonly text: string;
}

/** Makes such a home; it is removed when the test has finished. */
export async function openLogin(accessToken = "sk-ant-oat01-placeholder"): Promise<Login> {
  const home = await tempFolder();
  await mkdir(join(home, ".claude"));
  const claudeAiOauth = {
    ...{ accessToken, refreshToken: "sk-ant-ort01-placeholder" },
    expiresAt: Date.now() + 3_600_000,
    scopes: ["user:inference", "user:profile"],
    subscriptionType: "max",
  };
  const [file, text] = [
    join(home, ".claude", ".credentials.json"),
    JSON.stringify({ claudeAiOauth }),
  ];
  await writeFile(file, text, { mode: 0o600 });
  return { home, file, text };
}
