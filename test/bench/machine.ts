import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

import type { Cores } from './pinning.ts'
import type { Machine } from './result.ts'

export function describeMachine(postgres: string, pinned: Cores | undefined): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-', 1)[0]}`,
    node: process.versions.node,
    postgres,
    ...(pinned === undefined ? {} : { pinned }),
  }
}
