/** Who may write when, and who is told what: random programs, and a model of a few lines that says the same more simply. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { commandComplete, errorResponse, readyForQuery } from '../../../../test/support/backend-messages.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import type { SendBuffer } from '../bytes/send-buffer.ts'
import { writeQuery } from '../wire/control-messages.ts'
import type { Exchange } from './exchange.ts'
import type { Turn } from './session.ts'

/** An exchange that writes its number and notes what becomes of it. */
class Probe implements Exchange {
  next: Exchange | null = null
  readonly id: number
  readonly #log: string[]

  constructor(id: number, log: string[]) {
    this.id = id
    this.#log = log
  }

  write(out: SendBuffer): void {
    writeQuery(out, String(this.id))
    // Numbers that cannot be written leave nothing behind.
    if (this.id % 7 === 3) throw new Error('unwritable')
  }
  row(): void {}
  message(): void {}
  error(): void {}
  ready(): void {
    this.#log.push(`${this.id} ready`)
  }
  fail(): void {
    this.#log.push(`${this.id} failed`)
  }
}

type Step =
  | {
      readonly do:
        | 'send'
        | 'turn'
        | 'turnSend'
        | 'turnEnd'
        | 'hold'
        | 'release'
        | 'congest'
        | 'drain'
        | 'answer'
        | 'die'
    }
  | { readonly do: 'withdraw'; readonly which: number }

const steps = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<Step[]>({ do: 'send' }, { do: 'answer' }) },
  {
    weight: 10,
    arbitrary: fc.constantFrom<Step[]>({ do: 'turn' }, { do: 'turnSend' }, { do: 'turnEnd' }, { do: 'turnEnd' }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Step[]>({ do: 'hold' }, { do: 'release' }, { do: 'congest' }, { do: 'drain' }),
  },
  { weight: 2, arbitrary: fc.nat(20).map((which): Step => ({ do: 'withdraw', which })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'die' }) },
)

/** What the session is supposed to do, without frames, buffers and linked lists. */
class Model {
  readonly log: string[] = []
  readonly written: number[] = []
  #waiting: { readonly id: number; readonly turn: boolean }[] = []
  readonly #inFlight: number[] = []
  #turn: number | undefined
  #holds = 0
  #congested = false
  #dead = false

  get turn(): number | undefined {
    return this.#turn
  }
  get waitingExchanges(): number[] {
    return this.#waiting.filter(({ turn }) => !turn).map(({ id }) => id)
  }
  get unanswered(): number {
    return this.#inFlight.length
  }
  get idle(): boolean {
    return this.#inFlight.length + this.#waiting.length + this.#holds === 0 && this.#turn === undefined
  }

