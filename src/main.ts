#!/usr/bin/env node
/** Arguments in, exit code out. */
import { setFlagsFromString } from "node:v8";
import { runCli } from "./cli/cli.ts";
import { processIo } from "./cli/process-io.ts";

// most commands are over before code compiled for speed could pay for its compiling
setFlagsFromString("--no-opt");
const io = processIo();
const code = await runCli(process.argv.slice(2), io, async () =>
  (await import("./compose/backstage.ts")).openBackstage(process.env),
);
// what still waits, such as a socket kept alive, must not keep the person waiting
process.exit(await io.close(code));
