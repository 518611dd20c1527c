/**
 * One cycle in a process of its own, to be killed: portfolio file and projects are its arguments.
 */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { openHouse } from "../../src/compose/open-house.ts";
import { parsePortfolio } from "../../src/config/parse.ts";
import { runCycles } from "../../src/engine/cycle.ts";

const [file = ""] = process.argv.slice(2);
const parsed = parsePortfolio(await readFile(file, "utf8"), { file, home: dirname(file) });
if (parsed.kind !== "valid") throw new Error(JSON.stringify(parsed.problems));
const { portfolio } = parsed;
const options = { hear: () => {}, only: null, env: {} };
const { house, close } = await openHouse(portfolio, options, process.env);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const fault = (project: string, why: string) => process.stderr.write(`${project}: ${why}\n`);
const projects = portfolio.projects.map(({ name }) => name);
const request = { projects, cycles: 1, entered: () => {}, fault };
await runCycles(house, request, { drain: stop.signal, stop: stop.signal });
await close();
