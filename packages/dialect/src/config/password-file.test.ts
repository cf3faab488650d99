import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { ServerAddress } from './connection-settings.ts'
import { findPassword, passwordFor } from './password-file.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

const address: ServerAddress = { kind: 'tcp', host: 'db', port: 5432 }
const login = { address, database: 'shop', user: 'app' }

describe('the password of the first line that fits', () => {
  test.each<[string, string, string | undefined]>([
    ['an empty file', '', undefined],
    ['the same in each field', 'db:5432:shop:app:secret', 'secret'],
    ['anything in each field', '*:*:*:*:secret', 'secret'],
    ['another host', 'other:5432:shop:app:secret', undefined],
    ['another port', 'db:5433:shop:app:secret', undefined],
    ['another database', 'db:5432:other:app:secret', undefined],
    ['another user', 'db:5432:shop:other:secret', undefined],
    ['a part of the host', 'd:5432:shop:app:secret', undefined],
    ['the first of two', 'db:*:*:*:one\n*:*:*:*:two', 'one'],
    ['the second of two', 'other:*:*:*:one\n*:*:*:*:two', 'two'],
    ['a comment', '#db:5432:shop:app:secret', undefined],
    ['empty lines and lines with too few fields', '\n\ndb:5432\n:\ndb:5432:shop:app:secret\n', 'secret'],
    ['an end of the line of Windows', 'db:5432:shop:app:secret\r\n', 'secret'],
    ['escapes in the password', 'db:5432:shop:app:a\\:b\\\\c', 'a:b\\c'],
    ['a colon that is not escaped', 'db:5432:shop:app:a:b', 'a:b'],
    ['spaces, which count', 'db:5432:shop:app: a ', ' a '],
    ['a star that is escaped', '\\*:*:*:*:secret', undefined],
    ['a backslash at the end', 'db:5432:shop:app:secret\\', 'secret\\'],
    ['an empty password, which is none', 'db:5432:shop:app:\n*:*:*:*:two', undefined],
  ])('%s', (_what, text, password) => {
    expect(findPassword(text, login)).toBe(password)
  })

  test('escapes in the other fields', () => {
    const odd = { address: { ...address, host: '::1' }, database: 'a:b', user: 'c\\d' }
    expect(findPassword('\\:\\:1:5432:a\\:b:c\\\\d:secret', odd)).toBe('secret')
    expect(findPassword('::1:5432:a:b:c\\d:secret', odd)).toBeUndefined()
  })

  test('a unix socket goes by its directory and as localhost', () => {
    const socket = { kind: 'unix', host: '/run/pg', port: 5432, path: '/run/pg/.s.PGSQL.5432' } as const
    expect(findPassword('localhost:*:*:*:secret', { ...login, address: socket })).toBe('secret')
    expect(findPassword('/run/pg:*:*:*:secret', { ...login, address: socket })).toBe('secret')
    expect(findPassword('localhost:*:*:*:secret', login)).toBeUndefined()
  })

  test('whatever is escaped comes back, behind lines of any kind', () => {
    const field = fc.string({ minLength: 1 }).filter((text) => !/[\n\r\0]/.test(text) && text !== '*')
    const escaped = (text: string): string => text.replaceAll(/[\\:]/g, '\\$&')
    fc.assert(
      fc.property(field, field, field, field, fc.array(fc.string()), (host, database, user, password, others) => {
        fc.pre(!host.startsWith('#'))
        const wanted = { address: { ...address, host }, database, user }
        const line = `${escaped(host)}:5432:${escaped(database)}:${escaped(user)}:${escaped(password)}`
        const rest = others.map((other) => `#${other.replaceAll('\n', '')}`)
        expect(findPassword([...rest, line].join('\n'), wanted)).toBe(password)
      }),
    )
  })
})

describe('the file', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'passfile-'))
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  function makeFile(name: string, mode: number): string {
    const file = join(directory, name)
    writeFileSync(file, '*:*:*:*:secret\n')
    chmodSync(file, mode)
    return file
  }

  function passwordIn(passfile: string, options: { password?: string } = {}): unknown {
    return passwordFor(resolveConnectionSettings({ host: 'db', user: 'app', passfile, ...options }, {}), address)
  }

  /** The warnings of the process while `work` runs, and until they have been delivered. */
  async function warnings(work: () => void): Promise<string[]> {
    const seen: string[] = []
    const listener = (warning: Error): number => seen.push(warning.message)
    process.on('warning', listener)
    work()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listener)
    return seen
  }

  test('is read for each login', () => {
    const file = makeFile('rotating', 0o600)
    expect(passwordIn(file)).toBe('secret')
    writeFileSync(file, '*:*:*:*:another\n')
    expect(passwordIn(file)).toBe('another')
  })

  test('is not asked when there is a password', () => {
    expect(passwordIn(makeFile('unasked', 0o600), { password: 'own' })).toBe('own')
  })

  test.skipIf(process.platform === 'win32').each([0o640, 0o604, 0o660, 0o666])(
    'is ignored with one warning with the permissions %o',
    async (mode) => {
      const file = makeFile(`open-${mode}`, mode)
      const seen = await warnings(() => {
        for (let time = 0; time < 3; time++) expect(passwordIn(file)).toBeUndefined()
      })
      expect(seen).toHaveLength(1)
      expect(seen[0]).toContain('can be read by others')
      expect(seen[0]).not.toContain('secret')
    },
  )

  test('is ignored with a warning when it is a directory', async () => {
    const folder = join(directory, 'folder')
    mkdirSync(folder)
    const seen = await warnings(() => expect(passwordIn(folder)).toBeUndefined())
    expect(seen).toEqual([expect.stringContaining('is not a plain file')])
  })

  test('may be missing, without a word', async () => {
    const seen = await warnings(() => expect(passwordIn(join(directory, 'none', 'none'))).toBeUndefined())
    expect(seen).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('is ~/.pgpass, or what PGPASSFILE or an option names', () => {
    const passfile = (environment: Record<string, string>, options = {}): string | undefined =>
      resolveConnectionSettings({ user: 'u', ...options }, environment).passfile
    expect(passfile({ HOME: '/home/x' })).toBe('/home/x/.pgpass')
    expect(passfile({ HOME: '/home/x', PGPASSFILE: '/p' })).toBe('/p')
    expect(passfile({ HOME: '/home/x', PGPASSFILE: '/p' }, { passfile: '/q' })).toBe('/q')
    expect(passfile({ PGPASSFILE: '/p' }, { connectionString: 'postgres://h?passfile=/r' })).toBe('/r')
  })
})
