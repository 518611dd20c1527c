/** Where the model is asked, as the environment names it. */
import { cloudIn } from "./cloud.ts";
import { wrongProxy } from "./proxy.ts";
import { whyNoWeb } from "./web-address.ts";

/** Where the vendor has its own Messages API. */
export const vendorBase = "https://api.anthropic.com";

type Variables = Readonly<Record<string, string | undefined>>;

/** The variable that names the address of the model's Messages API. */
const variable = "ANTHROPIC_BASE_URL";

/** The address of the model; null where its vendor's own is meant: an empty one is as unset. */
export function modelAddress(env: Variables): string | null {
  const cloud = cloudIn(env);
  if (cloud !== null && "base" in cloud) return cloud.base;
  const text = env[variable] ?? "";
  return text === "" ? null : text;
}

/** Says why a model cannot be asked as the environment says; null where nothing is wrong. */
export function wrongAddress(
  env: Variables,
): { readonly what: string; readonly hint: string } | null {
  const cloud = cloudIn(env);
  if (cloud !== null && "what" in cloud) return cloud;
  const address = modelAddress(env) ?? vendorBase;
  return (cloud === null ? whyNoWeb(variable, address) : null) ?? wrongWay(env, new URL(address));
}

/** Says why the model cannot be reached by the proxy that is set; null where it can, or is not. */
function wrongWay(env: Variables, { protocol, hostname, port }: URL) {
  if (protocol !== "https:") return null;
  const host = hostname.replace(/^\[|\]$/g, "");
  return wrongProxy(env, { host, port: port === "" ? 443 : Number(port) });
}

/** Where the model is asked, in a word that may be told: the way, and the server, nothing else. */
export function modelPlace(env: Variables): string {
  const cloud = cloudIn(env);
  const address = modelAddress(env) ?? vendorBase;
  const server = URL.canParse(address) ? new URL(address).origin : "no address";
  if (cloud === null) return server;
  return "what" in cloud ? "nowhere" : `${cloud.kind} at ${server}`;
}
