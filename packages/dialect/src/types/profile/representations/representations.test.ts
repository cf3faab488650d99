import { inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../../errors/codec-error.ts'
import { builtInCodecs } from '../../built-in.ts'
import type { Codec } from '../../codec.ts'
import { textOf, valueFromText } from '../../text-form.ts'
import { representationCases } from './representations.cases.ts'

for (const { title, codec, valid, accepted = [], received = [], read = [], ...refused } of representationCases) {
  describe(title, () => {
    test.each(valid.map(([value, text, wire]) => ({ text, value, wire })))('reads and writes $text', (row) => {
      const { text, value, wire } = row
      expect(shown(decode(codec, wire))).toEqual(shown(value))
      expect(shown(valueFromText(codec, text))).toEqual(shown(value))
      expect(encode(codec, value)).toBe(wire)
      expect(shown(valueFromText(codec, printed(codec, value)))).toEqual(shown(value))
    })

    test('writes what else it takes', () => {
      for (const [value, wire] of accepted) expect(encode(codec, value), inspect(value)).toBe(wire)
    })

    test('reads what else the server prints', () => {
      for (const [text, wire, value] of received) {
        expect(shown(decode(codec, wire)), text).toEqual(shown(value))
        expect(shown(valueFromText(codec, text)), text).toEqual(shown(value))
      }
      for (const [text, value] of read) expect(shown(valueFromText(codec, text)), text).toEqual(shown(value))
    })

    test('refuses what it cannot tell exactly', () => {
      const { invalid, malformed, unreadable = [] } = refused
      for (const value of invalid) expect(() => encode(codec, value), inspect(value)).toThrow(InvalidValueError)
      for (const wire of malformed) expect(() => decode(codec, wire), wire).toThrow(InvalidValueError)
      for (const text of unreadable) expect(() => valueFromText(codec, text), text).toThrow(InvalidValueError)
    })

    test('is the built-in type to the server', () => {
      const { name, oid, arrayOid, format, size, delimiter } = codec
      expect(builtInCodecs.find((builtIn) => builtIn.oid === oid)).toMatchObject({
        name,
        arrayOid,
        format,
        size,
        delimiter,
      })
    })
  })
}

/** Values of Temporal hide what they are from comparisons. */
function shown(value: unknown): unknown {
  const tag = Object.prototype.toString.call(value)
  return tag.startsWith('[object Temporal.') ? `${tag} ${String(value)}` : value
}

function printed(codec: Codec, value: unknown): string {
  // As the session prints it: in UTC, which the text input of an instant does not have to say.
  return textOf(codec, value)
}

function encode(codec: Codec, value: unknown): string {
  const out = new SendBuffer()
  codec.encode(value, out)
  return out.bytes.toString('hex', 0, out.length)
}

function decode(codec: Codec, wire: string): unknown {
  const bytes = Buffer.from(`eeeeee${wire}ee`, 'hex')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return codec.decode(bytes, view, 3, wire.length / 2)
}
