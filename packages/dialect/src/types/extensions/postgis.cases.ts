import type { CodecCases } from '../shape.cases.ts'
import { geography, geometry } from './postgis.ts'

const point = '0101000000000000000000f03f0000000000000040'
const polygon = '0103000080010000000400000000000000000000000000000000000000000000000000f03f0000000000000000000000000000f03f000000000000f03f000000000000f03f000000000000f03f000000000000f03f00000000000000000000000000000000000000000000f03f'
const place = '0101000020e6100000000000000000f03f0000000000000040'

export const geometryCases: CodecCases<Uint8Array> = {
  codec: geometry,
  valid: [point, polygon, place].map((wire) => [Buffer.from(wire, 'hex'), wire.toUpperCase(), wire]),
  accepted: [[new Uint8Array(Buffer.from(point, 'hex')), point]],
  invalid: ['POINT(1 2)', 7, null, {}, [1]],
  malformed: [],
}

export const geographyCases: CodecCases<Uint8Array> = {
  codec: geography,
  valid: [[Buffer.from(place, 'hex'), place.toUpperCase(), place]],
  invalid: ['POINT(1 2)', {}],
  malformed: [],
}
