import type { z } from "zod";
import { filled } from "./texts.ts";

const promptFile = (of: string): z.ZodOptional<z.ZodString> =>
  filled()
    .optional()
    .meta({ description: `Contract of ${of}` });

/** The contracts that may be replaced. */
export const promptsShape = {
  planner: promptFile("the planner"),
  worker_code: promptFile("workers on code tasks"),
  worker_test: promptFile("workers on test tasks"),
  worker_fix: promptFile("workers on fix tasks"),
  worker_review: promptFile("workers on review tasks"),
  judge: promptFile("the judge"),
  refinery: promptFile("the refinery"),
};
