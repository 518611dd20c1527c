import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redacted, redacting, secretsIn } from "../../src/core/redact.ts";

const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];
const upper = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
const from = (unit: readonly string[], length: number, more = 0) =>
  fc
    .array(fc.constantFrom(...unit), { minLength: length, maxLength: length + more })
    .map((each) => each.join(""));
const built = (make: (body: string) => string, length: number) =>
  from(letters, length, 20).map(make);

/** Secrets as their makers write them. */
const kinds: Readonly<Record<string, fc.Arbitrary<string>>> = {
  Anthropic: built((body) => `sk-ant-api03-${body}-AA`, 80),
  "Anthropic login": built((body) => `sk-ant-oat01-${body}`, 40),
  OpenAI: built((body) => `sk-proj-${body}`, 48),
  GitHub: from(letters, 36).map((body) => `ghp_${body}`),
  "GitHub, fine-grained": built((body) => `github_pat_${body}`, 60),
  GitLab: from(letters, 20).map((body) => `glpat-${body}`),
  npm: from(letters, 36).map((body) => `npm_${body}`),
  AWS: from(upper, 16).map((body) => `AKIA${body}`),
  Google: from(letters, 35).map((body) => `AIza${body}`),
  Slack: built((body) => `xoxb-${body}`, 24),
  Stripe: built((body) => `sk_live_${body}`, 24),
  JWT: from(letters, 30).map((body) => `eyJ${body}.eyJ${body}.${body}`),
  "private key": from(letters, 200).map(
    (body) => `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`,
  ),
};

const around = fc.string({ unit: "binary", maxLength: 40 }).map((text) => `${text} `);
const redact = redacting({});

describe("what looks like a secret is taken out, wherever it stands", () => {
  test.each(Object.entries(kinds))("%s", (_, secrets) => {
    fc.assert(
      fc.property(around, secrets, around, (before, secret, after) => {
        for (const text of [`${before}${secret} ${after}`, `KEY="${secret}"`, `${secret}`]) {
          const clean = redact(text);
          expect(clean).not.toContain(secret);
          // neither does a good part of it stay
          expect(clean).not.toContain(secret.slice(-12));
          expect(redact(clean)).toBe(clean);
        }
      }),
      { numRuns: 60 },
    );
  });
});

test("what stands in an address or behind Bearer is taken out, the rest stays to be read", () => {
  expect(redact("git clone https://me:hunter22@example.org/a.git")).toBe(
    "git clone https://me:[password in an address]@example.org/a.git",
  );
  expect(redact("authorization: Bearer abcdefghijklmnopqrstuvwxyz")).toBe(
    "authorization: Bearer [bearer token]",
  );
});

test("secrets that are known by name go by their values, whatever they look like", () => {
  const env = {
    DB_PASSWORD: "correct horse battery",
    CI: "true",
    NODE_ENV: "production",
    A_TOKEN: "x",
  };
  const named = redacting(secretsIn(env));
  fc.assert(
    fc.property(around, around, (before, after) => {
      const clean = named(`${before}correct horse battery${after}`);
      expect(clean).not.toContain("correct horse battery");
      expect(clean).toContain("[DB_PASSWORD]");
    }),
  );
  // what is no secret by its name, or too short to be told from other words, stays
  expect(named("production, true, x")).toBe("production, true, x");
});

test("what the portfolio hands to a project is a secret, unless it is a path or a plain word", () => {
  const env = {
    LINE: "plover-7731-xylem",
    HOOK: "https://hooks.example.org/T00/B00/x1y2",
    PHRASE: "correct horse battery staple",
    ...{ NODE_ENV: "production", REGION: "eu-central-1", PORT: "10.0.0.1:8080" },
    ...{ JDK: "/opt/jdk-21", API_TOKEN: "plainword", OTHER: "never-handed-1234-over" },
  };
  const given = Object.keys(env).filter((name) => name !== "OTHER");
  expect(Object.keys(secretsIn(env, given)).sort()).toEqual([
    "API_TOKEN",
    "HOOK",
    "LINE",
    "PHRASE",
  ]);
  expect(Object.keys(secretsIn(env))).toEqual(["API_TOKEN"]);
});

test("ordinary texts stay as they are: code, digests, ids, slugs", () => {
  for (const text of [
    "const task-runner-with-a-very-long-name-that-goes-on = 1;",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "8f14e45f-ceea-467f-a0e0-b3f5d1c9a1b2",
    "orch/a1b2c3d4e5f6 landed as merge-task-a1b2c3d4e5f6",
    "https://example.org:8080/path?x=1@2",
    "the ask-me-anything-about-the-new-parser-of-ours page",
  ])
    expect(redact(text)).toBe(text);
});

test("records keep their shape, and what has no secret is not even copied", () => {
  const secret = `ghp_${"a".repeat(36)}`;
  const record = { id: 1, list: ["a", { text: `x ${secret}` }], none: null, when: 7 };
  expect(redacted(record, redact)).toEqual({
    ...{ id: 1, none: null, when: 7 },
    list: ["a", { text: "x [GitHub token]" }],
  });
  const clean = { id: 1, list: ["a"] };
  expect(redacted(clean, redact)).toBe(clean);
});
