/** How a session reaches its model: over the machine's network, or through a socket alone. */
import { createServer } from "node:net";
import type { SessionRequest } from "../../ports/agent.ts";
import type { Network, Sandbox } from "../../ports/sandbox.ts";
import type { Credential } from "./credential.ts";

/** Opens a socket that leads to an API's address, until disposed of. */
export type OpenWay = (base: string) => Promise<AsyncDisposable & { readonly socket: string }>;

export interface Way extends AsyncDisposable {
  /** What the agent's environment says about it. */
  readonly env: Readonly<Record<string, string>>;
  readonly readable: readonly string[];
  readonly network: Network;
}

const vendorBase = "https://api.anthropic.com";
/** Where a confined session finds the model: a port that nothing of a project's uses. */
const innerPort = 47_114;

/**
 * Opens the only way out of a session that is confined. One with a login reaches the machine's
 * network, because it is renewed elsewhere.
 */
export async function openSessionWay(
  sandbox: Sandbox,
  openWay: OpenWay | undefined,
  base: string | null,
  { network, credential }: Pick<SessionRequest, "network"> & { readonly credential: Credential },
): Promise<Way> {
  const isOpen = network === "all" || credential.kind === "login";
  if (!sandbox.confines || isOpen || openWay === undefined) return wideOpen(base);
  const way = await openWay(base ?? vendorBase);
  const { socket } = way;
  const close = () => way[Symbol.asyncDispose]();
  // the machine's own loopback may have the usual port taken by another session
  const port = sandbox.kind === "seatbelt" ? await freePort() : innerPort;
  const env = { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` };
  // the agent that is told of a socket looks for such a token in its environment alone, where its
  // commands could read it: a process inside leads it to the socket
  if (credential.kind === "oauthToken") {
    const openings = [{ socket, port }];
    return { env, readable: [], network: { openings }, [Symbol.asyncDispose]: close };
  }
  return {
    env: { ...env, ANTHROPIC_UNIX_SOCKET: socket },
    readable: [socket],
    network: { openings: [] },
    [Symbol.asyncDispose]: close,
  };
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const at = server.address();
      server.close(() => resolve(typeof at === "object" && at !== null ? at.port : innerPort));
    });
  });
}

const wideOpen = (base: string | null): Way => ({
  env: base === null ? {} : { ANTHROPIC_BASE_URL: base },
  readable: [],
  network: "all",
  async [Symbol.asyncDispose]() {},
});
