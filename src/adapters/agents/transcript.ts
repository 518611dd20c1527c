import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";

export interface Transcript {
  /** Appends one message as one line; never throws. */
  write(message: object): Promise<void>;
  close(): Promise<void>;
}

/** A single text in a message: a file that was read, a command's output. */
const textLengthMax = 32_000;
const lineLengthMax = 256_000;

/**
 * Opens a transcript to append to, for its owner only; `secret` is blotted out wherever it stands.
 * A
 * transcript that cannot be written is given up: the session does not depend on it.
 */
export async function openTranscript(file: string, secret: string | null): Promise<Transcript> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  const handle = await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    .then(() => open(file, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600))
    .catch(() => null);
  let broken = handle === null;
  return {
    async write(message) {
      if (broken || handle === null) return;
      try {
        await handle.appendFile(`${lineOf(message, secret)}\n`);
      } catch {
        broken = true; // a full disk, say; half a line is the end of it
      }
    },
    close: async () => handle?.close().catch(() => undefined),
  };
}

/** What is shorter is no key, and stands in every other word. */
const secretMin = 8;
const isBlotted = (secret: string | null): secret is string =>
  secret !== null && secret.length >= secretMin;

/** A message as one bounded line of JSON. */
export function lineOf(message: object, secret: string | null): string {
  const line = JSON.stringify(message, (_, value: unknown) => {
    if (typeof value !== "string") return value;
    const text = isBlotted(secret) ? value.replaceAll(secret, "[secret]") : value;
    const over = text.length - textLengthMax;
    return over <= 0 ? text : `${text.slice(0, textLengthMax)}… (${over} more characters)`;
  });
  if (line.length <= lineLengthMax) return line;
  const type = "type" in message ? message.type : "message";
  return JSON.stringify({ type, omittedCharacters: line.length });
}
