/** Opens the gateway with the credential that the environment offers. */
import { type Credential, findCredential } from "../adapters/agents/credential.ts";
import { machineClock } from "../adapters/clock.ts";
import { openGateway } from "../adapters/gateway/gateway.ts";
import type { Speech } from "../adapters/gateway/speech.ts";
import type { Vendor } from "../adapters/gateway/upstream.ts";
import type { Cloud } from "../core/cloud.ts";
import { modelAddress, vendorBase, wrongAddress } from "../core/model-address.ts";
import type { PriceTable } from "../core/prices.ts";
import { proxyFor } from "../core/proxy.ts";
import type { Gateway } from "../ports/gateway.ts";
import type { Environment } from "./environment.ts";

/**
 * Opens the gateway; it leads to no model where the person is logged in by the agent's own program,
 * which alone can use and renew that login, where there is no credential at all, and where the
 * address that is set is none.
 * `prefix` begins the names of its sockets' folders.
 */
export async function openModelGateway(
  env: Environment,
  prices: PriceTable,
  prefix: string,
): Promise<Gateway> {
  const found = await findCredential(env);
  const credential = found?.kind === "login" ? null : found;
  const isWrong = wrongAddress(env) !== null;
  const base = (isWrong ? null : modelAddress(env)) ?? vendorBase;
  const speech = credential?.kind === "cloud" ? speechOf(credential.cloud) : null;
  return openGateway({
    vendor: {
      ...{ base, credential: isWrong ? null : shownOf(credential) },
      ...(speech === null ? {} : { speech }),
    },
    credential: credential?.kind ?? null,
    ...{ prices, prefix, clock: machineClock },
    proxyFor: (target) => proxyFor(env, target),
  });
}

type Key = Exclude<Credential, { readonly kind: "login" }>;

function shownOf(credential: Key | null): Vendor["credential"] {
  if (credential === null) return null;
  if (credential.kind === "cloud") {
    const { token } = credential.cloud;
    return token === null ? null : ["authorization", `Bearer ${token}`];
  }
  const { kind, secret } = credential;
  return kind === "apiKey" ? ["x-api-key", secret] : ["authorization", `Bearer ${secret}`];
}

function speechOf(cloud: Cloud): Speech {
  if (cloud.kind === "bedrock") return { kind: "bedrock" };
  return { kind: "vertex", project: cloud.project, region: cloud.region };
}
