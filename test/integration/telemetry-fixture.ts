/** What the telemetry tests share: what was published on a channel while something ran. */
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'

import type { TelemetryEvents, TelemetryTraces } from 'kysely-pgwire'

export type Step = 'start' | 'end' | 'error' | 'asyncStart' | 'asyncEnd'

/** What was published, in order. Ends with its block. */
export interface Heard<Message> extends Disposable {
  readonly messages: Message[]
  readonly steps: Step[]
  /** Each message once. */
  readonly traces: Message[]
}

/** Listens through Node's own module, as a tool would that knows nothing of this driver. */
export function hearTraces<Name extends keyof TelemetryTraces>(
  name: Name,
  only: (trace: TelemetryTraces[Name]) => boolean = () => true,
): Heard<TelemetryTraces[Name]> {
  const messages: TelemetryTraces[Name][] = []
  const steps: Step[] = []
  const note =
    (step: Step) =>
    (trace: TelemetryTraces[Name]): void => {
      if (!only(trace)) return
      messages.push(trace)
      steps.push(step)
    }
  const subscribers = {
    start: note('start'),
    end: note('end'),
    error: note('error'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
  }
  const channels = tracingChannel<unknown, TelemetryTraces[Name]>(name)
  channels.subscribe(subscribers)
  return {
    messages,
    steps,
    get traces() {
      return [...new Set(messages)]
    },
    [Symbol.dispose]: () => void channels.unsubscribe(subscribers),
  }
}

export function hearEvents<Name extends keyof TelemetryEvents>(
  name: Name,
): { readonly events: TelemetryEvents[Name][] } & Disposable {
  const events: TelemetryEvents[Name][] = []
  const note = (event: unknown): void => void events.push(event as TelemetryEvents[Name])
  subscribe(name, note)
  return { events, [Symbol.dispose]: () => void unsubscribe(name, note) }
}
