import type { TreeNode, TreeValue } from './node-tree.ts'

/** A field that is a node; undefined for anything else, also where there is no such field. */
export function nodeOf(node: TreeNode, field: string): TreeNode | undefined {
  return asNode(node.fields.get(field))
}

/** A field that is a list; empty where PostgreSQL has written nothing, undefined where it is something else. */
export function listOf(node: TreeNode, field: string): readonly TreeValue[] | undefined {
  const value = node.fields.get(field)
  if (value === null) return []
  return isList(value) ? value : undefined
}

/** A list in which there is nothing but nodes. */
export function nodesOf(node: TreeNode, field: string): readonly TreeNode[] | undefined {
  const nodes: TreeNode[] = []
  for (const item of listOf(node, field) ?? [undefined]) {
    const each = asNode(item)
    if (each === undefined) return undefined
    nodes.push(each)
  }
  return nodes
}

export function textOf(node: TreeNode, field: string): string | undefined {
  const value = node.fields.get(field)
  return typeof value === 'string' ? value : undefined
}

export function integerOf(node: TreeNode, field: string): number | undefined {
  const text = textOf(node, field)
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Whether a field is there and says yes. */
export function saysTrue(node: TreeNode, field: string): boolean {
  return node.fields.get(field) === 'true'
}

/** Whether a field is there and says no. What is not there says nothing. */
export function saysFalse(node: TreeNode, field: string): boolean {
  return node.fields.get(field) === 'false'
}

/** Whether a field is there and has nothing in it. */
export function isNothing(node: TreeNode, field: string): boolean {
  const value = node.fields.get(field)
  return value === null || (isList(value) && value.length === 0)
}

export function asNode(value: TreeValue | undefined): TreeNode | undefined {
  return typeof value === 'object' && value !== null && !isList(value) ? value : undefined
}

export function isList(value: TreeValue | undefined): value is readonly TreeValue[] {
  return Array.isArray(value)
}
