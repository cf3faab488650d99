import { expect, test } from 'vitest'

import type { Generator } from '../generator/generator.ts'
import { Log } from './log.ts'
import { Report } from './report.ts'
import { watch } from './watch.ts'

/** What is said while a database answers like this, one poll after the other, until there are no more answers. */
async function saidOf(
  answers: readonly (Error | string)[],
): Promise<{ readonly lines: string[]; readonly generated: number }> {
  const ending = new AbortController()
  const lines: string[] = []
  let generated = 0
  let at = 0
  const generator: Pick<Generator, 'fingerprint' | 'generate'> = {
    fingerprint: async () => {
      const answer = answers[at++]!
      if (at === answers.length) ending.abort()
      if (answer instanceof Error) throw answer
      return answer
    },
    generate: async () => {
      generated++
      return { files: [], warnings: [] }
    },
  }
  const surroundings = {
    cwd: '/',
    signal: ending.signal,
    out: () => {},
    err: (line: string) => void lines.push(line.trimEnd()),
    again: async () => 0,
  }
  const log = new Log('info', surroundings)
  await watch({
    argv: ['watch'],
    options: { source: { url: 'postgres:///' } },
    generator: generator as Generator,
    pollIntervalMs: 1,
    printTypes: false,
    log,
    report: new Report(log, surroundings),
    surroundings,
  })
  return { lines: lines.slice(1, -1), generated }
}

test('a database that is as it was is not read again', async () => {
  await expect(saidOf(['a', 'a', 'a', 'b', 'b'])).resolves.toEqual({ lines: [], generated: 2 })
})

test('an error is said once for as long as it lasts, and the database read again behind it', async () => {
  const away = new Error('away')
  await expect(saidOf(['a', away, away, new Error('elsewhere'), 'a', 'a', away, 'a'])).resolves.toEqual({
    lines: ['Error: away', 'Error: elsewhere', 'Error: away'],
    generated: 3,
  })
})
