/**
 * SASLprep (RFC 4013) as PostgreSQL does it, so that a password comes out as the bytes from which the server made its
 * verifier. Where the two differ PostgreSQL wins: it looks for prohibited characters after mapping and before
 * normalising, and takes a password that SASLprep refuses as it is.
 */
import { inRanges, LEFT_TO_RIGHT, parseRanges, RIGHT_TO_LEFT, UNASSIGNED } from './stringprep-tables.ts'
import type { CodePointRanges } from './stringprep-tables.ts'

const NOT_ASCII = /[^\p{ASCII}]/u

/** RFC 3454 table C.1.2: become a space. */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu

/** RFC 3454 table B.1: vanish. */
const MAPPED_TO_NOTHING = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu

/**
 * RFC 3454 tables C.2 to C.9: controls, private use, non-characters, surrogates, characters without meaning in plain
 * text, deprecated ones and language tags. The four Unicode properties are fixed for ever by Unicode's stability policy.
 */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u{340}\u{341}\u{6dd}\u{70f}\u{180e}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2061}-\u{2063}\u{206a}-\u{206f}\u{2ff0}-\u{2ffb}\u{fff9}-\u{fffd}\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u

interface Tables {
  readonly unassigned: CodePointRanges
  readonly rightToLeft: CodePointRanges
  readonly leftToRight: CodePointRanges
}

/** Unpacked by the first password that is not ASCII; most processes never meet one. */
let tables: Tables | undefined

/** The password to hash: prepared, or untouched when SASLprep would refuse it. */
export function saslPrep(password: string): string {
  if (!NOT_ASCII.test(password)) return password
  const mapped = password.replace(SPACES, ' ').replace(MAPPED_TO_NOTHING, '')
  if (mapped === '' || PROHIBITED.test(mapped)) return password

  tables ??= {
    unassigned: parseRanges(UNASSIGNED),
    rightToLeft: parseRanges(RIGHT_TO_LEFT),
    leftToRight: parseRanges(LEFT_TO_RIGHT),
  }
  const codePoints = Array.from(mapped, (character) => character.codePointAt(0) ?? 0)
  if (containsAny(codePoints, tables.unassigned) || mixesDirections(codePoints, tables)) return password
  return mapped.normalize('NFKC')
}

/** RFC 3454 section 6: with one character from right to left, none goes the other way, and both ends do as it does. */
function mixesDirections(codePoints: readonly number[], { rightToLeft, leftToRight }: Tables): boolean {
  if (!containsAny(codePoints, rightToLeft)) return false
  if (containsAny(codePoints, leftToRight)) return true
  return !inRanges(rightToLeft, codePoints.at(0) ?? 0) || !inRanges(rightToLeft, codePoints.at(-1) ?? 0)
}

function containsAny(codePoints: readonly number[], ranges: CodePointRanges): boolean {
  return codePoints.some((codePoint) => inRanges(ranges, codePoint))
}
