import { expect, test } from 'vitest'

import { Meter } from './meter.ts'

/** Frames with bodies of so many bytes. */
function frames(...specification: [string, number][]): Uint8Array {
  return Buffer.concat(
    specification.map(([type, body]) => {
      const frame = Buffer.alloc(5 + body, 'P')
      frame.write(type, 0, 'latin1')
      frame.writeUInt32BE(4 + body, 1)
      return frame
    }),
  )
}

test('what is sent while something is unanswered leaves in the same round trip', () => {
  const meter = new Meter()
  meter.sent(frames(['B', 10], ['S', 0]))
  meter.sent(frames(['B', 10], ['S', 0]))
  meter.answered(100)
  meter.answered(50)
  expect(meter).toMatchObject({ roundTrips: 1, bytesSent: 40, bytesReceived: 150 })
  meter.sent(frames(['B', 0]))
  expect(meter.roundTrips).toBe(2)
  meter.appended(7)
  expect(meter).toMatchObject({ roundTrips: 2, bytesSent: 52 })
})

test.each([
  ['a Bind alone', frames(['B', 20], ['E', 9], ['S', 0]), false],
  ['a Parse', frames(['P', 20], ['D', 9], ['S', 0]), true],
  ['a Parse behind a Close', frames(['C', 8], ['P', 20], ['B', 3], ['S', 0]), true],
  ['a script', frames(['Q', 20]), undefined],
  ['nothing', frames(), undefined],
])('%s: parsed is told by the types of the frames, and not by what is in them', (_name, sent, parsed) => {
  const meter = new Meter()
  meter.sent(sent)
  expect(meter.parsed).toBe(parsed)
})

test('once something was parsed for it, it stays so', () => {
  const meter = new Meter()
  meter.sent(frames(['P', 1]))
  meter.answered(1)
  meter.sent(frames(['B', 1]))
  expect(meter.parsed).toBe(true)
})
