/** The program without its commands: flags that all commands take, and how mistakes are told. */
import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { isProjectName } from "../../core/ids.ts";
import { closest } from "../../core/suggest.ts";
import type { Desk } from "../desk.ts";

/** Loads and carries out a command; its module is not loaded before it is wanted. */
export type Act = (load: (desk: Desk) => Promise<number>) => Promise<void>;

/** Builds the bare program. */
export function bareProgram() {
  return new Command("orch")
    .description(
      "Plans, does, judges and lands work in several git projects with AI agents, unattended.",
    )
    .version(version(), "-V, --version", "print the version")
    .addOption(new Option("--config <file>", "the portfolio file").env("ORCH_CONFIG"))
    .option("--json", "data as JSON on standard output")
    .option("--debug", "with every error, where in the program it came from")
    .option("--no-color", "no colours and no movement (also NO_COLOR, TERM=dumb, CI)")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError(false)
    .showSuggestionAfterError(true);
}

/**
 * The version that package.json states; it stands three folders up, in the sources and when built.
 */
function version(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const read: unknown = JSON.parse(text);
  const { version: stated } =
    typeof read === "object" && read !== null ? { version: "", ...read } : { version: "" };
  return stated;
}

export type Program = ReturnType<typeof bareProgram>;

/** Parses a whole number of at least `min` and at most `max`. */
export const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const n = Number(text);
    if (/^-?\d{1,9}$/.test(text) && n >= min && n <= max) return n;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };

/** Parses US dollars, from a cent up to `max`. */
export const amount =
  (max: number) =>
  (text: string): number => {
    const usd = Number(text);
    if (/^\d{1,9}(\.\d{1,2})?$/.test(text) && usd >= 0.01 && usd <= max) return usd;
    throw new InvalidArgumentError(`It must be US dollars from 0.01 to ${max}, such as 5 or 2.50.`);
  };

/** An option with fixed values; a mistyped one is told with what was probably meant. */
export function choice<const F extends string, const C extends readonly string[]>(
  flags: F,
  description: string,
  values: C,
) {
  const isOne = (text: string): text is C[number] => values.includes(text);
  return new Option(flags, description).choices(values).argParser((text: string): C[number] => {
    if (isOne(text)) return text;
    const near = closest(text, values);
    const meant = near === null ? "" : `\n(Did you mean ${near}?)`;
    throw new InvalidArgumentError(`Allowed choices are ${values.join(", ")}.${meant}`);
  });
}

/** Collects the values of an option that may be given several times. */
export const collect = (value: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  value,
];

/** Like `collect`, for names of projects: what cannot be one is refused before anything is read. */
export const collectNames = (value: string, before: string[] | undefined): string[] =>
  collect(name(value), before);

/** A project's name as it may stand in a portfolio. */
export function name(value: string): string {
  if (isProjectName(value)) return value;
  throw new InvalidArgumentError("Names of projects have lower-case letters, digits, . _ and -.");
}
