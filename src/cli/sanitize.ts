/**
 * Makes text that an agent or a repository wrote fit for a terminal: nothing in it can move the
 * cursor, colour, retitle, link, hide, reorder or answer back. What is left is what is seen.
 */

/**
 * Strings that terminals swallow up to a terminator: OSC, DCS, APC, PM and SOS, in 7 and 8 bits.
 */
const swallowed =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  /(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)/g;
/** Control sequences such as colours and cursor moves. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const sequence = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g;
/** Escapes of two or three characters, such as a reset of the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const shortEscape = /\x1b[ -/]*[0-~]/g;
/** All other control characters, but tab and newline. */
const control = /[^\P{Cc}\t\n]/gu;
/**
 * What is not seen: direction marks, tags, fillers, zero widths, annotations, lone surrogates. The
 * joiners and the common variation selectors stay: scripts and emoji are written with them.
 */
const unseen =
  /(?!\u200c|\u200d|[\ufe00-\ufe0f])[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb\p{Cs}]/gu;
const lineBreaks = /\r\n?|[\u0085\u2028\u2029\v\f]/g;

/** Returns a text of several lines without anything that a terminal would act on; tabs stay. */
export function clean(text: string): string {
  return text
    .replace(swallowed, "")
    .replace(sequence, "")
    .replace(shortEscape, "")
    .replace(lineBreaks, "\n")
    .replace(control, "")
    .replace(unseen, "");
}

/**
 * Returns a text as one line of at most `max` characters, the last of them `…` where it was longer.
 */
export function line(text: string, max = Number.POSITIVE_INFINITY): string {
  const whole = clean(text).replace(/\s+/g, " ").trim();
  const characters = whole.length <= max ? null : [...whole];
  if (characters === null || characters.length <= max) return whole;
  return `${characters.slice(0, Math.max(0, max - 1)).join("")}…`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const ownColour = /\x1b\[(?:0|1|2|22|3[0-79]|90)m/g;

/** The last net before a stream: lets through our own plain colours and nothing else. */
export function net(text: string, colour: boolean): string {
  if (!colour) return clean(text);
  let made = "";
  let from = 0;
  for (const match of text.matchAll(ownColour)) {
    made += clean(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return made + clean(text.slice(from));
}

const hazards = /[\u007f-\u009f\u2028\u2029\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu;

/** Writes a value as JSON in which nothing that is not seen stands unescaped; loses nothing. */
export function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.replace(hazards, (found) =>
    Array.from({ length: found.length }, (_, i) => found.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
