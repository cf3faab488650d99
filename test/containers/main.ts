/**
 * `pnpm test:containers`: the tests that share a server, against PostgreSQL in a container. `PG_TEST_IMAGE` names the
 * image; where no Docker answers, it says so and counts as passed. Further words go to vitest.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { startContainerServer, whyNoContainers } from './container-server.ts'

async function testAgainstContainer(): Promise<number> {
  const reason = await whyNoContainers()
  if (reason !== undefined) {
    console.log(`Container tests skipped: ${reason}`)
    return 0
  }
  await using server = await startContainerServer()
  console.log(`Testing against ${server.image}`)
  const words = ['run', '--project', 'containers', ...process.argv.slice(2)]
  const vitest = spawn('vitest', words, { stdio: 'inherit', env: { ...process.env, PG_TEST_URL: server.url } })
  const [code] = (await once(vitest, 'exit')) as [number | null]
  return code ?? 1
}

process.exitCode = await testAgainstContainer()
