/** What the scripted model was asked, session by session. */
import { parseRequest, promptOf } from "../../src/scripted-model/conversation.ts";
import type { ScriptedModel } from "../../src/scripted-model/server.ts";

export interface RecordedSession {
  readonly role: string;
  readonly session: string;
  /** The session's prompt, without the agent's own reminders. */
  readonly prompt: string;
  /** All that was sent in it: system prompt, tools, messages. */
  readonly text: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Sessions of a role whose prompts fit, in the order in which they began. */
export function sessionsOf(
  model: ScriptedModel,
  role: string,
  task: RegExp = /(?:)/,
): readonly RecordedSession[] {
  const sessions = new Map<string, RecordedSession>();
  for (const each of model.requests()) {
    const asked = parseRequest(each.body);
    if (each.role !== role || asked === null) continue;
    const { session, startedAt, durationMs, body } = each;
    const before = sessions.get(session);
    sessions.set(session, {
      role,
      session,
      prompt: before?.prompt ?? promptOf(asked),
      text: `${before?.text ?? ""}${body}`,
      startedAt: before?.startedAt ?? startedAt,
      endedAt: startedAt + durationMs,
    });
  }
  return [...sessions.values()].filter(({ prompt }) => task.test(prompt));
}

/** Most sessions, or attempts, that were under way at one moment. */
export const mostAtOnce = (
  sessions: readonly { readonly startedAt: number; readonly endedAt: number | null }[],
): number =>
  Math.max(
    0,
    ...sessions.map(
      ({ startedAt: at }) =>
        sessions.filter((e) => e.startedAt <= at && at < (e.endedAt ?? Infinity)).length,
    ),
  );
