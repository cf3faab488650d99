/** Every message that is not a row says to us what it says to pg-protocol's parser. */
import fc from 'fast-check'
import { Parser } from 'pg-protocol/dist/parser.js'
import { describe, expect, test } from 'vitest'

import { PostgresError } from '../../packages/dialect/src/errors/postgres-error.ts'
import { backendMessage } from '../../packages/dialect/src/wire/backend-messages.ts'
import { readCommandTag } from '../../packages/dialect/src/wire/command-tag.ts'
import { readParameterDescription, readRowDescription } from '../../packages/dialect/src/wire/descriptions.ts'
import { readErrorFields } from '../../packages/dialect/src/wire/error-fields.ts'
import { FrameReader } from '../../packages/dialect/src/wire/frame-reader.ts'
import * as backend from '../support/backend-messages.ts'
import { memorySession } from '../support/memory-session.ts'

/** What pg-protocol makes of one message. */
function theirs(bytes: Buffer): Record<string, unknown> {
  const messages: unknown[] = []
  new Parser().parse(bytes, (message: unknown) => void messages.push(message))
  expect(messages.length).toBe(1)
  return messages[0] as Record<string, unknown>
}

/** A reader at the payload of one message, with foreign bytes before and behind it. */
function ours(bytes: Buffer): FrameReader {
  const around = Buffer.concat([Buffer.from('\0\0\0'), bytes, Buffer.from('\0\0\0')])
  const view = new DataView(around.buffer, around.byteOffset, around.length)
  const type = bytes[0] ?? 0
  const { name } = backendMessage(type, bytes.readUInt32BE(1), 0x3fff_ffff)
  return new FrameReader().open(name, around, view, 3 + 5, 3 + bytes.length)
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }).map((value) => value.replaceAll('\0', '')),
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
)
const oid = fc.nat(0x7fff_ffff)
const int16 = fc.integer({ min: -0x8000, max: 0x7fff })
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
const runs = { numRuns: 500 }

describe('the same to us and to pg-protocol:', () => {
  test('ErrorResponse and NoticeResponse', () => {
    const codes = ['S', 'V', 'C', 'M', 'D', 'H', 'P', 'p', 'q', 'W', 's', 't', 'c', 'd', 'n', 'F', 'L', 'R']
    const fields = fc.dictionary(fc.constantFrom(...codes), text, { minKeys: 1 })
    const properties = [
      'severity',
      'code',
      'detail',
      'hint',
      'position',
      'internalPosition',
      'internalQuery',
      'where',
      'schema',
      'table',
      'column',
      'dataType',
      'constraint',
      'file',
      'line',
      'routine',
    ] as const
    fc.assert(
      fc.property(fields, (given) => {
        for (const bytes of [backend.errorResponse(given), backend.noticeResponse(given)]) {
          const expected = theirs(bytes)
          const actual = new PostgresError(readErrorFields(ours(bytes)))
          for (const property of properties) expect(actual[property]).toEqual(expected[property])
          expect(actual.message).toBe(expected['message'])
        }
      }),
      runs,
    )
  })

  test('RowDescription', () => {
    const column = fc.record({
      name: text,
      tableOid: oid,
      columnNumber: int16,
      typeOid: oid,
      typeSize: int16,
      typeModifier: int32,
      format: fc.constantFrom(0, 1),
    })
    fc.assert(
      fc.property(fc.array(column, { maxLength: 12 }), (columns) => {
        const bytes = backend.rowDescription(...columns)
        const expected = theirs(bytes)['fields'] as Record<string, unknown>[]
        const actual = readRowDescription(ours(bytes)).map((field) => ({
          name: field.name,
          tableID: field.tableOid,
          columnID: field.columnNumber,
          dataTypeID: field.typeOid,
          dataTypeSize: field.typeSize,
          dataTypeModifier: field.typeModifier,
          format: field.format === 0 ? 'text' : 'binary',
        }))
        expect(actual).toEqual(expected.map((field) => Object.fromEntries(Object.entries(field))))
      }),
      runs,
    )
  })

  test('ParameterDescription', () => {
    fc.assert(
      fc.property(fc.array(oid, { maxLength: 50 }), (oids) => {
        const bytes = backend.parameterDescription(...oids)
        expect(readParameterDescription(ours(bytes))).toEqual(theirs(bytes)['dataTypeIDs'])
      }),
      runs,
    )
  })

  test('CommandComplete', () => {
    fc.assert(
      fc.property(text, (tag) => {
        const bytes = backend.commandComplete(tag)
        const { command, rowCount } = readCommandTag(ours(bytes))
        const whole = String(theirs(bytes)['text'])
        expect(whole.startsWith(command)).toBe(true)
        if (rowCount === null) expect(command).toBe(whole)
      }),
      runs,
    )
  })

  test('ParameterStatus, NotificationResponse, BackendKeyData and ReadyForQuery', () => {
    fc.assert(
      fc.property(text, text, int32, (name, value, number) => {
        const { session, events, feed } = memorySession()
        const status = backend.parameterStatus(name, value)
        const notification = backend.notificationResponse(number, name, value)
        if (name === 'client_encoding') return
        feed(status, notification)
        expect(theirs(status)).toMatchObject({ parameterName: name, parameterValue: session.parameters.get(name) })
        expect(theirs(notification)).toMatchObject({ ...events.notifications[0] })
        const key = ours(backend.backendKeyData(number, number))
        expect(theirs(backend.backendKeyData(number, number))).toMatchObject({
          processID: key.int32(),
          secretKey: key.int32(),
        })
      }),
      runs,
    )
    for (const status of ['I', 'T', 'E']) {
      const bytes = backend.readyForQuery(status)
      expect(theirs(bytes)).toMatchObject({ status: String.fromCharCode(ours(bytes).uint8()) })
    }
  })

  test('the messages without content, by their names', () => {
    const names: Readonly<Record<string, string>> = { emptyQueryResponse: 'emptyQuery' }
    const all = { ...backend } as Readonly<Record<string, unknown>>
    for (const name of [
      'parseComplete',
      'bindComplete',
      'closeComplete',
      'noData',
      'portalSuspended',
      'copyDone',
      'emptyQueryResponse',
    ]) {
      const bytes = (all[name] as () => Buffer)()
      expect(theirs(bytes)['name']).toBe(names[name] ?? name)
      expect(backendMessage(bytes[0] ?? 0, 4, 4).name).toBe(name)
    }
  })
})
