/** Tells what happens while cycles run: calm lines, and on a terminal what each agent does now. */
import type { Instant, ProjectName, TaskId } from "../core/ids.ts";
import type { LogEvent } from "../core/ledger.ts";
import type { LogLevel } from "../core/portfolio.ts";
import type { Hear } from "../engine/house.ts";
import type { Desk } from "./desk.ts";
import type { Happened, Tell } from "./follow.ts";
import { openLive } from "./live.ts";
import { describeEvent } from "./render/event.ts";
import { fitText } from "./render/fit-text.ts";
import { duration, money, timeOfDay, wrap } from "./render/format.ts";
import { type Paint, paintFor } from "./render/paint.ts";
import { line, net } from "./sanitize.ts";

export interface Progress {
  readonly hear: Hear;
  readonly tell: Tell;
  /** Says something of our own between the lines. */
  readonly say: (text: string) => void;
  readonly close: () => void;
}

interface Agent {
  readonly who: string;
  readonly what: string;
  readonly since: Instant;
  doing: string;
  costUsd: number;
}

const levels: readonly LogLevel[] = ["debug", "info", "warning", "error"];

/** Tells whether something of level `said` is to be heard where `wanted` is the least. */
export const isHeard = (said: LogLevel, wanted: LogLevel): boolean =>
  levels.indexOf(said) >= levels.indexOf(wanted);

/** Opens the progress on the error stream. */
export function openProgress(desk: Desk, least: LogLevel, now: () => Instant): Progress {
  const { io, colour } = desk;
  const paint = paintFor(colour.err);
  const agents = new Map<string, Agent>();
  const columns = (): number => (colour.err ? io.err.columns - 1 : Number.POSITIVE_INFINITY);
  const live = colour.err
    ? openLive(io.err, (columns) =>
        [...agents.values()].map((agent) => net(renderAgent(agent, { columns, paint, now }), true)),
      )
    : null;
  const put = (text: string): void => {
    if (live === null) desk.say(text);
    else live.above(net(text, true));
  };
  return {
    say: (text) => put(fitText(text, columns())),
    hear: ({ project, task, event }) => {
      const agent = agents.get(keyOf(project, task));
      if (agent === undefined) return;
      if (event.type === "said") agent.doing = line(event.text, 200);
      if (event.type === "tool.called") agent.doing = line(event.summary, 200);
      if (event.type === "spent") agent.costUsd = event.costUsd;
    },
    tell: (happened) => {
      follow(agents, happened);
      const { level } = describeEvent(happened.logged.event);
      if (isHeard(level, least)) put(renderHappened(happened, paint, columns()));
    },
    close: () => live?.close(),
  };
}

const keyOf = (project: ProjectName, task: TaskId | null): string => `${project} ${task ?? ""}`;

/** Less of a title says nothing. */
const titleMin = 12;
const below = " ".repeat(10);

/** One event as a line: when, where, what; broken at spaces where `columns` are too few for it. */
export function renderHappened(
  { project, logged, title }: Happened,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { level, text } = describeEvent(logged.event);
  const hue = level === "error" ? paint.red : level === "warning" ? paint.yellow : String;
  const head = `${project}  ${subjectOf(logged.event)}`;
  // what stands before the text is never broken, however little room it leaves
  const [first = "", ...rest] = wrap(`${"x".repeat(width(head))}${text}`, columns - below.length);
  const room = columns - below.length - width(rest.at(-1) ?? first) - 2;
  const about = title === null || room < titleMin ? "" : cutTo(title, room);
  return [
    `${paint.dim(timeOfDay(logged.at))}  ${head}${hue(first.slice(width(head)))}`,
    ...rest.map((each) => `${below}${hue(each)}`),
  ]
    .join("\n")
    .concat(about === "" ? "" : `  ${paint.dim(about)}`);
}

function subjectOf(event: LogEvent): string {
  if (event.of === "project") return "";
  if (event.of === "cycle") return `${event.cycle}  `;
  const id = event.of === "note" ? (event.task ?? event.cycle) : event.task;
  return id === null ? "" : `${id}  `;
}

const roles: Readonly<Record<string, string>> = {
  "work.started": "works",
  "judge.started": "is judged",
  "resolve.started": "is resolved",
  "merge.started": "is merged",
};

/** Keeps the list of agents in step with what the ledger says of who holds what. */
function follow(agents: Map<string, Agent>, { project, logged, title }: Happened): void {
  const { event, at } = logged;
  if (event.of === "cycle") {
    const key = keyOf(project, null);
    if (event.event.type === "cycle.joined") return;
    if (event.event.type !== "cycle.started") agents.delete(key);
    else agents.set(key, { who: project, what: "is planned", since: at, doing: "", costUsd: 0 });
  }
  if (event.of !== "task") return;
  const key = keyOf(project, event.task);
  const what = roles[event.event.type];
  if (what === undefined) agents.delete(key);
  else agents.set(key, { who: title ?? event.task, what, since: at, doing: "", costUsd: 0 });
}

function renderAgent(
  { who, what, since, doing, costUsd }: Agent,
  look: { readonly columns: number; readonly paint: Paint; readonly now: () => Instant },
): string {
  const { columns, paint, now } = look;
  const cost = costUsd === 0 ? "" : `, ${money(costUsd)}`;
  const head = `  ${cutTo(who, Math.min(40, Math.floor(columns / 3)))} ${what}`;
  const tail = ` (${duration(now() - since)}${cost})`;
  const room = columns - width(head) - width(tail) - 2;
  const middle = doing === "" || room < 8 ? "" : `: ${cutTo(doing, room)}`;
  return `${paint.cyan(head)}${middle}${paint.dim(tail)}`;
}

/** Columns that a text takes at most: all that may be wide counts twice. */
const width = (text: string): number =>
  [...text].reduce((sum, each) => sum + ((each.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2), 0);

function cutTo(text: string, columns: number): string {
  const whole = line(text);
  if (width(whole) <= columns) return whole;
  let kept = "";
  let used = 1; // the ellipsis
  for (const each of whole) {
    used += width(each);
    if (used > columns) break;
    kept += each;
  }
  return `${kept}…`;
}
