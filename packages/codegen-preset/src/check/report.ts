import { relative } from 'node:path'

import { shown } from '../compare/catalog-change.ts'
import type { CheckResult, Finding } from './check-result.ts'

/** A result as lines that editors and CI can follow: `src/users.ts:12:20: …`. */
export interface CheckReport {
  readonly findings: readonly string[]
  readonly unchecked: readonly string[]
  /** Of each statement in files of SQL: where it is, and its types as comments that may stand before it. */
  readonly types: readonly string[]
  readonly summary: string
  /** 1 where there are findings; 0 without. What could not be compared is no finding. */
  readonly exitCode: 0 | 1
}

export function checkReport(result: CheckResult, cwd: string): CheckReport {
  const { files, queries, checked, findings, unchecked, statements } = result
  const line = ({ file, line: number, column, text }: Finding): string =>
    // What the server says has words of the file in it.
    shown(`${relative(cwd, file)}:${number}:${column}: ${text}`)
  const counts = [
    `${counted(queries, 'query', 'queries')} in ${counted(files, 'file', 'files')}`,
    `${checked} checked as a whole`,
    `${unchecked.length} not or not wholly checkable`,
    counted(findings.length, 'finding', 'findings'),
  ]
  return {
    findings: findings.map(line),
    unchecked: unchecked.map(line),
    types: statements.flatMap(({ parameters, row, ...place }) => [
      line({ ...place, text: '' }).trimEnd(),
      shown(`-- @params [${parameters.join(', ')}]`),
      shown(row === null ? '-- The server does not say what its columns are called' : `-- @type ${row}`),
    ]),
    summary: counts.join(', '),
    exitCode: findings.length > 0 ? 1 : 0,
  }
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
