import { CHECKS, VERDICTS } from './compile/declarations.ts'
/** What has to be known before the server is asked: which values are SQL themselves, which can be null, which types say nothing. */
import { ARGUMENTS_MISSING, argumentsWanted, type Diagnostic } from './compile/diagnostics.ts'
import type { Placement } from './compile/instrument.ts'
import type { Judgement } from './judgement.ts'
import type { QueryModule } from './query-file.ts'

/** Parameters of nested templates are those of the outer one as well. */
export function probesOf(judgement: Judgement, module: QueryModule): Placement[] {
  const { query } = judgement
  const placements: Placement[] = []
  if (query.tag !== null) {
    const text = module.inSlot(`\n${CHECKS}.tag(${query.tag})\n`)
    const answered = (): void => void (judgement.foreign = true)
    placements.push({ at: query.slot, text, check: { answered } })
  }
  if (query.type !== null) {
    const text = module.inSlot(`\n${CHECKS}.stated<\n${query.type}\n>()\n`)
    const answered = (diagnostic: Diagnostic): void => judgeType(judgement, diagnostic)
    placements.push({ at: query.slot, text, check: { answered } })
  }
  if (query.nested || query.text.unclear !== null) return placements
  for (const [index, around] of query.text.parameters.entries()) {
    const check = { answered: (diagnostic: Diagnostic) => take(judgement, index, diagnostic) }
    // In brackets, because a comma may stand in it.
    placements.push({ around, open: `${CHECKS}.parameter(${CHECKS}.part((`, close: ')))', check })
  }
  return placements
}

const NOT_ASSIGNABLE = 'TS2345'

function judgeType(judgement: Judgement, { code, text }: Diagnostic): void {
  if (code === ARGUMENTS_MISSING) judgement.missingType ??= 'its type is any or unknown, which says nothing'
  else if (code === NOT_ASSIGNABLE)
    judgement.missingType ??= 'its type is what somebody else will say, a type parameter'
  else judgement.find(text)
}

function take({ nullable, untyped, sqlParameters }: Judgement, index: number, diagnostic: Diagnostic): void {
  const expected = argumentsWanted(diagnostic)
  if (expected === VERDICTS.sql) sqlParameters.add(index)
  else if (expected === VERDICTS.any) untyped.add(index)
  else nullable.add(index)
}
