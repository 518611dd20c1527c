/** A cloud that has the scripted model: it speaks Bedrock's and Vertex's protocols before it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

export interface CloudCall {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface CloudStandIn {
  readonly url: string;
  readonly calls: CloudCall[];
}

/** Opens a cloud before the Messages API at `model`. */
export async function openCloudStandIn(model: string): Promise<CloudStandIn> {
  const calls: CloudCall[] = [];
  const server = createServer((incoming, response) => {
    answer(model, calls, incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, calls };
}

const bedrock = /^\/model\/([^/]+)\/invoke-with-response-stream$/;
const vertex = /^\/v1\/projects\/.+\/models\/([^/:]+):streamRawPredict$/;

async function answer(
  model: string,
  calls: CloudCall[],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url = "", headers } = incoming;
  let body = "";
  for await (const chunk of incoming) body += String(chunk);
  calls.push({ url, headers, body });
  const id = bedrock.exec(url)?.[1] ?? vertex.exec(url)?.[1];
  if (id === undefined) return void response.writeHead(404).end();
  const { anthropic_version: _, ...asked } = JSON.parse(body);
  const plain = await fetch(`${model}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "of-the-cloud" },
    body: JSON.stringify({ ...asked, model: id.replace(/^.*anthropic\./, ""), stream: true }),
  });
  const text = await plain.text();
  if (vertex.test(url) || plain.status !== 200)
    return void response
      .writeHead(plain.status, { "content-type": plain.headers.get("content-type") ?? "" })
      .end(text);
  response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
  for (const line of text.split("\n"))
    if (line.startsWith("data:")) response.write(frameOf(line.slice(5).trim()));
  response.end();
}

/** One event in Bedrock's framing. */
export function frameOf(event: string): Buffer {
  const payload = Buffer.from(JSON.stringify({ bytes: Buffer.from(event).toString("base64") }));
  const headers = Buffer.concat(
    [
      [":event-type", "chunk"],
      [":content-type", "application/json"],
      [":message-type", "event"],
    ].map(([name = "", value = ""]) => headerOf(name, value)),
  );
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(8 + 4 + headers.length + payload.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const head = Buffer.concat([prelude, checksum(prelude), headers, payload]);
  return Buffer.concat([head, checksum(head)]);
}

const stringType = 7;

function headerOf(name: string, value: string): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(Buffer.byteLength(value));
  const key = Buffer.from(name);
  return Buffer.concat([
    ...[Buffer.from([key.length]), key, Buffer.from([stringType]), size, Buffer.from(value)],
  ]);
}

/** CRC-32, as frames end with it. */
function checksum(bytes: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  const out = Buffer.alloc(4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return out;
}
