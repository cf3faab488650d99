import { type SqlToken, sqlTokens } from './sql-tokens.ts'

/**
 * How a statement gets along with others on one connection. `read`: others may be behind it. `write`: it may be behind others,
 * but as it may wait for a lock, nobody waits behind it. `alone`: it may leave something behind in its session, may depend
 * on what others have left there, or cannot be told.
 */
export type LaneKind = 'read' | 'write' | 'alone'

const FIRST_WORDS = words('select values with insert update delete merge')

/** Words with which a statement writes, or locks rows as a write does, wherever they stand. */
const WRITING = words('insert update delete merge share')

/** What INTO names behind these is there already; elsewhere a table is made, and perhaps a temporary one. */
const INTO = words('insert merge')

/** Behind these, a name with a parenthesis is that of a table, and its columns follow. */
const NAMING = words('into as with recursive')

/** What may stand before a parenthesis and is no function, and types with modifiers. */
const SYNTAX = words(`
  all and any array as asc between bit by case cast char character coalesce collate conflict cross cube decimal default desc
  distinct else escape except exists extract filter first float for from full greatest group grouping having ilike in inner insert
  intersect interval into is isnull join last lateral least left like limit materialized merge natural next normalize not
  notnull null nullif nulls numeric offset on only or order outer over overlaps overlay partition position range recursive
  returning right rollup row rows select set sets similar some substring symmetric then time timestamp timestamptz timetz to
  trim union unique using values varbit varchar varying when where window with within zone`)

/** Functions that neither read nor change anything of a session. Others may, as those of the user's own. */
const FUNCTIONS = words(`
  abs acos age array_agg array_append array_cat array_dims array_length array_lower array_ndims array_position
  array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper ascii asin atan atan2
  avg bit_and bit_length bit_or bool_and bool_or btrim cardinality cbrt ceil ceiling char_length character_length chr
  clock_timestamp concat concat_ws corr cos cot count covar_pop covar_samp cume_dist date date_bin date_part date_trunc
  decode degrees dense_rank div encode every exp factorial first_value floor format gcd gen_random_uuid generate_series
  initcap isempty isfinite json_agg json_array_elements json_array_elements_text json_array_length json_build_array
  json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object json_object_agg
  json_object_keys json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof
  jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
  jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys
  jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_populate_record
  jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof
  justify_days justify_hours justify_interval lag last_value lcm lead left length ln log lower lower_inc lower_inf lpad ltrim
  make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod mode nextval now nth_value ntile
  num_nulls num_nonnulls octet_length percent_rank percentile_cont percentile_disc phraseto_tsquery pi plainto_tsquery power
  quote_ident quote_literal quote_nullable radians random range_agg range_intersect_agg range_merge rank regexp_count
  regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table
  regexp_substr repeat replace reverse right round row_number row_to_json rpad rtrim scale setweight sha224 sha256 sha384
  sha512 sign sin split_part sqrt starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg
  string_to_array string_to_table strpos substr sum tan timeofday to_ascii to_char to_date to_hex to_json to_jsonb to_number
  to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim_array trunc ts_headline ts_rank ts_rank_cd unnest
  upper upper_inc upper_inf uuidv4 uuidv7 var_pop var_samp variance websearch_to_tsquery width_bucket`)

const HARMLESS: ReadonlySet<string> = new Set([...SYNTAX, ...FUNCTIONS])

/** Reads a statement as far as it takes to tell. What is unknown goes alone. */
export function laneKindOf(sql: string): LaneKind {
  let kind: LaneKind = 'alone'
  let previous: SqlToken | null = null
  let qualified = false
  // What stands before a name, all of a qualified one.
  let before: SqlToken | null = null
  for (const token of sqlTokens(sql)) {
    if (token.kind === 'unclear') return 'alone'
    if (kind === 'alone') {
      if (isSymbol(token, '(')) continue
      if (token.kind !== 'word' || !FIRST_WORDS.has(token.text)) return 'alone'
      kind = 'read'
    }
    if (token.kind !== 'symbol') {
      if (token.text.startsWith('pg_')) return 'alone'
      if (isWord(token, 'into') && !(previous?.kind === 'word' && INTO.has(previous.text))) return 'alone'
      if (token.kind === 'word' && WRITING.has(token.text)) kind = 'write'
      qualified = isSymbol(previous, '.')
      if (!qualified) before = previous
    } else if (token.text === '(' && previous !== null && previous.kind !== 'symbol') {
      const table = before?.kind === 'word' && NAMING.has(before.text)
      const harmless = previous.kind === 'word' && !qualified && HARMLESS.has(previous.text)
      if (!table && !harmless) return 'alone'
    }
    previous = token
  }
  return kind
}

function isSymbol(token: SqlToken | null, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text
}

function isWord(token: SqlToken, text: string): boolean {
  return token.kind === 'word' && token.text === text
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ''))
}
