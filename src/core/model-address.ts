/** Where the model is asked, as the environment names it. */
import { redacting } from "./redact.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** The variable that names the address of the model's Messages API. */
const variable = "ANTHROPIC_BASE_URL";

/** The address of the model; null where its vendor's own is meant: an empty one is as unset. */
export function modelAddress(env: Variables): string | null {
  const text = env[variable] ?? "";
  return text === "" ? null : text;
}

/** Says why a model cannot be asked at the address that is set; null where nothing is wrong. */
export function wrongAddress(
  env: Variables,
): { readonly what: string; readonly hint: string } | null {
  const address = modelAddress(env);
  if (address === null || isWeb(address)) return null;
  const shown = JSON.stringify(redacting({})(address).slice(0, 200)); // a key may have slipped in
  return {
    what: `the environment variable ${variable} is ${shown}, which is no http or https address`,
    hint: `unset it to ask the vendor's own, or write it whole, e.g. ${variable}=https://host/path`,
  };
}

function isWeb(address: string): boolean {
  if (!URL.canParse(address)) return false;
  return ["http:", "https:"].includes(new URL(address).protocol);
}
