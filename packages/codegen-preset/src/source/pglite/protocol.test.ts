import fc from 'fast-check'
import { expect, test } from 'vitest'

import { HeldCopy } from './held-copy.ts'
import { frames, isCancelRequest, isEncryptionRequest, messages } from './protocol.ts'

function message(type: string, body = ''): Buffer {
  const bytes = Buffer.alloc(type.length + 4)
  bytes.write(type)
  bytes.writeInt32BE(4 + body.length, type.length)
  return Buffer.concat([bytes, Buffer.from(body)])
}

function opening(code: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(8)
  bytes.writeInt32BE(code, 4)
  return bytes
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    if (at < bytes.length) yield bytes.subarray(at, at + size)
    at += size
  }
}

async function collected(bytes: Buffer, sizes: readonly number[]): Promise<Buffer[]> {
  const found: Buffer[] = []
  for await (const each of messages(cut(bytes, sizes))) found.push(each)
  return found
}

const all = [
  opening(196_608),
  message('P', '\0select 1\0\0\0'),
  message('S'),
  message('d', 'x'.repeat(300)),
  message('X'),
]

test('messages are whole, however they arrive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 })), async (sizes) => {
      expect(await collected(Buffer.concat(all), sizes)).toEqual(all)
    }),
  )
})

test('a message that is shorter than its length says is refused', async () => {
  await expect(collected(Buffer.from('Q\0\0\0\x01'), [])).rejects.toThrow(RangeError)
})

test('answers are parted into messages', () => {
  expect(frames(Buffer.concat([message('1'), message('Z', 'I')]))).toEqual([message('1'), message('Z', 'I')])
  expect(frames(Buffer.alloc(0))).toEqual([])
})

test('what opens a connection is told apart', () => {
  expect([80_877_103, 80_877_104, 80_877_102, 196_608].map((code) => isEncryptionRequest(opening(code)))).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect([80_877_103, 80_877_102, 196_608].map((code) => isCancelRequest(opening(code)))).toEqual([false, true, false])
  expect(isCancelRequest(message('Q', 'select 1\0'))).toBe(false)
})

const parse = (sql: string, name = '') => message('P', `${name}\0${sql}\0\0\0`)
const bind = (name = '') => message('B', `\0${name}\0\0\0\0\0\0\0`)
const execute = message('E', '\0\0\0\0\0')

test.each([
  ['copy t from stdin', 0],
  ['/* tag */ -- why\nCOPY "t" (a) FROM STDIN WITH (FORMAT binary)', 1],
  ['copy t from stdin binary', 1],
])('%s is held back until its data has an end', (sql, format) => {
  const copy = new HeldCopy()
  expect(copy.take(parse(sql)).pass).toEqual(parse(sql))
  copy.take(bind())
  expect(copy.take(execute)).toEqual({ tell: message('G', `${String.fromCharCode(format)}\0\0`), pass: null })
  expect(copy.take(message('d', '1\n'))).toEqual({ tell: null, pass: null })
  expect(copy.take(message('c'))).toEqual({
    tell: null,
    pass: Buffer.concat([execute, message('d', '1\n'), message('c')]),
  })
  expect(copy.take(message('S'))).toEqual({ tell: null, pass: message('S') })
})

test('a COPY whose feeder fails is passed on as failed', () => {
  const copy = new HeldCopy()
  for (const each of [parse('copy t from stdin'), bind(), execute]) copy.take(each)
  expect(copy.take(message('f', 'no\0')).pass).toEqual(Buffer.concat([execute, message('f', 'no\0')]))
})

test.each([
  ['copy t to stdout', ''],
  ["select 'copy t from stdin'", ''],
  ['copy t from stdin', 'named'],
])('%s, bound as %j, is not held back', (sql, name) => {
  const copy = new HeldCopy()
  for (const each of [parse(sql), bind(name)]) copy.take(each)
  expect(copy.take(execute)).toEqual({ tell: null, pass: execute })
})
