/** Neither the time zone of the process nor that of the server's session changes a value: all see what UTC sees. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'
import { shapes } from './shapes.ts'
import { literal, printed, type Subject, subjectsOn } from './subjects.ts'
import type { Assignment, Trial } from './time-zones-child.ts'
import { creationOf } from './type-matrix.ts'

const random = seededRandom()
const database = await sharedServer().createDatabase()

/** Whatever has to do with dates or times; nothing else is read or written by a calendar. */
const subjects = (await subjectsOn(database.url)).filter(
  ({ codec, storable }) =>
    storable && /^(date|time|timetz|timestamp|timestamptz|interval|(date|ts|tstz)(multi)?range)$/.test(codec.name),
)
const trials: readonly Trial[] = subjects.flatMap((subject) =>
  shapes
    .filter((shape) => shape.takes(subject))
    .flatMap((shape) =>
      subject.rows.map(({ text }, index) => ({
        sql: shape.sql(
          inSql(text, subject),
          inSql(subject.rows[(index + 1) % subject.rows.length]!.text, subject),
          subject,
        ),
        type: shape.type(subject),
        sent: shape.sent(subject),
      })),
    ),
)

/** Zones that both sides know, by Intl's names. Monrovia was off by minutes and seconds, Kathmandu by a quarter of an hour. */
const zones = Intl.supportedValuesOf('timeZone').filter((zone) =>
  /^(Africa|America|Asia|Australia|Europe|Pacific)\//.test(zone),
)
const anyZone = () => zones[random.between(0, zones.length - 1)]!

let expected: string[]

beforeAll(async () => {
  await sharedServer().query(`${printed}; ${creationOf(subjects)}`, [], database.name)
  expected = await seenBy('UTC', 'UTC')
})

afterAll(() => database.drop())

test('there is something to see', () => {
  expect(expected.length).toBe(trials.length)
  expect(trials.length).toBeGreaterThan(1000)
})

test.each([
  ['America/New_York', 'UTC'],
  ['UTC', 'America/New_York'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['Africa/Monrovia', 'Africa/Monrovia'],
  ['Pacific/Apia', 'Africa/Monrovia'],
  ['Europe/Dublin', 'Pacific/Apia'],
  [anyZone(), anyZone()],
  [anyZone(), anyZone()],
])(`a process in %s sees it in a session in %s (seed ${random.seed})`, async (processZone, sessionZone) => {
  const seen = await seenBy(processZone, sessionZone)
  for (const [index, each] of seen.entries()) expect(each, trials[index]!.sql).toBe(expected[index])
})

function inSql(value: string, { type }: Subject): string {
  return `${literal(value)}::${type}`
}

async function seenBy(processZone: string, sessionZone: string): Promise<string[]> {
  const child = spawn(process.execPath, [new URL('time-zones-child.ts', import.meta.url).pathname], {
    env: { ...process.env, TZ: processZone },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const assignment: Assignment = { url: database.url, timeZone: sessionZone, trials }
  child.stdin.end(JSON.stringify(assignment))
  return JSON.parse(await text(child.stdout)) as string[]
}
