import { describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { parseDsn } from './parse-dsn.ts'

/** The parts that are not empty; of equal keys the last. */
function parts(dsn: string): Record<string, string> {
  return Object.fromEntries(parseDsn(dsn).filter(([, value]) => value !== ''))
}

test.each<[string, Record<string, string>]>([
  ['postgres://', {}],
  ['postgresql://', {}],
  ['postgresql:///', {}],
  ['postgres://?', {}],
  ['postgres://@', {}],
  ['postgres://:@:/?', {}],
  ['postgres://h', { host: 'h' }],
  ['postgres://h:', { host: 'h' }],
  ['postgres://h:1', { host: 'h', port: '1' }],
  ['postgres://:1', { port: '1' }],
  ['postgres://h/', { host: 'h' }],
  ['postgres://h/d', { host: 'h', dbname: 'd' }],
  ['postgres://h/d/e', { host: 'h', dbname: 'd/e' }],
  ['postgres:///d', { dbname: 'd' }],
  ['postgres://u@h', { user: 'u', host: 'h' }],
  ['postgres://u:@h', { user: 'u', host: 'h' }],
  ['postgres://:p@h', { password: 'p', host: 'h' }],
  ['postgres://@h', { host: 'h' }],
  ['postgres://u@', { user: 'u' }],
  ['postgres://u:p@h:1/d?k=v', { user: 'u', password: 'p', host: 'h', port: '1', dbname: 'd', k: 'v' }],
  // Credentials end at the last @, and a password may contain colons.
  ['postgres://u:p@ss@h/d', { user: 'u', password: 'p@ss', host: 'h', dbname: 'd' }],
  ['postgres://u:p:q:r@h', { user: 'u', password: 'p:q:r', host: 'h' }],
  ['postgres://u:p#s@h', { user: 'u', password: 'p#s', host: 'h' }],
  // An @ behind the authority is none of its business.
  ['postgres://u@h/a@b', { user: 'u', host: 'h', dbname: 'a@b' }],
  ['postgres://h/d?k=a@b', { host: 'h', dbname: 'd', k: 'a@b' }],
  ['postgres://h?k=a@b', { host: 'h', k: 'a@b' }],
  // Percent-encoding, in every part.
  [
    'postgres://us%40r:p%40ss@h%40st1:543%33/d%62',
    { user: 'us@r', password: 'p@ss', host: 'h@st1', port: '5433', dbname: 'db' },
  ],
  ['postgres://%C3%BC:%E2%82%AC@h', { user: 'ü', password: '€', host: 'h' }],
  ['postgres://%2Ftmp/d', { host: '/tmp', dbname: 'd' }],
  ['postgres://%2ftmp%2Fa%20b:5433', { host: '/tmp/a b', port: '5433' }],
  ['postgres://h/%2541', { host: 'h', dbname: '%41' }],
  ['postgres://h/?%6b=%26%3D', { host: 'h', k: '&=' }],
  ['postgres://u:a+b@h/c+d?k=e+f', { user: 'u', password: 'a+b', host: 'h', dbname: 'c+d', k: 'e+f' }],
  ['postgres://ü:ö@ä', { user: 'ü', password: 'ö', host: 'ä' }],
  // IPv6.
  ['postgres://[::1]', { host: '[::1]' }],
  ['postgres://[::1]:', { host: '[::1]' }],
  [
    'postgres://u:p@[2001:db8::1234]:1/d',
    { user: 'u', password: 'p', host: '[2001:db8::1234]', port: '1', dbname: 'd' },
  ],
  ['postgres://[fe80::1%25eth0]/', { host: '[fe80::1%eth0]' }],
  // Several hosts.
  ['postgres://h1,h2', { host: 'h1,h2' }],
  ['postgres://h1:1,h2:2/d', { host: 'h1,h2', port: '1,2', dbname: 'd' }],
  ['postgres://h1,h2:2,h3/d', { host: 'h1,h2,h3', port: ',2,', dbname: 'd' }],
  ['postgres://u:p@h,/d', { user: 'u', password: 'p', host: 'h,', dbname: 'd' }],
  ['postgres://u:a,b@h1,h2', { user: 'u', password: 'a,b', host: 'h1,h2' }],
  ['postgres://[::1],[::2]:5', { host: '[::1],[::2]', port: ',5' }],
  ['postgres://%2Ftmp,h:1', { host: '/tmp,h', port: ',1' }],
  [
    'postgresql://us%40r:p%40ss@h%40st1,h%40st2:543%33/d%62',
    { user: 'us@r', password: 'p@ss', host: 'h@st1,h@st2', port: ',5433', dbname: 'db' },
  ],
  // The query.
  ['postgres:///db?host=/dir', { dbname: 'db', host: '/dir' }],
  ['postgres://u@?port=56226&host=%2Ftmp', { user: 'u', port: '56226', host: '/tmp' }],
  ['postgres://?param=sss&param=123', { param: '123' }],
  ['postgres://h:1?host=g&port=2', { host: 'g', port: '2' }],
  ['postgres://?a=1&&b=2&', { a: '1', b: '2' }],
  ['postgres://?options=-c%20geqo=off', { options: '-c geqo=off' }],
  ['postgres://?a=b?c', { a: 'b?c' }],
  ['postgres://?a=b/c', { a: 'b/c' }],
])('%s', (dsn, expected) => {
  expect(parts(dsn)).toEqual(expected)
})

describe('refused', () => {
  test.each([
    '',
    'postgres',
    'postgres:/h',
    'postgres:h',
    'pq://h',
    'mysql://h',
    'POSTGRES://h',
    ' postgres://h',
    'postgres://h/d ',
    'postgres://h/d\n',
    'postgres://h/a b',
    'postgres://h\0',
    'postgres://h\x7f',
    'postgres://h%',
    'postgres://h%4',
    'postgres://h%zz',
    'postgres://h/%ff',
    'postgres://h/%c0%80',
    'postgres://h/%ed%a0%80',
    'postgres://h/%00',
    'postgres://u%00:p@h',
    'postgres://h?%00=1',
    'postgres://h?k=%00',
    'postgres://h:1:2',
    'postgres://h:x',
    'postgres://h:-1',
    'postgres://h:1%20',
    'postgres://::1/d',
    'postgres://[::1',
    'postgres://[]',
    'postgres://[]:1',
    'postgres://[::1]x',
    'postgres://[::1]]:1',
    'postgres://h1:1,h2:2:3/d',
    'postgres://h1,::1/d',
    'postgres://h1,[::2',
    'postgres://[::1]x,h2',
    'postgres://u:p/ss@h/d',
    'postgres://u:1/2@h/d',
    'postgres://h?k',
    'postgres://h?=v',
    'postgres://h?a=1&b',
  ])('%j', (dsn) => {
    expect(() => parseDsn(dsn)).toThrow(ConfigError)
  })
})

/** CPU time of the fastest of some runs, in microseconds. */
function cost(dsn: string): number {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage()
    try {
      parseDsn(dsn)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
    }
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, user + system)
  }
  return least
}

test.each(['@', '%', '%41', ':', '/', '?', '&', '=', 'k=v&', ',', '[', ']', 'a', 'é', ' ', '\\', "'", "k='v' "])(
  'a string of %s takes time in proportion to its length',
  (piece) => {
    for (const start of ['postgres://', 'postgres:///', 'postgres://h?k=', 'k=', "k='", 'k = v ']) {
      const short = start + piece.repeat(131_072 / piece.length)
      const long = start + piece.repeat((8 * 131_072) / piece.length)
      // Eight times the length would take 64 times as long if time grew with its square. Below 2 ms nothing can be told.
      expect(cost(long)).toBeLessThan(Math.max(cost(short), 2000) * 24)
    }
  },
)
