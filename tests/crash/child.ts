/** `orch` as it is, with a tracer round its ports: trace file, point to die at (or nothing), arguments. */
import { runCli } from "../../src/cli/cli.ts";
import { processIo } from "../../src/cli/process-io.ts";
import { hooked } from "./parts/hooks.ts";
import { openTracer } from "./parts/tracer.ts";

const [file = "", point = "", ...argv] = process.argv.slice(2);
const tracer = openTracer(file, point === "" ? null : point);
const code = await runCli(argv, processIo(), async () => {
  const { openBackstage } = await import("../../src/compose/backstage.ts");
  return hooked(openBackstage(process.env), tracer);
});
process.stdout.write("", () => process.exit(code));
