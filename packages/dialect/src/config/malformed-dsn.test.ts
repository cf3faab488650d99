import { inspect } from 'node:util'

import { expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

/** What nobody may ever see again, in every shape in which it stands below. */
const SECRET = 'Xq7Zv9Kw2Lm4'

/** Each is refused, for another reason, with the secret in the place where it hurts most. */
const malformed = [
  `pq://u:${SECRET}@h/d`,
  `postgres:u:${SECRET}@h/d`,
  `postgres:/u:${SECRET}@h/d`,
  `Postgres://u:${SECRET}@h/d`,
  ` postgres://u:${SECRET}@h/d`,
  `"postgres://u:${SECRET}@h/d"`,
  `u:${SECRET}@h/d`,
  `host=h user=u password='${SECRET}`,
  `host=h user=u password='${SECRET}\\'`,
  `host=h user=u password ${SECRET}`,
  `host=h user=u password= ${SECRET} x`,
  `host=h user=u ${SECRET}`,
  `host=h user=u password=x ${SECRET}`,
  `host=h user=u password="a ${SECRET}"`,
  `host=h user=u password=${SECRET} port=x`,
  `host=h user=u password=${SECRET}\0`,
  `host=h port=${SECRET}`,
  `host=h user=u !${SECRET}=1`,
  `jdbc:postgresql://h/d?user=u&password=${SECRET}`,
  `postgres://u:${SECRET} @h/d`,
  `postgres://u:${SECRET}\n@h/d`,
  `postgres://u:${SECRET}\0@h/d`,
  `postgres://u:${SECRET}%@h/d`,
  `postgres://u:%${SECRET}@h/d`,
  `postgres://u:%zz${SECRET}@h/d`,
  `postgres://u:${SECRET}%00@h/d`,
  `postgres://u:${SECRET}%ff@h/d`,
  `postgres://u:${SECRET}%ed%a0%80@h/d`,
  `postgres://u:${SECRET}\ud800@h/d`,
  `postgres://u:${SECRET}/@h/d`,
  `postgres://u:/${SECRET}@h/d`,
  `postgres://u:1/${SECRET}@h/d`,
  `postgres://u:${SECRET}?@h/d`,
  `postgres://u:?${SECRET}@h/d`,
  `postgres://u:${SECRET}`,
  `postgres://u:${SECRET}/d`,
  `postgres://u:${SECRET}:h:5432/d`,
  `postgres://u@h:${SECRET}/d`,
  `postgres://u@h:5432:${SECRET}/d`,
  `postgres://u:x@[${SECRET}/d`,
  `postgres://u:x@[::1]${SECRET}/d`,
  `postgres://u:${SECRET}@[]/d`,
  `postgres://u:x@[::1]:${SECRET}/d`,
  `postgres://u:${SECRET}@h1:1,h2:x/d`,
  `postgres://u:${SECRET},x/d`,
  `postgres://u:x@h,[${SECRET}/d`,
  `postgres://u:${SECRET}@h1,h2,h3/d?port=1,2`,
  `postgres://u:${SECRET}@h1,h2/d?hostaddr=1.1.1.1`,
  `postgres://u:${SECRET}@h:1/d?host=g:2`,
  `postgres://u:${SECRET}@h:0/d`,
  `postgres://u:${SECRET}@h:65536/d`,
  `postgres://u:${SECRET}@h/d%`,
  `postgres://u:${SECRET}@h%/d`,
  `postgres://u%:${SECRET}@h/d`,
  `postgres://h/d?password=${SECRET}%`,
  `postgres://h/d?password=${SECRET}%00`,
  `postgres://h/d?${SECRET}`,
  `postgres://h/d?=${SECRET}`,
  `postgres://h/d?port=${SECRET}`,
  `postgres://h/d?host=a,@${SECRET}`,
  `postgres://h/d?host=${SECRET}:x`,
  `postgres://h/d?host=a:${SECRET}`,
  `postgres://h/d?host=[::1]${SECRET}`,
  `postgres://h/d?hostaddr=${SECRET}`,
  `postgres://h/d?target_session_attrs=${SECRET}`,
  `postgres://h/d?load_balance_hosts=${SECRET}`,
  `postgres://h/d?keepalives=${SECRET}`,
  `postgres://h/d?keepalives_idle=${SECRET}`,
  `postgres://h/d?tcp_user_timeout=${SECRET}`,
  `postgres://h/d?statement_timeout=${SECRET}`,
  `postgres://h/d?service=${SECRET}&servicefile=/none/${SECRET}`,
  `postgres://h/d?sslmode=${SECRET}`,
  `postgres://h/d?ssl=${SECRET}`,
  `postgres://h/d?sslrootcert=/none/${SECRET}`,
  `postgres://h/d?connect_timeout=${SECRET}`,
  `postgres://h/d?statement_cache_size=${SECRET}`,
  `postgres://h/d?client_encoding=${SECRET}`,
  `postgres://h/d?channel_binding=${SECRET}`,
  `postgres://h/d?_pq_.${SECRET}=1`,
  `postgres://h/d?${SECRET}=%00`,
]

function thrownBy(dsn: string): unknown {
  try {
    resolveConnectionSettings(dsn, {})
  } catch (error) {
    return error
  }
  throw new Error('Accepted')
}

test.each(malformed)('%#: no piece of the secret is in the error', (dsn) => {
  const error = thrownBy(dsn)
  expect(error).toBeInstanceOf(ConfigError)
  const shown = [
    String(error),
    (error as Error).stack,
    inspect(error, { showHidden: true, depth: 9 }),
    JSON.stringify(error),
    JSON.stringify(error, Object.getOwnPropertyNames(error)),
  ].join('\n')
  for (let start = 0; start + 4 <= SECRET.length; start++) {
    expect(shown).not.toContain(SECRET.slice(start, start + 4))
  }
})
