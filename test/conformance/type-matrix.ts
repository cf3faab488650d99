import { describe, expect, test } from 'vitest'

import type { Connection } from '../../packages/dialect/src/client/connection.ts'
import { type Shape, shapes } from './shapes.ts'
import { literal, type Subject, type SubjectRow } from './subjects.ts'

/** The script that creates what the shapes of the subjects are made of. */
export function creationOf(subjects: readonly Subject[]): string {
  return subjects
    .flatMap((subject) => shapes.filter(({ takes }) => takes(subject)).map(({ create }) => create?.(subject)))
    .filter((statement) => statement !== undefined)
    .join(';\n')
}

/** Declares the tests of each subject in each shape, both ways, through the connection that there will be. */
export function describeMatrix(subjects: readonly Subject[], connection: () => Connection): void {
  describe.each(subjects.map((subject) => ({ name: subject.key, subject })))('$name', ({ subject }) => {
    test('has rows to try', () => {
      if (subject.hasInput) expect(subject.rows.length).toBeGreaterThan(0)
    })

    for (const shape of shapes.filter(({ takes }) => takes(subject))) {
      test(`${shape.title}: arrives as the value it is`, async () => {
        await each(subject, async (row, next) => {
          const sql = shape.sql(inSql(row, subject), inSql(next, subject), subject)
          const { rows } = await connection().query(`select ${sql} as value, null::${shape.type(subject)} as none`)
          expect(rows, row.text).toStrictEqual([{ value: shape.value(row.value, next.value), none: null }])
        })
      })

      if (!shape.sent(subject)) continue
      test(`${shape.title}: is the server's when it is sent`, async () => {
        await each(subject, async (row, next) => {
          if (!isSendable(subject, row) || !isSendable(subject, next)) return
          const value = shape.value(row.value, next.value)
          const { text, back, expected } = await sent(connection(), shape, subject, value, [row, next])
          expect(back, row.text).toStrictEqual(value)
          if (row.exact && next.exact) expect(text, row.text).toBe(expected)
        })
      })
    }

    test('NULL is null', async () => {
      for (const shape of shapes.filter((each) => each.takes(subject) && each.sent(subject))) {
        const { rows } = await connection().query(`select $1::${shape.type(subject)} is null as sent`, [null])
        expect(rows, shape.title).toEqual([{ sent: true }])
      }
    })
  })
}

/** Runs for each row with the one after it; all at once, which the connection turns into a pipeline. */
async function each({ rows }: Subject, run: (row: SubjectRow, next: SubjectRow) => Promise<void>): Promise<void> {
  await Promise.all(rows.map((row, index) => run(row, rows[(index + 1) % rows.length]!)))
}

function inSql({ text }: SubjectRow, { type }: Subject): string {
  return `${literal(text)}::${type}`
}

/** A string is JSON text and not a JSON string, and a null is SQL's. */
function isSendable({ codec }: Subject, { value }: SubjectRow): boolean {
  return value !== null && !(/^_?jsonb?$/.test(codec.name) && typeof value === 'string')
}

async function sent(
  connection: Connection,
  shape: Shape,
  subject: Subject,
  value: unknown,
  [row, next]: readonly [SubjectRow, SubjectRow],
): Promise<{ text: string; back: unknown; expected: string }> {
  const type = shape.type(subject)
  const { rows } = await connection.query<{ text: string; back: unknown; expected: string }>(
    `select format('%s', $1::${type}) as text, $1::${type} as back,
      format('%s', ${shape.sql(inSql(row, subject), inSql(next, subject), subject)}) as expected`,
    [value],
  )
  return rows[0]!
}
