import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test, vi } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { tlsKeyLog } from './tls-key-log.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgwire-keylog-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

test('lines are appended to what is there, in a file for its owner alone', () => {
  const file = join(folder, 'keys.log')
  tlsKeyLog(file)(Buffer.from('one\n'))
  tlsKeyLog(file)(Buffer.from('two\n'))
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a place where nothing can be written is refused', () => {
  expect(() => tlsKeyLog(folder)).toThrow(ConfigError)
  expect(() => tlsKeyLog(join(folder, 'nowhere', 'keys.log'))).toThrow('Cannot write the file of sslkeylogfile: ENOENT')
})

test('what goes wrong later is told once, and thrown at nobody', () => {
  const place = join(folder, 'place')
  mkdirSync(place)
  const append = tlsKeyLog(join(place, 'keys.log'))
  rmSync(place, { recursive: true })
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  append(Buffer.from('one\n'))
  append(Buffer.from('two\n'))
  expect(warned).toHaveBeenCalledTimes(1)
  expect(warned.mock.calls[0]?.[0]).toContain('ENOENT')
  warned.mockRestore()
})
