// Lets Node run the .ts files as they are: `node --import ./tools/typescript.mjs …`.
import { register } from "node:module";

register("./strip-types.mjs", import.meta.url);
