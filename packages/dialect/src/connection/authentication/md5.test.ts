import { execFileSync } from 'node:child_process'

import { expect, test } from 'vitest'

import { ProtocolError } from '../../errors/protocol-error.ts'
import { md5Response } from './md5.ts'

const SALT = Uint8Array.of(0x01, 0x02, 0x03, 0x04)

test('hashes the password with the user, and that with the salt', () => {
  // printf '%s' "$(printf '%s' secretpostgres | md5sum | cut -c1-32)"$'\x01\x02\x03\x04' | md5sum
  expect(md5Response('postgres', 'secret', SALT)).toBe('md5bb41a296aab6baccb36ff243a562abff')
})

test('refuses a salt that is not four bytes long', () => {
  for (const length of [0, 3, 5, 64]) {
    expect(() => md5Response('user', 'secret', new Uint8Array(length))).toThrow(ProtocolError)
  }
})

test('says so when this Node.js has no MD5', () => {
  // In a process of its own: FIPS mode is the whole process's.
  const program = `
    import { setFips } from 'node:crypto'
    import { md5Response } from ${JSON.stringify(new URL('md5.ts', import.meta.url).href)}
    setFips(true)
    try { md5Response('user', 'pass-word', new Uint8Array(4)) } catch (error) { console.log(error.name, error.message) }
  `
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  expect(output).toMatch(/^ConfigError .*has no MD5/)
  expect(output).not.toContain('pass-word')
})
