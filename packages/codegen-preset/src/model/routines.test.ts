import { expect, test } from 'vitest'

import type { ModelOptions } from './model-options.ts'
import { argumentsOf, composite, modelOf, routine } from './model.cases.ts'
import type { ModelRoutine } from './model.ts'

function only(given: ReturnType<typeof routine>, options: ModelOptions = {}): ModelRoutine {
  const types = [composite('pair', { a: 'int4' })]
  return modelOf({ routines: [given], types }, { ...options, routines: true }).routines[0]!
}

const texts = ({ arguments: given }: ModelRoutine): string[] =>
  given.map(({ name, text, optional, variadic }) => `${variadic ? '...' : ''}${name}${optional ? '?' : ''}: ${text}`)

test('without being asked for there are none', () => {
  expect(modelOf({ routines: [routine('f')] }).routines).toEqual([])
})

test.each([
  [
    ['in a int4', 'in b text default'],
    ['a: number | null', 'b?: string | null'],
  ],
  [['in _ int4', 'out b text'], [': number | null']],
  [['variadic more int4[]'], ['...more: number | null']],
  [['variadic more int4[] default'], ['...more?: number | null']],
  [
    ['in a anyelement', 'in b anyarray'],
    ['a: unknown', 'b: unknown'],
  ],
  [['variadic more any'], ['...more: unknown']],
  [['variadic more anyarray'], ['...more: unknown']],
  [['in a int4[]'], ['a: (number | null)[] | null']],
])('%o are given as %o', (given, written) => {
  expect(texts(only(routine('f', argumentsOf(...given))))).toEqual(written)
})

test('CALL is given something for OUT, too', () => {
  const procedure = routine('p', { kind: 'procedure', returns: 'record', ...argumentsOf('inout a int4', 'out b text') })
  expect(texts(only(procedure))).toEqual(['a: number | null', 'b: null'])
  expect(only(procedure).returns).toBe('{ a: number | null; b: string | null }')
})

test.each([
  [[], 'int4', 'number | null'],
  [[], 'anyarray', 'unknown'],
  [[], 'anyelement', 'unknown'],
  [[], 'public.pair', 'Pair | null'],
  [[], null, 'null'],
  [['out a int4'], 'int4', 'number | null'],
  [['table a int4'], 'int4', '{ a: number | null }'],
  [['out a int4', 'out b text'], 'record', '{ a: number | null; b: string | null }'],
  [['out column2 int4', 'out _ text'], 'record', '{ column2: string | null }'],
  [['out a-b int4', 'out __proto__ text'], 'record', '{ "a-b": number | null; "__proto__": string | null }'],
])('%o, returning %s, gives %s', (given, returns, written) => {
  expect(only(routine('f', { returns, ...argumentsOf(...given) })).returns).toBe(written)
})

test('columns are called as they are in results', () => {
  const given = routine('to_pair', { returns: 'record', ...argumentsOf('table first_one int4', 'table b text') })
  const { key, returns } = only(given, { camelCase: true })
  expect([key, returns]).toEqual(['toPair', '{ firstOne: number | null; b: string | null }'])
})

test('the types that they need are in the file', () => {
  const model = modelOf(
    { routines: [routine('f', { returns: 'public.pair' })], types: [composite('pair', { a: 'int4' })] },
    { routines: true },
  )
  expect(model.types.map(({ name }) => name)).toEqual(['Pair'])
})
