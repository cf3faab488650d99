/** Where a value can stand: in SQL, and what it is in JavaScript then. */
import { Range } from '../../packages/dialect/src/types/ranges/range-value.ts'
import type { Subject } from './subjects.ts'

export interface Shape {
  readonly title: string
  /** The subjects that it can be made of. */
  readonly takes: (subject: Subject) => boolean
  /** What has to be created first. */
  readonly create?: (subject: Subject) => string
  readonly type: (subject: Subject) => string
  /** The SQL for a value made of two others. */
  readonly sql: (one: string, two: string, subject: Subject) => string
  /** The same in JavaScript. */
  readonly value: (one: unknown, two: unknown) => unknown
  /** Whether such a value can be sent. */
  readonly sent: (subject: Subject) => boolean
}

/** Types whose text says what their bytes alone do not. */
const printsOtherwise = /^_?(reg.*|money)$/

const always = (): boolean => true
const storable = ({ storable }: Subject): boolean => storable

/** What is made from a subject, by what it is made into. */
function made(subject: Subject, suffix: string): string {
  return `public."a${subject.key}_${suffix}"`
}

export const shapes: readonly Shape[] = [
  {
    title: 'alone',
    takes: always,
    type: ({ type }) => type,
    sql: (one) => one,
    value: (one) => one,
    // A parameter is never of this type.
    sent: ({ codec }) => codec.name !== 'unknown',
  },
  {
    title: 'in an array',
    takes: ({ hasArray }) => hasArray,
    type: ({ type }) => `${type}[]`,
    sql: (one, two) => `array[${one}, null, ${two}]`,
    value: (one, two) => [one, null, two],
    sent: always,
  },
  {
    title: 'in an array of two dimensions',
    takes: ({ hasArray }) => hasArray,
    type: ({ type }) => `${type}[]`,
    sql: (one, two) => `array[array[${one}, null], array[${two}, ${one}]]`,
    value: (one, two) => [
      [one, null],
      [two, one],
    ],
    // What looks like a second dimension is one value of a type that takes arrays for values.
    sent: ({ codec }) => !codec.encodesArrays,
  },
  {
    title: 'as a domain',
    takes: storable,
    create: (subject) => `create domain ${made(subject, 'domain')} as ${subject.type}`,
    type: (subject) => made(subject, 'domain'),
    sql: (one, _two, subject) => `${one}::${made(subject, 'domain')}`,
    value: (one) => one,
    sent: always,
  },
  {
    title: 'as a domain in an array',
    takes: storable,
    type: (subject) => `${made(subject, 'domain')}[]`,
    // Arrays in an array would be another dimension, if they were not of a domain.
    sql: (one, two, subject) =>
      `array[${[one, 'null', two].map((each) => `${each}::${made(subject, 'domain')}`).join(', ')}]`,
    value: (one, two) => [one, null, two],
    sent: always,
  },
  {
    title: 'as an array in a domain',
    takes: ({ hasArray }) => hasArray,
    create: (subject) => `create domain ${made(subject, 'list')} as ${subject.type}[]`,
    type: (subject) => made(subject, 'list'),
    sql: (one, two, subject) => `array[${one}, null, ${two}]::${made(subject, 'list')}`,
    value: (one, two) => [one, null, two],
    sent: always,
  },
  {
    title: 'in a composite',
    takes: storable,
    create: (subject) =>
      `create type ${made(subject, 'pair')} as (a ${subject.type}, "__proto__" ${subject.type}, "C" int4, d ${subject.type})`,
    type: (subject) => made(subject, 'pair'),
    sql: (one, two, subject) => `row(${one}, ${two}, 7, null)::${made(subject, 'pair')}`,
    value: (one, two) => ({ a: one, ['__proto__']: two, C: 7, d: null }),
    sent: always,
  },
  {
    title: 'in a composite in an array',
    takes: storable,
    type: (subject) => `${made(subject, 'pair')}[]`,
    sql: (one, two, subject) => `array[row(${one}, ${two}, 7, null), null]::${made(subject, 'pair')}[]`,
    value: (one, two) => [{ a: one, ['__proto__']: two, C: 7, d: null }, null],
    sent: always,
  },
  {
    title: 'in a composite in a composite',
    takes: storable,
    create: (subject) => `create type ${made(subject, 'nest')} as (n int4, pair ${made(subject, 'pair')})`,
    type: (subject) => made(subject, 'nest'),
    sql: (one, two, subject) => `row(1, row(${one}, ${two}, null, null))::${made(subject, 'nest')}`,
    value: (one, two) => ({ n: 1, pair: { a: one, ['__proto__']: two, C: null, d: null } }),
    sent: always,
  },
  {
    title: 'in an array in a composite',
    takes: ({ hasArray }) => hasArray,
    create: (subject) => `create type ${made(subject, 'lists')} as (list ${subject.type}[], none ${subject.type}[])`,
    type: (subject) => made(subject, 'lists'),
    sql: (one, two, subject) => `row(array[${one}, null, ${two}], null)::${made(subject, 'lists')}`,
    value: (one, two) => ({ list: [one, null, two], none: null }),
    sent: always,
  },
  {
    title: 'in a composite that travels as text',
    takes: storable,
    create: (subject) =>
      `create type ${made(subject, 'named')} as (a ${subject.type}, type regtype, b ${subject.type})`,
    type: (subject) => made(subject, 'named'),
    sql: (one, _two, subject) => `row(${one}, 'text'::regtype, null)::${made(subject, 'named')}`,
    value: (one) => ({ a: one, type: 'text', b: null }),
    sent: always,
  },
  {
    title: 'in an array in a composite that travels as text',
    takes: ({ hasArray }) => hasArray,
    create: (subject) => `create type ${made(subject, 'typed')} as (list ${subject.type}[], type regtype)`,
    type: (subject) => made(subject, 'typed'),
    sql: (one, two, subject) => `row(array[${one}, null, ${two}], 'text'::regtype)::${made(subject, 'typed')}`,
    value: (one, two) => ({ list: [one, null, two], type: 'text' }),
    sent: always,
  },
  {
    title: 'in an anonymous record',
    takes: ({ storable, hasSend, codec }) => storable && hasSend && !printsOtherwise.test(codec.name),
    type: () => 'record',
    sql: (one) => `row(${one}, null, row(7, ${one}))`,
    value: (one) => [one, null, [7, one]],
    sent: () => false,
  },
  {
    title: 'in a range',
    takes: ({ hasOrder }) => hasOrder,
    create: (subject) =>
      `create type ${made(subject, 'range')} as range (subtype = ${subject.type}, multirange_type_name = ${made(subject, 'multirange')})`,
    type: (subject) => made(subject, 'range'),
    sql: (one, _two, subject) => `${made(subject, 'range')}(${one}, ${one}, '[]')`,
    value: (one) => new Range({ lower: one, upper: one, bounds: '[]' }),
    sent: always,
  },
  {
    title: 'in an unbounded range in an array',
    takes: ({ hasOrder }) => hasOrder,
    type: (subject) => `${made(subject, 'range')}[]`,
    sql: (one, two, subject) =>
      `array[${made(subject, 'range')}(${one}, null, '()'), null, 'empty', ${made(subject, 'range')}(null, ${two}, '(]')]`,
    value: (one, two) => [
      new Range({ lower: one, bounds: '()' }),
      null,
      new Range({ empty: true, bounds: '()' }),
      new Range({ upper: two, bounds: '(]' }),
    ],
    sent: always,
  },
  {
    title: 'in a multirange',
    takes: ({ hasOrder }) => hasOrder,
    type: (subject) => made(subject, 'multirange'),
    sql: (one, _two, subject) => `${made(subject, 'multirange')}(${made(subject, 'range')}(${one}, ${one}, '[]'))`,
    value: (one) => [new Range({ lower: one, upper: one, bounds: '[]' })],
    sent: always,
  },
]
