/** What servers make of the samples of every type, in JSON. */
import { connect } from 'kysely-pgwire'
import { expect } from 'vitest'

import { literal, type Subject } from '../conformance/subjects.ts'

export interface JsonSamples {
  readonly subject: Subject
  /** Of single values, read again. */
  readonly values: readonly unknown[]
  /** Of arrays of two dimensions, if there are any. */
  readonly lists: readonly unknown[]
}

interface JsonTexts {
  readonly whole: string
  readonly object: string
  readonly binary: string
  readonly list: string
}

/** Asks for each sample in every way that Kysely's helpers make JSON, which has to be the same. */
export async function jsonSamples(url: string, subjects: readonly Subject[]): Promise<JsonSamples[]> {
  const connection = await connect(url)
  const jsonOf = async (expression: string): Promise<unknown> => {
    const { rows } = await connection.query<JsonTexts>(
      `select to_json(x)::text as whole, json_build_object('x', x)::text as object, jsonb_build_object('x', x)::text as binary,
        (select json_agg(list)::text from (select x) as list) as list
      from (select ${expression} as x) as one`,
    )
    const { whole, object, binary, list } = rows[0]!
    const value: unknown = JSON.parse(whole)
    const others = [object, list, binary].map((text) => JSON.parse(text) as unknown)
    // In binary, zero has no sign, and members have an order of their own.
    expect({ expression, others }).toEqual({
      expression,
      others: [{ x: value }, [{ x: value }], unsigned({ x: value })],
    })
    return value
  }
  try {
    const samples: JsonSamples[] = []
    for (const subject of subjects) {
      const texts = subject.codec.samples.filter((text) => subject.rows.some((row) => row.text === text))
      const values: unknown[] = []
      const lists: unknown[] = []
      for (const text of texts) {
        const value = `${literal(text)}::${subject.type}`
        values.push(await jsonOf(value))
        if (subject.hasArray) lists.push(await jsonOf(`array[array[${value}], array[null::${subject.type}]]`))
      }
      samples.push({ subject, values, lists })
    }
    return samples
  } finally {
    await connection.close()
  }
}

function unsigned(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
