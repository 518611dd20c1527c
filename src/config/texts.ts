import { z } from "zod";

/**
 * Longest text of any single value, in characters: a file that was meant for something else ends
 * here.
 */
const textMax = 4000;
/** A text of bounded length. */
export const text = (): z.ZodString => z.string().max(textMax);
/** A text that is not empty. */
export const filled = (): z.ZodString => text().min(1);
