import { writeFileSync } from "node:fs";
import { renderStateMachine } from "./state-machine.ts";

writeFileSync(new URL("../docs/state-machine.md", import.meta.url), renderStateMachine());
