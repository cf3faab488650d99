import { expect, test } from 'vitest'

import { parseDiagnostics, typesOf } from './diagnostics.ts'

test('what the compiler prints is read, with what it says below', () => {
  const output = `src/a (1).ts(12,3): error TS2345: Argument of type 'string | null' is not assignable to parameter of type 'string'.
  Type 'null' is not assignable to type 'string'.\r
error TS5083: Cannot read file 'x'.
Found 2 errors.
`
  expect(parseDiagnostics(output)).toEqual([
    {
      file: 'src/a (1).ts',
      line: 12,
      code: 'TS2345',
      text: `Argument of type 'string | null' is not assignable to parameter of type 'string'.`,
      reasons: [`Type 'null' is not assignable to type 'string'.`],
    },
    { file: null, line: 0, code: 'TS5083', text: `Cannot read file 'x'.`, reasons: [] },
  ])
})

test.each([
  [`Argument of type '"a'b"' is not assignable to parameter of type 'never'.`, { given: `"a'b"`, wanted: 'never' }],
  [
    `Argument of type 'A' is not assignable to parameter of type 'B' with 'exactOptionalPropertyTypes: true'. Consider 'undefined'.`,
    { given: 'A', wanted: 'B' },
  ],
  [`Cannot find name 'User'.`, undefined],
])('%s', (text, expected) => {
  expect(typesOf({ file: null, line: 1, code: 'TS2345', text, reasons: [] })).toEqual(expected)
})
