import { expect, test } from 'vitest'

import type { AuditFinding, AuditResult } from './audit-finding.ts'
import { auditText } from './audit-text.ts'

function finding(path: string, claimed: boolean, result: AuditResult): AuditFinding {
  return { kind: 'dimensions', path, assumption: 'every array has 1 dimension', claimed, result }
}

const violated = { state: 'violated', violations: 2, rows: 5, all: true } as const

test('what makes the types wrong comes first, and what held comes last', () => {
  const text = auditText([
    finding('held', true, { state: 'held', rows: 7, all: false }),
    finding('skipped', true, { state: 'not checked', reason: 'it is locked' }),
    finding('allowed', false, violated),
    finding('wrong', true, violated),
  ])
  expect(text).toBe(`The types are wrong:
  wrong: every array has 1 dimension: not so in 2 of all 5 rows

Not so, as the types allow for:
  allowed: every array has 1 dimension: not so in 2 of all 5 rows

Not checked:
  skipped: every array has 1 dimension: not checked, it is locked

Held:
  held: every array has 1 dimension: held in the first 7 rows
`)
})

test('names cannot write to the terminal', () => {
  expect(auditText([finding('a\u001b[31m\nb', true, violated)])).toContain('  a\\u{1b}[31m\\u{a}b: every array')
})

test('where nothing is assumed, that is said', () => {
  expect(auditText([])).toBe('The types assume nothing that PostgreSQL does not enforce\n')
})
