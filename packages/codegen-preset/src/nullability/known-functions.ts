/**
 * The functions of PostgreSQL itself of which it is known when they give NULL, by the name of their C function, because SQL's
 * name stands for several: `lower` of a text always has a value, of a range it may have none.
 *
 * That a function is strict says only that it gives NULL for NULL. These give NULL for nothing else; the conformance tests
 * call each of them with values at the edges of its types. Left out on purpose: `to_char`, `extract` and a time of a timestamp
 * (none of infinity), `substring` by a pattern, anything that looks into JSON, the length of an array.
 */

/** Not NULL where no argument is. */
export const VALUE_FOR_VALUES: readonly string[] = names(`
  ascii chareq charge chargt charle charlt charne chartoi4 chr elem_contained_by_range ftod ftoi2 ftoi4
  ftoi8 lower lpad ltrim ltrim1 make_date make_interval make_time make_timestamp make_timestamptz
  make_timestamptz_at_timezone md5_bytea md5_text mul_d_interval nextval_oid pg_convert_from pg_convert_to
  point_distance quote_ident quote_literal radians repeat replace_text row_to_json row_to_json_pretty rpad rtrim
  rtrim1 split_part to_hex32 to_hex64 to_json to_jsonb to_tsvector translate ts_match_qv ts_match_vq tsvector_concat
  upper uuidv7_interval varchar
  array_append array_cardinality array_cat array_eq array_ge array_gt array_le array_lt array_ne array_positions
  array_prepend array_remove array_replace array_to_json array_to_text array_to_text_null arraycontained
  arraycontains arrayoverlap
  bit bit_and bit_bit_count bit_or bitcat biteq bitge bitgetbit bitgt bitle bitlength bitlt bitne bitnot
  bitoctetlength bitoverlay bitoverlay_no_len bitposition bitsetbit bitshiftleft bitshiftright bitsubstr
  bitsubstr_no_len bitxor
  bool_int4 booleq boolge boolgt boolle boollt boolne booltext
  bpchar bpchar_name bpchar_pattern_ge bpchar_pattern_gt bpchar_pattern_le bpchar_pattern_lt bpchareq bpcharge
  bpchargt bpcharle bpcharlen bpcharlt bpcharne bpcharoctetlen

  byteaGetBit byteaGetByte byteaSetBit byteaSetByte bytea_bit_count bytea_reverse bytea_substr bytea_substr_no_len
  byteacat byteaeq byteage byteagt byteale bytealike bytealt bytealtrim byteane byteanlike byteaoctetlen byteaoverlay
  byteaoverlay_no_len byteapos byteartrim byteatrim
  cash_div_cash cash_div_flt4 cash_div_flt8 cash_div_int2 cash_div_int4 cash_div_int8 cash_eq cash_ge cash_gt cash_le
  cash_lt cash_mi cash_mul_flt4 cash_mul_flt8 cash_mul_int2 cash_mul_int4 cash_mul_int8 cash_ne cash_numeric cash_pl
  cash_words
  dacos dacosd dacosh dasin dasind dasinh datan datan2 datan2d datand datanh dcbrt dceil dcos dcosd dcosh dcot dcotd
  degrees dexp dfloor dlog1 dlog10 dpow dround dsign dsin dsind dsinh dsqrt dtan dtand dtanh dtof dtoi2 dtoi4 dtoi8
  dtrunc
  date_eq date_eq_timestamp date_eq_timestamptz date_finite date_ge date_ge_timestamp date_ge_timestamptz date_gt
  date_gt_timestamp date_gt_timestamptz date_le date_le_timestamp date_le_timestamptz date_lt date_lt_timestamp
  date_lt_timestamptz date_mi date_mi_interval date_mii date_ne date_ne_timestamp date_ne_timestamptz
  date_pl_interval date_pli date_timestamp date_timestamptz datetime_timestamp datetimetz_timestamptz
  enum_eq enum_ge enum_gt enum_le enum_lt enum_ne
  float48div float48eq float48ge float48gt float48le float48lt float48mi float48mul float48ne float48pl
  float4_numeric float4abs float4div float4eq float4ge float4gt float4le float4lt float4mi float4mul float4ne
  float4pl float4um float4up
  float84div float84eq float84ge float84gt float84le float84lt float84mi float84mul float84ne float84pl
  float8_numeric float8_timestamptz float8abs float8div float8eq float8ge float8gt float8le float8lt float8mi
  float8mul float8ne float8pl float8um float8up
  i2tod i2tof i2toi4 i4tochar i4tod i4tof i4toi2 i8tod i8tof i8tooid initcap
  int24div int24eq int24ge int24gt int24le int24lt int24mi int24mul int24ne int24pl int28 int28div int28eq int28ge
  int28gt int28le int28lt int28mi int28mul int28ne int28pl int2_numeric int2abs int2and int2div int2eq int2ge int2gt
  int2le int2lt int2mi int2mod int2mul int2ne int2not int2or int2pl int2shl int2shr int2um int2up int2xor
  int42div int42eq int42ge int42gt int42le int42lt int42mi int42mul int42ne int42pl int48 int48div int48eq int48ge
  int48gt int48le int48lt int48mi int48mul int48ne int48pl int4_bool int4_cash int4_numeric int4abs int4and int4div
  int4eq int4gcd int4ge int4gt int4lcm int4le int4lt int4mi int4mod int4mul int4ne int4not int4or int4pl int4shl
  int4shr int4um int4up int4xor
  int82 int82div int82eq int82ge int82gt int82le int82lt int82mi int82mul int82ne int82pl int84 int84div int84eq
  int84ge int84gt int84le int84lt int84mi int84mul int84ne int84pl int8_cash int8_numeric int8abs int8and int8div
  int8eq int8gcd int8ge int8gt int8lcm int8le int8lt int8mi int8mod int8mul int8ne int8not int8or int8pl int8shl
  int8shr int8um int8up int8xor
  interval_div interval_eq interval_finite interval_ge interval_gt interval_justify_days interval_justify_hours
  interval_justify_interval interval_le interval_lt interval_mi interval_mul interval_ne interval_pl interval_scale
  interval_trunc interval_um
  json_array_length json_typeof jsonb_array_length jsonb_concat jsonb_contained jsonb_contains jsonb_delete
  jsonb_delete_idx jsonb_delete_path jsonb_eq jsonb_exists jsonb_exists_all jsonb_exists_any jsonb_ge jsonb_gt
  jsonb_le jsonb_lt jsonb_ne jsonb_pretty jsonb_set jsonb_typeof
  name_bpchar name_text nameeq nameeqtext namege namegetext namegt namegttext namele nameletext namelike namelt
  namelttext
  network_eq network_family network_ge network_gt network_host network_le network_lt network_masklen network_ne
  network_overlap network_show network_sub network_subeq network_sup network_supeq
  numeric numeric_abs numeric_add numeric_cash numeric_ceil numeric_div numeric_div_trunc numeric_eq numeric_exp
  numeric_fac numeric_float4 numeric_float8 numeric_floor numeric_gcd numeric_ge numeric_gt numeric_int2 numeric_int4
  numeric_int8 numeric_lcm numeric_le numeric_ln numeric_log numeric_lt numeric_mod numeric_mul numeric_ne
  numeric_power numeric_round numeric_sign numeric_sqrt numeric_sub numeric_trim_scale numeric_trunc numeric_uminus
  numeric_uplus
  oideq oidge oidgt oidle oidlt oidne oidtoi8
  range_adjacent range_after range_before range_constructor2 range_constructor3 range_contained_by range_contains
  range_contains_elem range_empty range_eq range_lower_inc range_lower_inf range_ne range_overlaps range_upper_inc
  range_upper_inf
  record_eq record_ne
  regexp_count regexp_count_no_flags regexp_count_no_start regexp_instr_no_endoption regexp_instr_no_n
  regexp_instr_no_start regexp_like regexp_like_no_flags regexp_split_to_array_no_flags
  sha224_bytea sha256_bytea sha384_bytea sha512_bytea
  text_concat_ws text_format text_format_nv text_ge text_gt text_le text_left text_lt text_name text_pattern_ge
  text_pattern_gt text_pattern_le text_pattern_lt text_reverse text_right text_starts_with text_substr
  text_substr_no_len text_to_array text_to_array_null textcat texteq texteqname textgename textgtname
  texticlike texticnlike texticregexeq texticregexne textlen textlename textlike textltname textne textnename
  textnlike textoctetlen textoverlay textoverlay_no_len textpos textregexeq textregexne textregexreplace
  textregexreplace_extended_no_n textregexreplace_noopt
  time_eq time_ge time_gt time_interval time_le time_lt time_mi_interval time_mi_time time_ne time_pl_interval
  time_scale time_timetz
  timestamp_age timestamp_at_local timestamp_bin timestamp_date timestamp_eq timestamp_eq_date
  timestamp_eq_timestamptz timestamp_finite timestamp_ge timestamp_ge_date timestamp_ge_timestamptz timestamp_gt
  timestamp_gt_date timestamp_gt_timestamptz timestamp_izone timestamp_le timestamp_le_date timestamp_le_timestamptz
  timestamp_lt timestamp_lt_date timestamp_lt_timestamptz timestamp_mi timestamp_mi_interval timestamp_ne
  timestamp_ne_date timestamp_ne_timestamptz timestamp_pl_interval timestamp_scale timestamp_timestamptz
  timestamp_trunc timestamp_zone
  timestamptz_age timestamptz_at_local timestamptz_bin timestamptz_date timestamptz_eq_date timestamptz_eq_timestamp
  timestamptz_ge_date timestamptz_ge_timestamp timestamptz_gt_date timestamptz_gt_timestamp timestamptz_izone
  timestamptz_le_date timestamptz_le_timestamp timestamptz_lt_date timestamptz_lt_timestamp timestamptz_mi_interval
  timestamptz_mi_interval_at_zone timestamptz_ne_date timestamptz_ne_timestamp timestamptz_pl_interval
  timestamptz_pl_interval_at_zone timestamptz_scale timestamptz_timestamp timestamptz_trunc timestamptz_trunc_zone
  timestamptz_zone
  timetz_at_local timetz_eq timetz_ge timetz_gt timetz_izone timetz_le timetz_lt timetz_mi_interval timetz_ne
  timetz_pl_interval timetz_scale timetz_time timetz_zone
  uuid_eq uuid_ge uuid_gt uuid_le uuid_lt uuid_ne
  varbit
  xid8eq xid8ge xid8gt xid8le xid8lt xid8ne`)

