/** The scripted model beside what is measured. */
import { spawnProcess } from "../../src/adapters/process.ts";
import type { Bill, RecordedRequest } from "../../src/scripted-model/ledger.ts";

/** What the model heard, told when it ends. */
export interface Heard {
  readonly asked: readonly Omit<RecordedRequest, "body">[];
  readonly bill: Bill;
}

/** Starts the model as a process of its own: its CPU time is nobody's. */
export async function openModel(argv: readonly [string, ...string[]]) {
  const child = spawnProcess(
    {
      argv,
      cwd: process.cwd(),
      env: { PATH: process.env["PATH"] ?? "" },
      onStderr: (chunk) => process.stderr.write(chunk),
    },
    new AbortController().signal,
  );
  let said = "";
  const line = (number: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const lines = said.split("\n");
        if (lines.length > number + 1) resolve(lines[number] ?? "");
      };
      child.stdout.on("data", look);
      child.once("close", () => reject(new Error("the scripted model ended")));
      look();
    });
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  return {
    url: await line(0),
    end: async (): Promise<Heard> => {
      child.stdin.end();
      return JSON.parse(await line(1)) as Heard; // written by our own child
    },
    kill: () => child.end(),
  };
}
