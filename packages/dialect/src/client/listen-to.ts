import type { ConnectionOptions } from '../config/connection-options.ts'
import { resolveConnectionSettings } from '../config/resolve-connection-settings.ts'
import { type ListenCallbacks, type ListenOptions, resolveListenSettings } from '../listen/listen-options.ts'
import { Listener } from '../listen/listener.ts'

/** A listener that no pool closes. */
export async function listenTo(
  connection: string | ConnectionOptions | undefined,
  channels: readonly string[],
  options?: ListenOptions & Partial<ListenCallbacks>,
): Promise<Listener> {
  const listener = new Listener(resolveConnectionSettings(connection), resolveListenSettings(options), () => {})
  return listener.start(channels)
}
