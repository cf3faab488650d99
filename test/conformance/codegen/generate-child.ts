/** Generates with the locale that this process was started in: `node generate-child.ts URL`. */
import { defaultTypes } from 'kysely-pgwire/types'

import { catalogText } from '../../../packages/codegen-preset/src/generator/catalog-text.ts'
import { catalogOf, generated } from './generated-types.ts'

const catalog = await catalogOf(process.argv[2]!)
const { text } = generated(catalog, defaultTypes, { enumValues: true, keys: true, routines: true, partitions: true })
process.stdout.write(
  JSON.stringify({ catalog: catalogText(catalog), text, locale: new Intl.Collator().resolvedOptions().locale }),
)
