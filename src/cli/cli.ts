/** From arguments to an exit code: parses, carries out, and tells what went wrong. */
import { CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Backstage } from "./backstage.ts";
import type { Flags } from "./desk.ts";
import { Complaint, exitCodes } from "./exit-codes.ts";
import { addConfining } from "./grammar/confining.ts";
import { addKeeping } from "./grammar/keeping.ts";
import { addMoney } from "./grammar/money.ts";
import { type Act, bareProgram, type Program } from "./grammar/program.ts";
import { addReading } from "./grammar/reading.ts";
import { addRunning } from "./grammar/running.ts";
import { addCompletion, addSettingUp } from "./grammar/setting-up.ts";
import { addTelling } from "./grammar/telling.ts";
import type { Io } from "./io.ts";
import { clean } from "./sanitize.ts";

/** Builds the program with all its commands; without those that complete, for completing. */
export function buildProgram(act: Act, { completes } = { completes: true }): Program {
  const program = bareProgram();
  addRunning(program, act);
  addReading(program, act);
  addMoney(program, act);
  addTelling(program, act);
  addKeeping(program, act);
  addConfining(program, act);
  addSettingUp(program, act);
  if (completes)
    addCompletion(program, act, () => buildProgram(async () => {}, { completes: false }));
  return program;
}

/** Carries out one invocation; `argv` without the program's own name. Never rejects. */
export async function runCli(
  argv: readonly string[],
  io: Io,
  backstage: () => Promise<Backstage>,
): Promise<number> {
  let code: number = exitCodes.ok;
  const program = buildProgram(async (load) => {
    // late: help and mistakes need none
    const { openDesk } = await import("./desk.ts");
    code = await load(openDesk(io, flagsOf(program), once(backstage)));
  });
  let refused = "orch";
  // the root is a command like all others
  prepare(program as unknown as CommandUnknownOpts, io, (by) => {
    refused = by;
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (fault) {
    return tell(fault, io, { debug: argv.includes("--debug"), refused });
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

function flagsOf(program: Program): Flags {
  const { config, json, debug, color } = program.opts();
  // the search for the portfolio reads ORCH_CONFIG itself, and says which of the two decided
  const typed = program.getOptionValueSource("config") === "cli";
  return {
    config: typed && config !== undefined ? config : null,
    json: json === true,
    debug: debug === true,
    colour: color,
  };
}

/** Lets every command write to `io`, and return instead of ending the process. */
function prepare(command: CommandUnknownOpts, io: Io, refused: (by: string) => void): void {
  const refuse = (fault: CommanderError): never => {
    refused(pathOf(command));
    throw fault;
  };
  command.exitOverride(refuse).configureOutput({
    writeOut: (text) => io.out.write(text),
    writeErr: (text) => io.err.write(clean(text)),
    getOutHelpWidth: () => (io.out.isTTY ? io.out.columns : 100),
    getErrHelpWidth: () => (io.err.isTTY ? io.err.columns : 100),
    outputError: (text, write) => write(text.replace(/^error:/, "orch:")),
  });
  for (const each of command.commands) prepare(each, io, refused);
}

/** What is typed for a command: `orch config show`. */
const pathOf = (command: CommandUnknownOpts): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** Says what went wrong and what to do; answers the exit code. */
function tell(
  fault: unknown,
  io: Io,
  { debug, refused }: { readonly debug: boolean; readonly refused: string },
): number {
  if (fault instanceof CommanderError) {
    if (fault.exitCode !== 0) io.err.write(`Try \`${refused} --help\`.\n`);
    return fault.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  const what = fault instanceof Error ? fault.message : String(fault);
  io.err.write(`orch: ${clean(what)}\n`);
  const hint = hintOf(fault);
  if (hint !== "") io.err.write(`  ${clean(hint)}\n`);
  if (debug && fault instanceof Error) io.err.write(`${clean(fault.stack ?? "")}\n`);
  if (fault instanceof Complaint) return fault.code;
  if (!debug && hint === "")
    io.err.write("  run it again with --debug to see where this came from\n");
  return exitCodes.failed;
}

/** What to do about a fault, where whoever threw it knew. */
const hintOf = (fault: unknown): string =>
  fault instanceof Error && "hint" in fault && typeof fault.hint === "string" ? fault.hint : "";
