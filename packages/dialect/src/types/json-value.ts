/** What JSON text stands for: what a json or jsonb column gives. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * What a json or jsonb column takes. A string is JSON text, null is NULL, and members that are undefined are left out.
 */
export type JsonInput = boolean | number | string | JsonInputList | JsonInputObject

type JsonInputList = readonly (JsonInput | null)[]
interface JsonInputObject {
  readonly [key: string]: JsonInput | null | undefined
}
