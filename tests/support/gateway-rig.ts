/** A gateway before a vendor whose every answer a test decides. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { type GatewayOptions, openGateway } from "../../src/adapters/gateway/gateway.ts";
import { readPrices } from "../../src/config/prices.ts";
import type { Door, DoorRequest, Gateway, Sight } from "../../src/ports/gateway.ts";
import { realClock } from "./clock.ts";
import { openWallet, type Wallet } from "./purses.ts";

export const secret = "sk-ant-api03-the-real-one";

export interface Seen {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface GatewayRig {
  readonly gateway: Gateway;
  readonly wallet: Wallet;
  readonly sights: Sight[];
  /** What reached the vendor. */
  readonly seen: Seen[];
  door(changes?: Partial<DoorRequest>): Promise<Door>;
}

type Vendor = (seen: Seen, response: ServerResponse) => void;

/** Opens a vendor and a gateway before it; both are closed when the test has finished. */
export async function openGatewayRig(
  vendor: Vendor,
  options: Partial<Omit<GatewayOptions, "vendor">> & {
    readonly wallet?: Wallet;
    readonly vendor?: Partial<GatewayOptions["vendor"]>;
  } = {},
): Promise<GatewayRig> {
  const seen: Seen[] = [];
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    const { url = "", method = "", headers } = incoming;
    const each = { url, method, headers, body };
    seen.push(each);
    vendor(each, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { wallet = openWallet(), vendor: how, ...rest } = options;
  const base = `http://127.0.0.1:${address.port}`;
  const gateway = openGateway({
    vendor: { base, credential: ["x-api-key", secret], ...how },
    ...{ credential: "apiKey", prices: readPrices(), clock: realClock, prefix: "orch-test-" },
    ...rest,
  });
  onTestFinished(async () => {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  });
  const sights: Sight[] = [];
  return {
    ...{ gateway, wallet, sights, seen },
    door: (changes = {}) =>
      gateway.open({
        ...{ purse: wallet, earlierUsd: 0, hosts: [], by: "loopback" },
        onSight: (sight) => sights.push(sight),
        ...changes,
      }),
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Whether the answer broke off. */
  readonly cut: boolean;
}

export interface Asking {
  readonly path?: string;
  readonly method?: string;
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onChunk?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Asks through a door, as a session would. */
export function ask({ at, token }: Door, asking: Asking = {}): Promise<Answered> {
  const { path = "/v1/messages", method = "POST", body = aRequest(), signal } = asking;
  const shown = asking.token === undefined ? token : asking.token;
  return new Promise((resolve, reject) => {
    const target =
      at.kind === "socket" ? { socketPath: at.path } : { host: "127.0.0.1", port: at.port };
    const headers = {
      "content-type": "application/json",
      ...(shown === null ? {} : { "x-api-key": shown }),
      ...asking.headers,
    };
    const outgoing = request(
      { ...target, path, method, headers, agent: false, ...(signal ? { signal } : {}) },
      (response) => {
        let text = "";
        const end = (cut: boolean) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, cut });
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString("utf8");
          asking.onChunk?.(chunk.toString("utf8"));
        });
        response.on("error", () => end(true));
        response.on("end", () => end(!response.complete));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(typeof body === "string" ? body : JSON.stringify(body));
  });
}

/** A request for a message. */
export const aRequest = (changes: object = {}) => ({
  model: "claude-sonnet-5-5",
  max_tokens: 1_000,
  stream: true,
  messages: [{ role: "user", content: "Hello" }],
  ...changes,
});

const event = (type: string, json: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...json })}\n\n`;

/** The beginning of a streamed answer that has read 100 tokens, 50 of them from the cache. */
export const begins = event("message_start", {
  message: {
    ...{ id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-5-5", content: [] },
    usage: {
      ...{ input_tokens: 40, cache_read_input_tokens: 50, cache_creation_input_tokens: 10 },
      output_tokens: 1,
    },
  },
});
/** A piece of it. */
export const says = (text: string): string =>
  event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
/** Its end, after 20 tokens. */
export const ends =
  event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 20 } }) +
  event("message_stop", {});

/** What all of that costs with `claude-sonnet-5-5`, in US dollars. */
export const costUsd = (40 * 2 + 50 * 0.1 + 10 * 2.5 + 20 * 10) / 1e6;

/** A vendor that answers well. */
export const answersWell: Vendor = (_seen, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": "req_1" });
  response.end(begins + says("Hello") + ends);
};
