import { citextCases } from './extensions/citext.cases.ts'
import { cubeCases } from './extensions/cube.cases.ts'
import { hstoreCases } from './extensions/hstore.cases.ts'
import { lqueryCases, ltreeCases, ltxtqueryCases } from './extensions/ltree.cases.ts'
import { geographyCases, geometryCases } from './extensions/postgis.cases.ts'
import { segCases } from './extensions/seg.cases.ts'
import { halfvecCases, sparsevecCases, vectorCases } from './extensions/vector.cases.ts'
import type { CodecCases } from './shape.cases.ts'

/** The cases of every extension's codec. */
export const extensionCases: readonly CodecCases[] = [
  citextCases,
  cubeCases,
  geographyCases,
  geometryCases,
  halfvecCases,
  hstoreCases,
  lqueryCases,
  ltreeCases,
  ltxtqueryCases,
  segCases,
  sparsevecCases,
  vectorCases,
]
