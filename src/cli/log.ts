/**
 * The log of a process that nobody watches: one line each, with time and level, on the error
 * stream.
 */
import type { Instant } from "../core/ids.ts";
import type { LogLevel } from "../core/portfolio.ts";
import type { Desk } from "./desk.ts";
import type { Tell } from "./follow.ts";
import { isHeard } from "./progress.ts";
import { describeEvent } from "./render/event.ts";
import { line, toJson } from "./sanitize.ts";

export interface Log {
  readonly write: (level: LogLevel, project: string | null, text: string) => void;
  /** Writes also what the least level would hide. */
  readonly insist: (level: LogLevel, text: string) => void;
  readonly tell: Tell;
}

interface Entry {
  readonly at: Instant;
  readonly level: LogLevel;
  readonly project: string | null;
  readonly task?: string | null;
  readonly title?: string | null;
  readonly text: string;
}

const textMax = 1_000;
/** A gap follows each level: where a terminal is narrow, lines go on below what is behind it. */
const levelColumns = "WARNING ".length;

/** Opens the log; `least` is asked each time, so that a changed portfolio counts at once. */
export function openLog(desk: Desk, least: () => LogLevel, now: () => Instant): Log {
  const say = (entry: Entry): void => desk.say(desk.flags.json ? asJson(entry) : asText(entry));
  const put = (entry: Entry): void => {
    if (isHeard(entry.level, least())) say(entry);
  };
  return {
    write: (level, project, text) => put({ at: now(), level, project, text: line(text, textMax) }),
    insist: (level, text) => say({ at: now(), level, project: null, text: line(text, textMax) }),
    tell: ({ project, logged: { at, event }, title }) => {
      const task = event.of === "task" || event.of === "note" ? event.task : null;
      put({ at, project, task, title, ...describeEvent(event) });
    },
  };
}

const asJson = ({ at, ...rest }: Entry): string =>
  toJson({ at: new Date(at).toISOString(), ...rest });

function asText({ at, level, project, task, title, text }: Entry): string {
  const about = title === undefined || title === null || title === "" ? "" : ` (${title})`;
  const parts = [
    new Date(at).toISOString(),
    level.toUpperCase().padEnd(levelColumns),
    project,
    task,
  ];
  const head = parts.filter((each) => each !== null && each !== undefined).join(" ");
  return `${head} ${text}${about}`;
}
