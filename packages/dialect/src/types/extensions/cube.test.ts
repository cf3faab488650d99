import { expect, test } from 'vitest'

import { InvalidValueError } from '../../errors/codec-error.ts'
import { cubesInBinary, malformedCubes } from './cube.cases.ts'
import { cube } from './cube.ts'

test.each(cubesInBinary)('%s is read from its binary form', (text, wire) => {
  expect(decodeBinary(wire)).toBe(text)
})

test.each(malformedCubes)('the bytes "%s" are refused', (wire) => {
  expect(() => decodeBinary(wire)).toThrow(InvalidValueError)
})

function decodeBinary(wire: string): string {
  const bytes = Buffer.from(`ee${wire}ee`, 'hex')
  return cube.decodeBinary!(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 1, bytes.length - 2)
}
