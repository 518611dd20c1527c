/** Keys that the portfolio's `env` hands to checks and workers, where they are anybody's. */
import { redacting } from "./redact.ts";

/** Variables that open a model or a cloud, whatever their values look like. */
const opening =
  /^(ANTHROPIC_(API_KEY|AUTH_TOKEN)|CLAUDE_CODE_OAUTH_TOKEN|(OPENAI|GEMINI|GOOGLE|MISTRAL|COHERE|GROQ|OPENROUTER|DEEPSEEK|XAI|HUGGINGFACE|AZURE_OPENAI)_API_KEY|HF_TOKEN|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|BEARER_TOKEN_BEDROCK)|AZURE_CLIENT_SECRET|GOOGLE_APPLICATION_CREDENTIALS|(GITHUB|GH|GITLAB|NPM|CLOUDFLARE_API|DIGITALOCEAN|VAULT)_TOKEN)$/;

const looksLike = redacting({});

/** Of the variables that a project is handed, those that are set and look like keys. */
export const keysAmong = (
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] =>
  names.filter((name) => {
    const value = env[name];
    return (
      value !== undefined && value !== "" && (opening.test(name) || looksLike(value) !== value)
    );
  });

/** Says which keys a project's checks and workers are handed, and what to do; null: none. */
export function keysHanded(
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly what: string; readonly hint: string } | null {
  const keys = keysAmong(names, env);
  if (keys.length === 0) return null;
  const what =
    `\`env\` hands ${keys.join(", ")} to every worker and check: whatever an agent, a test or a ` +
    "package runs there can use it, and send it away where the network is open";
  const hint =
    "take it out of `env`: agents need no key, they ask through the gateway; where a test needs " +
    "one, name a key made for that alone, with a limit of its own";
  return { what, hint };
}
