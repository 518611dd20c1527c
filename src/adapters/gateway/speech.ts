/** The protocols in which a vendor is asked: what of them a session may use, and what it asks. */

export type Speech =
  | { readonly kind: "messages" }
  | { readonly kind: "bedrock" }
  /** One project's models in one place: whoever has the token might ask for others. */
  | { readonly kind: "vertex"; readonly project: string; readonly region: string };

/** What a path is for. */
export interface Errand {
  readonly asks: "message" | "count";
  /** The model, where the path names it. */
  readonly model: string | null;
}

const message = (model: string | null): Errand => ({ asks: "message", model });
const count: Errand = { asks: "count", model: null };

/** The errand that a request is on; null for all that is none of ours. */
export function errandOf(speech: Speech, method = "", url = ""): Errand | null {
  const [path = ""] = url.split("?");
  if (method !== "POST") return null;
  switch (speech.kind) {
    case "messages":
      if (path === "/v1/messages/count_tokens") return count;
      return path === "/v1/messages" ? message(null) : null;
    case "bedrock": {
      const [, id, verb] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? [];
      if (id === undefined) return null;
      if (verb === "count-tokens") return count;
      return verb === "invoke" || verb === "invoke-with-response-stream" ? named(id) : null;
    }
    case "vertex": {
      const ours = `${modelsOf(speech)}/`;
      if (!path.startsWith(ours)) return null;
      const [, id, verb] = /^([^/:]+):([A-Za-z]+)$/.exec(path.slice(ours.length)) ?? [];
      if (id === "count-tokens" && verb === "rawPredict") return count;
      return id !== undefined && (verb === "rawPredict" || verb === "streamRawPredict")
        ? named(id)
        : null;
    }
    default:
      return speech satisfies never;
  }
}

/** Where a session asks, as the vendor is asked: a base address may stand for its own version. */
export const pathFor = ({ kind }: Speech, url: string): string =>
  kind === "vertex" ? url.replace(/^\/v1(?=\/)/, "") : url;

const modelsOf = ({ project, region }: Extract<Speech, { readonly kind: "vertex" }>): string =>
  `/v1/projects/${project}/locations/${region}/publishers/anthropic/models`;

function named(id: string): Errand | null {
  try {
    return message(decodeURIComponent(id).slice(0, 200));
  } catch {
    return null; // no model is called like that
  }
}
