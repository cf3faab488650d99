import { Readable } from 'node:stream'

import { describe, expect, test, vi } from 'vitest'

import { UsageError } from '../errors/usage-error.ts'
import { openSource, type Source } from './source.ts'

async function taken(source: Source): Promise<unknown[]> {
  const items: unknown[] = []
  for (;;) {
    const { done, value } = await source.next()
    if (done === true) return items
    items.push(value)
  }
}

const boom = new Error('boom')

/** An iterator that says which of its methods were called. */
function watched(step: () => IteratorResult<unknown> | Promise<IteratorResult<unknown>>) {
  const next = vi.fn<typeof step>(step)
  const end = vi.fn<() => IteratorResult<unknown>>(() => ({ done: true, value: undefined }))
  return { next, end, iterable: { [Symbol.iterator]: () => ({ next, return: end }) } }
}

describe('a source', () => {
  test('of bytes or of a text is one item, and does not wait', async () => {
    const bytes = new Uint8Array([1, 2])
    for (const item of [bytes, 'text', bytes.buffer]) {
      const source = openSource(item)
      expect(source.waits).toBe(false)
      await expect(taken(source)).resolves.toEqual([item])
    }
  })

  test.each([
    ['an array', () => [1, 2, 3], false],
    ['a set', () => new Set([1, 2, 3]), false],
    ['a stream of Node', () => Readable.from([1, 2, 3]), true],
    ['a stream of the web', () => ReadableStream.from([1, 2, 3]), true],
  ])('may be %s', async (_what, make, waits) => {
    const source = openSource(make())
    expect(source.waits).toBe(waits)
    await expect(taken(source)).resolves.toEqual([1, 2, 3])
  })

  test.each([undefined, null, 5, true, {}, () => []])('is not %s', (what) => {
    expect(() => openSource(what)).toThrow(UsageError)
  })

  test('gives the items that were looked at all the same', async () => {
    for (const items of [[1, 2, 3], ReadableStream.from([1, 2, 3])]) {
      const source = openSource(items)
      await expect(source.look(1)).resolves.toEqual([1])
      await expect(source.look(2)).resolves.toEqual([1, 2])
      await expect(taken(source)).resolves.toEqual([1, 2, 3])
    }
    const short = openSource([1])
    await expect(short.look(100)).resolves.toEqual([1])
    await expect(taken(short)).resolves.toEqual([1])
  })

  test('makes no promises where its iterable makes none', () => {
    expect(openSource([1]).next()).toEqual({ done: false, value: 1 })
  })

  test('that is left is told so once, and gives nothing more', async () => {
    const { iterable, next, end } = watched(() => ({ done: false, value: 1 }))
    const source = openSource(iterable)
    await source.next()
    source.leave()
    source.leave()
    expect(end).toHaveBeenCalledTimes(1)
    expect(source.next()).toEqual({ done: true, value: undefined })
    expect(next).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['has ended', () => ({ done: true, value: undefined }) as const],
    ['has ended later', async () => ({ done: true, value: undefined }) as const],
    [
      'has thrown',
      () => {
        throw boom
      },
    ],
    ['has rejected', () => Promise.reject<never>(boom)],
  ])('that %s is not told that it was left', async (_what, step) => {
    const { iterable, end } = watched(step)
    const source = openSource(iterable)
    await source.look(1).catch((error: unknown) => expect(error).toBe(boom))
    source.leave()
    expect(end).not.toHaveBeenCalled()
  })

  test.each([
    () => {
      throw boom
    },
    () => Promise.reject<never>(boom),
  ])('that does not like to be left is left', (end) => {
    const iterator = { next: () => new Promise<never>(() => {}), return: end }
    openSource({ [Symbol.asyncIterator]: () => iterator }).leave()
  })

  test('that is a stream is destroyed, or cancelled, even while it gives nothing', async () => {
    const stream = new Readable({ read() {} })
    const source = openSource(stream)
    const next = Promise.resolve(source.next()).catch(() => 'rejected')
    source.leave()
    expect(stream.destroyed).toBe(true)
    await next
    const cancel = vi.fn<() => void>()
    const web = openSource(new ReadableStream({ cancel }))
    void web.next()
    web.leave()
    expect(cancel).toHaveBeenCalledTimes(1)
  })
})
