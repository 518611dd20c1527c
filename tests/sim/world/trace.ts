/** What happened in a run: the last lines of it, and a number that stands for all of it. */
export interface Trace {
  say(moment: number, line: string): void;
  /** The last lines, oldest first; all of them where the trace was asked to keep all. */
  lines(): readonly string[];
  /** Two runs with the same sum said the same, in the same order. */
  sum(): string;
}

/** Lines kept of a run that is not watched: enough to see what led to a violation. */
const kept = 60;

/** Opens a trace; `all` keeps every line. */
export function openTrace(all: boolean): Trace {
  let lines: string[] = [];
  let count = 0;
  let hash = 0x811c9dc5;
  return {
    say(moment, line) {
      const seconds = (moment / 1000) % 1_000_000;
      const text = `${seconds.toFixed(3).padStart(10)} ${line}`;
      count += 1;
      for (let i = 0; i < text.length; i += 1)
        hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
      lines.push(text);
      if (!all && lines.length > 4 * kept) lines = lines.slice(-kept);
    },
    lines: () => (all ? lines : lines.slice(-kept)),
    sum: () => `${count}:${hash.toString(16)}`,
  };
}
