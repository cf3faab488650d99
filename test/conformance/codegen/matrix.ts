/**
 * A table for each type that has values on the server, with a column for each place where a value can stand. It follows from
 * the server's types and from the values of the codecs.
 */
import { shapes } from '../shapes.ts'
import type { Subject } from '../subjects.ts'

export interface MatrixTable {
  readonly subject: Subject
  readonly name: string
  readonly columns: readonly string[]
  /** Creates the table with what it needs, and fills it. */
  readonly script: readonly string[]
}

/** Where no column can be: a record has no type that could be declared. */
const notStored = new Set(['in an anonymous record'])

/** An array of several dimensions in a column that was declared with one, or none, is what the types cannot know of. */
const NESTED = /^(?:\[[^=]*=)?\{\{/

export function matrixOf(subjects: readonly Subject[]): MatrixTable[] {
  return subjects.filter(({ storable, rows }) => storable && rows.length > 0).map(tableOf)
}

function tableOf(subject: Subject): MatrixTable {
  const name = `m_${subject.key}`
  const taken = shapes.filter(({ title, takes }) => takes(subject) && !notStored.has(title))
  const columns = taken.map(({ title }) => columnOf(title))
  const declared = taken.map((shape, index) => {
    // As it is written: the declared dimensions are what the generated type says.
    const more = shape.title === 'in an array of two dimensions' ? '[]' : ''
    return `"${columns[index]}" ${shape.type(subject)}${more} not null`
  })
  const rows = uniqueBy(subject.rows, ({ text }) => text)
  const inSql = (index: number): string => `${quotedText(rows[index % rows.length]!.text)}::${subject.type}`
  const values = rows.map((_row, index) => {
    const alone = NESTED.test(rows[index]!.text) ? `'{}'` : inSql(index)
    const made = taken.map((shape) =>
      shape.title === 'alone' ? alone : shape.sql(inSql(index), inSql(index + 1), subject),
    )
    return `(${[...made, index % 2 === 0 ? alone : 'null'].join(', ')})`
  })
  return {
    subject,
    name,
    columns: [...columns, 'maybe'],
    script: [
      ...taken.flatMap(({ create }) => create?.(subject) ?? []),
      `create table "${name}" (${[...declared, `maybe ${subject.type}`].join(', ')})`,
      ...values.map((row) => `insert into "${name}" values ${row}`),
    ],
  }
}

function columnOf(title: string): string {
  return title.replaceAll(' ', '_')
}

function quotedText(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

function uniqueBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [key(item), item])).values()]
}
