/** COPY FROM with bytes: sources, formats, options. */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

import { connect, type Connection, type CopyBytes, type CopyFromOptions } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

async function connected(table = 'create temp table t (a int4, b text)'): Promise<Connection> {
  const connection = await connect(sharedServer().url)
  await connection.execute(table)
  return connection
}

async function stored(connection: Connection): Promise<unknown> {
  const { rows } = await connection.query('select * from t order by 1', [], { rowMode: 'array' })
  return rows
}

const TEXT = '1\tone\n2\t\\N\n3\ttäb\\t🐘\n'
const ROWS = [
  [1, 'one'],
  [2, null],
  [3, 'täb\t🐘'],
]
const bytes = Buffer.from(TEXT)
/** Cut anywhere, in the middle of characters too. */
const pieces = [bytes.subarray(0, 15), bytes.subarray(15, 17), new Uint8Array(0), bytes.subarray(17)]

describe('bytes come from', () => {
  const sources: readonly (readonly [string, () => CopyBytes])[] = [
    ['a string, which is never a file', () => TEXT],
    ['a Buffer', () => bytes],
    ['a Uint8Array', () => new Uint8Array(bytes)],
    ['an ArrayBuffer', () => new Uint8Array(bytes).buffer],
    ['an array of pieces', () => pieces],
    ['an array of strings', () => TEXT.split(/(?<=\n)/)],
    ['a stream of the web', () => ReadableStream.from(pieces)],
    ['a stream of Node', () => Readable.from(pieces)],
    ['a response', () => new Response(TEXT).body!],
    [
      'an async generator',
      async function* () {
        yield* pieces
      },
    ],
  ]
  test.each(sources)('%s', async (_name, source) => {
    await using connection = await connected()
    await expect(connection.copyFrom('t', source())).resolves.toEqual({ rowCount: 3 })
    await expect(stored(connection)).resolves.toEqual(ROWS)
  })

  test('a file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'copy-'))
    const file = join(directory, 'rows')
    await writeFile(file, bytes)
    await using connection = await connected()
    await connection.copyFrom('t', createReadStream(file, { highWaterMark: 5 }))
    await expect(stored(connection)).resolves.toEqual(ROWS)
    await rm(directory, { recursive: true })
  })

  test('strings and buffers of many chunks', async () => {
    await using connection = await connected()
    const text = '🐘'.repeat(100_000)
    await connection.copyFrom('t', `1\t${text}\n2\tx${text}\n`)
    await connection.copyFrom('t', Buffer.from(`3\t${text}\n`))
    await expect(stored(connection)).resolves.toEqual([
      [1, text],
      [2, `x${text}`],
      [3, text],
    ])
  })
})

