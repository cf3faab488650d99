import { expect, test } from 'vitest'

import { compileCosts } from '../bench/codegen-compile.ts'
import { sharedServer } from '../support/shared-server.ts'

test("a schema of 500 tables costs the compiler no more than with kysely-codegen's types", async () => {
  const { ours, stock } = await compileCosts(sharedServer())
  expect([...ours.diagnostics, ...stock.diagnostics]).toEqual([])
  const [instantiations, types] = ['Instantiations', 'Types'].map((name) =>
    [ours, stock].map(({ counts }) => counts.get(name)!),
  )
  process.stdout.write(`instantiations ${instantiations!.join(' : ')}, types ${types!.join(' : ')}\n`)
  expect(instantiations![0]).toBeLessThanOrEqual(instantiations![1]!)
  // Ours have some more because values of the driver have types of their own: ranges, intervals and points.
  expect(types![0]).toBeLessThan(types![1]! * 1.02)
  expect(instantiations![0]).toBeGreaterThan(100_000)
}, 120_000)
