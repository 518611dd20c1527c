import {
  cwdOf,
  type MessagesRequest,
  placeIn,
  promptOf,
  roleOf,
  sessionOf,
} from "./conversation.ts";
import type { ErrorStep, FaultStep, Play, ReplyStep, Scenario } from "./scenario.ts";

/** What one request gets. */
export type Cue =
  | { readonly kind: "reply"; readonly step: ReplyStep; readonly place: number }
  | { readonly kind: "trouble"; readonly step: ErrorStep | FaultStep; readonly place: number }
  /** The scenario has nothing for this request; `why` tells the author what was asked. */
  | { readonly kind: "lost"; readonly why: string };

/** A request, understood. */
export interface Scene {
  readonly role: string;
  readonly task: string;
  readonly session: string;
  readonly cwd: string;
  readonly waitMs: number;
  readonly cue: Cue;
}

export interface Director {
  /** Decides what a request gets; the same history gets the same reply. */
  direct(request: MessagesRequest, sessionHeader: string | undefined): Scene;
}

/**
 * A reply with what happens before it: waits, errors, faults. `reply` is `null` at the open end.
 */
interface Turn {
  readonly waitMs: number;
  readonly troubles: readonly (ErrorStep | FaultStep)[];
  readonly reply: ReplyStep | null;
}

const taskLengthMax = 200;

/** Remembers which play each session was given and how often each trouble was met, nothing else. */
export function openDirector(scenario: Scenario): Director {
  const casting = openCasting(scenario);
  const troubled = new Map<string, number>();
  const turns = new Map<Play, readonly Turn[]>();
  return {
    direct(request, sessionHeader) {
      const role = roleOf(request) ?? "unknown";
      const prompt = promptOf(request);
      const session = sessionOf(request, sessionHeader);
      const task = (prompt.split("\n").find((line) => line.trim() !== "") ?? "").trim();
      const scene = { role, session, task: task.slice(0, taskLengthMax), cwd: cwdOf(request) };
      const play = casting.playFor(role, prompt, session);
      if (play === null) {
        const asked = JSON.stringify(scene.task);
        const why = `no play for role "${role}" and task ${asked}`;
        return { ...scene, waitMs: 0, cue: { kind: "lost", why } };
      }
      const script = turns.get(play) ?? turnsOf(play);
      turns.set(play, script);
      const replies = script.flatMap((turn) => turn.reply ?? []);
      const place = placeIn(request, replies);
      const turn = script[play.repeat ? Math.min(place, script.length - 1) : place];
      if (turn === undefined) {
        const why = `${play.name} has no step after its ${replies.length} replies`;
        return { ...scene, waitMs: 0, cue: { kind: "lost", why } };
      }
      const met = `${session}/${place}`;
      const times = troubled.get(met) ?? 0;
      const step = troubleAt(turn, times);
      if (step !== null) troubled.set(met, times + 1);
      return { ...scene, waitMs: turn.waitMs, cue: cueOf(turn, step, place) };
    },
  };
}

function cueOf(turn: Turn, trouble: ErrorStep | FaultStep | null, place: number): Cue {
  if (trouble !== null) return { kind: "trouble", step: trouble, place };
  if (turn.reply !== null) return { kind: "reply", step: turn.reply, place };
  return { kind: "lost", why: `nothing follows after the errors of reply ${place}` };
}

/** The trouble that stands before a turn's reply when `met` have been met, or `null`. */
function troubleAt(turn: Turn, met: number): ErrorStep | FaultStep | null {
  let left = met;
  for (const trouble of turn.troubles) {
    if (left < trouble.times) return trouble;
    left -= trouble.times;
  }
  return null;
}

function turnsOf(play: Play): readonly Turn[] {
  const turns: Turn[] = [];
  let waitMs = 0;
  let troubles: (ErrorStep | FaultStep)[] = [];
  for (const step of play.steps) {
    if (step.kind === "wait") waitMs += step.waitMs;
    else if (step.kind !== "reply") troubles.push(step);
    else {
      turns.push({ waitMs, troubles, reply: step });
      waitMs = 0;
      troubles = [];
    }
  }
  if (troubles.length > 0) turns.push({ waitMs, troubles, reply: null });
  return turns;
}

/** Gives each session its play, once. */
function openCasting(scenario: Scenario) {
  const cast = new Map<string, Play>();
  const sessionsOf = new Map<string, string[]>();
  const used = new Map<Play, number>();

  /** Counts the sessions of one role and pattern, in the order in which they came. */
  function attemptOf(role: string, play: Play, session: string): number {
    const key = `${role} ${play.task?.source ?? ""}`;
    const sessions = sessionsOf.get(key) ?? [];
    sessionsOf.set(key, sessions);
    if (!sessions.includes(session)) sessions.push(session);
    return sessions.indexOf(session) + 1;
  }

  return {
    playFor(role: string, prompt: string, session: string): Play | null {
      const given = cast.get(session);
      if (given !== undefined) return given;
      const fitting = (scenario.get(role) ?? []).filter(
        (play) => play.task === null || play.task.test(prompt),
      );
      const attempts = new Map(fitting.map((play) => [play, attemptOf(role, play, session)]));
      const play = fitting.find(
        (each) =>
          (each.attempt === null || each.attempt === attempts.get(each)) &&
          (used.get(each) ?? 0) < each.times,
      );
      if (play === undefined) return null;
      used.set(play, (used.get(play) ?? 0) + 1);
      cast.set(session, play);
      return play;
    },
  };
}
