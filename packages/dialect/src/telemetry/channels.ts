import { channel, tracingChannel } from 'node:diagnostics_channel'

import { TraceChannel } from './trace-channel.ts'
import type {
  AcquireTrace,
  CloseEvent,
  ConnectTrace,
  CopyTrace,
  NoticeEvent,
  OpenTrace,
  OutageTrace,
  PrepareTrace,
  QueryTrace,
  ReleaseEvent,
  TransactionTrace,
} from './traces.ts'

/** The tracing channels of `node:diagnostics_channel`, and what their messages are. */
export interface TelemetryTraces {
  readonly 'pgwire:connect': ConnectTrace
  readonly 'pgwire:query': QueryTrace
  readonly 'pgwire:prepare': PrepareTrace
  readonly 'pgwire:copy': CopyTrace
  readonly 'pgwire:transaction': TransactionTrace
  readonly 'pgwire:pool:acquire': AcquireTrace
  readonly 'pgwire:pool:open': OpenTrace
  readonly 'pgwire:pool:outage': OutageTrace
}

/** The plain channels, and what their messages are. */
export interface TelemetryEvents {
  readonly 'pgwire:pool:release': ReleaseEvent
  readonly 'pgwire:pool:close': CloseEvent
  readonly 'pgwire:notice': NoticeEvent
}

/** One channel. */
export interface TelemetryChannel {
  /** `trace`: a tracing channel, `tracing:<name>:start` and the four others. `event`: a plain channel of this name. */
  readonly kind: 'trace' | 'event'
  readonly doc: string
}

/** All channels of the driver by their names: what subscribing and the documentation derive from. */
export const telemetryChannels: { readonly [Name in keyof TelemetryTraces | keyof TelemetryEvents]: TelemetryChannel } =
  {
    'pgwire:connect': { kind: 'trace', doc: 'A connection is made: from DNS to the end of the login.' },
    'pgwire:query': {
      kind: 'trace',
      doc: 'A call that executes statements, from when it is asked to its last answer.',
    },
    'pgwire:prepare': { kind: 'trace', doc: 'The server describes a statement that nobody has described yet.' },
    'pgwire:copy': { kind: 'trace', doc: 'A COPY in either direction, from its first step to its end.' },
    'pgwire:transaction': {
      kind: 'trace',
      doc: 'A transaction, or one nested in it, from BEGIN to COMMIT or ROLLBACK.',
    },
    'pgwire:pool:acquire': { kind: 'trace', doc: 'Somebody takes a connection from a pool, or waits for one.' },
    'pgwire:pool:release': { kind: 'event', doc: 'A connection was given back to its pool.' },
    'pgwire:pool:open': {
      kind: 'trace',
      doc: 'A pool opens a connection, from DNS to the end of the hook `onConnect`.',
    },
    'pgwire:pool:close': { kind: 'event', doc: 'A pool is done with a connection, and says why.' },
    'pgwire:pool:outage': {
      kind: 'trace',
      doc: 'A pool can open no connections, from the attempt that fails to the next one that succeeds.',
    },
    'pgwire:notice': { kind: 'event', doc: 'The server has said something unasked: NOTICE, WARNING and the like.' },
  }

function traces<Name extends keyof TelemetryTraces>(name: Name): TraceChannel<TelemetryTraces[Name]> {
  return new TraceChannel(tracingChannel<unknown, TelemetryTraces[Name]>(name))
}

// Node forgets a channel to which nobody holds on.
export const connectChannel: TraceChannel<ConnectTrace> = traces('pgwire:connect')
export const queryChannel: TraceChannel<QueryTrace> = traces('pgwire:query')
export const prepareChannel: TraceChannel<PrepareTrace> = traces('pgwire:prepare')
export const copyChannel: TraceChannel<CopyTrace> = traces('pgwire:copy')
export const transactionChannel: TraceChannel<TransactionTrace> = traces('pgwire:transaction')
export const acquireChannel: TraceChannel<AcquireTrace> = traces('pgwire:pool:acquire')
export const openChannel: TraceChannel<OpenTrace> = traces('pgwire:pool:open')
export const outageChannel: TraceChannel<OutageTrace> = traces('pgwire:pool:outage')

/** A plain channel whose messages are of one type. */
export interface EventChannel<Event> {
  readonly hasSubscribers: boolean
  publish(event: Event): void
}

export const releaseChannel: EventChannel<ReleaseEvent> = channel('pgwire:pool:release')
export const closeChannel: EventChannel<CloseEvent> = channel('pgwire:pool:close')
export const noticeChannel: EventChannel<NoticeEvent> = channel('pgwire:notice')
