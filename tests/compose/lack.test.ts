import { expect, test } from "vitest";
import { lackOf } from "../../src/compose/lack.ts";

test.each([
  ["npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", /"setup_network": "all"/],
  ["error: failed to lookup address information: Temporary failure in name resolution", /network/],
  ["sh: 1: pnpm: not found", /^pnpm is not seen there: .*PATH/],
  ["bash: line 1: uv: command not found", /^uv is not seen there/],
  ["Error: EROFS: read-only file system, mkdir '/home/me/.cache'", /^\/home\/me\/.cache cannot be/],
  ["touch: cannot touch '/usr/x': Read-only file system", /^\/usr\/x cannot be written there/],
])("of %j it is told what is missing, and which line mends it", (output, hint) => {
  expect(lackOf(output, "setup_network")).toMatch(hint);
});

test("of a test that fails nothing is missing", () => {
  expect(lackOf("AssertionError: expected 1 to be 2\n1 failed", "network")).toBeNull();
});
