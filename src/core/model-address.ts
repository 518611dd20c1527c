/** Where the model is asked, as the environment names it. */
import { cloudIn } from "./cloud.ts";
import { whyNoWeb } from "./web-address.ts";

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
  if (cloud !== null) return "what" in cloud ? cloud : null;
  const address = modelAddress(env);
  return address === null ? null : whyNoWeb(variable, address);
}
