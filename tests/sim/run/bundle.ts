/**
 * Bundles the simulator into one file, with a line of the source replaced where that is asked for.
 */
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build, type Plugin } from "esbuild";

/** Folder of the whole project. */
export const home = join(import.meta.dirname, "../../..");

/** One text of one file, and what stands in its place. */
export interface Replacement {
  /** Path from the project's folder. */
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

/** Bundles the worker as a file of JavaScript modules. */
export async function bundle(outfile: string, replacement?: Replacement): Promise<string> {
  await build({
    entryPoints: [join(import.meta.dirname, "worker.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    plugins: replacement === undefined ? [] : [replacing(replacement)],
  });
  return outfile;
}

const replacing = ({ file, text, by }: Replacement): Plugin => ({
  name: "replacing",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (relative(home, path) !== file) return null;
      const source = await readFile(path, "utf8");
      return { contents: source.replace(text, () => by), loader: "ts" };
    });
  },
});
