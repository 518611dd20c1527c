// Bundled by `npm run build` into the file that the demo's TypeScript sample is given as its vendored tool.
import { transform } from "sucrase";

/** Answers TypeScript as JavaScript, line for line. */
export const stripTypes = (source) =>
  transform(source, {
    transforms: ["typescript"],
    disableESTransforms: true,
    keepUnusedImports: true,
    preserveDynamicImport: true,
  }).code;
