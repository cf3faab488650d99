import { LexemeReader } from './lexeme-reader.ts'

/** A position is 14 bits; the two above are its weight, of which the lowest is not printed. */
const POSITION_MASK = 0x3fff
const WEIGHT_SHIFT = 14
const WEIGHTS = ['', 'C', 'B', 'A']

/** The binary form of a tsvector, as the text that the server prints. */
export function decodeTsvector(bytes: Buffer, view: DataView, offset: number, length: number): string {
  const reader = new LexemeReader(bytes, view, offset, length)
  const lexemes: string[] = []
  for (let left = reader.uint32(); left > 0; left--) {
    const lexeme = reader.quoted()
    const positions: string[] = []
    for (let count = reader.uint16(); count > 0; count--) {
      const entry = reader.uint16()
      positions.push(`${entry & POSITION_MASK}${WEIGHTS[entry >> WEIGHT_SHIFT]}`)
    }
    lexemes.push(positions.length === 0 ? lexeme : `${lexeme}:${positions.join(',')}`)
  }
  reader.requireEnd()
  return lexemes.join(' ')
}
