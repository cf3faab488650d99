import type { Codec } from '../../codec.ts'

/** How else to read the bytes of a type; what is left out stays as it is. */
export interface Reading<Value> {
  readonly typescript?: Partial<Codec['typescript']>
  readonly decode: Codec<Value>['decode']
  readonly fromText: (text: string) => Value
  readonly encode?: Codec['encode']
  readonly toText?: (value: unknown) => string
}

/** The codec of a binary type with another reading of its bytes: no way by the values that it has otherwise. */
export function readAs<Value>(codec: Codec, { typescript, ...reading }: Reading<Value>): Codec<Value> {
  return { ...(codec as Codec<never>), ...reading, typescript: { ...codec.typescript, ...typescript } }
}
