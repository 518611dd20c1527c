/** Opens the gateway with the credential that the environment offers. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCredential } from "../adapters/agents/credential.ts";
import { machineClock } from "../adapters/clock.ts";
import { openGateway } from "../adapters/gateway/gateway.ts";
import type { Vendor } from "../adapters/gateway/upstream.ts";
import type { PriceTable } from "../core/prices.ts";
import type { Gateway } from "../ports/gateway.ts";
import type { Environment } from "./environment.ts";

const vendorBase = "https://api.anthropic.com";

/** The longest path that a socket may have, in bytes, its end included. */
const socketPathMax = 107;
const socketNameLength = "/0123456789ab.sock".length;

/**
 * Opens the gateway; null where the person is logged in by the agent's own program, which alone can
 * use and renew that login, and where there is no credential at all.
 */
export async function openModelGateway(
  dataDir: string,
  env: Environment,
  prices: PriceTable,
): Promise<Gateway | null> {
  const credential = await findCredential(env);
  if (credential === null || credential.kind === "login") return null;
  const shown: Vendor["credential"] =
    credential.kind === "apiKey"
      ? ["x-api-key", credential.secret]
      : ["authorization", `Bearer ${credential.secret}`];
  const base = env["ANTHROPIC_BASE_URL"] ?? "";
  const made = openRunDir(dataDir);
  const gateway = openGateway({
    vendor: { base: base === "" ? vendorBase : base, credential: shown },
    credential: credential.kind,
    prices,
    clock: machineClock,
    runDir: made.open,
  });
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      await made.close();
    },
  };
}

/** A private folder for sockets: in the data folder, or where that is too long a path for them. */
function openRunDir(dataDir: string) {
  const own = join(dataDir, "run");
  const fits = Buffer.byteLength(own) + socketNameLength <= socketPathMax;
  let opened: Promise<string> | null = null;
  const make = async (): Promise<string> => {
    if (!fits) return mkdtemp(join(tmpdir(), "orch-"));
    // whoever opens the house has the data folder alone: what is there was left by the dead
    await rm(own, { recursive: true, force: true });
    await mkdir(own, { recursive: true, mode: 0o700 });
    return own;
  };
  return {
    open: (): Promise<string> => {
      opened ??= make();
      return opened;
    },
    async close(): Promise<void> {
      if (opened !== null) await rm(await opened, { recursive: true, force: true });
    },
  };
}
