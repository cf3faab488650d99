import { expect, test } from 'vitest'

import type { Catalog, CatalogRelation } from '../catalog/catalog.ts'
import type { OutputOptions } from './generator-options.ts'
import { typescriptOf } from './typescript-of.ts'

const table = (schema: string, name: string): CatalogRelation => ({
  schema,
  name,
  kind: 'table',
  partition: false,
  comment: null,
  insertable: true,
  updatable: true,
  deletable: true,
  columns: [],
  primaryKey: null,
  uniqueKeys: [],
  foreignKeys: [],
})

const catalog: Catalog = {
  format: 1,
  serverVersion: 18,
  relations: [table('audit', 'events'), table('public', 'user_roles'), table('public', 'people')],
  types: [],
  routines: [],
}

const database = (options: OutputOptions) =>
  /interface DB \{\n(?<lines>[^}]*)\}/
    .exec(typescriptOf(catalog, options).text)
    ?.groups?.['lines']?.trim()
    .split(/\n\s*/)

test.each<[OutputOptions, string[]]>([
  [{}, ['"audit.events": AuditEvents', 'people: People', 'user_roles: UserRoles']],
  [{ includePattern: 'PEOPLE' }, ['people: People']],
  [{ includePattern: 'audit.*' }, ['"audit.events": AuditEvents']],
  [{ excludePattern: '*' }, ['']],
  [{ includePattern: 'public.*', excludePattern: 'user_*' }, ['people: People']],
  [{ singularize: true }, ['"audit.events": AuditEvent', 'people: Person', 'user_roles: UserRole']],
  [{ singularize: { '/^UserRoles$/': 'Membership' }, includePattern: 'user*' }, ['user_roles: Membership']],
  [
    { defaultSchemas: ['audit'], includePattern: '*e*' },
    ['events: Events', '"public.people": PublicPeople', '"public.user_roles": PublicUserRoles'],
  ],
])('%j gives %j', (options, lines) => {
  expect(database(options)).toEqual(lines)
})

test('a name that is imported is no table’s', () => {
  const { text } = typescriptOf(catalog, { customImports: { People: './people.ts' } })
  expect(text).toContain('people: PeopleTable\n')
})
