import { expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { authenticationMethods } from './authentication-methods.ts'

test.each<[unknown, string]>([
  ['password', 'password'],
  ['scram-sha-256,oauth', 'scram-sha-256 oauth'],
  [['none'], 'none'],
  ['!password', 'none md5 gss sspi scram-sha-256 oauth'],
  ['!none,!gss,!sspi,!oauth', 'password md5 scram-sha-256'],
  [['!md5', '!password', '!none', '!gss', '!sspi', '!scram-sha-256', '!oauth'], ''],
])('%j admits %s', (written, admitted) => {
  expect(authenticationMethods(written, 'requireAuth').join(' ')).toBe(admitted)
})

test.each<[string, unknown]>([
  ['nothing', ''],
  ['an empty list', []],
  ['an unknown word', 'kerberos'],
  ['another case', 'MD5'],
  ['a blank', 'md5, password'],
  ['a comma at the end', 'md5,'],
  ['a ! alone', '!'],
  ['two !', '!!md5'],
  ['words with and without !', 'md5,!password'],
  ['words without and with !', '!password,md5'],
  ['a repetition', 'md5,md5'],
  ['a repetition with !', '!md5,!md5'],
  ['a number', 5],
  ['a number in a list', ['md5', 5]],
  ['an object', { md5: true }],
])('%s is refused', (_what, written) => {
  expect(() => authenticationMethods(written, 'requireAuth')).toThrow(ConfigError)
})

test('an error repeats nothing of what was written', () => {
  expect(() => authenticationMethods('hunter2', 'requireAuth')).toThrow(/^requireAuth can have none, password/)
  expect(() => authenticationMethods('hunter2', 'requireAuth')).not.toThrow(/hunter2/)
})
