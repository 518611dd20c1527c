/**
 * `npm run build`: puts the program into few files, because each file that Node opens at a start
 * costs time, and copies what it reads beside them.
 */
import { cp, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "src");
const built = join(root, "dist");

/** Files that the program reads, and finds from the place of the source beside them. */
const assets = [
  "adapters/engine/sqlite/migrations",
  "adapters/sandbox/relay.mjs",
  "config/prices.json",
  "config/schema.json",
];

/** Lets a source find its files from its own place, in whichever output it stands. */
const ownPlaces: Plugin = {
  name: "own-places",
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const place = JSON.stringify(`./${relative(sources, path)}`);
      const text = await readFile(path, "utf8");
      const here = `new URL(${place}, import.meta.url).href`;
      return { contents: text.replaceAll("import.meta.url", here), loader: "ts" };
    });
  },
};

const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
  await readFile(join(root, "package.json"), "utf8"),
);
const packages = Object.keys(manifest.dependencies);

await rm(built, { recursive: true, force: true });
await build({
  entryPoints: [join(sources, "main.ts")],
  outdir: built,
  splitting: true,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: packages.filter((name) => name !== "zod"), // which has a file for each language
  sourcemap: true,
  logLevel: "warning",
  plugins: [ownPlaces],
});
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
for (const each of assets) await cp(join(sources, each), join(built, each), { recursive: true });
