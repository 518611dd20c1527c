/**
 * Remembers results that are costly to have twice. Losing an entry costs time, never truth;
 * secrets may be taken out of what is kept.
 */
export interface Memo {
  /** The text kept under `key`; null where there is none or it cannot be read. */
  get(key: string): Promise<string | null>;
  /** Keeps a text; a failure to do so is not reported. */
  put(key: string, text: string): Promise<void>;
}
