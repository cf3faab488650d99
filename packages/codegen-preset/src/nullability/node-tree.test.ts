import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { MAX_TREE_DEPTH, readNodeTree, type TreeNode, type TreeValue } from './node-tree.ts'

/** A value as plain data: nodes as objects with their tag under `$`. */
function plain(value: TreeValue): unknown {
  if (value === null || typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(plain)
  const { tag, fields } = value as TreeNode
  return Object.fromEntries([['$', tag], ...[...fields].map(([name, each]) => [name, plain(each)])])
}

function read(text: string): unknown {
  const reading = readNodeTree(text)
  return reading.readable ? plain(reading.value) : undefined
}

describe('a tree', () => {
  test.each<[text: string, value: unknown]>([
    ['<>', null],
    ['{QUERY}', { $: 'QUERY' }],
    ['{VAR :varno 1 :flag true :none <>}', { $: 'VAR', varno: '1', flag: 'true', none: null }],
    [
      '({A :x 1} {B :y -2})',
      [
        { $: 'A', x: '1' },
        { $: 'B', y: '-2' },
      ],
    ],
    ['(({A}))', [[{ $: 'A' }]]],
    ['()', []],
    ['(b)', []],
    ['(b 8 9)', ['8', '9']],
    ['(i 1 -1)', ['1', '-1']],
    ['(o 4294967295)', ['4294967295']],
    ['("i" "b\\ c" "")', ['i', 'b c', '']],
    ['("a"b" "\\"q\\"")', ['a"b', '"q"']],
    ['{A :x ""}', { $: 'A', x: '' }],
    ['{A :name \\<> :x 1}', { $: 'A', name: '<>', x: '1' }],
    ['{A :name a\\{\\}\\(\\)\\\\\\ b :x 1}', { $: 'A', name: 'a{}()\\ b', x: '1' }],
    ['{A :name größe\u00a0x :x 1}', { $: 'A', name: 'größe\u00a0x', x: '1' }],
    // Names are written as they are, even where they look like a field or like the bytes of a constant.
    ['{A :resname :resjunk :resjunk false}', { $: 'A', resname: ':resjunk', resjunk: 'false' }],
    ['{A :resname [ :resjunk false}', { $: 'A', resname: '[', resjunk: 'false' }],
    ['{C :constvalue 4 [ 1 0 0 -1 ] :x 1}', { $: 'C', constvalue: '4', x: '1' }],
    ['{C :constvalue 0 [ ] :x 1}', { $: 'C', constvalue: '0', x: '1' }],
    [' ( {A :x\n1}\t) ', [{ $: 'A', x: '1' }]],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual(value)
  })

  test('with a field that is named like something of JavaScript has it as a field', () => {
    const reading = readNodeTree('{A :__proto__ 1 :constructor 2}')
    expect(reading.readable && [...(reading.value as TreeNode).fields]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })
})

describe('there is no tree', () => {
  test.each([
    '',
    ' ',
    '{',
    '}',
    '(',
    ')',
    '{A',
    '{A :x',
    '{A :x}',
    '{A x}',
    '{A :x 1 2}',
    '{A :x 1 :x 2}',
    '{}',
    '{A} {B}',
    '({A}',
    '{A :x (1}',
    '{A :x 4 [ 1 2 }',
    'a\\',
    '(i 1',
  ])('in %j', (text) => {
    expect(readNodeTree(text)).toMatchObject({ readable: false, reason: expect.any(String) as string })
  })

  test.each([
    ['lists', '(', ')'],
    ['nodes', '{A :x ', '}'],
  ])('in %s that are nested too deep', (_title, open, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`
    expect(readNodeTree(nested(MAX_TREE_DEPTH)).readable).toBe(true)
    expect(readNodeTree(nested(MAX_TREE_DEPTH + 1))).toEqual({
      readable: false,
      reason: 'nested deeper than what is read',
    })
    expect(readNodeTree(open.repeat(1_000_000)).readable).toBe(false)
  })
})

describe('whatever the text', () => {
  const token = fc.stringMatching(/^[a-z0-9_?*.-]{1,6}$/)
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      token,
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(token, tie('value'), { maxKeys: 4 }).map((fields) => Object.assign(fields, { $: 'NODE' })),
    ),
  }))

  test('a tree that is written as PostgreSQL writes it is read as it was', () => {
    fc.assert(
      fc.property(value, (tree) => {
        expect(read(written(tree))).toEqual(tree)
      }),
    )
  })

  test('there is a tree or a reason', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '<>',
      ':x',
      'A',
      '"',
      '""',
      '\\',
      ' ',
      '[',
      ']',
      'b',
      '4 [ 1 ]',
      '\0',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const reading = readNodeTree(pieces.join(''))
        expect(reading.readable ? reading.value : reading.reason).toBeDefined()
      }),
      { numRuns: 2_000 },
    )
  })

  test('a tree of which a part is missing is none, unless nothing was', () => {
    fc.assert(
      fc.property(value, fc.nat(), (tree, at) => {
        const text = written({ $: 'NODE', tree })
        expect(readNodeTree(text.slice(0, at % text.length)).readable).toBe(false)
      }),
    )
  })
})

/** As the server's outfuncs.c does it. */
function written(value: unknown): string {
  if (value === null) return '<>'
  if (typeof value === 'string') return escaped(value)
  if (Array.isArray(value))
    return `(${value.map((item) => (typeof item === 'string' ? quoted(item) : written(item))).join(' ')})`
  const fields = Object.entries(value as Record<string, unknown>).filter(([name]) => name !== '$')
  return `{NODE${fields.map(([name, each]) => ` :${name} ${written(each)}`).join('')}}`
}

function quoted(text: string): string {
  return `"${text.replaceAll(/[\\ \n\t(){}]/g, '\\$&')}"`
}

function escaped(text: string): string {
  return text === '' ? '""' : text.replaceAll(/[\\ \n\t(){}]/g, '\\$&').replace(/^(?=[<"\d]|[+-][\d.])/, '\\')
}
