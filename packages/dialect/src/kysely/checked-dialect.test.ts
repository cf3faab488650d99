import { describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { createPool } from '../pool/create-pool.ts'
import { nodePostgresTypes } from '../types/profile/node-postgres.ts'
import { defaultTypes, definePgTypes, type PgTypes } from '../types/profile/profile.ts'
import { checkedDialect } from './checked-dialect.ts'
import { PgwireDialect } from './pgwire-dialect.ts'

const bigints = definePgTypes({ int8: 'bigint' })
const standard = defaultTypes.fingerprint

describe('a dialect that has the profile', () => {
  test.each<[string, () => PgwireDialect, PgTypes]>([
    ['of no types', () => checkedDialect(standard, {}), defaultTypes],
    ['of types that are undefined', () => checkedDialect(standard, { types: undefined }), defaultTypes],
    ['of types', () => checkedDialect(bigints.fingerprint, { types: bigints }), bigints],
    [
      'of types that are equal',
      () => checkedDialect(bigints.fingerprint, { types: definePgTypes({ int8: 'bigint' }) }),
      bigints,
    ],
    ['of a pool', () => checkedDialect(bigints.fingerprint, { pool: createPool({ types: bigints }) }), bigints],
    ['of a pool without types', () => checkedDialect(standard, { pool: createPool() }), defaultTypes],
    ['of options of a pool', () => checkedDialect(standard, { pool: { max: 1 } }), defaultTypes],
  ])('%s', (_what, make, { fingerprint }) => {
    const dialect = make()
    expect(dialect).toBeInstanceOf(PgwireDialect)
    expect(dialect.types.fingerprint).toBe(fingerprint)
  })
})

describe('a dialect that has another profile is refused, by both names', () => {
  // What the compiler does not know: it would have refused most of these.
  const profile: string = standard
  test.each<[string, () => PgwireDialect, PgTypes]>([
    ['other types', () => checkedDialect(profile, { types: bigints }), bigints],
    ["node-postgres's", () => checkedDialect(profile, { types: nodePostgresTypes }), nodePostgresTypes],
    ['a pool', () => checkedDialect(profile, { pool: createPool({ types: bigints }) }), bigints],
  ])('%s', (_what, make, { fingerprint }) => {
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(
      `Generate them again, or give the dialect theirs. Theirs: ${standard}. The dialect's: ${fingerprint}`,
    )
  })

  test('the default ones', () => {
    expect(() => checkedDialect(bigints.fingerprint as string, {})).toThrow(`The dialect's: ${standard}`)
  })
})

test('what else is wrong with a config is said as without a check', async () => {
  const pool = createPool()
  await expect(async () =>
    checkedDialect(standard, { pool, types: defaultTypes }).createDriver().init(),
  ).rejects.toThrow('A pool that is given has its connection and types already')
})
