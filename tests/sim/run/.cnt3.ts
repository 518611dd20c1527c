import { setMaxListeners } from "node:events";
import { simulate } from "./simulate.ts";

setMaxListeners(0);
const r = await simulate(Number(process.argv[2]), true);
const re = new RegExp(process.argv[3] ?? ".");
console.log(
  r.trace
    .filter((l) => re.test(l))
    .slice(-Number(process.argv[4] ?? 60))
    .join("\n")
    .slice(0, 9000),
);
console.log(r.violation);
