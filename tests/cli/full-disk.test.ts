import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { tempFolder } from "../support/folders.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const loader = import.meta.resolve("tsx");

test.each(["run", "start"])(
  "orch %s on a full disk says so and begins nothing",
  async (command) => {
    const folder = await tempFolder();
    spawnSync(
      "sh",
      [
        "-c",
        "git init -q -b main app && git -C app -c user.name=a -c user.email=a@b commit -q " +
          "--allow-empty -m x",
      ],
      { cwd: folder },
    );
    const portfolio = { name: "p", projects: [{ name: "app", path: "./app" }] };
    writeFileSync(join(folder, "orch.json"), JSON.stringify(portfolio));
    // a real file system of 8 MiB in the data folder's place, seen by this process alone
    const small = ["--size", String(8 << 20), "--tmpfs", join(folder, "data")];
    const argv = [
      "--dev-bind",
      "/",
      "/",
      ...small,
      process.execPath,
      "--import",
      loader,
      main,
      command,
    ];
    const env = { PATH: process.env["PATH"] ?? "", HOME: folder, ANTHROPIC_API_KEY: "placeholder" };
    const ran = spawnSync("bwrap", argv, { cwd: folder, env, encoding: "utf8" });
    expect(ran.stderr).toMatch(/only \d+ MiB are free in .*data; nothing is started below 200 MiB/);
    expect(ran.stderr).toContain("make room");
    expect(ran.status).toBe(1);
  },
);
