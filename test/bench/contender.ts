/** A driver's process, which lives from the first round to the last and obeys one order at a time. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import type { Fingerprint } from './fingerprint.ts'
import type { Participant } from './participants.ts'
import { pinnedCommand, type Cores } from './pinning.ts'
import type { Tally } from './run-lanes.ts'
import type { Workload } from './workload.ts'

type Reply = Readonly<Record<string, string | number>>

/** What is the same for all contenders. */
export interface Setting {
  readonly url: string
  readonly cores: Cores | undefined
  readonly workloads: readonly Workload[]
}

export class Contender {
  readonly participant: Participant
  readonly version: string
  readonly note: string | undefined
  readonly #process: ChildProcessWithoutNullStreams
  readonly #nextReply: () => Promise<Reply>

  private constructor(
    participant: Participant,
    process: ChildProcessWithoutNullStreams,
    nextReply: () => Promise<Reply>,
    hello: Reply,
  ) {
    this.participant = participant
    this.#process = process
    this.#nextReply = nextReply
    this.version = String(hello['version'])
    this.note = hello['note'] === undefined ? undefined : String(hello['note'])
  }

  /** Starts the process; rejects when it ends before it says hello. */
  static async start(
    participant: Participant,
    command: readonly string[],
    { url, cores, workloads }: Setting,
  ): Promise<Contender> {
    const [program = '', ...args] = pinnedCommand(cores, [...command, url])
    const environment = { ...process.env, BENCH_WORKLOADS: JSON.stringify(workloads), NODE_ENV: 'production' }
    const child = spawn(program, args, { env: environment })
    // A process that dies says so by ending its output; writing to it then is no news.
    child.stdin.on('error', () => {})
    await once(child, 'spawn')
    const nextReply = repliesOf(child)
    return new Contender(participant, child, nextReply, await nextReply())
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  async open(workload: string): Promise<void> {
    await this.#order('open', workload)
  }

  async verify(workload: string): Promise<Fingerprint> {
    return (await this.#order('verify', workload)) as unknown as Fingerprint
  }

  async run(workload: string, durationMs: number): Promise<Tally> {
    return (await this.#order('run', workload, durationMs)) as unknown as Tally
  }

  async close(workload: string): Promise<void> {
    await this.#order('close', workload)
  }

  async end(): Promise<void> {
    const ended = this.#process.exitCode !== null || this.#process.signalCode !== null
    if (ended) return
    this.#process.stdin.end()
    await once(this.#process, 'exit')
  }

  async #order(...words: readonly (string | number)[]): Promise<Reply> {
    this.#process.stdin.write(`${words.join(' ')}\n`)
    return this.#nextReply()
  }
}

/** One line of output is one reply. The last words on standard error explain the end of a process that dies. */
function repliesOf(child: ChildProcessWithoutNullStreams): () => Promise<Reply> {
  const lastWordsChars = 10_000
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(-lastWordsChars)
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => {
    const next = await lines.next()
    if (next.done === true) throw new Error(`The process has ended: ${reasonIn(complaint)}`)
    const reply = JSON.parse(next.value) as Reply
    if (reply['error'] !== undefined) throw new Error(String(reply['error']))
    return reply
  }
}

function reasonIn(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => line.trim() !== '')
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? 'it gave no reason'
}
