import 'reflect-metadata'
import { webcrypto } from 'node:crypto'

import * as x509 from '@peculiar/x509'

/** The certificates a test server can show; only `server` is one that `verify-full` accepts for localhost. */
export type CertificateName = 'server' | 'wrongHost' | 'expired' | 'selfSigned'

/** A certificate with its private key, both as PEM. */
export interface KeyedCertificate {
  readonly certificate: string
  readonly key: string
}

export interface Certificates extends Readonly<Record<CertificateName, KeyedCertificate>> {
  /** The authority that signed all but `selfSigned`, as PEM. */
  readonly authority: string
  /** What the authority has revoked: the certificate `server`. */
  readonly revocations: string
  /** What the authority has revoked: nothing. */
  readonly noRevocations: string
  /** Names the role `client_role`, for `clientcert=verify-full` in pg_hba.conf. */
  readonly client: KeyedCertificate
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000

interface Subject {
  readonly commonName: string
  readonly names: x509.JsonGeneralNames
  /** Relative to now; by default from yesterday to tomorrow. */
  readonly validDays?: readonly [from: number, to: number]
}

const SUBJECTS: Readonly<Record<Exclude<CertificateName, 'selfSigned'> | 'client', Subject>> = {
  server: { commonName: 'localhost', names: localNames() },
  wrongHost: { commonName: 'elsewhere.test', names: [{ type: 'dns', value: 'elsewhere.test' }] },
  expired: { commonName: 'localhost', names: localNames(), validDays: [-3, -2] },
  client: { commonName: 'client_role', names: [] },
}

interface Issuer {
  readonly name: string
  readonly keys: webcrypto.CryptoKeyPair
}

let certificates: Promise<Certificates> | undefined

/** How a certificate is signed, as Web Crypto says it. */
export type SignatureAlgorithm = (webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | { name: 'Ed25519' }) & {
  readonly hash?: string
}

/** A certificate for localhost, its own authority, signed in a way of the caller's choice. */
export async function selfSignedBy(algorithm: SignatureAlgorithm): Promise<KeyedCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return selfSign({ name: 'CN=localhost', keys: keys as webcrypto.CryptoKeyPair }, algorithm)
}

/** What an authority has revoked that has nothing to do with the others, as PEM: nothing. */
export async function foreignRevocations(): Promise<string> {
  return revoke(await makeIssuer('CN=Foreign authority'))
}

/** Makes an authority and what it signs, once per process. */
export function makeCertificates(): Promise<Certificates> {
  certificates ??= make()
  return certificates
}

async function make(): Promise<Certificates> {
  const [issuer, stranger] = await Promise.all([makeIssuer('CN=Test authority'), makeIssuer('CN=localhost')])
  const [authority, server, wrongHost, expired, client, selfSigned] = await Promise.all([
    selfSign(issuer),
    sign(SUBJECTS.server, issuer),
    sign(SUBJECTS.wrongHost, issuer),
    sign(SUBJECTS.expired, issuer),
    sign(SUBJECTS.client, issuer),
    selfSign(stranger),
  ])
  const [revocations, noRevocations] = await Promise.all([revoke(issuer, server.certificate), revoke(issuer)])
  const lists = { revocations, noRevocations }
  return { authority: authority.certificate, server, wrongHost, expired, client, selfSigned, ...lists }
}

async function revoke({ name, keys }: Issuer, ...certificates: readonly string[]): Promise<string> {
  const [thisUpdate, nextUpdate] = validity([-1, 1])
  const list = await x509.X509CrlGenerator.create({
    issuer: name,
    thisUpdate,
    nextUpdate,
    entries: certificates.map((pem) => ({ serialNumber: new x509.X509Certificate(pem).serialNumber })),
    signingKey: keys.privateKey,
    signingAlgorithm: KEY_ALGORITHM,
  })
  return x509.PemConverter.encode(list.rawData, 'X509 CRL')
}

async function makeIssuer(name: string): Promise<Issuer> {
  return { name, keys: await makeKeys() }
}

async function selfSign(
  { name, keys }: Issuer,
  signingAlgorithm: SignatureAlgorithm = KEY_ALGORITHM,
): Promise<KeyedCertificate> {
  const [notBefore, notAfter] = validity([-1, 1])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    notBefore,
    notAfter,
    signingAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.SubjectAlternativeNameExtension(localNames()),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await privateKeyPem(keys) }
}

async function sign(subject: Subject, issuer: Issuer): Promise<KeyedCertificate> {
  const keys = await makeKeys()
  const [notBefore, notAfter] = validity(subject.validDays ?? [-1, 1])
  const names = subject.names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(subject.names)]
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${subject.commonName}`,
    issuer: issuer.name,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: KEY_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      ...names,
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await privateKeyPem(keys) }
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
}

function validity([from, to]: readonly [number, number]): readonly [Date, Date] {
  const now = Date.now()
  return [new Date(now + from * DAY_MS), new Date(now + to * DAY_MS)]
}

function localNames(): x509.JsonGeneralNames {
  return [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ]
}
