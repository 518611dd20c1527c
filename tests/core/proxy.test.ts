import { expect, test } from "vitest";
import { wrongAddress } from "../../src/core/model-address.ts";
import { proxyFor } from "../../src/core/proxy.ts";

const vendor = { host: "api.anthropic.com", port: 443 };
const at = (text: string) => proxyFor({ HTTPS_PROXY: text }, vendor);

test.each([
  ["http://proxy.example:3128", { host: "proxy.example", port: 3128, isTls: false }],
  ["https://proxy.example", { host: "proxy.example", port: 443, isTls: true }],
  ["proxy.example:8080", { host: "proxy.example", port: 8080, isTls: false }],
  ["http://[::1]:3128/", { host: "::1", port: 3128, isTls: false }],
])("the proxy %s is found", (text, found) => {
  expect(at(text)).toEqual({ ...found, authorization: null });
});

test("name and password become a header, also where they hold what an address cannot", () => {
  const shown = at("http://me:p%40ss%25@proxy.example:3128")?.authorization ?? "";
  expect(Buffer.from(shown.slice("Basic ".length), "base64").toString()).toBe("me:p@ss%");
});

test.each([
  ["", true],
  ["*", false],
  ["api.anthropic.com", false],
  ["anthropic.com", false],
  [".anthropic.com", false],
  ["*.anthropic.com", false],
  ["other.example, API.Anthropic.com:443", false],
  ["api.anthropic.com:8443", true],
  ["thropic.com", true],
  ["api.anthropic.com.example", true],
])("with NO_PROXY=%j the vendor is asked by the proxy: %s", (list, isProxied) => {
  const env = { https_proxy: "http://proxy.example:3128", NO_PROXY: list };
  expect(proxyFor(env, vendor) !== null).toBe(isProxied);
});

test("this machine needs no proxy, and an empty variable names none", () => {
  const env = { HTTPS_PROXY: "http://proxy.example:3128" };
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
    expect(proxyFor(env, { host, port: 443 })).toBeNull();
  expect(proxyFor({ HTTPS_PROXY: "" }, vendor)).toBeNull();
});

test("what is no proxy is refused before anything begins, and its password told to nobody", () => {
  for (const HTTPS_PROXY of ["socks5://me:secret@proxy.example:1080", "http://me:secret@:x"]) {
    const trouble = wrongAddress({ HTTPS_PROXY });
    expect(trouble?.what).toContain("HTTPS_PROXY names no http or https proxy");
    expect(JSON.stringify(trouble)).not.toContain("secret");
    expect(wrongAddress({ HTTPS_PROXY, NO_PROXY: "anthropic.com" })).toBeNull();
    expect(wrongAddress({ HTTPS_PROXY, ANTHROPIC_BASE_URL: "http://127.0.0.1:1" })).toBeNull();
  }
});
