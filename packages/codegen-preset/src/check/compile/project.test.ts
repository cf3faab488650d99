import { parse, join } from 'node:path'

import { expect, test } from 'vitest'

import { CheckError } from '../check-error.ts'
import { projectPathOf } from './project.ts'

test('a file that no tsconfig.json is above is refused, with the ways to say which one', async () => {
  const file = join(parse(import.meta.dirname).root, 'a.ts')
  await expect(projectPathOf(file)).rejects.toThrow(
    new CheckError(`No tsconfig.json is above ${file}: say which one, with checkProject or --check-project`),
  )
})

test('the nearest tsconfig.json is the one that a file belongs to', async () => {
  const root = join(import.meta.dirname, '../../../../..')
  await expect(projectPathOf(join(root, 'packages/codegen-preset/src/index.ts'))).resolves.toBe(
    join(root, 'tsconfig.json'),
  )
})
