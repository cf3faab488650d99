import { describe, expect, test } from 'vitest'

import { ProtocolError } from '../../errors/protocol-error.ts'
import { readSaslMechanisms, requestName } from './authentication-request.ts'

const list = (text: string): Uint8Array => Buffer.from(text, 'latin1')

test('reads the mechanisms in the order of the server', () => {
  expect(readSaslMechanisms(list('SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0'))).toEqual([
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-256',
  ])
})

test('reads 64 mechanisms', () => {
  expect(readSaslMechanisms(list(`${'M\0'.repeat(64)}\0`))).toHaveLength(64)
})

describe('a list of mechanisms is refused', () => {
  test.each([
    ['no bytes', ''],
    ['empty', '\0'],
    ['no end', 'SCRAM-SHA-256'],
    ['no end of the list', 'SCRAM-SHA-256\0'],
    ['bytes behind its end', 'SCRAM-SHA-256\0\0x'],
    ['a second end', 'SCRAM-SHA-256\0\0\0'],
    ['65 entries', `${'M\0'.repeat(65)}\0`],
    ['10,000 entries', `${'M\0'.repeat(10_000)}\0`],
    ['small letters', 'scram\0\0'],
    ['a name of 21 characters', `${'M'.repeat(21)}\0\0`],
    ['a terminal sequence', '\u001b[31m\0\0'],
    ['not ASCII', 'SCRAM\xff\0\0'],
  ])('%s', (_what, text) => {
    expect(() => readSaslMechanisms(list(text))).toThrow(ProtocolError)
  })
})

test.each([
  [2, 'Kerberos V5'],
  [6, 'SCM credentials'],
  [7, 'GSSAPI'],
  [8, 'GSSAPI'],
  [9, 'SSPI'],
  [13, 'not known (code 13)'],
  [99, 'not known (code 99)'],
  [-1, 'not known (code -1)'],
])('method %i is refused by name', (code, name) => {
  expect(() => requestName(code)).toThrow(ProtocolError)
  expect(() => requestName(code)).toThrow(name)
})
