/**
 * A Messages API server that plays a script: the demo's model and the tests'.
 *
 * It holds no model and calls nobody. Everything that it was asked is recorded, so that a test can
 * compare what was paid with what was booked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parseRequest } from "./conversation.ts";
import { type Director, openDirector, type Scene } from "./director.ts";
import { type Bill, openLedger, type RecordedRequest } from "./ledger.ts";
import { buildReply, openStream, sendWhole, streamOf } from "./reply.ts";
import type { Scenario } from "./scenario.ts";
import { allowanceHeaders, playTrouble, sendError } from "./trouble.ts";
import { openPromptCache, tokensIn } from "./usage.ts";

export interface ScriptedModelOptions {
  /** A free port where it is left out. */
  readonly port?: number;
  /** Added before each reply. */
  readonly latencyMs?: number;
  /** Awaited before each reply: holds it back for as long as its author wants. */
  readonly asked?: (scene: Scene) => Promise<void>;
  /** Called when an asker has the whole of a reply. */
  readonly answered?: (scene: Scene) => void;
}

export interface ScriptedModel {
  /** Base address for `ANTHROPIC_BASE_URL`, on loopback. */
  readonly url: string;
  /** Every request for a message so far, in the order of arrival; the last 10,000 are kept. */
  requests(): readonly RecordedRequest[];
  /** What the vendor would charge for the replies that were sent. */
  bill(): Bill;
  /** Stops listening and cuts all connections. */
  close(): Promise<void>;
}

/** A request that is larger than this is refused with 413, as the vendor does. */
const bodyBytesMax = 32 * 1024 * 1024;

/** Starts a server on loopback that answers as `scenario` says; rejects when the port is taken. */
export async function openScriptedModel(
  scenario: Scenario,
  { port = 0, latencyMs = 0, asked, answered }: ScriptedModelOptions = {},
): Promise<ScriptedModel> {
  const ledger = openLedger();
  const cache = openPromptCache();
  const director = openDirector(scenario);
  const stage: Stage = { director, ledger, cache, latencyMs, asked, answered };
  const server = createServer((request, response) => {
    response.on("error", () => response.destroy()); // the asker went away: nothing to tell it
    answer(stage, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, 500, `scripted model: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address to listen on");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: ledger.requests,
    bill: ledger.bill,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Stage {
  readonly director: Director;
  readonly ledger: ReturnType<typeof openLedger>;
  readonly cache: ReturnType<typeof openPromptCache>;
  readonly latencyMs: number;
  readonly asked: ScriptedModelOptions["asked"];
  readonly answered: ScriptedModelOptions["answered"];
}

async function answer(
  stage: Stage,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const body = await read(request);
  if (body === null) return sendError(response, 413, "request exceeds the maximum size");
  if (request.method !== "POST" || !path.startsWith("/v1/messages")) return shrug(response);
  const asked = parseRequest(body);
  if (asked === null) return sendError(response, 400, "the body is not a Messages API request");
  if (path.endsWith("/count_tokens")) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ input_tokens: tokensIn(body) }));
    return;
  }
  const header = request.headers["x-claude-code-session-id"];
  const scene = stage.director.direct(asked, typeof header === "string" ? header : undefined);
  const credential = credentialOf(request);
  const record = stage.ledger.open(scene, asked, { body, credential });
  response.on("close", () => record.closed());
  await stage.asked?.(scene);
  if (response.destroyed || !(await delay(scene.waitMs + stage.latencyMs, response))) return;
  response.on("finish", () => stage.answered?.(scene));
  await perform(stage, scene, { asked, record, response });
}

interface Exchange {
  readonly asked: NonNullable<ReturnType<typeof parseRequest>>;
  readonly record: ReturnType<Stage["ledger"]["open"]>;
  readonly response: ServerResponse;
}

async function perform(stage: Stage, scene: Scene, exchange: Exchange): Promise<void> {
  const { asked, record, response } = exchange;
  const { cue } = scene;
  switch (cue.kind) {
    case "lost":
      record.failed(400);
      return sendError(response, 400, `scripted model: ${cue.why}`);
    case "trouble":
      record.failed(cue.step.kind === "error" ? cue.step.status : 0);
      return playTrouble(response, cue.step, asked.model);
    case "reply": {
      if (!/^claude-/.test(asked.model)) {
        record.failed(404);
        return sendError(response, 404, `model: ${asked.model}`);
      }
      const reply = buildReply(asked, cue.step, { ...scene, ...cue }, stage.cache.count(asked));
      record.replied(reply.usage);
      const told = allowanceHeaders(cue.step.allowance);
      for (const [name, value] of Object.entries(told)) response.setHeader(name, value);
      if (asked.stream !== true) return sendWhole(response, reply);
      openStream(response);
      for (const event of streamOf(reply)) response.write(event);
      response.end();
      return;
    }
    default:
      cue satisfies never;
  }
}

/** Other endpoints are touched by agents at their start and need no real answer. */
function shrug(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end("{}");
}

function credentialOf({ headers }: IncomingMessage): "key" | "bearer" | "none" {
  if (headers["x-api-key"] !== undefined) return "key";
  return headers.authorization === undefined ? "none" : "bearer";
}

async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  }
  return bytes > bodyBytesMax ? null : Buffer.concat(chunks).toString("utf8");
}

/** Waits, unless the asker goes away first: then it answers `false`. */
function delay(ms: number, response: ServerResponse): Promise<boolean> {
  if (ms === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const gone = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      response.off("close", gone);
      resolve(true);
    }, ms);
    response.once("close", gone);
  });
}