/** Never NULL, whatever the arguments; except for one NULL in the place of all of a VARIADIC. */
export const ALWAYS_A_VALUE: readonly string[] = names(`
  now statement_timestamp clock_timestamp drandom gen_random_uuid uuidv7 dpi timeofday
  current_user session_user current_database pgsql_version pg_backend_pid
  quote_nullable text_concat
  json_build_object json_build_object_noargs json_build_array json_build_array_noargs
  jsonb_build_object jsonb_build_object_noargs jsonb_build_array jsonb_build_array_noargs
  window_row_number window_rank window_dense_rank window_percent_rank window_cume_dist`)

/** Window functions that give a value where their arguments are values. */
export const VALUE_IN_WINDOW: readonly string[] = ['window_ntile']

/** Functions that return sets, of which no row is NULL. */
export const VALUE_IN_EACH_ROW: readonly string[] = names(`
  generate_series_int4 generate_series_step_int4 generate_series_int8 generate_series_step_int8
  generate_series_numeric generate_series_step_numeric
  generate_series_timestamp generate_series_timestamptz generate_series_timestamptz_at_zone
  generate_subscripts generate_subscripts_nodir
  json_object_keys jsonb_object_keys json_array_elements jsonb_array_elements
  regexp_split_to_table regexp_split_to_table_no_flags`)

/** Aggregates, by SQL's name, that count: of nothing it is 0. */
export const COUNTING_AGGREGATES: readonly string[] = ['count', 'regr_count']

/** Aggregates, by SQL's name, that have a value as soon as there is a row, even of NULLs. */
export const AGGREGATES_OF_ROWS: readonly string[] = [
  'array_agg',
  'json_agg',
  'jsonb_agg',
  'json_object_agg',
  'jsonb_object_agg',
]

/** Aggregates, by SQL's name, that have a value as soon as there is a row whose arguments are all values. */
export const AGGREGATES_OF_VALUES: readonly string[] = names(`
  min max sum avg bool_and bool_or every bit_and bit_or bit_xor string_agg any_value`)

function names(text: string): string[] {
  return text.trim().split(/\s+/)
}