describe('options', () => {
  const cases: readonly (readonly [string, string, CopyFromOptions, unknown])[] = [
    ['columns', 'one\t1\n', { columns: ['b', 'a'] }, [[1, 'one']]],
    ['delimiter and null', "1|'\n", { delimiter: '|', null: "'" }, [[1, null]]],
    ['a backslash as the delimiter of csv', '1\\one\n', { format: 'csv', delimiter: '\\' }, [[1, 'one']]],
    [
      'csv with a header',
      'a,b\n1,"o""ne"\n2,\n',
      { format: 'csv', header: true },
      [
        [1, 'o"ne'],
        [2, null],
      ],
    ],
    ['quote and escape', "1,'o!'n,e'\n", { format: 'csv', quote: "'", escape: '!' }, [[1, "o'n,e"]]],
    ['forceNotNull', '1,\n', { format: 'csv', forceNotNull: ['b'] }, [[1, '']]],
    ['forceNull', '1,""\n', { format: 'csv', forceNull: ['b'] }, [[1, null]]],
    ['where', '1\tone\n2\ttwo\n', { where: "b <> 'one'" }, [[2, 'two']]],
  ]
  test.each(cases)('%s', async (_name, data, options, rows) => {
    await using connection = await connected()
    await connection.copyFrom('t', data, options)
    await expect(stored(connection)).resolves.toEqual(rows)
  })

  test('encoding, for bytes and not for strings', async () => {
    await using connection = await connected()
    await connection.copyFrom('t', Buffer.from('1\tä\n', 'latin1'), { encoding: 'LATIN1' })
    await expect(stored(connection)).resolves.toEqual([[1, 'ä']])
    const text = connection.copyFrom('t', '1\tä\n', { encoding: 'LATIN1' })
    await expect(text).rejects.toMatchObject({ name: 'UsageError' })
  })

  test('freeze, in the transaction that made the table', async () => {
    await using connection = await connect(sharedServer().url)
    await connection.transaction(async (transaction) => {
      await transaction.execute('create table copy_frozen (a int4, b text)')
      await transaction.copyFrom('copy_frozen', TEXT, { freeze: true })
      await transaction.execute('drop table copy_frozen')
    })
  })

  test('that the server does not know are refused by it', async () => {
    await using connection = await connected()
    await expect(connection.copyFrom('t', TEXT, { quote: 'x' })).rejects.toMatchObject({ outcome: 'rolled-back' })
    await expect(connection.copyFrom('t', TEXT, { format: 'json' as 'csv' })).rejects.toMatchObject({
      name: 'UsageError',
    })
    await expect(stored(connection)).resolves.toEqual([])
  })

  test.skipIf(sharedServer().majorVersion < 17)('onError and logVerbosity skip rows, of values too', async () => {
    await using connection = await connected()
    const notices: string[] = []
    connection.onNotice((notice) => notices.push(notice.message))
    const skipping = { onError: 'ignore', logVerbosity: 'verbose' } as const
    await expect(connection.copyFrom('t', 'x\ty\n1\tone\n', skipping)).resolves.toEqual({ rowCount: 1 })
    expect(notices).toHaveLength(2)
    await expect(
      connection.copyFrom(
        't',
        [
          ['x', 'y'],
          ['2', 'two'],
        ],
        skipping,
      ),
    ).resolves.toEqual({ rowCount: 1 })
    await expect(stored(connection)).resolves.toEqual([
      [1, 'one'],
      [2, 'two'],
    ])
  })
})

test('binary goes out and comes in again', async () => {
  await using connection = await connected()
  await connection.copyFrom('t', TEXT)
  const copied: Uint8Array[] = []
  for await (const piece of connection.copyTo('t', { format: 'binary' })) copied.push(piece)
  await connection.execute('truncate t')
  await expect(connection.copyFrom('t', copied, { format: 'binary' })).resolves.toEqual({ rowCount: 3 })
  await expect(stored(connection)).resolves.toEqual(ROWS)
})

test('no option and no name can make a second statement', async () => {
  await using connection = await connected()
  const trick = "'); drop table t; --"
  const options = ['delimiter', 'quote', 'escape', 'encoding', 'header', 'logVerbosity', 'onError', 'where']
  for (const option of options) {
    const copying = connection.copyFrom('t', bytes, { [option]: trick })
    await expect(copying, option).rejects.toMatchObject({ severityCode: 'ERROR' })
  }
  // What stands for NULL may be anything.
  await connection.copyFrom('t', `1\t${trick}\n`, { null: trick })
  await expect(stored(connection)).resolves.toEqual([[1, null]])
  await connection.execute('truncate t')
  await expect(connection.copyFrom('t" from stdin; drop table t; --', TEXT)).rejects.toMatchObject({ code: '42P01' })
  await expect(connection.copyFrom('t', TEXT, { columns: ['a", "b'] })).rejects.toMatchObject({ code: '42703' })
  const query = { query: 'select 1) to stdout; drop table t; copy (select 1' }
  await expect(connection.copyTo(query).next()).rejects.toMatchObject({ code: '42601' })
  await expect(stored(connection)).resolves.toEqual([])
})
