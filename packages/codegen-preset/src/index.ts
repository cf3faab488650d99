export {
  type AuditResults,
  createGenerator,
  type Generator,
  type GenerateResult,
  type VerifyResult,
} from './generator/generator.ts'
export type { AssumptionKind, AuditFinding, AuditResult } from './audit/audit-finding.ts'
export type { Validator } from './audit/audit-options.ts'
export type { AuditSettings, CheckSettings, GeneratorOptions, OutputOptions } from './generator/generator-options.ts'
export { CheckError } from './check/check-error.ts'
export type { CheckResult, Finding } from './check/check-result.ts'
export type { StatementTypes } from './check/statement-types.ts'
export { type CheckReport, checkReport } from './check/report.ts'
export type { TypeScriptText } from './generator/typescript-of.ts'
export type { CatalogChange, ChangeEffect, ChangeSubject } from './compare/catalog-change.ts'
export type { Judgement, SnapshotState, TypesState } from './compare/judge-files.ts'
export type * from './catalog/catalog.ts'
export { type Config, defineConfig } from './cli/config.ts'
export { GenerationError } from './model/generation-error.ts'
export { OptionsError } from './source/options-error.ts'
export { SourceError } from './source/source-error.ts'
export type { DatabaseSource, MigrationsSource, Source, UrlSource } from './source/source.ts'
export { definePreset, type Preset, type PresetOptions } from './kysely-codegen/define-preset.ts'
export { PgwireGeneratorDialect, pgwireSerializer } from './kysely-codegen/pgwire-generator-dialect.ts'
export type { SerializeOptions } from './kysely-codegen/serialize.ts'
