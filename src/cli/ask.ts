/** Questions to the person at the terminal. */
import { cancel, confirm, isCancel, select, text } from "@clack/prompts";
import { Complaint, exitCodes } from "./exit-codes.ts";

/** Standard output is for data: questions are asked on the error stream. */
const output = process.stderr;

/** Ctrl+C and Escape leave everything as it was. */
function leave(): never {
  cancel("nothing was changed", { output });
  throw new Complaint(exitCodes.interrupted, "left");
}

/** Asks for a line; `check` says what is wrong with it. */
export async function askText(
  message: string,
  initialValue: string,
  check: (value: string) => string | undefined = () => undefined,
): Promise<string> {
  const validate = (value: string | undefined): string | undefined => check(value ?? "");
  const given = await text({ message, initialValue, validate, defaultValue: "", output });
  return isCancel(given) ? leave() : given;
}

/** Asks for one of several values. */
export async function askChoice<T extends string>(
  message: string,
  choices: readonly { readonly value: T; readonly hint: string }[],
  initialValue: T,
): Promise<T> {
  const options = choices.map(({ value, hint }) => ({ value: value as string, hint }));
  const chosen = await select({ message, options, initialValue, output });
  if (isCancel(chosen)) return leave();
  return choices.find(({ value }) => value === chosen)?.value ?? initialValue;
}

/** Asks for yes or no; no is meant where nothing is said. */
export async function askYes(message: string): Promise<boolean> {
  const agreed = await confirm({ message, initialValue: false, output });
  return isCancel(agreed) ? leave() : agreed;
}
