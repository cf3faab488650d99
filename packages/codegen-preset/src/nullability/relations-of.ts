import type { TreeNode, TreeValue } from './node-tree.ts'
import { asNode, integerOf, isList, textOf } from './tree-fields.ts'

/** A relation that a query reads or writes. */
export interface ReferredRelation {
  readonly oid: number
  /** `relkind` */
  readonly kind: string
}

/** All relations in the range tables of a query and of everything in it, each once. */
export function relationsOf(query: TreeNode): ReferredRelation[] {
  const found = new Map<number, ReferredRelation>()
  const pending: TreeValue[] = [query]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (isList(value)) pending.push(...value)
    const node = asNode(value)
    if (node === undefined) continue
    if (node.tag === 'RANGETBLENTRY' && textOf(node, 'rtekind') === '0') {
      const oid = integerOf(node, 'relid')
      if (oid !== undefined) found.set(oid, { oid, kind: textOf(node, 'relkind') ?? '' })
    }
    for (const each of node.fields.values()) if (typeof each === 'object' && each !== null) pending.push(each)
  }
  return [...found.values()]
}
