export { PgwireInstrumentation, type PgwireInstrumentationOptions } from './telemetry/opentelemetry/instrumentation.ts'
export type { QuerySpanOptions } from './telemetry/opentelemetry/query-spans.ts'
