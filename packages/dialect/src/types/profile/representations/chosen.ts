import type { Codec } from '../../codec.ts'
import type { PgTypesSettings } from '../profile-options.ts'
import { intervalAsString } from './intervals.ts'
import { jsonCodecs, jsonCodecsAsString } from './json.ts'
import { dateAsLocalDate, timestampAsLocalDate } from './local-time.ts'
import { int8AsBigint, int8AsNumber, numericAsNumber } from './numbers.ts'
import { intervalAsPg } from './pg-interval.ts'
import { temporalCodecs } from './temporal.ts'
import { timestampAsString, timestamptzAsString } from './timestamps-as-string.ts'

/** What can be chosen beside Temporal, by option and value. The built-in codecs are what is not here. */
const alternatives: { readonly [Option in keyof PgTypesSettings]?: Readonly<Record<string, readonly Codec[]>> } = {
  int8: { bigint: [int8AsBigint], number: [int8AsNumber] },
  numeric: { number: [numericAsNumber] },
  timestamptz: { string: [timestamptzAsString] },
  timestamp: { string: [timestampAsString], pg: [timestampAsLocalDate] },
  date: { pg: [dateAsLocalDate] },
  interval: { string: [intervalAsString], pg: [intervalAsPg] },
  json: { string: jsonCodecsAsString },
}

/** Generated source text names the runtime's own Temporal, or that of the optional peer. */
const NATIVE = 'Temporal'
const POLYFILL = "import('temporal-polyfill').Temporal"

/** The codecs that take the place of built-in ones, by OID. */
export function chosenCodecs(settings: PgTypesSettings): ReadonlyMap<number, Codec> {
  const { json, temporal } = settings
  const codecs: Codec[] = typeof json === 'object' ? [...jsonCodecs(json)] : []
  for (const [option, byValue] of Object.entries(alternatives)) {
    const chosen = settings[option as keyof typeof alternatives]
    if (typeof chosen === 'string') codecs.push(...(byValue[chosen] ?? []))
  }
  if (temporal !== undefined) {
    const native = temporal === (globalThis as { Temporal?: unknown }).Temporal
    for (const [option, codec] of Object.entries(temporalCodecs(temporal, native ? NATIVE : POLYFILL))) {
      if (settings[option as keyof PgTypesSettings] === 'temporal') codecs.push(codec)
    }
  }
  return new Map(codecs.map((codec) => [codec.oid, codec]))
}
