import fc from "fast-check";
import { expect, test } from "vitest";
import type { Surroundings } from "../../../src/adapters/sandbox/surroundings.ts";
import { networkEnv, toolchainEnv } from "../../../src/adapters/sandbox/toolchains.ts";

const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  env: { PATH: "/usr/bin:/bin" },
  home: "/home/me",
  caches: "/data/caches",
  exists: () => false,
  read: () => null,
  ...more,
});

test("nothing passes but what is named", () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Z_]{1,12}$/),
      fc.string({ minLength: 20 }),
      (name, value) => {
        const secret = { [`MY_${name}`]: value, [`${name}_TOKEN`]: value, [`${name}_KEY`]: value };
        expect(Object.values(toolchainEnv(around({ env: secret })))).not.toContain(value);
      },
    ),
  );
});

test("our own variables, home and settings of the agent do not pass", () => {
  const env = {
    ...{ HOME: "/home/me", TMPDIR: "/x", NODE_OPTIONS: "--require=x", LD_PRELOAD: "x" },
    ...{ ANTHROPIC_API_KEY: "k", GITHUB_TOKEN: "t", NPM_TOKEN: "t", SSH_AUTH_SOCK: "/s" },
    ...{ HTTPS_PROXY: "http://me:pw@proxy", NODE_EXTRA_CA_CERTS: "/ca.pem" },
  };
  const given = toolchainEnv(around({ env }));
  expect(Object.keys(env).filter((name) => name in given)).toEqual([]);
});

test("a toolchain is found by its variable, else where it usually is, if it is there", () => {
  const there = ["/home/me/.rustup", "/home/me/.cargo", "/home/me/.cache/uv"];
  const given = toolchainEnv(
    around({
      env: { CARGO_HOME: "/opt/cargo", GOPATH: "", JAVA_HOME: "/opt/java" },
      exists: (path) => there.includes(path),
    }),
  );
  expect(given).toMatchObject({
    CARGO_HOME: "/opt/cargo",
    RUSTUP_HOME: "/home/me/.rustup",
    UV_CACHE_DIR: "/home/me/.cache/uv",
    JAVA_HOME: "/opt/java",
  });
  expect(given).not.toHaveProperty("PYENV_ROOT");
});

test("a cache that nobody has is ours, so that a private home does not lose it", () => {
  expect(toolchainEnv(around())).toMatchObject({
    GOPATH: "/data/caches/gopath",
    UV_PYTHON_INSTALL_DIR: "/data/caches/uv_python_install_dir",
  });
});

test("the standard folders are followed where the person moved them", () => {
  const given = toolchainEnv(
    around({
      env: { XDG_CACHE_HOME: "/big/cache", XDG_DATA_HOME: "/big/data" },
      exists: () => true,
    }),
  );
  expect(given).toMatchObject({ UV_CACHE_DIR: "/big/cache/uv", MISE_DATA_DIR: "/big/data/mise" });
});

test("an npm or pip registry of the person's files passes, its keys do not", () => {
  const files: Readonly<Record<string, string>> = {
    "/home/me/.npmrc":
      "//r.example/:_authToken=secret\nregistry = https://me:secret@r.example/npm/\n_auth=secret\n",
    "/home/me/.config/pip/pip.conf": "[global]\nindex-url = https://u:secret@p.example/simple\n",
  };
  const given = toolchainEnv(around({ read: (path) => files[path] ?? null }));
  expect(given).toMatchObject({
    npm_config_registry: "https://r.example/npm/",
    PIP_INDEX_URL: "https://p.example/simple",
  });
  expect(JSON.stringify(given)).not.toContain("secret");
});

test("a registry of the environment wins, and loses its keys too", () => {
  const env = {
    NPM_CONFIG_REGISTRY: "https://a:secret@e.example/",
    GOPROXY: "https://u:sec@ret@g.example,direct",
  };
  const given = toolchainEnv(around({ env, read: () => "registry=https://file.example/" }));
  expect(given["npm_config_registry"]).toBe("https://e.example/");
  expect(given["GOPROXY"]).toBe("https://g.example,direct");
});

test("only absolute folders are searched for programs", () => {
  const pathOf = (PATH: string) => toolchainEnv(around({ env: { PATH } }))["PATH"];
  expect(pathOf(".:/usr/bin::node_modules/.bin:/bin")).toBe("/usr/bin:/bin");
  expect(pathOf("")).toBe("/usr/local/bin:/usr/bin:/bin");
});

test("programs are told that nobody watches; language and time zone are the person's", () => {
  expect(toolchainEnv(around({ env: { LANG: "de_DE.UTF-8", TZ: "Asia/Tokyo" } }))).toMatchObject({
    ...{ CI: "1", NO_COLOR: "1", TERM: "dumb", LANG: "de_DE.UTF-8", TZ: "Asia/Tokyo" },
  });
  expect(toolchainEnv(around())["LANG"]).toBe("C.UTF-8");
});

test("proxies and trust go to set-up commands alone", () => {
  const env = {
    HTTPS_PROXY: "http://proxy:1",
    SSL_CERT_FILE: "/ca.pem",
    TOKEN: "t",
    http_proxy: "",
  };
  expect(networkEnv(env)).toEqual({ HTTPS_PROXY: "http://proxy:1", SSL_CERT_FILE: "/ca.pem" });
});
