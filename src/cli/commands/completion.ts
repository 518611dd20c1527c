import type { Desk } from "../desk.ts";
import { exitCodes, misuse } from "../exit-codes.ts";
import type { Program } from "../grammar/program.ts";

const shells = ["bash", "zsh", "fish"];

/** `orch completion SHELL`: what the shell evaluates. */
export async function completion(desk: Desk, shell: string, program: Program): Promise<number> {
  if (!shells.includes(shell))
    throw misuse(`there are no completions for ${shell}`, `say one of ${shells.join(", ")}`);
  const root = await rootOf(program);
  // sourced twice in one shell, what is read-only would be complained of
  const again = (text: string): string => text.replaceAll(/^readonly (?=\w+=)/gm, "");
  const fitted = (text: string): string => again(shell === "bash" ? alone(text) : text);
  captured(desk, () => root.setup("orch", "orch", shell), fitted);
  return exitCodes.ok;
}

/** A script for bash that also works where the package `bash-completion` is not installed. */
const alone = (script: string): string =>
  `${script.replace("_get_comp_words_by_ref -n", "__orch_words -n")}
# The words of the line, where bash-completion is not there to tell them
__orch_words() {
    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref "$@"
    else
        words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
        cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
    fi
}
`;

/** `orch complete -- WORDS`: asked by the shell at each Tab. */
export async function complete(
  desk: Desk,
  words: readonly string[],
  program: Program,
): Promise<number> {
  const root = await rootOf(program);
  const values = await valuesFor(desk, words);
  for (const command of root.commands.values()) {
    const project = command.options.get("project");
    if (project !== undefined) project.handler = offer(values.projects);
    const id = command.arguments.get("id");
    if (id !== undefined) id.handler = offer(values.ids);
    const name = command.arguments.get("project");
    if (name !== undefined) name.handler = offer(values.projects);
  }
  captured(desk, () => root.parse([...words]));
  return exitCodes.ok;
}

type Value = readonly [value: string, description: string];

const offer =
  (values: readonly Value[]) =>
  (take: (value: string, description: string) => void): void => {
    for (const [value, description] of values) take(value, description);
  };

/** The grammar of the program, as the completion library wants it. */
async function rootOf(program: Program) {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  // typed options are no part of its types
  return tab(program as unknown as Parameters<typeof tab>[0], {
    completionCommandName: "completion",
  });
}

/** Tasks offered: the newest ones are meant most of the time. */
const tasksOffered = 200;
const titleMax = 60;

/** Names of projects and ids of tasks; a portfolio that cannot be read offers none. */
async function valuesFor(desk: Desk, words: readonly string[]) {
  const { withLedger } = await import("../desk.ts");
  const { line } = await import("../sanitize.ts");
  const at = words.indexOf("--config");
  const named = at < 0 ? undefined : words[at + 1];
  const flags = { ...desk.flags, config: named ?? desk.flags.config };
  const asked = { ...desk, portfolio: async () => (await read(desk, flags)).portfolio };
  try {
    return await withLedger(asked, async (ledger, { projects }) => {
      const ids: Value[] = [];
      for (const { name } of projects)
        for (const { id, brief } of await ledger.tasks(name, { limit: tasksOffered }))
          ids.push([id, line(brief.title, titleMax)]);
      return { projects: projects.map(({ name, path }): Value => [name, path]), ids };
    });
  } catch {
    return { projects: [], ids: [] }; // a person who presses Tab wants no error message
  }
}

const read = async (desk: Desk, flags: Desk["flags"]) =>
  (await import("../desk.ts")).readPortfolio(desk.io, flags);

/** Runs what writes with `console.log`, and sends that to our own standard output. */
function captured(
  desk: Desk,
  write: () => void,
  change: (text: string) => string = (text) => text,
): void {
  const { log } = globalThis.console;
  globalThis.console.log = (...parts: unknown[]) =>
    desk.io.out.write(`${change(parts.join(" "))}\n`);
  try {
    write();
  } finally {
    globalThis.console.log = log;
  }
}
