/** Rows that wait for a look-up: what the server says instead of an answer, and that there is always an end. */
import { setImmediate as turn } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { dataRow, int32 } from '../../../../test/support/backend-messages.ts'
import { type KnownStatements, MemoryPostgres } from '../../../../test/support/memory-postgres.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import { serverTypeRow, serverTypesColumns } from '../../../../test/support/server-type-rows.ts'
import { UnresolvedTypeError } from '../errors/unresolved-type-error.ts'
import { type Codec, defineCodec } from '../types/codec.ts'
import { defaultTypes, type PgTypes } from '../types/profile/profile.ts'
import { serverTypesQuery } from '../types/server-types/server-types.ts'

const MOOD = 16_400
const PAIR = 16_500
const OWN = 99_999

const record = (...fields: readonly (readonly [oid: number, bytes: Buffer])[]): Buffer =>
  Buffer.concat([int32(fields.length), ...fields.flatMap(([oid, bytes]) => [int32(oid), int32(bytes.length), bytes])])

const mood = serverTypeRow({ oid: MOOD, name: 'mood', kind: 'e' })

function knowing(rows: readonly Buffer[], types: readonly Buffer[]): KnownStatements {
  return {
    'select r': { columns: [{ name: 'r', typeOid: 2249 }], rows, tag: `SELECT ${rows.length}` },
    'select own': { columns: [{ name: 'own', typeOid: OWN }], rows: [dataRow('x'), dataRow('y')], tag: 'SELECT 2' },
    [serverTypesQuery]: { parameterOids: [1028], columns: serverTypesColumns, rows: types, tag: 'SELECT 1' },
  }
}

/** Asks, and answers until there is nothing to answer any more. */
async function ask(sql: string, known: KnownStatements, types: PgTypes = defaultTypes) {
  const memory = memorySession({ types })
  const postgres = new MemoryPostgres(known)
  const executed: string[] = []
  const asked = memory.ask(sql)
  for (let idle = 0; idle < 3; idle++) {
    for (const message of memory.written()) {
      if (message.type === 'execute') executed.push(message.type)
      memory.feed(...postgres.answer(message))
      idle = 0
    }
    await turn()
  }
  return { memory, asked, executed }
}

describe('a record', () => {
  const ok = record([MOOD, Buffer.from('ok')])

  test('is read after one look-up', async () => {
    const { memory, asked, executed } = await ask(
      'select r',
      knowing([dataRow(null), dataRow(ok), dataRow(ok)], [mood]),
    )
    expect(asked.result.rows).toEqual([{ r: null }, { r: ['ok'] }, { r: ['ok'] }])
    expect(executed).toHaveLength(2)
    expect(memory.session.idle).toBe(true)
  })

  test('of a type that the server does not know either rejects, after one look-up', async () => {
    const { memory, asked, executed } = await ask('select r', knowing([dataRow(ok)], []))
    expect(asked.error).toMatchObject({ name: 'CodecError', column: 'r', type: 'record', outcome: 'applied' })
    expect(executed).toHaveLength(2)
    expect(memory.session.idle).toBe(true)
  })

  test('whose composite is not what the server says it is rejects, after it has been asked twice', async () => {
    const pair = serverTypeRow({ oid: PAIR, name: 'pair', kind: 'c', field_names: ['a'], field_oids: [25] })
    const other = record([PAIR, record([25, Buffer.from('a')], [25, Buffer.from('b')])])
    const { memory, asked, executed } = await ask('select r', knowing([dataRow(other)], [pair]))
    expect(asked.error).toMatchObject({ name: 'CodecError', column: 'r', reason: 'the type pair has changed' })
    // Itself, the composite, and the composite again when all was forgotten.
    expect(executed).toHaveLength(3)
    expect(memory.session.idle).toBe(true)
  })

  test('that is malformed behind an unknown type ends the session', async () => {
    const malformed = Buffer.from(dataRow(ok))
    malformed.writeUInt16BE(2, 5)
    const { memory, asked } = await ask('select r', knowing([dataRow(ok), malformed], [mood]))
    expect(asked.error).toMatchObject({ name: 'ProtocolError' })
    expect(memory.session.dead).toBe(true)
  })

  test('rejects as applied when the connection is lost before the server can be asked', async () => {
    const memory = memorySession()
    const postgres = new MemoryPostgres(knowing([dataRow(ok)], [mood]))
    const asked = memory.ask('select r')
    const answer = () => {
      for (const message of memory.written()) memory.feed(...postgres.answer(message))
    }
    answer()
    await turn()
    const described = memory.written()
    // Somebody has the turn when the rows come.
    memory.session.turn(
      () => {},
      () => {},
    )
    for (const message of described) memory.feed(...postgres.answer(message))
    await turn()
    expect(asked.settlements).toEqual([])
    memory.session.lost()
    await turn()
    expect(asked.error).toMatchObject({ name: 'CodecError', column: 'r', outcome: 'applied' })
    expect(asked.error.cause).toMatchObject({ name: 'ConnectionError' })
  })

  test('is let be when nobody waits for it any more', async () => {
    const memory = memorySession()
    const postgres = new MemoryPostgres(knowing([dataRow(ok)], [mood]))
    const asked = memory.ask('select r')
    for (let round = 0; round < 5; round++) {
      for (const message of memory.written()) memory.feed(...postgres.answer(message))
      // Its rows have come, and nothing more has been asked.
      if (round === 1) asked.request.withdrawn = true
      await turn()
    }
    expect(asked.settlements).toEqual([])
    expect(memory.session.idle).toBe(true)
  })
})

