import type { CodecCases } from '../shape.cases.ts'
import { macaddr, macaddr8 } from './macaddr.ts'

export const macaddrCases: CodecCases<string> = {
  codec: macaddr,
  valid: [
    ['00:00:00:00:00:00', '00:00:00:00:00:00', '000000000000'],
    ['08:00:2b:01:02:03', '08:00:2b:01:02:03', '08002b010203'],
    ['ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff', 'ffffffffffff'],
  ],
  accepted: [
    ['08-00-2B-01-02-03', '08002b010203'],
    ['08002b010203', '08002b010203'],
  ],
  unreadable: ['08:00:2b:01:02', '08:00:2b:01:02:0g', ''],
  invalid: ['08:00:2b:01:02', '08:00:2b:01:02:03:04:05', '08:00-2b:01:02:03', '08:00:2b:01:02:0g', '8:0:2b:1:2:3', '', 7, null],
  malformed: [],
}

export const macaddr8Cases: CodecCases<string> = {
  codec: macaddr8,
  valid: [
    ['00:00:00:00:00:00:00:00', '00:00:00:00:00:00:00:00', '0000000000000000'],
    ['08:00:2b:01:02:03:04:05', '08:00:2b:01:02:03:04:05', '08002b0102030405'],
    ['ff:ff:ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', 'ffffffffffffffff'],
  ],
  accepted: [
    ['08-00-2B-01-02-03-04-05', '08002b0102030405'],
  ],
  unreadable: ['08:00:2b:01:02:03', ''],
  invalid: ['08:00:2b:01:02:03', '08:00:2b:01:02:03:04', '', 7],
  malformed: [],
}
