import { setMaxListeners } from "node:events";
import { simulate } from "./simulate.ts";

setMaxListeners(0);
const from = Number(process.argv[2]),
  n = Number(process.argv[3]),
  trace = process.argv[4] === "t";
const t0 = performance.now();
let ms = 0;
const inv = new Map<string, number[]>();
for (let s = from; s < from + n; s++) {
  const r = await simulate(s, trace);
  ms += r.virtualMs;
  if (n < 4) {
    console.log(r.trace.join("\n"));
    console.log(r.tally, r.violation);
  }
  if (r.violation) {
    const k = r.violation.invariant;
    const l = inv.get(k) ?? [];
    l.push(s);
    inv.set(k, l);
    if (l.length <= 2) console.log(s, JSON.stringify(r.violation).slice(0, 600));
  }
}
const sec = (performance.now() - t0) / 1000;
console.log(n / sec, "seeds/s", ms / 3.6e6, "h");
for (const [k, l] of inv) console.log(k, l.length, l.slice(0, 8).join(" "));