  ask(id: number, turn: boolean): void {
    if (this.#dead) this.log.push(`${id} ${turn ? 'refused' : 'failed'}`)
    else this.#waiting.push({ id, turn })
    this.#pump()
  }
  write(id: number): void {
    if (this.#dead || id % 7 === 3) {
      this.log.push(`${id} failed`)
      return
    }
    this.written.push(id)
    this.#inFlight.push(id)
  }
  endTurn(): void {
    this.#turn = undefined
    this.#pump()
  }
  hold(change: 1 | -1): void {
    this.#holds += change
    this.#pump()
  }
  congest(congested: boolean): void {
    this.#congested = congested
    this.#pump()
  }
  withdraw(id: number): void {
    this.#waiting = this.#waiting.filter((waiter) => waiter.id !== id || waiter.turn)
  }
  answer(): void {
    this.log.push(`${this.#inFlight.shift()} ready`)
  }
  die(): void {
    if (this.#dead) return
    this.#dead = true
    for (const id of this.#inFlight.splice(0)) this.log.push(`${id} failed`)
    for (const { id, turn } of this.#waiting.splice(0)) this.log.push(`${id} ${turn ? 'refused' : 'failed'}`)
    this.#turn = undefined
  }
  #pump(): void {
    while (!this.#dead && this.#turn === undefined && this.#holds === 0 && !this.#congested) {
      const waiter = this.#waiting.shift()
      if (waiter === undefined) return
      if (!waiter.turn) this.write(waiter.id)
      else {
        this.#turn = waiter.id
        this.log.push(`${waiter.id} started`)
      }
    }
  }
}

function run(program: readonly Step[]): void {
  const { session, link, feed, written } = memorySession()
  const model = new Model()
  const log: string[] = []
  const sent: number[] = []
  const waiting = new Map<number, Probe>()
  const releases: (() => void)[] = []
  let turn: Turn | undefined
  let ids = 0

  for (const step of program) {
    switch (step.do) {
      case 'send': {
        const probe = new Probe(ids++, log)
        waiting.set(probe.id, probe)
        session.send(probe)
        model.ask(probe.id, false)
        break
      }
      case 'turn': {
        const id = ids++
        const start = (started: Turn) => {
          turn = started
          log.push(`${id} started`)
        }
        session.turn(start, () => log.push(`${id} refused`))
        model.ask(id, true)
        break
      }
      case 'turnSend': {
        if (model.turn === undefined) break
        const id = ids++
        turn?.send(new Probe(id, log))
        model.write(id)
        break
      }
      case 'turnEnd': {
        const ended = turn
        if (model.turn !== undefined) model.endTurn()
        ended?.end()
        break
      }
      case 'hold':
        releases.push(session.hold())
        model.hold(1)
        break
      case 'release': {
        const release = releases.shift()
        if (release === undefined) break
        release()
        release()
        model.hold(-1)
        break
      }
      case 'congest':
      case 'drain':
        session.congestion(step.do === 'congest')
        model.congest(step.do === 'congest')
        break
      case 'withdraw': {
        const ids = model.waitingExchanges
        const id = ids[step.which % Math.max(1, ids.length)]
        if (id === undefined) break
        expect(session.withdraw(waiting.get(id)!)).toBe(true)
        expect(session.withdraw(waiting.get(id)!)).toBe(false)
        model.withdraw(id)
        break
      }
      case 'answer':
        if (model.unanswered === 0) break
        written().forEach((message) => void (message.type === 'query' && sent.push(Number(message.sql))))
        feed(commandComplete('SELECT 0'), readyForQuery())
        model.answer()
        break
      case 'die':
        session.destroy(new Error('on purpose'))
        model.die()
        expect(link.destroyed).toBe(true)
    }
    for (const message of written()) if (message.type === 'query') sent.push(Number(message.sql))
    expect(log).toEqual(model.log)
    // What died in the buffer was never written.
    expect(sent).toEqual(session.dead ? sent : model.written)
    expect(session.idle).toBe(model.idle)
  }
  const settled = log.filter((entry) => /ready|failed|refused/.test(entry)).map((entry) => entry.split(' ')[0])
  expect(new Set(settled).size).toBe(settled.length)
}

test('exchanges are written in the order in which they were asked for, and each is settled once', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 60 }), (program) => run(program)),
    { numRuns: 3_000 },
  )
})

test('ten thousand turns that end as soon as they start do not overflow the stack', () => {
  const { session } = memorySession()
  let started = 0
  let first: Turn | undefined
  session.turn(
    (turn) => {
      first = turn
    },
    () => {},
  )
  for (let index = 0; index < 10_000; index++) {
    session.turn(
      (turn) => {
        started++
        turn.end()
      },
      () => {},
    )
  }
  first?.end()
  expect(started).toBe(10_000)
  expect(session.idle).toBe(true)
})

describe('whenIdle and whenAnswered', () => {
  const settledOrder = async (act: (memory: ReturnType<typeof memorySession>, log: string[]) => void) => {
    const memory = memorySession()
    const log: string[] = []
    memory.session.send(new Probe(1, log))
    const idle = memory.session.whenIdle().then(() => log.push('idle'))
    const answered = memory.session.whenAnswered().then(() => log.push('answered'))
    act(memory, log)
    await Promise.all([idle, answered])
    return log
  }

  test('resolve once the last answer has come', async () => {
    expect(await settledOrder(({ feed }) => feed(commandComplete('X'), readyForQuery()))).toEqual([
      '1 ready',
      'idle',
      'answered',
    ])
  })

  test('resolve when the session is lost', async () => {
    expect(await settledOrder(({ session }) => session.lost())).toEqual(['1 failed', 'idle', 'answered'])
  })

  test('whenIdle waits for those that wait, and for holds', async () => {
    const memory = memorySession()
    const log: string[] = []
    const release = memory.session.hold()
    memory.session.send(new Probe(1, log))
    const idle = memory.session.whenIdle().then(() => log.push('idle'))
    await memory.session.whenAnswered()
    release()
    expect(memory.written()).toEqual([{ type: 'query', sql: '1' }])
    memory.feed(errorResponse(), readyForQuery())
    await idle
    expect(log).toEqual(['1 ready', 'idle'])
  })
})
