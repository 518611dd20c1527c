/** The scripted model as a process of its own; tells what it was asked when its input ends. */

import { parseScenario } from "../../src/scripted-model/parse-scenario.ts";
import { openScriptedModel } from "../../src/scripted-model/server.ts";
import { sampleScenario } from "../parts/sample.ts";

const [count = "1", latencyMs = "0"] = process.argv.slice(2);
const model = await openScriptedModel(parseScenario(sampleScenario(Number(count))), {
  latencyMs: Number(latencyMs),
});
process.stdout.write(`${model.url}\n`);
process.stdin.resume().once("end", () => {
  const asked = model.requests().map(({ body: _, ...rest }) => rest);
  process.stdout.write(`${JSON.stringify({ asked, bill: model.bill() })}\n`, () => process.exit());
});
