/**
 * What a TLS connection is known by for SCRAM: the hash of the server's certificate, by the algorithm with which the
 * certificate is signed. MD5 and SHA-1 give way to SHA-256; a signature without a hash of its own, as Ed25519's, has none.
 * @see https://www.rfc-editor.org/rfc/rfc5929#section-4.1
 */
import { createHash } from 'node:crypto'

const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06
const FIRST_TAGGED = 0xa0

/** RSASSA-PSS: the hash is in its parameters. */
const RSASSA_PSS = '2a864886f70d01010a'

/** Content of object identifiers, in hexadecimal: of signature algorithms, and of hashes. */
const hashes: ReadonlyMap<string, string> = new Map([
  // RSA with MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224
  ['2a864886f70d010104', 'sha256'],
  ['2a864886f70d010105', 'sha256'],
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a864886f70d01010e', 'sha224'],
  // ECDSA with SHA-1, SHA-224, SHA-256, SHA-384, SHA-512
  ['2a8648ce3d0401', 'sha256'],
  ['2a8648ce3d040301', 'sha224'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
  // SHA-1, SHA-256, SHA-384, SHA-512, SHA-224
  ['2b0e03021a', 'sha256'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
  ['608648016503040204', 'sha224'],
])

interface Element {
  readonly tag: number
  readonly content: Uint8Array
  readonly rest: Uint8Array
}

/** Undefined for a certificate that cannot be read, or whose signature has no known hash. */
export function tlsServerEndPoint(certificate: Uint8Array): Uint8Array | undefined {
  const hash = signatureHash(certificate)
  return hash === undefined ? undefined : createHash(hash).update(certificate).digest()
}

/** Certificate: to be signed, how it is signed, the signature. */
function signatureHash(certificate: Uint8Array): string | undefined {
  const toBeSigned = element(element(certificate)?.content)
  const algorithm = element(toBeSigned?.rest)
  if (algorithm?.tag !== SEQUENCE) return undefined
  const identifier = element(algorithm.content)
  if (identifier?.tag !== OBJECT_IDENTIFIER) return undefined
  const name = hex(identifier.content)
  return name === RSASSA_PSS ? pssHash(identifier.rest) : hashes.get(name)
}

/** RSASSA-PSS-params: the hash is the part tagged 0, SHA-1 if it is left out. */
function pssHash(parameters: Uint8Array): string | undefined {
  const first = element(element(parameters)?.content)
  if (first?.tag !== FIRST_TAGGED) return 'sha256'
  const identifier = element(element(first.content)?.content)
  return identifier === undefined ? undefined : hashes.get(hex(identifier.content))
}

/** The first DER element of `bytes`; undefined when it is not all there. */
function element(bytes: Uint8Array | undefined): Element | undefined {
  const [tag, first] = bytes ?? []
  if (bytes === undefined || tag === undefined || first === undefined) return undefined
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const start = 2 + lengthBytes
  if (lengthBytes > 4 || bytes.length < start) return undefined
  let length = first < 0x80 ? first : 0
  for (const byte of bytes.subarray(2, start)) length = length * 256 + byte
  if (bytes.length - start < length) return undefined
  return { tag, content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
