import type { CatalogRoutine } from './catalog.ts'
import { NOT_SYSTEM } from './relations-query.ts'

/**
 * Functions and procedures that a statement can call: not those of extensions or range types, which are documented elsewhere, and not those
 * that only the server calls, for triggers or as a type's input.
 */
export const routinesQuery: string = `
select coalesce(jsonb_agg(jsonb_build_object(
  'schema', namespace.nspname,
  'name', routine.proname,
  'kind', case routine.prokind
    when 'f' then 'function' when 'p' then 'procedure' when 'a' then 'aggregate' else 'window function' end,
  'argumentOids', (
    select coalesce(jsonb_agg(oid::bigint order by at), '[]')
    from pg_catalog.unnest(coalesce(routine.proallargtypes, routine.proargtypes::oid[])) with ordinality as place (oid, at)
  ),
  'argumentModes', coalesce(to_jsonb(routine.proargmodes), 'null'),
  'argumentNames', coalesce(to_jsonb(routine.proargnames), 'null'),
  'defaults', routine.pronargdefaults,
  'returnsOid', routine.prorettype::bigint,
  'returnsSet', routine.proretset,
  'strict', routine.proisstrict,
  'comment', pg_catalog.obj_description(routine.oid, 'pg_proc')
)), '[]')::text as json
from pg_catalog.pg_proc as routine
join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
where ${NOT_SYSTEM}
  and not exists (
    select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and objid = routine.oid and deptype in ('e', 'i')
  )
  and not exists (
    select from pg_catalog.unnest(array_append(coalesce(routine.proallargtypes, routine.proargtypes::oid[]), routine.prorettype))
      as part (oid)
    where part.oid in (
      'pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype,
      'pg_catalog.internal'::pg_catalog.regtype, 'pg_catalog.cstring'::pg_catalog.regtype,
      'pg_catalog.language_handler'::pg_catalog.regtype, 'pg_catalog.fdw_handler'::pg_catalog.regtype,
      'pg_catalog.index_am_handler'::pg_catalog.regtype, 'pg_catalog.table_am_handler'::pg_catalog.regtype,
      'pg_catalog.tsm_handler'::pg_catalog.regtype
    )
  )`

export interface RoutineRow {
  readonly schema: string
  readonly name: string
  readonly kind: CatalogRoutine['kind']
  /** Of all arguments, OUT ones too. */
  readonly argumentOids: readonly number[]
  /** i, o, b (INOUT), v (VARIADIC), t (TABLE). Null: all are IN. */
  readonly argumentModes: readonly string[] | null
  readonly argumentNames: readonly string[] | null
  /** How many of the last input arguments have a default. */
  readonly defaults: number
  readonly returnsOid: number
  readonly returnsSet: boolean
  readonly strict: boolean
  readonly comment: string | null
}
