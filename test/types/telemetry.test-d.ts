/** What the compiler makes of telemetry. Checked by `tsc` alone; never run. */
import { tracingChannel } from 'node:diagnostics_channel'

import {
  type AcquireTrace,
  type CloseEvent,
  type CloseReason,
  type NoticeEvent,
  type OpenReason,
  type OpenTrace,
  type OutageTrace,
  parametersOf,
  queryLogger,
  type QueryTrace,
  subscribeTelemetry,
  type TelemetryTraces,
} from 'kysely-pgwire'
import { PgwireInstrumentation } from 'kysely-pgwire/opentelemetry'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

export function channels(): void {
  const end = subscribeTelemetry('pgwire:query', {
    start: (trace) => {
      is<Equal<typeof trace, QueryTrace>>()
      trace.comment = { traceparent: '00' }
      // @ts-expect-error Only the comment is for subscribers to set.
      trace.sql = 'select 2'
    },
  })
  is<Equal<typeof end, () => void>>()
  subscribeTelemetry('pgwire:pool:acquire', { asyncEnd: (trace) => is<Equal<typeof trace, AcquireTrace>>() })
  subscribeTelemetry('pgwire:notice', (event) => is<Equal<typeof event, NoticeEvent>>())
  subscribeTelemetry('pgwire:pool:open', {
    start: (trace) => is<Equal<[typeof trace, typeof trace.reason], [OpenTrace, OpenReason]>>(),
  })
  subscribeTelemetry('pgwire:pool:close', (event) =>
    is<Equal<[typeof event, typeof event.reason], [CloseEvent, CloseReason]>>(),
  )
  subscribeTelemetry('pgwire:pool:outage', { asyncEnd: (trace) => is<Equal<typeof trace, OutageTrace>>() })
  // @ts-expect-error There is no such reason.
  subscribeTelemetry('pgwire:pool:close', ({ reason }) => reason === 'bored')
  // @ts-expect-error An event has no steps.
  subscribeTelemetry('pgwire:notice', { asyncEnd: () => {} })
  // @ts-expect-error A trace has steps.
  subscribeTelemetry('pgwire:query', () => {})
  // @ts-expect-error There is no such channel.
  subscribeTelemetry('pgwire:nothing', {})
  tracingChannel<unknown, TelemetryTraces['pgwire:query']>('pgwire:query').asyncEnd.subscribe((trace) => {
    const values = parametersOf(trace as QueryTrace)
    is<Equal<typeof values, readonly unknown[] | undefined>>()
  })
}

export function consumers(): void {
  queryLogger({
    slowMs: 100,
    write: ({ sql, parameters }) =>
      is<Equal<[typeof sql, typeof parameters], [string, readonly unknown[] | undefined]>>(),
  })
  // @ts-expect-error A logger needs the three levels.
  queryLogger({ pino: { debug: () => {} } })
  new PgwireInstrumentation({ sqlComments: true, values: false, requireParentSpan: true }).disable()
  // @ts-expect-error There is no such option.
  new PgwireInstrumentation({ everything: true })
}
