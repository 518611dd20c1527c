/**
 * `npm run build`: puts the program into few files, because each file that Node opens at a start
 * costs time, and copies what it reads beside them.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundle } from "./bundle.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dist");

await rm(built, { recursive: true, force: true });
await bundle([join(root, "src/main.ts")], built);
// the demo's TypeScript project is run by what strips its types
await build({
  entryPoints: [join(root, "scripts/strip-types.mjs")],
  outfile: join(built, "demo/strip-types.mjs"),
  bundle: true,
  format: "esm",
  platform: "node",
  minify: true,
  legalComments: "inline",
  logLevel: "warning",
});
