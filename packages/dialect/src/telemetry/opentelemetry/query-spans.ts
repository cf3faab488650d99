import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace as traces,
  type Tracer,
} from '@opentelemetry/api'

import { errorSummary } from '../error-summary.ts'
import { parametersOf } from '../parameters-of.ts'
import { querySummary, withoutLiterals } from '../query-summary.ts'
import { subscribeTelemetry } from '../subscribe.ts'
import type { CopyTrace, QueryTrace } from '../traces.ts'
import {
  DB_OPERATION_BATCH_SIZE,
  DB_OPERATION_NAME,
  DB_QUERY_PARAMETER,
  DB_QUERY_SUMMARY,
  DB_QUERY_TEXT,
  errorAttributes,
  serverAttributes,
} from './attributes.ts'
import { traceparent } from './traceparent.ts'

/** What spans of queries show beside what the conventions ask for. */
export interface QuerySpanOptions {
  /** A span is made only inside of another. Default false. */
  readonly requireParentSpan?: boolean | undefined
  /** The values of parameters, as `db.query.parameter.0` and so on. They are what users have entered. Default false. */
  readonly values?: boolean | undefined
  /**
   * `traceparent` in a comment behind the statement: of `query` and streams with `prepare: false`, and of scripts. A statement
   * that is prepared never gets one, as it would be parsed anew for each trace. Default false.
   */
  readonly sqlComments?: boolean | undefined
}

export interface QueryInstruments {
  readonly tracer: Tracer
  readonly duration: Histogram
}

interface Running {
  readonly span: Span
  /** What the span and the metric have in common. */
  readonly attributes: Attributes
  readonly parent: Context
}

/** Makes a span, and a measurement of its duration, of each query and each COPY. */
export function traceQueries(instruments: () => QueryInstruments, options: () => QuerySpanOptions): () => void {
  const running = new WeakMap<QueryTrace | CopyTrace, Running>()

  const begin = (trace: QueryTrace | CopyTrace, summary: string, rest: Attributes): Running | undefined => {
    const parent = context.active()
    if (options().requireParentSpan === true && traces.getSpan(parent) === undefined) return undefined
    const attributes = {
      ...serverAttributes(trace.connection),
      ...(summary === '' ? {} : { [DB_QUERY_SUMMARY]: summary }),
    }
    const span = instruments().tracer.startSpan(
      summary === '' ? 'postgresql' : summary,
      { kind: SpanKind.CLIENT, attributes: { ...attributes, ...rest } },
      parent,
    )
    const begun: Running = { span, attributes, parent }
    running.set(trace, begun)
    return begun
  }

  const end = (trace: QueryTrace | CopyTrace, operation: string | undefined): void => {
    const begun = running.get(trace)
    if (begun === undefined) return
    running.delete(trace)
    const { span, attributes, parent } = begun
    const { error, durationMs = 0 } = trace
    const learned: Attributes = {
      ...(operation === undefined ? {} : { [DB_OPERATION_NAME]: operation }),
      ...(error === undefined ? {} : errorAttributes(error)),
    }
    span.setAttributes(learned)
    if (error !== undefined) {
      const { message } = errorSummary(error)
      span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) })
    }
    span.end()
    // In the context of the caller, so that an exemplar can point to the trace.
    instruments().duration.record(durationMs / 1000, { ...attributes, ...learned }, traces.setSpan(parent, span))
  }

  const ends = [
    subscribeTelemetry('pgwire:query', {
      start: (trace) => {
        const { values, sqlComments } = options()
        const begun = begin(trace, summaryOf(trace), { ...textOf(trace), ...(values === true ? valuesOf(trace) : {}) })
        const spanContext = begun?.span.spanContext()
        if (sqlComments === true && spanContext !== undefined) trace.comment = traceparent(spanContext)
      },
      asyncEnd: (trace) => end(trace, operationOf(trace)),
    }),
    subscribeTelemetry('pgwire:copy', {
      start: (trace) => void begin(trace, `COPY ${trace.direction.toUpperCase()}`, {}),
      asyncEnd: (trace) => {
        running.get(trace)?.span.setAttributes(trace.sql === '' ? {} : { [DB_QUERY_TEXT]: withoutLiterals(trace.sql) })
        end(trace, 'COPY')
      },
    }),
  ]
  return () => {
    for (const stop of ends) stop()
  }
}

function summaryOf({ verb, sql }: QueryTrace): string {
  const summary = querySummary(sql)
  return verb === 'batch' ? `BATCH ${summary}`.trimEnd() : summary
}

/** What parameters stand for is not in the text; elsewhere, literals may be anything. */
function textOf({ sql, batchSize, parameterCount, verb }: QueryTrace): Attributes {
  const parameterized = parameterCount > 0 || verb === 'executeMany'
  return {
    [DB_QUERY_TEXT]: parameterized ? sql : withoutLiterals(sql),
    ...(batchSize === undefined || batchSize < 2 ? {} : { [DB_OPERATION_BATCH_SIZE]: batchSize }),
  }
}

function valuesOf(trace: QueryTrace): Attributes {
  const values = parametersOf(trace) ?? []
  return Object.fromEntries(values.map((value, index) => [`${DB_QUERY_PARAMETER}.${index}`, valueText(value)]))
}

function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return `<${value.length} bytes>`
  try {
    return JSON.stringify(value)
  } catch {
    return '<object>'
  }
}

/** As the server has named it; nothing is read from the SQL. */
function operationOf({ verb, command }: QueryTrace): string | undefined {
  if (verb === 'batch') return 'BATCH'
  return command === '' ? undefined : command
}
