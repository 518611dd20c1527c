/** The reference of all commands, printed from their definitions. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { buildProgram } from "../../src/cli/cli.ts";
import { exitCodeMeanings } from "../../src/cli/exit-codes.ts";

const act = async (): Promise<void> => undefined;
const cell = (text: string): string => text.replaceAll("|", "\\|");

/** All commands that a person may type, those of a group under their full names. */
export function commands(): readonly CommandUnknownOpts[] {
  const root = buildProgram(act) as unknown as CommandUnknownOpts; // as all other commands
  const visible = (command: CommandUnknownOpts): readonly CommandUnknownOpts[] =>
    command
      .createHelp()
      .visibleCommands(command)
      .flatMap((each) => [each, ...visible(each)]);
  return visible(root);
}

const pathOf = (command: CommandUnknownOpts): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** Renders the reference as Markdown. */
export function renderReference(): string {
  const root = buildProgram(act) as unknown as CommandUnknownOpts; // as all other commands
  return [
    "### Flags of every command",
    "",
    options(root),
    ...commands().flatMap((each) => ["", ...section(each)]),
    "",
    "### Exit codes",
    "",
    "| Code | Meaning |",
    "|---|---|",
    ...exitCodeMeanings.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    "",
  ].join("\n");
}

function section(command: CommandUnknownOpts): readonly string[] {
  const takes = command.registeredArguments.map(
    (each) =>
      `| \`${each.required ? `<${each.name()}>` : `[${each.name()}]`}\` | ` +
      `${cell(each.description)} |`,
  );
  const table = [...takes, ...rows(command)];
  const head = table.length === 0 ? [] : ["", "| | |", "|---|---|", ...table];
  return [`### \`${pathOf(command)} ${command.usage()}\``, "", command.description(), ...head];
}

const options = (command: CommandUnknownOpts): string =>
  ["| | |", "|---|---|", ...rows(command)].join("\n");

function rows(command: CommandUnknownOpts): readonly string[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => command.parent === null || long !== "--help")
    .map((option) => {
      const choices = option.argChoices === undefined ? "" : ` (${option.argChoices.join(", ")})`;
      const standard =
        option.defaultValue === undefined || option.negate
          ? ""
          : `; default ${String(option.defaultValue)}`;
      const must = option.mandatory ? "; must be given" : "";
      return (
        `| \`${cell(option.flags)}\` | ` +
        `${cell(`${option.description}${choices}${standard}${must}`)} |`
      );
    });
}
