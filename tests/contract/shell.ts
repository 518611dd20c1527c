/** What any shell promises, fakes included: nothing in it looks at processes. */
import { describe, expect, test } from "vitest";
import type { CommandRequest, CommandResult } from "../../src/ports/shell.ts";

/** What a command does. */
export type Doing = "succeeds" | "fails" | "hangs" | "is killed";

/** A shell, and commands for it. */
export interface ShellUnderTest {
  run(request: CommandRequest, signal: AbortSignal): Promise<CommandResult>;
  /** A command that does this, in a folder that is there. */
  request(doing: Doing): Promise<CommandRequest>;
}

const never = new AbortController().signal;

/** Runs what holds for any implementation. */
export function anyShellContract(
  name: string,
  open: (doing: Doing) => Promise<ShellUnderTest>,
): void {
  const result = async (doing: Doing, changes: Partial<CommandRequest> = {}) => {
    const shell = await open(doing);
    return shell.run({ ...(await shell.request(doing)), ...changes }, never);
  };
  describe(`${name}, as any shell`, () => {
    test("a command's exit code is answered with what it said", async () => {
      const [well, badly] = [await result("succeeds"), await result("fails")];
      expect(well.ended).toEqual({ kind: "exited", code: 0 });
      expect(badly.ended).toEqual({ kind: "exited", code: 1 });
      expect([well.output === "", badly.output === ""]).toEqual([false, false]);
      expect(well.omittedBytes).toBe(0);
    });

    test("a command that hangs is ended when its time is up, and not before", async () => {
      const { ended, durationMs } = await result("hangs", { timeoutMs: 300 });
      expect(ended).toEqual({ kind: "timedOut" });
      expect(durationMs).toBeGreaterThanOrEqual(299);
    });

    test("a command that was killed is told from one that failed", async () => {
      expect((await result("is killed")).ended).toEqual({ kind: "killed", signal: "SIGKILL" });
    });

    test("a folder that is not there is an answer", async () => {
      const { ended } = await result("succeeds", { cwd: "/nowhere/at/all" });
      expect(ended).toEqual({ kind: "unstartable", detail: "no folder /nowhere/at/all" });
    });

    test("a shell that is told to stop already starts nothing", async () => {
      const shell = await open("succeeds");
      const late = await shell.run(await shell.request("succeeds"), AbortSignal.abort());
      expect([late.ended, late.output]).toEqual([{ kind: "aborted" }, ""]);
    });
  });
}