/** A codec of the user's that cannot be helped. */
function owning(decode: Codec['decode']): PgTypes {
  const own = defineCodec<unknown>({
    name: 'own',
    oid: OWN,
    typescript: { select: 'unknown', insert: 'never' },
    decode,
    encode: () => {},
  })
  return { ...defaultTypes, codecFor: (oid) => (oid === OWN ? own : defaultTypes.codecFor(oid)) }
}

describe('a codec that', () => {
  test('finds another unknown type in every look-up has a limit', async () => {
    let next = 20_000
    const types = owning(() => {
      throw UnresolvedTypeError.unknown(next++)
    })
    const { asked, executed } = await ask('select own', knowing([], [mood]), types)
    expect(asked.error).toMatchObject({ name: 'CodecError', column: 'own', outcome: 'applied' })
    expect(executed.length).toBeLessThanOrEqual(101)
  })

  test('says for ever that its type has changed is asked twice', async () => {
    let calls = 0
    const types = owning(() => {
      calls++
      throw UnresolvedTypeError.outdated('own')
    })
    const { asked, executed } = await ask('select own', knowing([], []), types)
    expect(asked.error).toMatchObject({ name: 'CodecError', column: 'own', reason: 'the type own has changed' })
    expect(executed).toHaveLength(1)
    expect(calls).toBeLessThan(10)
  })
})

test('a query that a codec sends before it refuses a value is sent', () => {
  const memory = memorySession()
  const asked: unknown[] = []
  const own = defineCodec<unknown>({
    name: 'own',
    oid: OWN,
    typescript: { select: 'unknown', insert: 'unknown' },
    decode: () => null,
    encode: () => {
      asked.push(memory.ask('select r'))
      throw new Error('no')
    },
  })
  const types = { ...defaultTypes, codecFor: (oid: number) => (oid === OWN ? own : defaultTypes.codecFor(oid)) }
  const catalog = memory.server.catalog.under(types)
  const statement = catalog.add('select $1', [OWN], [])
  memory.server.prepared.add(statement, 'known')
  const { error } = memory.askDescribed(statement, [{}])
  expect(error).toMatchObject({ name: 'CodecError', parameter: 1 })
  expect(asked).toHaveLength(1)
  expect(memory.written()).toMatchObject([{ type: 'parse', sql: 'select r' }, { type: 'describe' }, { type: 'sync' }])
})
