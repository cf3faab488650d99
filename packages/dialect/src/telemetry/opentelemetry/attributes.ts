import type { Attributes } from '@opentelemetry/api'

import { errorSummary } from '../error-summary.ts'
import type { TracedConnection } from '../traces.ts'

/** Names of the semantic conventions for databases, so that each is written once. */
export const DB_SYSTEM_NAME = 'db.system.name'
const DB_NAMESPACE = 'db.namespace'
export const DB_QUERY_TEXT = 'db.query.text'
export const DB_QUERY_SUMMARY = 'db.query.summary'
export const DB_QUERY_PARAMETER = 'db.query.parameter'
export const DB_OPERATION_NAME = 'db.operation.name'
export const DB_OPERATION_BATCH_SIZE = 'db.operation.batch.size'
const DB_RESPONSE_STATUS_CODE = 'db.response.status_code'
const ERROR_TYPE = 'error.type'
const SERVER_ADDRESS = 'server.address'
const SERVER_PORT = 'server.port'
export const POOL_NAME = 'db.client.connection.pool.name'
export const POOL_STATE = 'db.client.connection.state'

/** What every span and metric of a connection has. The namespace is the database: its schema may change at any time. */
export function serverAttributes({ host, port, database }: Omit<TracedConnection, 'processId' | 'user'>): Attributes {
  return {
    [DB_SYSTEM_NAME]: 'postgresql',
    [DB_NAMESPACE]: database,
    [SERVER_ADDRESS]: host,
    [SERVER_PORT]: port,
  }
}

/** Five characters of digits and capitals: an SQLSTATE. Others are codes of the driver or of the system. */
const SQLSTATE = /^[\dA-Z]{5}$/

/** `error.type` is the SQLSTATE or another code, else the name of the class. */
export function errorAttributes(error: unknown): Attributes {
  const { name, code } = errorSummary(error)
  const status =
    code !== undefined && isOfServer(error) && SQLSTATE.test(code) ? { [DB_RESPONSE_STATUS_CODE]: code } : {}
  return { [ERROR_TYPE]: code ?? name, ...status }
}

function isOfServer(error: unknown): boolean {
  return error instanceof Error && 'severityCode' in error
}
