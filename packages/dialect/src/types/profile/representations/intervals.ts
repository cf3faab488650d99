import type { Codec } from '../../codec.ts'
import type { Interval } from '../../scalars/interval-value.ts'
import { interval } from '../../scalars/interval.ts'
import { mapCodec } from '../map-codec.ts'

/** interval as ISO 8601, like the server under IntervalStyle iso_8601: 'P1Y2M3DT4H5M6.789S', 'infinity' (17+). */
export const intervalAsString: Codec<string> = mapCodec<Interval, string>(interval, {
  decode: String,
  encode: (value) => value,
  ownStrings: false,
  typescript: { select: 'string' },
})
