import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import type { Redact } from "../../core/redact.ts";

export interface Transcript {
  /** Appends one message as one line; never throws. */
  write(message: object): Promise<void>;
  close(): Promise<void>;
}

/** A single text in a message: a file that was read, a command's output. */
const textLengthMax = 32_000;
const lineLengthMax = 256_000;

/**
 * Opens a transcript to append to, for its owner only; secrets are taken out wherever they stand. A
 * transcript that cannot be written is given up: the session does not depend on it.
 */
export async function openTranscript(file: string, redact: Redact): Promise<Transcript> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  const handle = await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    .then(() => open(file, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600))
    .catch(() => null);
  let broken = handle === null;
  return {
    async write(message) {
      if (broken || handle === null) return;
      try {
        await handle.appendFile(`${lineOf(message, redact)}\n`);
      } catch {
        broken = true; // a full disk, say; half a line is the end of it
      }
    },
    close: async () => handle?.close().catch(() => undefined),
  };
}

/** A message as one bounded line of JSON. */
export function lineOf(message: object, redact: Redact): string {
  const line = JSON.stringify(message, (_, value: unknown) => {
    if (typeof value !== "string") return value;
    const text = redact(value);
    const over = text.length - textLengthMax;
    return over <= 0 ? text : `${text.slice(0, textLengthMax)}… (${over} more characters)`;
  });
  if (line.length <= lineLengthMax) return line;
  const type = "type" in message ? message.type : "message";
  return JSON.stringify({ type, omittedCharacters: line.length });
}
