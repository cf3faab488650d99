import { type Codec, type CodecDefinition, defineCodec } from './codec.ts'

/** `codec` with `changes`. Its samples are not made before somebody asks for them, as a spread would. */
export function changedCodec<Value>(codec: Codec<Value>, changes: Partial<CodecDefinition<Value>>): Codec<Value> {
  const kept = Object.keys(codec).filter((key) => key !== 'samples')
  const copy = Object.fromEntries(kept.map((key) => [key, codec[key as keyof Codec<Value>]])) as unknown
  return defineCodec<Value>({ ...(copy as CodecDefinition<Value>), samples: () => codec.samples, ...changes })
}
