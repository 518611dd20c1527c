/** The proxy by which the person's machine reaches the web, as the environment names it. */

type Variables = Readonly<Record<string, string | undefined>>;

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface WebProxy extends Target {
  readonly isTls: boolean;
  /** The value of `Proxy-Authorization`; null where its address names nobody. A secret. */
  readonly authorization: string | null;
}

/** The variable that names it; the first that says anything counts, as in most programs. */
const namedIn = (env: Variables): string | null =>
  ["https_proxy", "HTTPS_PROXY"].find((name) => (env[name] ?? "") !== "") ?? null;

/** Finds the proxy for a connection; null where there is none, or none is to be used. */
export function proxyFor(env: Variables, target: Target): WebProxy | null {
  const name = namedIn(env);
  if (name === null || isExempt(env, target)) return null;
  return parseProxy(env[name] ?? "");
}

/** Says what is wrong with the proxy for a connection; its address is told to nobody. */
export function wrongProxy(
  env: Variables,
  target: Target,
): { readonly what: string; readonly hint: string } | null {
  const name = namedIn(env);
  if (name === null || isExempt(env, target) || parseProxy(env[name] ?? "") !== null) return null;
  return {
    what: `the environment variable ${name} names no http or https proxy`,
    hint:
      `write it whole, e.g. ${name}=http://proxy.example:3128, or unset it; ` +
      "NO_PROXY names hosts that need none",
  };
}

function parseProxy(text: string): WebProxy | null {
  // without a scheme one of http is meant
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) return null;
  const { protocol, hostname, port, username, password } = new URL(whole);
  const isTls = protocol === "https:";
  if ((!isTls && protocol !== "http:") || hostname === "") return null;
  const who = username === "" && password === "" ? null : plain(`${username}:${password}`);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isTls ? 443 : 80) : Number(port),
    isTls,
    authorization: who === null ? null : `Basic ${Buffer.from(who).toString("base64")}`,
  };
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}

function isExempt(env: Variables, { host, port }: Target): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name === "::1" || /^127\.[\d.]+$/.test(name)) return true;
  const list = env["no_proxy"] || env["NO_PROXY"] || "";
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((each) => {
      const [, of = "", at] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(each) ?? [];
      if (of === "" || (at !== undefined && Number(at) !== port)) return false;
      const bare = of.replace(/^\*?\./, "");
      return of === "*" || name === bare || name.endsWith(`.${bare}`);
    });
}
