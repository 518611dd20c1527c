import { closest } from "../../core/suggest.ts";
import type { Desk } from "../desk.ts";
import { exitCodeMeanings, exitCodes, misuse } from "../exit-codes.ts";
import type { Program } from "../grammar/program.ts";
import { renderTable } from "../render/table.ts";
import { line } from "../sanitize.ts";

const exitCodesTopic = "exit-codes";

/** `orch help [topic]`. */
export async function help(
  desk: Desk,
  program: Pick<Program, "commands" | "helpInformation">,
  topic: string | undefined,
): Promise<number> {
  if (topic === undefined) {
    desk.print(program.helpInformation().trimEnd());
    return exitCodes.ok;
  }
  if (topic === exitCodesTopic) {
    desk.answer(
      exitCodeMeanings.map(([code, meaning]) => ({ code, meaning })),
      () =>
        renderTable(
          ["CODE", "MEANING"],
          exitCodeMeanings.map(([code, meaning]) => [String(code), meaning]),
          { right: ["CODE"] },
        ),
    );
    return exitCodes.ok;
  }
  const command = program.commands.find((each) => each.name() === topic);
  if (command === undefined) {
    const near = closest(topic, [...program.commands.map((each) => each.name()), exitCodesTopic]);
    throw misuse(
      `there is no command or topic ${JSON.stringify(line(topic, 100))}`,
      near === null ? "see `orch --help`" : `did you mean ${near}?`,
    );
  }
  desk.print(command.helpInformation().trimEnd());
  return exitCodes.ok;
}
