/** One line of printable text, at most `lengthMax` characters. */
export function oneLine(text: string, lengthMax: number): string {
  // no more than can matter is looked at: a command may be megabytes long
  const head = text.slice(0, lengthMax * 4);
  const line = head.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
  // a cut may not leave half a character
  const cut = line.slice(0, lengthMax - 1).replace(/[\uD800-\uDBFF]$/, "");
  return line.length <= lengthMax ? line : `${cut}…`;
}
