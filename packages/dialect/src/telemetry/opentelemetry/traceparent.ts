import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api'

/**
 * A span's identity as a header of W3C Trace Context has it. Undefined for a span that is not recorded: nobody could look
 * it up.
 * @see https://www.w3.org/TR/trace-context/
 */
export function traceparent(span: SpanContext): Record<string, string> | undefined {
  const { traceId, spanId, traceFlags, traceState } = span
  if (!isSpanContextValid(span) || (traceFlags & TraceFlags.SAMPLED) === 0) return undefined
  const state = traceState?.serialize() ?? ''
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    ...(state === '' ? {} : { tracestate: state }),
  }
}
