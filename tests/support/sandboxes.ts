import { randomUUID } from "node:crypto";
import { openSandbox, SandboxError } from "../../src/adapters/sandbox/open.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";

export const never = new AbortController().signal;
export const path = process.env["PATH"] ?? "/usr/bin:/bin";

/** Every kind of sandbox that works on this machine. */
export async function allSandboxes(): Promise<readonly Sandbox[]> {
  const found: Sandbox[] = [];
  for (const only of ["bubblewrap", "unshare", "group"] as const) {
    try {
      found.push(await openSandbox({ path, mark: `test-${randomUUID()}`, only }, never));
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error; // this machine lacks it
    }
  }
  return found;
}
