/** What requests are reckoned to cost: before they are sent, and when they have ended. */
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  answersWell,
  aRequest,
  ask,
  begins,
  costUsd,
  ends,
  openGatewayRig,
  says,
} from "../../support/gateway-rig.ts";
import { openWallet } from "../../support/purses.ts";

const cents = (usd: number) => expect.closeTo(usd, 9);

test("the worst case is set aside before the vendor hears anything, and what it came to after", async () => {
  const order: string[] = [];
  const wallet = openWallet(() => {
    order.push("set aside");
    return null;
  });
  const rig = await openGatewayRig(
    (seen, response) => {
      order.push("asked");
      answersWell(seen, response);
    },
    { wallet },
  );
  const door = await rig.door({ earlierUsd: 0.25 });
  await ask(door);
  await door.close();
  expect(order).toEqual(["set aside", "asked"]);
  const bytes = JSON.stringify(aRequest()).length;
  const worstUsd = (Math.ceil(bytes / 3) * 2.5 + 1_000 * 10) / 1e6;
  expect(wallet.asked).toEqual([
    { model: "claude-sonnet-5-5", unpriced: false, worstUsd: cents(worstUsd), earlierUsd: 0.25 },
  ]);
  const usage = { inputTokens: 40, outputTokens: 20, cacheReadTokens: 50, cacheWriteTokens: 10 };
  expect(wallet.came.get(1)).toEqual({
    kind: "answered",
    usage: { model: "claude-sonnet-5-5", ...usage, costUsd: cents(costUsd) },
  });
  expect(door.usage()).toMatchObject([usage]);
});

test("an answer in one document is read as well; writes for an hour cost more", async () => {
  const usage = {
    ...{ input_tokens: 10, output_tokens: 20, cache_creation_input_tokens: 1_000 },
    ...{ cache_read_input_tokens: 0, cache_creation: { ephemeral_1h_input_tokens: 600 } },
  };
  const rig = await openGatewayRig((_seen, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ type: "message", usage }));
  });
  const door = await rig.door();
  await ask(door, { body: aRequest({ stream: false }) });
  await door.close();
  const usd = (10 * 2 + 20 * 10 + 400 * 2.5 + 600 * 4) / 1e6;
  expect(rig.wallet.came.get(1)).toMatchObject({ usage: { costUsd: cents(usd) } });
});

test("what the vendor turns down is free, and so is what never reached it", async () => {
  for (const status of [400, 401, 404, 413, 429, 500, 529]) {
    const rig = await openGatewayRig((_seen, response) => {
      response.writeHead(status, { "content-type": "application/json", "retry-after": "7" });
      response.end('{"type":"error","error":{"type":"x","message":"not today"}}');
    });
    const door = await rig.door();
    const answer = await ask(door);
    expect(answer).toMatchObject({ status, headers: { "retry-after": "7" } });
    await door.close();
    expect([status, rig.wallet.came.get(1)]).toEqual([status, { kind: "free" }]);
  }
  const nobody = { base: "http://127.0.0.1:9", credential: ["x-api-key", "k"] } as const;
  const rig = await openGatewayRig(answersWell, { vendor: nobody });
  const door = await rig.door();
  expect((await ask(door)).status).toBe(502);
  await door.close();
  expect(rig.wallet.came.get(1)).toEqual({ kind: "free" });
  expect(door.trouble()).toMatchObject({ type: "unavailable" });
});

test("whatever a session has in whole is settled: its last piece waits for the purse", async () => {
  const document = JSON.stringify({
    ...{ type: "message", usage: { input_tokens: 10, output_tokens: 20 } },
  });
  const streamed = [begins + says("Hello"), ends] as const;
  for (const [kind, pieces] of [
    ["text/event-stream", streamed],
    ["application/json", [document.slice(0, 20), document.slice(20)]],
  ] as const) {
    let heard = "";
    const atSettling: string[] = [];
    const wallet = openWallet();
    const rig = await openGatewayRig(
      async (_seen, response) => {
        response.writeHead(200, { "content-type": kind });
        for (const piece of pieces) {
          response.write(piece);
          // a document's first piece is passed on with its second at the earliest
          while (kind === "text/event-stream" && piece === streamed[0] && heard === "")
            await turn();
        }
        response.end();
      },
      {
        wallet: {
          ...wallet,
          async close(number, came) {
            for (let waited = 0; waited < 100; waited += 1) await turn(); // what was sent arrives
            atSettling.push(heard);
            await wallet.close(number, came);
          },
        },
      },
    );
    const door = await rig.door();
    const body = aRequest({ stream: kind === "text/event-stream" });
    const answer = await ask(door, {
      body,
      onChunk: (text) => {
        heard += text;
      },
    });
    await door.close();
    const whole = pieces.join("");
    expect([answer.body, answer.cut]).toEqual([whole, false]);
    expect(atSettling, "told once").toHaveLength(1);
    expect(atSettling[0], kind).not.toContain(pieces[1]);
    expect(wallet.came.get(1)).toMatchObject({ kind: "answered" });
  }
});

