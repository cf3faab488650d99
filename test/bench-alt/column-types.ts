/**
 * How one value is written down for comparison, whichever driver decoded it: once in JavaScript, once by the server itself.
 * `send` is the server's binary output function, for the client that decodes nothing.
 */
export interface ColumnType {
  /** What a decoded value looks like as text. */
  readonly write: (value: unknown) => string
  /** The same text, computed by the server from column `c`. */
  readonly sql: (c: string) => string
  readonly send: string
}

const plain = (send: string): ColumnType => ({ write: (value) => String(value), sql: (c) => `${c}::text`, send })

export const columnTypes = {
  bool: plain('boolsend'),
  int2: plain('int2send'),
  int4: plain('int4send'),
  int8: plain('int8send'),
  oid: plain('oidsend'),
  numeric: plain('numeric_send'),
  text: plain('textsend'),
  name: plain('namesend'),
  char: plain('charsend'),
  uuid: plain('uuid_send'),
  float8: {
    write: (value) => Number(value).toFixed(6),
    sql: (c) => `round(${c}::numeric, 6)::text`,
    send: 'float8send',
  },
  bytea: {
    write: (value) => Buffer.from(value as Uint8Array).toString('hex'),
    sql: (c) => `encode(${c}, 'hex')`,
    send: 'byteasend',
  },
  timestamptz: {
    write: (value) => String((value as Date).getTime()),
    sql: (c) => `(extract(epoch from ${c}) * 1000)::int8::text`,
    send: 'timestamptz_send',
  },
  jsonb: { write: (value) => JSON.stringify(value), sql: (c) => `replace(${c}::text, ' ', '')`, send: 'jsonb_send' },
  _int4: {
    write: (value) => Array.from(value as Iterable<number>).join(','),
    sql: (c) => `array_to_string(${c}, ',')`,
    send: 'array_send',
  },
} satisfies Record<string, ColumnType>

export type ColumnTypes = Readonly<Record<string, keyof typeof columnTypes>>
