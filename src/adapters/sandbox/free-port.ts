/** Ports of the machine's loopback, for sandboxes that have none of their own. */
import { createServer } from "node:net";

/** More than are in use at a time; the system may give a port again before its relay listens. */
const rememberedMax = 500;
const triesMax = 50;

/** Opens a source of ports that nobody listens at; none is one of the last 500 that it answered. */
export function openFreePorts(anyPort = systemPort): () => Promise<number> {
  const given: number[] = [];
  return async () => {
    for (let tried = 0; tried < triesMax; tried += 1) {
      const port = await anyPort();
      if (given.includes(port)) continue;
      given.push(port);
      if (given.length > rememberedMax) given.shift();
      return port;
    }
    throw new Error("no port of the loopback is free");
  };
}

function systemPort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const at = server.address();
      if (at === null || typeof at === "string") return reject(new Error("no port to listen at"));
      server.close(() => resolve(at.port));
    });
  });
}
