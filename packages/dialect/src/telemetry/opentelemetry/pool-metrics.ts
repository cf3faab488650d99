import type { Attributes, Histogram, Meter, ObservableResult } from '@opentelemetry/api'

import { subscribeTelemetry } from '../subscribe.ts'
import type { ConnectTrace, TracedPool } from '../traces.ts'
import { DB_SYSTEM_NAME, errorAttributes, POOL_NAME, POOL_STATE, serverAttributes } from './attributes.ts'
import { KnownPools } from './known-pools.ts'

/** The conventions give no bounds for these; those of operations, refined for what a pool does. */
const BOUNDS_S = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Pools are looked at when metrics are collected, and remembered from their first use on, for as long as they are used. */
export function measurePools(meter: Meter): () => void {
  const pools = new KnownPools()
  const waitTime = histogram(meter, 'wait_time', 'The time it took to obtain an open connection from the pool.')
  const useTime = histogram(meter, 'use_time', 'The time between borrowing a connection and returning it to the pool.')
  const createTime = histogram(meter, 'create_time', 'The time it took to create a new connection.')
  const timeouts = meter.createCounter('db.client.connection.timeouts', {
    unit: '{timeout}',
    description: 'Attempts to obtain a connection that have timed out.',
  })
  const ends = [
    subscribeTelemetry('pgwire:pool:acquire', {
      start: ({ pool }) => pools.add(pool),
      asyncEnd: ({ pool, durationMs = 0, error }) => {
        if (error === undefined) waitTime.record(durationMs / 1000, poolAttributes(pool))
        else if (isTimeout(error)) timeouts.add(1, poolAttributes(pool))
      },
    }),
    subscribeTelemetry('pgwire:pool:release', ({ pool, heldMs }) => {
      if (heldMs !== undefined) useTime.record(heldMs / 1000, poolAttributes(pool))
    }),
    ...measureConnects(createTime, pools),
    observe(meter, pools),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** A pool's connect begins where the pool does: between `start` and `end` of the opening. */
function measureConnects(createTime: Histogram, pools: KnownPools): (() => void)[] {
  const openedBy = new WeakMap<ConnectTrace, TracedPool>()
  let opening: TracedPool | undefined
  return [
    subscribeTelemetry('pgwire:pool:open', {
      start: ({ pool }) => {
        pools.add(pool)
        opening = pool
      },
      end: () => {
        opening = undefined
      },
    }),
    subscribeTelemetry('pgwire:connect', {
      start: (trace) => opening !== undefined && openedBy.set(trace, opening),
      asyncEnd: (trace) => {
        const pool = openedBy.get(trace)
        const attributes = { ...connectAttributes(trace), ...(pool === undefined ? {} : poolAttributes(pool)) }
        createTime.record((trace.durationMs ?? 0) / 1000, attributes)
      },
    }),
  ]
}

function histogram(meter: Meter, name: string, description: string): Histogram {
  return meter.createHistogram(`db.client.connection.${name}`, {
    unit: 's',
    description,
    advice: { explicitBucketBoundaries: BOUNDS_S },
  })
}

/** One reading of a pool. */
interface Gauge {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly read: (pool: TracedPool) => readonly (readonly [number, Attributes])[]
}

const GAUGES: readonly Gauge[] = [
  {
    name: 'count',
    unit: '{connection}',
    description: 'Connections that are idle and in use.',
    read: ({ stats }) => [
      [stats.idle, { [POOL_STATE]: 'idle' }],
      [stats.busy, { [POOL_STATE]: 'used' }],
    ],
  },
  {
    name: 'max',
    unit: '{connection}',
    description: 'Open connections at most.',
    read: ({ max }) => [[max, {}]],
  },
  {
    name: 'idle.min',
    unit: '{connection}',
    description: 'Connections that are kept although they are idle.',
    read: ({ min }) => [[min, {}]],
  },
  {
    name: 'pending_requests',
    unit: '{request}',
    description: 'Calls that wait for a connection.',
    read: ({ stats }) => [[stats.waiting, {}]],
  },
]

function observe(meter: Meter, pools: KnownPools): () => void {
  const counters = GAUGES.map(({ name, unit, description, read }) => {
    const counter = meter.createObservableUpDownCounter(`db.client.connection.${name}`, { unit, description })
    const callback = (result: ObservableResult): void => {
      for (const { value, attributes } of sums(pools, read)) result.observe(value, attributes)
    }
    counter.addCallback(callback)
    return () => counter.removeCallback(callback)
  })
  return () => {
    for (const remove of counters) remove()
  }
}

interface Sum {
  value: number
  readonly attributes: Attributes
}

/** Pools that lead to the same place have one name, and are measured as one. */
function sums(pools: KnownPools, read: Gauge['read']): Iterable<Sum> {
  const found = new Map<string, Sum>()
  for (const pool of pools) {
    for (const [value, more] of read(pool)) {
      const attributes = { ...poolAttributes(pool), ...more }
      const key = JSON.stringify(attributes)
      const sum = found.get(key)
      if (sum === undefined) found.set(key, { value, attributes })
      else sum.value += value
    }
  }
  return found.values()
}

function poolAttributes({ name }: TracedPool): Attributes {
  return { [DB_SYSTEM_NAME]: 'postgresql', [POOL_NAME]: name }
}

function connectAttributes({ hosts, database, connection, error }: ConnectTrace): Attributes {
  const [first] = hosts
  const { host, port } = connection ?? first ?? { host: '', port: 0 }
  return { ...serverAttributes({ host, port, database }), ...(error === undefined ? {} : errorAttributes(error)) }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'PGWIRE_POOL_TIMEOUT'
}
