/** What the tests of listeners share: reading a few events, and knowing when a backend is there. */
import type { GapEvent, Listener, ListenEvent, NotificationEvent } from 'kysely-pgwire'

/** The next `count` events. The listener stays open. */
export async function take(listener: Listener, count: number): Promise<ListenEvent[]> {
  const events: ListenEvent[] = []
  while (events.length < count) {
    const { done, value } = await listener.next()
    if (done === true) throw new Error(`The listener ended after ${events.length} of ${count} events`)
    events.push(value)
  }
  return events
}

/** Payloads of notifications, and reasons of gaps. */
export function told(events: readonly ListenEvent[]): string[] {
  return events.map((event) => (event.type === 'gap' ? `gap: ${event.reason}` : event.payload))
}

/** Callbacks that note what they are called with. */
export interface Heard {
  readonly events: ListenEvent[]
  readonly errors: unknown[]
  readonly callbacks: {
    readonly onNotification: (event: NotificationEvent) => void
    readonly onGap: (event: GapEvent) => void
    readonly onError: (error: unknown) => void
  }
}

export function hearing(): Heard {
  const events: ListenEvent[] = []
  const errors: unknown[] = []
  const note = (event: ListenEvent) => void events.push(event)
  return {
    events,
    errors,
    callbacks: { onNotification: note, onGap: note, onError: (error) => void errors.push(error) },
  }
}
