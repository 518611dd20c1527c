import { setMaxListeners } from "node:events";
import { simulate } from "./simulate.ts";

setMaxListeners(0);
const r = await simulate(Number(process.argv[2]), true);
console.log(r.trace.slice(-(process.argv[3] ?? 60)).join("\n"));
console.log(r.violation);
