import type { TestProject } from 'vitest/node'

import { requestedMajorVersion } from './postgres/binaries.ts'
import { shareClusterTemplate } from './postgres/cluster-template.ts'
import { plain, type ServerAddress, startTestServer } from './test-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: ServerAddress
  }
}

/** Starts the server that a whole run shares, and leaves the template from which tests start servers of their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await shareClusterTemplate(requestedMajorVersion())
  const server = await startTestServer()
  project.provide('postgres', plain(server))
  return () => server.stop()
}
