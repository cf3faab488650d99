import type { CodecCases } from '../shape.cases.ts'

/** The rows of a type that travels as text and is a string: the value is the text, and the bytes are those of the text. */
export function textRows(...texts: readonly string[]): CodecCases<string>['valid'] {
  return texts.map((text) => [text, text, Buffer.from(text).toString('hex')])
}
