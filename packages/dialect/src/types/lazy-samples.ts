const made = new WeakMap<object, readonly string[] | (() => readonly string[])>()

/** Gives `codec` the property `samples`, which `make` makes when it is read for the first time. */
export function defineLazySamples(codec: object, make: () => readonly string[]): void {
  made.set(codec, make)
  Object.defineProperty(codec, 'samples', { get: readSamples, enumerable: true })
}

/** One getter for all codecs: objects with a getter of their own each are slow ones to V8. */
function readSamples(this: object): readonly string[] {
  const samples = made.get(this) ?? []
  if (typeof samples !== 'function') return samples
  const frozen = Object.freeze([...samples()])
  made.set(this, frozen)
  return frozen
}
