import type { CatalogArgument, CatalogRoutine, TypeName } from '../catalog/catalog.ts'
import { elementOf } from '../catalog/type-name.ts'
import type { ModelArgument, ModelRoutine } from './model.ts'
import { propertyName } from './names.ts'
import type { Naming } from './naming.ts'
import type { TypeText, TypeTexts } from './type-texts.ts'

/**
 * A routine as a call of it in SQL sees it. Everything that comes back may be NULL: STRICT says when a function is not called, and
 * nothing says what it returns.
 */
export function modelRoutine(routine: CatalogRoutine, naming: Naming, texts: TypeTexts): ModelRoutine {
  const { schema, name, kind, comment, returnsSet } = routine
  // CALL wants something for every OUT argument of a procedure, and does not look at it.
  const inputs = routine.arguments.filter(({ mode }) => kind === 'procedure' || (mode !== 'out' && mode !== 'table'))
  const outputs = routine.arguments.filter(({ mode }) => mode === 'out' || mode === 'inout' || mode === 'table')
  return {
    schema,
    name,
    kind,
    key: naming.keyOf(routine),
    comment,
    arguments: inputs.map((argument) => modelArgument(argument, texts)),
    returns: returnsOf(routine, outputs, naming, texts),
    returnsSet,
  }
}

function modelArgument({ name, type, mode, hasDefault }: CatalogArgument, texts: TypeTexts): ModelArgument {
  if (mode === 'out') return { name, text: 'null', optional: false, variadic: false }
  const variadic = mode === 'variadic'
  const element = variadic ? elementOf(type) : null
  const { insert } = element === null ? textOf(type, 1, texts) : textOf(element, 0, texts)
  return { name, text: insert === 'unknown' ? insert : `${insert} | null`, optional: hasDefault, variadic }
}

/** The driver has a codec for `anyarray`, which columns of the system's own are of; for a routine it is any array at all. */
function textOf(type: TypeName, dimensions: number, texts: TypeTexts): TypeText {
  return type === 'anyarray' ? { select: 'unknown', insert: 'unknown' } : texts.textOf(type, dimensions)
}

function returnsOf(
  routine: CatalogRoutine,
  outputs: readonly CatalogArgument[],
  naming: Naming,
  texts: TypeTexts,
): string {
  const read = (type: string): string => {
    const { select } = textOf(type, 0, texts)
    return select === 'unknown' || select === 'null' ? select : `${select} | null`
  }
  // One OUT argument is the value itself; several, or the columns of a table, are a row.
  if (outputs.length > 1 || (outputs.length === 1 && (outputs[0]!.mode === 'table' || routine.kind === 'procedure'))) {
    // Of two columns with one name a row has the last.
    const fields = new Map(
      outputs.map(({ name, type }, index) => [naming.property(name || `column${index + 1}`), read(type)]),
    )
    return `{ ${[...fields].map(([name, text]) => `${propertyName(name)}: ${text}`).join('; ')} }`
  }
  return routine.returns === null ? 'null' : read(routine.returns)
}
