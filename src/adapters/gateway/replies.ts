import type { ServerResponse } from "node:http";

const types: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  413: "request_too_large",
};

/** Answers with an error in the form of the Messages API; a 403 is one that agents do not retry. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) return;
  const type = types[status] ?? "api_error";
  const body = JSON.stringify({ type: "error", error: { type, message: `orch: ${message}` } });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    // what is left of a request that was not read must not be taken for the next one
    connection: "close",
  });
  response.end(body);
}
