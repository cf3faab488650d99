import { builtInCodecs, type PgTypes } from 'kysely-pgwire/types'

import { OptionsError } from '../source/options-error.ts'

/**
 * A mapping of types that is the profile's own changes nothing, and may be said; any other would be untrue in the application, whose
 * driver does not know of it.
 */
export function refuseOtherTypes(mapping: Readonly<Record<string, string>>, types: PgTypes): void {
  for (const [name, wanted] of Object.entries(mapping)) {
    const oid = builtInCodecs.find((codec) => codec.name === name.toLowerCase())?.oid
    const returned = (oid === undefined ? undefined : types.codecFor(oid))?.typescript.select
    if (returned !== undefined && plain(returned) === plain(wanted)) continue
    const instead = returned === undefined ? '' : `, which returns ${plain(returned)}`
    throw new OptionsError(
      `The type of ${name} is the driver's business${instead}. Choose it for both: types: definePgTypes({ … })`,
    )
  }
}

/** Without where it is imported from. */
function plain(type: string): string {
  return type.replaceAll(/import\('[^']*'\)\./g, '').trim()
}
