/** How the program is put into few files; the benchmarks measure it as it is built. */
import { cp, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "src");

/** Files that the program reads, and finds from the place of the source beside them. */
const assets = [
  "adapters/engine/sqlite/migrations",
  "adapters/process/container.mjs",
  "adapters/process/starter.mjs",
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

/** Half of zod is its errors in fifty languages; the program says its own, in one. */
const oneLanguage: Plugin = {
  name: "one-language",
  setup({ onLoad }) {
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
  await readFile(join(root, "package.json"), "utf8"),
);
/** What every command loads; none of it looks for files from its own place. */
const bundled = [
  "@commander-js/extra-typings",
  "commander",
  "fast-string-width",
  "jsonc-parser",
  "picocolors",
  "zod",
];
const external = Object.keys(manifest.dependencies).filter((name) => !bundled.includes(name));

/** What a package that is no module finds of Node's own. */
const require =
  'import { createRequire as makeRequire } from "node:module";\nconst require = makeRequire(import.meta.url);';

/** Writes the entries, with all that they load and read, into a folder below the project's. */
export async function bundle(entryPoints: readonly string[], outdir: string): Promise<void> {
  await build({
    ...{ entryPoints: [...entryPoints], outdir, splitting: true, bundle: true, format: "esm" },
    ...{ platform: "node", target: "node20", sourcemap: true, logLevel: "warning" },
    // some packages' main file finds its parts in a way that cannot be followed
    ...{ external, mainFields: ["module", "main"], banner: { js: require } },
    plugins: [ownPlaces, oneLanguage],
  });
  for (const each of assets) await cp(join(sources, each), join(outdir, each), { recursive: true });
}
