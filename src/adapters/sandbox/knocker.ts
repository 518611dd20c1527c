/** A socket of ours that somebody in a sandbox can try, as sessions do to reach their model. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Knocker extends AsyncDisposable {
  readonly socket: string;
}

/** Names that socket to whoever tries it. */
export const knockerVariable = "ORCH_KNOCKER";

/** What Node runs inside to try it: ends with 0 where it got through. */
export const knock =
  `require("node:net").connect(process.env.${knockerVariable})` +
  '.on("connect", () => process.exit(0)).on("error", () => process.exit(1))';

/** Opens the socket, until disposed of; its folder is found by the data folder's mark. */
export async function openKnocker(mark: string): Promise<Knocker> {
  const folder = await mkdtemp(join(tmpdir(), `orch-${mark}-`));
  const socket = join(folder, "door");
  const server = createServer((each) => each.end());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  return {
    socket,
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
