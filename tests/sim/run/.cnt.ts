import { setMaxListeners } from "node:events";
import { simulate } from "./simulate.ts";

setMaxListeners(0);
for (let s = 1; s <= 14; s++) {
  const t = performance.now();
  const r = await simulate(s, false);
  console.log(
    s,
    (performance.now() - t).toFixed(0),
    "ms",
    r.tally.calls,
    r.tally.sessions,
    (r.virtualMs / 60000).toFixed(1),
    r.tally.rows.size,
    r.violation?.invariant,
  );
}
