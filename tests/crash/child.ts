/** `orch` as it is, with a tracer round its ports: how it is set up (JSON), then its arguments. */
import { runCli } from "../../src/cli/cli.ts";
import { processIo } from "../../src/cli/process-io.ts";
import { hooked } from "./parts/hooks.ts";
import { type Setup, underSetup } from "./parts/setup.ts";
import { openTracer } from "./parts/tracer.ts";

const [json = "", ...argv] = process.argv.slice(2);
const setup: Setup = JSON.parse(json);
const code = await runCli(argv, processIo(), async () => {
  const { openBackstage } = await import("../../src/compose/backstage.ts");
  return hooked(underSetup(openBackstage(process.env), setup), openTracer(setup));
});
process.stdout.write("", () => process.exit(code));
