import type { Portfolio } from "../../core/portfolio.ts";
import type { Engine } from "../../ports/engine.ts";
import { type Desk, withLedger } from "../desk.ts";
import { codeOfSignal, exitCodes } from "../exit-codes.ts";
import { type Happened, openFollower } from "../follow.ts";
import { pickById, pickProjects } from "../pick.ts";
import { renderHappened } from "../progress.ts";
import { describeEvent, isEcho } from "../render/event.ts";
import { renderMessage } from "../render/message.ts";
import { paintFor } from "../render/paint.ts";
import { toJson } from "../sanitize.ts";
import { openTail, sessionName, transcriptsOf } from "../transcripts.ts";

export interface LogsOptions {
  readonly project?: string[] | undefined;
  readonly follow?: true | undefined;
  readonly limit: number;
}

/** Between two looks at transcripts, in milliseconds. */
const lookMs = 300;

/** `orch logs [ID] [-f]`: what happened, or what the sessions of a task or cycle said and did. */
export async function logs(
  desk: Desk,
  id: string | undefined,
  options: LogsOptions,
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const left = new AbortController();
    let code: number = exitCodes.ok;
    const silence = desk.io.onSignal((signal) => {
      code = codeOfSignal[signal];
      left.abort();
    });
    try {
      const place = { desk, ledger, portfolio, signal: left.signal };
      if (id === undefined) await tellEvents(place, options);
      else await tellSessions(place, id, options);
      return code;
    } finally {
      silence();
    }
  });
}

interface Place {
  readonly desk: Desk;
  readonly ledger: Engine;
  readonly portfolio: Portfolio;
  readonly signal: AbortSignal;
}

async function tellEvents(
  { desk, ledger, portfolio, signal }: Place,
  { project, follow, limit }: LogsOptions,
): Promise<void> {
  const names = pickProjects(portfolio, project).map(({ name }) => name);
  const paint = paintFor(desk.colour.out);
  const before: Happened[] = [];
  const write = (happened: Happened): void => {
    if (desk.flags.json) desk.io.out.write(`${toJson(eventJson(happened))}\n`);
    else if (!isEcho(happened.logged.event)) desk.print(renderHappened(happened, paint));
  };
  let tell: (happened: Happened) => void = (happened) => void before.push(happened);
  const follower = await openFollower(
    ledger,
    () => names,
    (happened) => tell(happened),
    limit,
  );
  await follower.catchUp();
  // several ledgers: in the order of time, the latest `limit` of all
  for (const each of before.sort((a, b) => a.logged.at - b.logged.at).slice(-limit)) write(each);
  if (before.length === 0) desk.say("nothing has happened yet: `orch run` begins a cycle");
  tell = write;
  if (follow === true) await follower.follow(signal);
}

const eventJson = ({ project, logged, title }: Happened) => ({
  at: new Date(logged.at).toISOString(),
  project,
  seq: logged.seq,
  ...describeEvent(logged.event),
  title,
  event: logged.event,
});

async function tellSessions(
  { desk, ledger, portfolio, signal }: Place,
  id: string,
  { project, follow, limit }: LogsOptions,
): Promise<void> {
  const picked = await pickById(ledger, pickProjects(portfolio, project), id);
  const whole = picked.kind === "task" ? picked.task.id : picked.cycle.id;
  const backstage = await desk.backstage();
  const tails = new Map<string, () => Promise<readonly string[]>>();
  const paint = paintFor(desk.colour.out);
  const read = async (): Promise<readonly string[]> => {
    const made: string[] = [];
    for (const file of await transcriptsOf(backstage, portfolio, picked.project.name, whole)) {
      const tail = tails.get(file) ?? openTail(file);
      tails.set(file, tail);
      const name = sessionName(file);
      for (const json of await tail()) {
        if (desk.flags.json) made.push(toJson({ session: name, message: parseOr(json) }));
        else made.push(...renderMessage(json).map((each) => `${paint.dim(name)}  ${each}`));
      }
    }
    return made;
  };
  const first = await read();
  for (const each of first.slice(-limit)) desk.print(each);
  if (first.length === 0) desk.say(`no session has worked for ${whole} yet`);
  while (follow === true && !signal.aborted) {
    await backstage.clock.sleep(lookMs, signal);
    for (const each of await read()) desk.print(each);
  }
}

function parseOr(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json; // half a line, left by a crash
  }
}
