/**
 * Adds properties that no spread, serialisation or inspection shows. They are accessors because `util.inspect` with
 * `showHidden` prints the value of every other property, but only `[Getter]` for these.
 */
export function hidden<Visible extends object, Secrets extends object>(
  visible: Visible,
  secrets: Secrets,
): Visible & Readonly<Secrets> {
  for (const name of Object.keys(secrets) as (keyof Secrets)[]) {
    const value = secrets[name]
    Object.defineProperty(visible, name, { enumerable: false, get: () => value })
  }
  return visible as Visible & Readonly<Secrets>
}
