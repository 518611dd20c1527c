import { readFileSync } from "node:fs";
import { mutants } from "../mutants/hunt.ts";

for (const m of mutants) {
  const n = readFileSync("/work/wt/sim/" + m.file, "utf8").split(m.text).length - 1;
  if (n !== 1) console.log(n, m.file, m.name);
}
console.log(mutants.length);
