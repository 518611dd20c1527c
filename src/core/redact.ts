/** Takes out of texts what looks like a secret, and the secrets that are known by name. */

/** What secrets look like, each with the name that stands in its place. */
const patterns: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    "private key",
    /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  ],
  ["Anthropic key", /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{16,}/g],
  ["OpenAI key", /(?<![A-Za-z0-9])sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}/g],
  ["GitHub token", /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})/g],
  ["GitLab token", /glpat-[A-Za-z0-9_-]{20,}/g],
  ["npm token", /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g],
  ["AWS key id", /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}/g],
  ["Google key", /AIza[A-Za-z0-9_-]{35}/g],
  ["Slack token", /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}/g],
  ["Stripe key", /(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g],
  [
    "JSON web token",
    /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  ],
  ["gateway token", /orch-[0-9a-f]{48}/g],
  ["bearer token", /(?<=\bBearer )[A-Za-z0-9._~+/-]{20,}=*/gi],
  [
    "password in an address",
    /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:)[^\s:/@]{3,200}(?=@)/gi,
  ],
];

/** Takes the secrets out of a text. */
export type Redact = (text: string) => string;

/** A shorter value would be found in texts that have nothing to do with it. */
const valueLengthMin = 8;

/**
 * Returns what takes secrets out of texts: the values that are given by name, then all that looks
 * like a secret. What it returns is left as it is when it is redacted again.
 */
export function redacting(named: Readonly<Record<string, string | undefined>>): Redact {
  const values = Object.entries(named)
    .flatMap(([name, value]) =>
      value === undefined || value.length < valueLengthMin ? [] : [[name, value] as const],
    )
    // one that holds another goes first
    .sort(([, a], [, b]) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const [name, value] of values) clean = clean.replaceAll(value, `[${name}]`);
    for (const [name, pattern] of patterns) clean = clean.replace(pattern, `[${name}]`);
    return clean;
  };
}

/** Takes the secrets out of all texts of plain data; answers the same value where it has none. */
export function redacted<T>(value: T, redact: Redact): T {
  return cleaned(value, redact) as T; // the same shape: only texts within it have changed
}

function cleaned(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const each = value.map((item) => cleaned(item, redact));
    return each.some((item, at) => item !== value[at]) ? each : value;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, cleaned(item, redact)] as const);
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return entries.some(([key, item]) => item !== fields[key]) ? Object.fromEntries(entries) : value;
}

/** Names of variables whose values are secrets. */
const secretName =
  /(^|_)(API_?KEY|ACCESS_?KEY|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PRIVATE_?KEY)(_|$)|(KEY|TOKEN|SECRET)$/i;

type Variables = Readonly<Record<string, string | undefined>>;

/** Longest plain words that are no secret by their looks: `production`, `eu-central-1`. */
const plainLengthMax = 16;
const plain = /^(?:[\d.:]+|[A-Za-z]+(?:[-_.][A-Za-z]+)*-?\d{0,2})$/;
const isPlain = (value: string): boolean =>
  /^~?\//.test(value) || (value.length <= plainLengthMax && plain.test(value));

/**
 * The variables of an environment that hold secrets: by their names, or because the person hands
 * them to a project (`given`) and their values are neither paths nor plain words.
 */
export function secretsIn(env: Variables, given: readonly string[] = []): Variables {
  const handed = new Set(given);
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) =>
        secretName.test(name) || (handed.has(name) && value !== undefined && !isPlain(value)),
    ),
  );
}
