import { inject } from 'vitest'

import { type TestServer, testServer } from './test-server.ts'

/**
 * The server that all test files of a run share. Tests make what they need in a database of their own
 * (`createDatabase`), and leave its settings, roles and other people's backends alone.
 */
export function sharedServer(): TestServer {
  return testServer(inject('postgres'))
}
