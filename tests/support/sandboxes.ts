import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { ContainerCommand } from "../../src/adapters/sandbox/container.ts";
import { openSandbox, SandboxError } from "../../src/adapters/sandbox/open.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";

export const never = new AbortController().signal;
export const path = process.env["PATH"] ?? "/usr/bin:/bin";

const standIn = fileURLToPath(new URL("container.mjs", import.meta.url));

const records = join(tmpdir(), `orch-test-containers-${process.pid}`);
afterAll(() => rm(records, { recursive: true, force: true }));

/** A container program that plays over bubblewrap. */
export const playedContainer: ContainerCommand = {
  words: [standIn, "run", "{options}", "test-image"],
  env: { ...process.env, DOCKER_HOST: `unix://${records}` },
};

/** Every kind of sandbox that works on this machine. */
export async function allSandboxes(): Promise<readonly Sandbox[]> {
  const found: Sandbox[] = [];
  const kinds = ["bubblewrap", "unshare", "seatbelt", "group"] as const;
  const ways = [...kinds.map((only) => ({ only })), { container: playedContainer }];
  for (const way of ways) {
    try {
      found.push(await openSandbox({ path, mark: `test-${randomUUID()}`, ...way }, never));
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error; // this machine lacks it
    }
  }
  return found;
}
