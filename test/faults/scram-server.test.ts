import { connect } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import {
  authenticationCleartextPassword,
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
  backendKeyData,
  readyForQuery,
} from '../support/backend-messages.ts'
import { type Script, scriptedServer } from '../support/scripted-server.ts'

const ready = [authenticationOk(), backendKeyData(1, 2), readyForQuery()]
const SALT = Buffer.from('some salt').toString('base64')

/** Offers SCRAM, answers the client's first message, and once that is answered sends the rest. */
function scram(first: (clientNonce: string) => Buffer[], ...rest: readonly Buffer[]): Script {
  return async (peer) => {
    await peer.startup()
    peer.send(authenticationSasl('SCRAM-SHA-256'))
    const { content } = await peer.message('password')
    peer.send(...first(/r=(.*)$/s.exec(content.toString())?.[1] ?? ''))
    if (rest.length === 0) return
    await peer.message('password')
    peer.send(...rest)
  }
}

const challenge = (text: string) => () => [authenticationSaslContinue(text)]
const proper = (nonce: string) => [authenticationSaslContinue(`r=${nonce}more,s=${SALT},i=4096`)]
const iterations = (count: string) => (nonce: string) => [
  authenticationSaslContinue(`r=${nonce}x,s=${SALT},i=${count}`),
]

describe('a server that does not know the password is not believed:', () => {
  test.each<[string, Script]>([
    ['it accepts without a challenge', scram(() => ready)],
    ['it accepts without proving anything', scram(proper, ...ready)],
    [
      'it proves something else',
      scram(proper, authenticationSaslFinal(`v=${Buffer.alloc(32).toString('base64')}`), ...ready),
    ],
    ['its proof is too short', scram(proper, authenticationSaslFinal('v=AAAA'), ...ready)],
    ['its proof is empty', scram(proper, authenticationSaslFinal(''), ...ready)],
    ['its proof is no proof', scram(proper, authenticationSaslFinal('x=AAAA'), ...ready)],
    ['it ends with an error', scram(proper, authenticationSaslFinal('e=other-error'), ...ready)],
    ['it challenges twice', scram(proper, authenticationSaslContinue(`r=x,s=${SALT},i=4096`), ...ready)],
    ['it proves before it challenges', scram(() => [authenticationSaslFinal('v=AAAA'), ...ready])],
    ['it asks for the password itself, after all', scram(() => [authenticationCleartextPassword()])],
    ['it gives our nonce back', scram((nonce) => [authenticationSaslContinue(`r=${nonce},s=${SALT},i=4096`)])],
    ['it makes up another nonce', scram(challenge(`r=another,s=${SALT},i=4096`))],
    [
      'its nonce cannot be printed',
      scram((nonce) => [authenticationSaslContinue(`r=${nonce}\u0007,s=${SALT},i=4096`)]),
    ],
    [
      'its nonce has 10 kB',
      scram((nonce) => [authenticationSaslContinue(`r=${nonce}${'x'.repeat(10_000)},s=${SALT},i=1`)]),
    ],
    ['it gives no salt', scram((nonce) => [authenticationSaslContinue(`r=${nonce}x,s=,i=4096`)])],
    ['its salt is no base64', scram((nonce) => [authenticationSaslContinue(`r=${nonce}x,s=!!,i=4096`)])],
    ['no iteration', scram(iterations('0'))],
    ['a negative number of iterations', scram(iterations('-1'))],
    ['iterations without end', scram(iterations('2147483647'))],
    ['more iterations than a number holds', scram(iterations('9007199254740993'))],
    ['iterations in words', scram(iterations('many'))],
    ['an empty challenge', scram(challenge(''))],
  ])('%s', async (_what, script) => {
    await using server = await scriptedServer(script)
    const { host, port } = server
    const login = connect({ host, port, user: 'app', password: 'secret', connectTimeoutMs: 10_000 })
    await expect(login).rejects.toMatchObject({
      name: 'ProtocolError',
      message: expect.stringContaining(`${host}:${port}`),
    })
    const peer = await server.peer(0)
    await peer.closed
    // The password itself never left.
    for (const message of peer.received) {
      if (message.type === 'password') expect(message.content.toString()).not.toContain('secret')
    }
  })
})
