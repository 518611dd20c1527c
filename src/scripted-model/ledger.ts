import type { MessagesRequest } from "./conversation.ts";
import type { Scene } from "./director.ts";
import { priceOf, type Usage } from "./usage.ts";

/** One request for a message, as the vendor would see it. */
export interface RecordedRequest {
  readonly role: string;
  /** First line of the session's prompt, at most 200 characters. */
  readonly task: string;
  readonly session: string;
  readonly model: string;
  /** Replies that the conversation already held. */
  readonly place: number;
  readonly inputBytes: number;
  /** What the asker showed: an API key, a bearer token, or nothing. Never the secret itself. */
  readonly credential: "key" | "bearer" | "none";
  /** The HTTP status; 0 for a broken connection. */
  readonly status: number;
  readonly usage: Usage;
  readonly costUsd: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds until the connection had the whole answer; 0 while it has not. */
  readonly durationMs: number;
  /** The request's body as it came. */
  readonly body: string;
}

export interface Total {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

export interface Bill {
  readonly total: Total;
  readonly byRole: Readonly<Record<string, Total>>;
  readonly byModel: Readonly<Record<string, Total>>;
}

const recordsMax = 10_000;
const nothing: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

/** Keeps what was asked and what it cost. */
export function openLedger() {
  const records: RecordedRequest[] = [];
  return {
    open(
      scene: Scene,
      asked: MessagesRequest,
      { body, credential }: Pick<RecordedRequest, "body" | "credential">,
    ) {
      const { role, task, session, cue } = scene;
      const startedAt = Date.now();
      let record: RecordedRequest = {
        ...{ role, task, session, body, credential, startedAt, model: asked.model },
        ...{ place: cue.kind === "lost" ? -1 : cue.place, inputBytes: Buffer.byteLength(body) },
        ...{ status: 0, usage: nothing, costUsd: 0, durationMs: 0 },
      };
      records.push(record);
      if (records.length > recordsMax) records.shift();
      const update = (change: Partial<RecordedRequest>) => {
        const at = records.indexOf(record);
        record = { ...record, ...change };
        if (at >= 0) records[at] = record;
      };
      return {
        replied: (usage: Usage) =>
          update({ status: 200, usage, costUsd: priceOf(asked.model, usage) }),
        failed: (status: number) => update({ status }),
        closed: () => update({ durationMs: Date.now() - startedAt }),
      };
    },
    requests: (): readonly RecordedRequest[] => [...records],
    bill: (): Bill => ({
      total: sum(records),
      byRole: sumBy(records, (each) => each.role),
      byModel: sumBy(records, (each) => each.model),
    }),
  };
}

function sumBy(
  records: readonly RecordedRequest[],
  key: (record: RecordedRequest) => string,
): Readonly<Record<string, Total>> {
  const keys = [...new Set(records.map(key))];
  return Object.fromEntries(
    keys.map((each) => [each, sum(records.filter((record) => key(record) === each))]),
  );
}

function sum(records: readonly RecordedRequest[]): Total {
  const paid = records.filter((each) => each.status === 200);
  const total = (of: (record: RecordedRequest) => number) =>
    paid.reduce((all, each) => all + of(each), 0);
  return {
    requests: paid.length,
    inputTokens: total(
      ({ usage }) =>
        usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens,
    ),
    outputTokens: total(({ usage }) => usage.output_tokens),
    costUsd: total((each) => each.costUsd),
  };
}
