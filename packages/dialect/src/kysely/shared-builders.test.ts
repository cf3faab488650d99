import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import { jsonArrayFrom, jsonBuildObject, jsonObjectFrom } from 'kysely/helpers/postgres'
import { describe, expect, test } from 'vitest'

import { type LaneKind, laneKindOf } from '../pool/lane-kind.ts'

interface Shop {
  person: { id: number; name: string; age: number | null }
  pet: { id: number; owner_id: number; name: string }
  'crm.person': { id: number; name: string }
}

const db = new Kysely<Shop>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

const persons = db.selectFrom('person')

const built: Record<LaneKind, Record<string, Compilable>> = {
  read: {
    'all columns': persons.selectAll(),
    'a join': persons.innerJoin('pet', 'pet.owner_id', 'person.id').select(['person.name', 'pet.name as pet']),
    'a lateral join': persons
      .leftJoinLateral(
        (eb) => eb.selectFrom('pet').select('pet.name').whereRef('owner_id', '=', 'person.id').limit(1).as('p'),
        (join) => join.onTrue(),
      )
      .select(['person.name', 'p.name as pet']),
    conditions: persons
      .selectAll()
      .where((eb) =>
        eb.or([eb('age', '>', 3), eb('name', 'in', ['a', 'b']), eb.not(eb.exists(eb.selectFrom('pet').selectAll()))]),
      )
      .where('age', 'is not', null),
    'a tuple': persons.selectAll().where((eb) => eb(eb.refTuple('id', 'name'), 'in', [eb.tuple(1, 'a')])),
    aggregates: persons
      .select(({ fn }) => [
        fn.countAll().as('n'),
        fn.count('id').distinct().as('d'),
        fn.sum('age').filterWhere('age', '>', 1).as('s'),
        fn.coalesce('age', sql.lit(0)).as('c'),
        fn<string>('upper', ['name']).as('u'),
      ])
      .groupBy(['age', 'name'])
      .having(({ fn }) => fn.max('id'), '>', 1),
    'a window': persons.select(({ fn }) =>
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('age').orderBy('id', 'desc'))
        .as('n'),
    ),
    'distinct on': persons.distinctOn('name').select('id').orderBy('name').limit(3).offset(1),
    fetch: persons.select('id').orderBy('id').fetch(3, 'with ties'),
    'a set operation': persons
      .select('name')
      .union(db.selectFrom('pet').select('name'))
      .intersectAll((eb) =>
        eb.parens(eb.selectFrom('pet').select('name').except(eb.selectFrom('person').select('name'))),
      ),
    'common tables': db
      .with('old', (q) => q.selectFrom('person').selectAll().where('age', '>', 60))
      .with(
        (cte) => cte('owners').materialized(),
        (q) => q.selectFrom('pet').select('owner_id'),
      )
      .selectFrom(['old', 'owners'])
      .selectAll(),
    'a recursive table': db
      .withRecursive('tree(id)', (q) =>
        q
          .selectFrom('person')
          .select('id')
          .unionAll(q.selectFrom('pet').innerJoin('tree', 'tree.id', 'pet.owner_id').select('pet.id')),
      )
      .selectFrom('tree')
      .selectAll(),
    'the json helpers': persons.select((eb) => [
      jsonArrayFrom(eb.selectFrom('pet').select('pet.name').whereRef('owner_id', '=', 'person.id')).as('pets'),
      jsonObjectFrom(eb.selectFrom('pet').select('pet.name').limit(1)).as('pet'),
      jsonBuildObject({ id: eb.ref('person.id'), age: eb.ref('age') }).as('self'),
    ]),
    'a schema': db.selectFrom('crm.person').selectAll(),
    withSchema: db.withSchema('crm').selectFrom('person').selectAll(),
    case: persons.select((eb) => eb.case().when('age', '>', 18).then('adult').else('child').end().as('kind')),
    cast: persons.select((eb) => eb.cast<string>('age', sql`varchar(10)`).as('text')),
    'values of its own': db.selectFrom(sql<{ a: number }>`(values (${1}), (${2}))`.as<'v'>(sql`v(a)`)).select('a'),
    any: persons.selectAll().where((eb) => eb('id', '=', eb.fn.any(sql<number[]>`${[1, 2]}::int4[]`))),
    'between, like': persons
      .selectAll()
      .where((eb) => eb.between('age', 1, 2))
      .where('name', 'ilike', 'a%'),
  },
  write: {
    insert: db.insertInto('person').values([{ id: 1, name: 'a', age: null }]),
    'insert returning': db.insertInto('person').values({ id: 1, name: 'a', age: 1 }).returningAll(),
    'insert from a select': db
      .insertInto('person')
      .columns(['id', 'name'])
      .expression(db.selectFrom('pet').select(['id', 'name'])),
    'default values': db.insertInto('person').defaultValues(),
    'an upsert': db
      .insertInto('person')
      .values({ id: 1, name: 'a', age: 1 })
      .onConflict((oc) => oc.columns(['id', 'name']).doUpdateSet((eb) => ({ name: eb.ref('excluded.name') }))),
    'an upsert by constraint': db
      .insertInto('person')
      .values({ id: 1, name: 'a', age: 1 })
      .onConflict((oc) => oc.constraint('person_pkey').doNothing()),
    'insert into a schema': db.insertInto('crm.person').values({ id: 1, name: 'a' }),
    update: db.updateTable('person').set({ name: 'a' }).where('id', '=', 1).returning('age'),
    'update from': db.updateTable('person').from('pet').set({ name: 'x' }).whereRef('pet.owner_id', '=', 'person.id'),
    delete: db.deleteFrom('person').where('id', '=', 1),
    'delete using': db.deleteFrom('person').using('pet').whereRef('pet.owner_id', '=', 'person.id'),
    merge: db
      .mergeInto('person')
      .using('pet', 'pet.owner_id', 'person.id')
      .whenMatched()
      .thenUpdateSet({ name: 'x' })
      .whenNotMatched()
      .thenInsertValues({ id: 1, name: 'a', age: null }),
    'a table that writes': db
      .with('gone', (q) => q.deleteFrom('pet').where('id', '=', 1).returning('owner_id'))
      .selectFrom('gone')
      .selectAll(),
    'for update': persons.selectAll().forUpdate().skipLocked(),
    'for share': persons.selectAll().forShare(),
    'for key share': persons.selectAll().forKeyShare().noWait(),
    'for no key update': persons.selectAll().forNoKeyUpdate(),
  },
  alone: {
    'a function of the user': persons.select(({ fn }) => fn('audit', ['id']).as('x')),
    'a function in a schema': persons.select(({ fn }) => fn('crm.upper', ['name']).as('x')),
    'a function in the catalog': persons.select(({ fn }) => fn('pg_catalog.upper', ['name']).as('x')),
    set_config: db.selectNoFrom((eb) => eb.fn('set_config', [eb.val('a.b'), eb.val('1'), eb.val(false)]).as('x')),
    currval: db.selectNoFrom(sql`currval('s')`.as('x')),
    'an advisory lock': db.selectNoFrom((eb) => eb.fn('pg_advisory_lock', [eb.val(1)]).as('x')),
    'a function in a condition': persons.selectAll().where(sql<boolean>`pg_try_advisory_lock(id)`),
    'a function in a value': db.insertInto('person').values({ id: sql`lastval()`, name: 'a' }),
    'a temporary table': db.schema.createTable('t').temporary().addColumn('id', 'integer'),
    'a view': db.schema.createView('v').as(persons.selectAll()),
  },
}

for (const kind of ['read', 'write', 'alone'] as const) {
  describe(kind, () => {
    test.each(Object.entries(built[kind]))('%s', (_name, query) => {
      expect(laneKindOf(query.compile().sql), query.compile().sql).toBe(kind)
    })
  })
}
