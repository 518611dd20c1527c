import {
  pause as decidePause,
  resume as decideResume,
  liftLimit,
  type Told,
} from "../../core/commands.ts";
import type { View } from "../../core/ledger.ts";
import type { ProjectConfig } from "../../core/portfolio.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes, failure } from "../exit-codes.ts";
import { pickProjects } from "../pick.ts";
import { rulesOf } from "../tell.ts";

export interface PauseOptions {
  readonly project?: string[] | undefined;
}

export interface ResumeOptions extends PauseOptions {
  /** Ends the wait for the model instead, which is that of all projects. */
  readonly limit?: true | undefined;
}

type Decide = (view: View, config: ProjectConfig) => ReturnType<typeof decideResume>;

/** `orch pause`: starts nothing more until `resume`; what runs goes on to its end. */
export const pause = (desk: Desk, options: PauseOptions): Promise<number> =>
  tellAll(desk, options, {
    done: "paused",
    decide: (view, config) => decidePause(view, "asked for with `orch pause`", rulesOf(config)),
  });

/** `orch resume`: lets a paused project go on; with `--limit`, all that wait for the model. */
export const resume = (desk: Desk, { limit, ...options }: ResumeOptions): Promise<number> =>
  limit === true
    ? lift(desk)
    : tellAll(desk, options, {
        done: "resumed",
        decide: (view, config) => decideResume(view, rulesOf(config)),
      });

async function lift(desk: Desk): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const [first] = pickProjects(portfolio, undefined);
    if (first === undefined) throw failure(`${portfolio.file} lists no projects`);
    // one state over all projects: it is told in the first one's ledger
    const told = await ledger.transact(first.name, {}, (view) => liftLimit(view, rulesOf(first)));
    if (told.kind === "refused") throw failure(told.why);
    desk.answer({ done: true }, () => "the wait is over: one session tries, then all go on");
    return exitCodes.ok;
  });
}

async function tellAll(
  desk: Desk,
  { project: names }: PauseOptions,
  { done, decide }: { readonly done: string; readonly decide: Decide },
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const told: { readonly project: string; readonly answer: Told }[] = [];
    for (const config of pickProjects(portfolio, names)) {
      const answer = await ledger.transact(config.name, {}, (view) => decide(view, config));
      told.push({ project: config.name, answer });
    }
    const refused = told.find(({ answer }) => answer.kind === "refused");
    const fails = names !== undefined && refused !== undefined;
    // what was refused ends the command, and is said then
    const shown = fails ? told.filter(({ answer }) => answer.kind === "done") : told;
    const json = (): unknown =>
      told.map(({ project, answer }) => ({
        project,
        done: answer.kind === "done",
        why: answer.kind === "refused" ? answer.why : null,
      }));
    if (desk.flags.json || shown.length > 0)
      desk.answer(json(), () => shown.map((each) => words(each, done)).join("\n"));
    // asked for all of them, those that are so already are no failure
    if (!fails) return exitCodes.ok;
    throw failure(words(refused, done));
  });
}

const words = (
  { project, answer }: { readonly project: string; readonly answer: Told },
  done: string,
): string => (answer.kind === "done" ? `${project} is ${done}` : `${project}: ${answer.why}`);
