import { expect, test } from 'vitest'

import { namesIn } from './names-in.ts'

test.each<[source: string, names: readonly string[]]>([
  ['A | B[]', ['A', 'B']],
  ['\'A\' | "B" | `C`', []],
  ["`${A}` | `it's ${B}`", ['A', 'B']],
  ["import('a').B | C", ['import', 'C']],
  ['A.B . C', ['A']],
  ['[...A, ...B[]]', ['A', 'B']],
  ['{ A: B; C?: D; readonly E: F }', ['B', 'D', 'F', 'readonly']],
  ['[A: B, ...C: D[]]', ['B', 'D']],
  ['(A: B, C?: D) => E', ['B', 'D', 'E']],
  ['(A extends B ? C:D)', ['A', 'extends', 'B', 'C', 'D']],
  ['(A extends { b: C } ? [D] : E)', ['A', 'extends', 'C', 'D', 'E']],
  ['Äa<$b>|_c1', ['Äa', '$b', '_c1']],
  ['/* A */ B', ['B']],
])('%s refers to %o', (source, names) => {
  expect([...namesIn(source)].sort()).toEqual(names.toSorted())
})
