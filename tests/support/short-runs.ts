/** Runs short programs until it is killed; the last one tells who started it, and takes a while. */
import { runShort } from "../../src/adapters/process.ts";

const cwd = process.argv[2] ?? "";
const { signal } = new AbortController();
const run = (script: string) =>
  runShort(
    {
      ...{ argv: ["sh", "-c", script], cwd, env: { PATH: process.env["PATH"] ?? "" } },
      ...{ timeoutMs: 20_000, bytesMax: 1_000 },
    },
    signal,
  );

// the first ones are always started here
for (let count = 0; count < 16; count += 1) await run("true");
await run("echo $PPID > told; mv told begun; sleep 1; echo done > done");
