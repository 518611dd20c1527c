/** What the fields of a portfolio file are made of. */
import * as z from "zod";
import { isHost, isInside, isModel, unknownModel } from "./rules.ts";

/**
 * Longest text of any single value, in characters: a file that was meant for something else ends
 * here.
 */
const textMax = 4000;
/** A text of any length that a value may have. */
export const text = (): z.ZodString => z.string().max(textMax);
/** A text that is not empty. */
export const filled = (): z.ZodString => text().min(1);

/** Whole numbers from `min` up to `max`. */
export const count = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);

/** Whole seconds from 1 up to `max`. */
export const seconds = (max: number): z.ZodNumber => z.number().int().min(1).max(max);
/** US dollars from a cent up to `max`. */
export const dollars = (max: number): z.ZodNumber => z.number().min(0.01).max(max);
/** A whole number of something. */
export const amount = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);
/** Seconds of a day. */
export const day = 86_400;

/** A model that can be meant. */
export const model = (): z.ZodString =>
  text().refine(isModel, { error: (issue) => unknownModel(String(issue.input)) });
/** How models are written. */
export const modelHint =
  'write sonnet, opus or haiku, a full id such as "claude-sonnet-4-5", or another ' +
  'vendor\'s id with "/", "." or ":"';

/** A path inside the project. */
export const insideFile = (): z.ZodString =>
  text().refine(isInside, { error: "must be a path inside the project" });
/** How such a path is written. */
export const insideHint = "write it relative to the project's folder, without ..";

/** What may be reached: nothing, hosts by name (`*.` at the front: all below it), or anything. */
export const reach = (standing: "none" | "all") => {
  const host = z.string().refine(isHost, { error: "is not the name of a host" });
  return z.union([z.enum(["none", "all"]), z.array(host).max(100)]).default(standing);
};
/** How hosts are written. */
export const hostsHint =
  'write "none", "all", or names such as ["registry.npmjs.org", "*.example.org"]: ' +
  "no address, port or scheme";

/** Names of environment variables. */
export const variables = () =>
  z
    .array(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
        error: "is not the name of an environment variable",
      }),
    )
    .max(100)
    .default([]);

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

const own = ["auto", "none"];

/** A model, or a word for it that depends on the worker's. */
export const escalation = (): z.ZodString =>
  text().refine((name) => own.includes(name) || isModel(name), {
    error: (issue) => unknownModel(String(issue.input)),
  });
