/** Lines that stay at the bottom of a terminal and are drawn anew, with others scrolling above. */
import type { Out } from "./io.ts";

export interface Live {
  /** Writes a line above. */
  readonly above: (text: string) => void;
  readonly close: () => void;
}

/** Between two drawings, in milliseconds: slow enough to read, fast enough to be believed. */
const drawMs = 200;
/** Lines at most: a crowd of agents must not push everything else off the screen. */
const linesMax = 12;

/** Opens the region; `lines` is asked for its lines, which must fit, at each drawing. */
export function openLive(out: Out, lines: (columns: number) => readonly string[]): Live {
  let drawn = 0;
  // a key that is pressed, such as Ctrl+C, is echoed where the cursor stands, and moves it
  const erase = (): string => (drawn === 0 ? "" : `\r\x1b[${drawn}A\x1b[0J`);
  const draw = (above: string): void => {
    const all = lines(Math.max(20, out.columns - 1));
    const more = all.length - linesMax;
    const shown = more > 0 ? [...all.slice(0, linesMax - 1), `  and ${more + 1} more`] : all;
    const before = erase();
    drawn = shown.length;
    out.write(`${before}${above}${shown.map((each) => `${each}\n`).join("")}`);
  };
  const timer = setInterval(() => draw(""), drawMs);
  timer.unref();
  return {
    above: (text) => draw(`${text}\n`),
    close: () => {
      clearInterval(timer);
      out.write(erase());
      drawn = 0;
    },
  };
}
