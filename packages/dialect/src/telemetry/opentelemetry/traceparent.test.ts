import { createTraceState, TraceFlags } from '@opentelemetry/api'
import { expect, test } from 'vitest'

import { traceparent } from './traceparent.ts'

const span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
}

test('it is version, trace, span and flags', () => {
  expect(traceparent(span)).toEqual({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
})

test('the state of the trace goes with it', () => {
  expect(traceparent({ ...span, traceState: createTraceState('vendor=1') })).toMatchObject({ tracestate: 'vendor=1' })
})

test.each([
  ['not recorded', { ...span, traceFlags: TraceFlags.NONE }],
  ['no trace', { ...span, traceId: '0'.repeat(32) }],
  ['no span', { ...span, spanId: 'x' }],
])('%s: none', (_name, context) => {
  expect(traceparent(context)).toBeUndefined()
})
