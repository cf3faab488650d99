export type { BatchOptions, BatchResults } from './client/batch.ts'
export { BatchStream, type StreamOptions } from './client/batch-stream.ts'
export type { CloseOptions } from './client/close.ts'
export { connect, type ConnectOptions } from './client/connect.ts'
export { Connection } from './client/connection.ts'
export type { ConnectionListenOptions, NotificationCallback } from './client/listen.ts'
export type { NotifyOptions } from './client/notify.ts'
export type { ExecuteManyOptions, ParameterRows } from './client/execute-many.ts'
export type { QueryOptions } from './client/query.ts'
export type { ReplicaOptions } from './client/replica-options.ts'
export type {
  ChannelBinding,
  ConnectionOptions,
  OAuthTokenSource,
  PasswordSource,
  PemSource,
  SslNegotiation,
  TlsOptions,
} from './config/connection-options.ts'
export type { ProtocolVersionText } from './config/protocol-versions.ts'
export type { TlsVersion } from './config/tls-options.ts'
export type { BatchQuery } from './connection/exchanges/batch.ts'
export type { QueryResult } from './connection/exchanges/query.ts'
export type { ScriptResult } from './connection/exchanges/simple-query.ts'
export type { Column } from './connection/statement.ts'
export { type BatchPosition, positionOf } from './errors/batch-position.ts'
export { CodecError } from './errors/codec-error.ts'
export { ConfigError } from './errors/config-error.ts'
export { ConnectionError, type ConnectionErrorCode, type ConnectionPhase } from './errors/connection-error.ts'
export { OutdatedStatementError } from './errors/outdated-statement-error.ts'
export type { Outcome } from './errors/outcome.ts'
export { PoolClosedError, PoolExhaustedError, PoolTimeoutError } from './errors/pool-error.ts'
export { isPostgresError, PostgresError } from './errors/postgres-error.ts'
export { ProtocolError } from './errors/protocol-error.ts'
export { isSafeToRetry } from './errors/safe-to-retry.ts'
export { UsageError } from './errors/usage-error.ts'
export { jsonArrayFrom, jsonBuildObject, jsonObjectFrom, type JsonRow } from './kysely/json-helpers.ts'
export { listen } from './kysely/listen.ts'
export { notify } from './kysely/notify.ts'
export { batch, type KyselyBatchResults } from './kysely/batch.ts'
export type { CompilableQuery } from './kysely/compilable-query.ts'
export { executeMany, type ExecuteManyResult } from './kysely/execute-many.ts'
export { pipeline, type PipelineCreator, type PipelineResults } from './kysely/pipeline.ts'
export type { Placeholders } from './kysely/placeholders.ts'
export { prepare, type PreparedQuery } from './kysely/prepare.ts'
export { PgwireAdapter } from './kysely/pgwire-adapter.ts'
export { PgwireConnection } from './kysely/pgwire-connection.ts'
export { checkedDialect } from './kysely/checked-dialect.ts'
export { type ConnectionHook, PgwireDialect, type PgwireDialectConfig } from './kysely/pgwire-dialect.ts'
export type { BufferGap, ConnectionGap, GapEvent, ListenEvent, NotificationEvent } from './listen/listen-event.ts'
export type { ListenCallbacks, ListenOptions } from './listen/listen-options.ts'
export type { Listener } from './listen/listener.ts'
export type { ErrorCallback } from './listen/report-error.ts'
export { createPool, type CreatePoolOptions } from './pool/create-pool.ts'
export type { Lease } from './pool/lease.ts'
export type { ReplicaState } from './pool/replica-state.ts'
export type { PoolStats } from './pool/pool-stats.ts'
export type { AcquireOptions, Pool, PoolCloseOptions } from './pool/pool.ts'
export type { Histogram, HistogramBucket } from './pool/histogram.ts'
export type { PoolHook, PoolHooks } from './pool/pool-hooks.ts'
export type { Pipelining, PoolOptions, Reset } from './pool/pool-options.ts'
export type { PoolTotals } from './pool/pool-totals.ts'
export type { CloseReason, OpenReason } from './telemetry/pool-reasons.ts'
export type { JsonAs, JsonForm, jsonForm } from './types/json-form.ts'
export type { RowMode } from './types/rows/row-function.ts'
export type { Notification, TransactionStatus } from './wire/status-messages.ts'
export type { FetchOptions, FetchValueOptions } from './client/fetch.ts'
export type { CloseListener } from './client/close-listeners.ts'
export type { Notice, NoticeListener } from './client/notices.ts'
export type { ServerVersion } from './client/server-version.ts'
export type { AccessMode, IsolationLevel, TransactionOptions } from './client/transaction-options.ts'
export { Transaction } from './client/transaction.ts'
export { AbortedTransactionError } from './errors/aborted-transaction-error.ts'
export { CommitUnknownError } from './errors/commit-unknown-error.ts'
export { Cursor, type CursorOptions } from './client/cursor.ts'
export { type ExplainOptions, PreparedStatement } from './client/prepared.ts'
export type { StatementColumn, StatementType } from './client/statement-types.ts'
export { attemptsOf } from './errors/attempts.ts'
export { retryTransaction, type RetryTransactionOptions } from './kysely/retry-transaction.ts'
export type { CopyBytes, CopyFromOptions, CopyFromResult, CopyRows } from './client/copy-from.ts'
export { CopyStream } from './client/copy-stream.ts'
export type { CopyOrigin, CopyQuery, CopyToOptions, CopyToRowsOptions } from './client/copy-to.ts'
export type { CopyProgress } from './copy/copy-in.ts'
export type {
  CopyColumns,
  CopyDataOptions,
  CopyFormat,
  CopyFromDataOptions,
  CopyToDataOptions,
} from './copy/copy-options.ts'
export type { CopyTable } from './copy/copy-table.ts'
export { copyFrom, type CopiedRow } from './kysely/copy-from.ts'
export { copyTo } from './kysely/copy-to.ts'
export type { CallOptions, StatementOptions } from './client/call-options.ts'
export { QueryTimeoutError } from './errors/query-timeout-error.ts'
export { tagOf } from './errors/tag.ts'
export { executeArrays } from './kysely/execute-arrays.ts'
export {
  type TelemetryChannel,
  telemetryChannels,
  type TelemetryEvents,
  type TelemetryTraces,
} from './telemetry/channels.ts'
export { type ErrorSummary, errorSummary } from './telemetry/error-summary.ts'
export { parametersOf } from './telemetry/parameters-of.ts'
export { formatQueryLog, type QueryLogEntry, type QueryLogFormat } from './telemetry/query-log.ts'
export { type PinoLike, queryLogger, type QueryLoggerOptions } from './telemetry/query-logger.ts'
export { subscribeTelemetry, type TraceHandlers } from './telemetry/subscribe.ts'
export type {
  AcquireTrace,
  CloseEvent,
  ConnectTrace,
  CopyTrace,
  NoticeEvent,
  OpenTrace,
  OutageTrace,
  PrepareTrace,
  QueryTrace,
  QueryVerb,
  ReleaseEvent,
  TraceCosts,
  TracedConnection,
  TracedPool,
  TraceEnd,
  TransactionTrace,
} from './telemetry/traces.ts'
export { type KyselyQueryOptions, queryOptions, queryOptionsOf } from './kysely/query-options.ts'
