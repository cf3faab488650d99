import { relative, resolve } from 'node:path'

import { auditText } from '../audit/audit-text.ts'
import type { CheckResult } from '../check/check-result.ts'
import { checkReport } from '../check/report.ts'
import { judgementText } from '../compare/judge-files.ts'
import type { AuditResults, GenerateResult, VerifyResult } from '../generator/generator.ts'
import type { TypeScriptText } from '../generator/typescript-of.ts'
import type { Log } from './log.ts'
import type { Surroundings } from './surroundings.ts'

/** Results, as lines. */
export class Report {
  readonly #log: Log
  readonly #surroundings: Surroundings

  constructor(log: Log, surroundings: Surroundings) {
    this.#log = log
    this.#surroundings = surroundings
  }

  generated({ files, warnings }: GenerateResult): void {
    this.#warnings(warnings)
    const { cwd } = this.#surroundings
    for (const { file, written } of files) {
      this.#log.info(`${relative(cwd, resolve(cwd, file))}: ${written ? 'written' : 'as it was'}`)
    }
  }

  printed({ text, warnings }: TypeScriptText): void {
    this.#warnings(warnings)
    this.#surroundings.out(text)
  }

  verified(result: VerifyResult): void {
    this.#warnings(result.warnings)
    const text = judgementText(result).trimEnd()
    if (!result.upToDate) this.#log.error(text)
    else this.#log.info(`The files are up to date${text === '' ? '' : `\n${text}`}`)
  }

  audited({ findings }: AuditResults): void {
    this.#surroundings.out(auditText(findings))
  }

  /** Gives the exit code. `printTypes`: whether the types of statements are shown as well. */
  checked(result: CheckResult, { printTypes }: { readonly printTypes: boolean }): number {
    const { cwd, out } = this.#surroundings
    const { findings, unchecked, types, summary, exitCode } = checkReport(result, cwd)
    if (printTypes) for (const line of types) out(`${line}\n`)
    for (const line of findings) out(`${line}\n`)
    for (const line of unchecked) this.#log.warn(line)
    this.#log.info(summary)
    return exitCode
  }

  #warnings(warnings: readonly string[]): void {
    for (const warning of warnings) this.#log.warn(`Warning: ${warning}`)
  }
}