test("an answer that is cut off counts at most: what came in, and all that could go out", async () => {
  const inUsd = (40 * 2 + 50 * 0.1 + 10 * 2.5) / 1e6;
  const rig = await openGatewayRig((_seen, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(begins + says("Hel"), () => response.destroy());
  });
  const door = await rig.door();
  expect((await ask(door)).cut).toBe(true);
  await door.close();
  expect(rig.wallet.came.get(1)).toEqual({
    kind: "broken",
    mostUsd: cents(inUsd + (1_000 * 10) / 1e6),
  });
});

test("where nothing of an answer came, or what came says nothing, the worst case stays", async () => {
  for (const text of ["", "event: message_start\ndata: {", says("no beginning")]) {
    const rig = await openGatewayRig((_seen, response) => {
      if (text === "") return response.destroy();
      response.writeHead(200, { "content-type": "text/event-stream" });
      return response.end(text);
    });
    const door = await rig.door();
    await ask(door);
    await door.close();
    expect(rig.wallet.came.get(1)).toEqual({
      kind: "broken",
      mostUsd: Number.POSITIVE_INFINITY,
    });
  }
});

test("a session that goes away cuts its request off; closing its door does, and waits", async () => {
  let cut = 0;
  const rig = await openGatewayRig((_seen, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(begins);
    response.on("close", () => {
      cut += 1;
    });
  });
  const leaving = new AbortController();
  const first = await rig.door();
  const gone = ask(first, { signal: leaving.signal, onChunk: () => leaving.abort() });
  await gone.catch(() => undefined);
  await first.close();
  expect(rig.wallet.came.get(1)).toMatchObject({ kind: "broken" });
  const second = await rig.door();
  const heard = new Promise<void>((resolve) => {
    void ask(second, { onChunk: () => resolve() }).catch(() => undefined);
  });
  await heard;
  await second.close();
  expect(rig.wallet.came.get(2)).toMatchObject({ kind: "broken" });
  while (cut < 2) await turn();
});

test("there is no money for it: refused in a way that is not tried again, and told why", async () => {
  const why = "the project's cap for today, $1.00, has $1.00 spent or reserved";
  const wallet = openWallet(() => ({ kind: "refused", cause: "cap", why }));
  const rig = await openGatewayRig(answersWell, { wallet });
  const door = await rig.door();
  const answer = await ask(door);
  expect(answer.status).toBe(403);
  expect(answer.body).toContain(why);
  expect(door.shut()).toEqual({ cause: "cap", why });
  expect(rig.seen).toEqual([]);
  expect(wallet.came.size).toBe(0);
});

test("a request waits for another of its session that has set too much aside", async () => {
  let finish = (): void => {};
  let open = 0;
  const wallet = openWallet(() => {
    const busy = open > 0 && wallet.came.size === 0;
    if (busy) return { kind: "refused", cause: "busy", why: "full" };
    open += 1;
    return null;
  });
  const rig = await openGatewayRig(
    (_seen, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(begins);
      finish = () => response.end(ends);
    },
    { wallet },
  );
  const door = await rig.door();
  const seconds: ReturnType<typeof ask>[] = [];
  const first = ask(door, {
    onChunk: () => {
      if (seconds.length > 0) return;
      seconds.push(ask(door, { onChunk: () => finish() }));
      void waitFor(() => wallet.asked.length === 2).then(() => finish());
    },
  });
  expect((await first).status).toBe(200);
  expect((await Promise.all(seconds)).map(({ status }) => status)).toEqual([200]);
  expect(door.shut()).toBeNull();
  expect(wallet.asked.length).toBe(3);
});

async function waitFor(test: () => boolean): Promise<void> {
  while (!test()) await turn();
}

test("a model without a price counts as the dearest, and is told once", async () => {
  const rig = await openGatewayRig(answersWell);
  const door = await rig.door();
  for (let i = 0; i < 2; i += 1) await ask(door, { body: aRequest({ model: "unheard/of" }) });
  await door.close();
  expect(rig.wallet.asked.map(({ unpriced }) => unpriced)).toEqual([true, false]);
  const dearest = (40 * 8 + 50 * 0.5 + 10 * 10 + 20 * 40) / 1e6;
  expect(rig.wallet.came.get(2)).toMatchObject({ usage: { costUsd: cents(dearest) } });
});

test("estimates learn how dense a model's texts are, from the vendor's own counts", async () => {
  const rig = await openGatewayRig(answersWell);
  const door = await rig.door();
  const body = aRequest({ messages: [{ role: "user", content: "x".repeat(4_000) }] });
  for (let i = 0; i < 4; i += 1) await ask(door, { body });
  const bytes = JSON.stringify(body).length;
  const [first, , , last] = rig.wallet.asked;
  const out = (1_000 * 10) / 1e6;
  expect(first?.worstUsd).toBeCloseTo((Math.ceil(bytes / 3) * 2.5) / 1e6 + out, 9);
  expect(last?.worstUsd).toBeCloseTo((Math.ceil(1.2 * 100) * 2.5) / 1e6 + out, 9);
});
