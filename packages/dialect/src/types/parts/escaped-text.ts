/*
 * Quotes and backslashes in quoted text, as they are escaped and read again. V8 ends the process when it has to remember
 * 2^27 matches of one `replace`, which a stored value can hold: long text goes through in pieces.
 */
const MAX_REPLACED_LENGTH = 0x100_0000

/** What an escape begins with: in arrays and hstore a backslash; in composites and ranges a quote, too. */
export type EscapeOpeners = '\\' | '"\\'

const ESCAPES: Readonly<Record<EscapeOpeners, RegExp>> = { '\\': /\\([^])/g, '"\\': /["\\]([^])/g }

/** Replaces every match of `characters`, each of which is a single character; the pattern is global. */
export function escapeText(
  text: string,
  characters: RegExp,
  replacement: string,
  pieceLength: number = MAX_REPLACED_LENGTH,
): string {
  if (text.length <= pieceLength) return text.replace(characters, replacement)
  let escaped = ''
  for (let at = 0; at < text.length; at += pieceLength) {
    escaped += text.slice(at, at + pieceLength).replace(characters, replacement)
  }
  return escaped
}

/** Takes each of `openers` away that makes the character behind it stand for itself. */
export function unescapeText(text: string, openers: EscapeOpeners, pieceLength: number = MAX_REPLACED_LENGTH): string {
  const pattern = ESCAPES[openers]
  if (text.length <= pieceLength) return text.replace(pattern, '$1')
  let unescaped = ''
  for (let at = 0; at < text.length;) {
    const end = pieceEnd(text, at, at + pieceLength, openers)
    unescaped += text.slice(at, end).replace(pattern, '$1')
    at = end
  }
  return unescaped
}

/**
 * The end of a piece that begins at `start`, moved by one where it would part an opener from what it escapes: openers in
 * a row are pairs from the first one on, and the last of an odd number has its partner beyond.
 */
function pieceEnd(text: string, start: number, end: number, openers: string): number {
  let run = end
  while (run > start && openers.includes(text.charAt(run - 1))) run--
  return (end - run) % 2 === 0 ? end : end + 1
}
