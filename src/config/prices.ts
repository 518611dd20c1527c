/** The price table, a data file of the program. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { PriceTable } from "../core/prices.ts";

const usd = z.number().min(0);
const price = {
  input: usd,
  output: usd,
  cacheRead: usd,
  cacheWrite: usd,
  cacheWriteHour: usd,
};

const tableSchema = z.strictObject({
  source: z.string().min(1),
  date: z.iso.date(),
  unit: z.literal("US dollars a million tokens"),
  models: z.array(z.strictObject({ model: z.string().min(1), ...price })),
  dearest: z.strictObject(price),
});

/** Reads the price table; one that cannot be used is a bug and throws. */
export function readPrices(): PriceTable {
  const text = readFileSync(new URL("./prices.json", import.meta.url), "utf8");
  const { source, date, models, dearest } = tableSchema.parse(JSON.parse(text));
  const priced = models.map(({ model, ...rest }) => [new RegExp(model), rest] as const);
  return { source, date, models: priced, dearest };
}
