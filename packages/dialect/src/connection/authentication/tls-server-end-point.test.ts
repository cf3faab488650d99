import { createHash } from 'node:crypto'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { tlsServerEndPoint } from './tls-server-end-point.ts'

/** A DER element; `content` is what stands in it. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content)
  if (bytes.length < 0x80) return Buffer.concat([Buffer.of(tag, bytes.length), bytes])
  return Buffer.concat([Buffer.of(tag, 0x82, bytes.length >> 8, bytes.length & 0xff), bytes])
}

const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const NULL = Buffer.of(5, 0)

/** No certificate but for its outline: what is signed, how, and the signature. */
const certificate = (...algorithm: readonly Uint8Array[]) =>
  sequence(sequence(Buffer.alloc(300, 7)), sequence(...algorithm), der(0x03, Buffer.alloc(64)))

const PSS = oid('2a864886f70d01010a')
const SHA_512 = oid('608648016503040203')

test.each<[string, string, Buffer[]]>([
  ['RSA with MD5', 'sha256', [oid('2a864886f70d010104'), NULL]],
  ['RSA with SHA-1', 'sha256', [oid('2a864886f70d010105'), NULL]],
  ['RSA with SHA-224', 'sha224', [oid('2a864886f70d01010e'), NULL]],
  ['RSA with SHA-256', 'sha256', [oid('2a864886f70d01010b'), NULL]],
  ['RSA with SHA-384', 'sha384', [oid('2a864886f70d01010c'), NULL]],
  ['RSA with SHA-512', 'sha512', [oid('2a864886f70d01010d'), NULL]],
  ['ECDSA with SHA-1', 'sha256', [oid('2a8648ce3d0401')]],
  ['ECDSA with SHA-256', 'sha256', [oid('2a8648ce3d040302')]],
  ['ECDSA with SHA-512', 'sha512', [oid('2a8648ce3d040304')]],
  ['RSASSA-PSS with SHA-512', 'sha512', [PSS, sequence(der(0xa0, sequence(SHA_512, NULL)))]],
  ['RSASSA-PSS, which is with SHA-1', 'sha256', [PSS, sequence()]],
])('a certificate signed by %s is known by its %s', (_what, hash, algorithm) => {
  const bytes = certificate(...algorithm)
  expect(tlsServerEndPoint(bytes)).toEqual(createHash(hash).update(bytes).digest())
})

test.each<[string, Uint8Array]>([
  ['Ed25519, which has no hash', certificate(oid('2b6570'))],
  ['something unheard of', certificate(oid('2a0304'))],
  ['RSASSA-PSS with a hash unheard of', certificate(PSS, sequence(der(0xa0, sequence(oid('2a0304')))))],
  ['nothing', certificate()],
  ['no identifier', certificate(NULL)],
])('one signed by %s is known by nothing', (_what, bytes) => {
  expect(tlsServerEndPoint(bytes)).toBeUndefined()
})

test('whatever stands there is read without a throw, and cut short it is known by nothing', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void tlsServerEndPoint(bytes)))
  const whole = certificate(oid('2a8648ce3d040302'))
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      expect(tlsServerEndPoint(whole.subarray(0, length))).toBeUndefined()
    }),
  )
})
