/** Addresses of the web that a person's environment names. */
import { redacting } from "./redact.ts";

/** Says what is wrong with the address in a variable; null where it is one of http or https. */
export function whyNoWeb(
  variable: string,
  address: string,
): { readonly what: string; readonly hint: string } | null {
  if (isWeb(address)) return null;
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
