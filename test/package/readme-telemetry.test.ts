/** The README's table of channels says what the list in the code says. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { telemetryChannels } from 'kysely-pgwire'
import { expect, test } from 'vitest'

const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')

test('the table of channels has each of them, in their order, with what it is', () => {
  const rows = Array.from(readme.matchAll(/^\| `(pgwire:[a-z:]+)` \| (\w+) \| (.*) \|$/gm), ([, name, kind, doc]) => ({
    name,
    kind,
    doc,
  }))
  expect(rows).toEqual(Object.entries(telemetryChannels).map(([name, { kind, doc }]) => ({ name, kind, doc })))
})
