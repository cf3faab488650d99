/** The command line of `pnpm bench`. */
import { parseArgs } from 'node:util'

import { participants } from './participants.ts'
import { pinnings, type Pinning } from './pinning.ts'
import { workloads } from './workloads.ts'

export interface BenchOptions {
  readonly json: boolean
  readonly check: boolean
  readonly help: boolean
  readonly only: readonly string[]
  readonly drivers: readonly string[]
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  readonly pin: Pinning
}

export const usage: string = `pnpm bench [options]

  --only <workload,…>   ${workloads.map((workload) => workload.name).join(', ')}
  --drivers <name,…>    ${participants.map((participant) => participant.name).join(', ')}
  --seconds <n>         length of one measured window; default 1
  --rounds <n>          windows per driver and workload; default 5
  --connections <n>     connections of the row queries, one query at a time on each; default 10, as in asyncpg's benchmark
  --pin <how>           server and clients on ${pinnings.join(', ')} cores; default same
  --json                the result as JSON on standard output
  --check               fail when a target of targets.ts is missed
`

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      drivers: { type: 'string' },
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '5' },
      pin: { type: 'string', default: 'same' },
      connections: { type: 'string', default: '10' },
    },
  })
  return {
    ...values,
    only: namesIn('workload', values.only, workloads),
    drivers: namesIn('driver', values.drivers, participants),
    pin: pinningIn(values.pin),
    seconds: positive('--seconds', Number(values.seconds)),
    rounds: positive('--rounds', Math.trunc(Number(values.rounds))),
    connections: positive('--connections', Math.trunc(Number(values.connections))),
  }
}

function namesIn(kind: string, list: string | undefined, known: readonly { readonly name: string }[]): string[] {
  const names = known.map((one) => one.name)
  const chosen = list?.split(',') ?? names
  const unknown = chosen.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new Error(`Unknown ${kind} ${unknown.join(', ')}. There are: ${names.join(', ')}`)
  return chosen
}

function pinningIn(value: string): Pinning {
  const pinning = pinnings.find((one) => one === value)
  if (pinning === undefined) throw new Error(`--pin must be one of ${pinnings.join(', ')}`)
  return pinning
}

function positive(option: string, value: number): number {
  if (!(value > 0 && value <= 60)) throw new Error(`${option} must be a positive number, at most 60`)
  return value
}
