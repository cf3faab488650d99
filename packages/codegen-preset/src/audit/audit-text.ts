import { shown } from '../compare/catalog-change.ts'
import type { AuditFinding, AuditResult } from './audit-finding.ts'

/** What was found as lines, for a terminal: first what makes types wrong, then what else does not hold, then the rest. */
export function auditText(findings: readonly AuditFinding[]): string {
  if (findings.length === 0) return 'The types assume nothing that PostgreSQL does not enforce\n'
  const groups = GROUPS.map(({ title, has }) => ({ title, own: findings.filter(has) }))
  return groups
    .flatMap(({ title, own }) => (own.length === 0 ? [] : [`${title}:\n${own.map(line).join('')}`]))
    .join('\n')
}

const GROUPS: readonly { readonly title: string; readonly has: (finding: AuditFinding) => boolean }[] = [
  { title: 'The types are wrong', has: ({ claimed, result }) => claimed && result.state === 'violated' },
  { title: 'Not so, as the types allow for', has: ({ claimed, result }) => !claimed && result.state === 'violated' },
  { title: 'Not checked', has: ({ result }) => result.state === 'not checked' },
  { title: 'Held', has: ({ result }) => result.state === 'held' },
]

function line({ path, assumption, result }: AuditFinding): string {
  return `  ${shown(path)}: ${assumption}: ${resultWords(result)}\n`
}

function resultWords(result: AuditResult): string {
  if (result.state === 'not checked') return `not checked, ${result.reason}`
  const looked = `${result.all ? 'all' : 'the first'} ${result.rows} rows`
  return result.state === 'held' ? `held in ${looked}` : `not so in ${result.violations} of ${looked}`
}
