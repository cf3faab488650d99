import { describe, expect, test } from 'vitest'

import { ProtocolError } from '../../errors/protocol-error.ts'
import { type Channel, chooseMechanism } from './choose-mechanism.ts'

const END_POINT = Uint8Array.of(1, 2, 3)

const channels = {
  bound: { encrypted: true, confidential: true, endPoint: END_POINT },
  nameless: { encrypted: true, confidential: true, endPoint: undefined },
  clear: { encrypted: false, confidential: false, endPoint: undefined },
} as const satisfies Record<string, Channel>

const PLUS = 'SCRAM-SHA-256-PLUS'
const SCRAM = 'SCRAM-SHA-256'
const OAUTH = 'OAUTHBEARER'
const bound = `${PLUS} p=tls-server-end-point,,`

type Policy = Parameters<typeof chooseMechanism>[2]

function chosen(offered: readonly string[], channel: Channel, policy: Partial<Policy>): string {
  try {
    const mechanism = chooseMechanism(offered, channel, { channelBinding: 'prefer', requireAuth: undefined, ...policy })
    return 'gs2Header' in mechanism ? `${mechanism.name} ${mechanism.gs2Header}` : mechanism.name
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
    return 'refused'
  }
}

describe.each([
  // offered                 channel      disable            prefer             require
  [[PLUS, SCRAM], 'bound', `${SCRAM} n,,`, bound, bound],
  [[SCRAM, PLUS], 'bound', `${SCRAM} n,,`, bound, bound],
  [[SCRAM], 'bound', `${SCRAM} n,,`, `${SCRAM} y,,`, 'refused'],
  [[PLUS], 'bound', 'refused', bound, bound],
  [[PLUS, SCRAM], 'nameless', `${SCRAM} n,,`, `${SCRAM} n,,`, 'refused'],
  [[SCRAM], 'nameless', `${SCRAM} n,,`, `${SCRAM} n,,`, 'refused'],
  [[PLUS], 'nameless', 'refused', 'refused', 'refused'],
  [[SCRAM], 'clear', `${SCRAM} n,,`, `${SCRAM} n,,`, 'refused'],
  [[PLUS, SCRAM], 'clear', `${SCRAM} n,,`, 'refused', 'refused'],
  [[OAUTH], 'bound', OAUTH, OAUTH, 'refused'],
  [[OAUTH, SCRAM], 'bound', `${SCRAM} n,,`, `${SCRAM} y,,`, 'refused'],
  [['SCRAM-SHA-512'], 'bound', 'refused', 'refused', 'refused'],
] as const)('%j on a channel that is %s', (offered, channel, disable, prefer, require) => {
  test.each(Object.entries({ disable, prefer, require }))('channelBinding=%s: %s', (channelBinding, expected) => {
    const policy = { channelBinding } as Pick<Policy, 'channelBinding'>
    expect(chosen(offered, channels[channel], policy)).toBe(expected)
  })
})

test.each<[readonly string[], Policy['requireAuth'], string]>([
  [[OAUTH, PLUS, SCRAM], ['oauth'], OAUTH],
  [[OAUTH, PLUS, SCRAM], ['scram-sha-256'], bound],
  [[OAUTH], ['scram-sha-256'], 'refused'],
  [[PLUS, SCRAM], ['oauth', 'md5'], 'refused'],
  [[SCRAM], [], 'refused'],
])('of %j, requireAuth %j leaves %s', (offered, requireAuth, expected) => {
  expect(chosen(offered, channels.bound, { requireAuth })).toBe(expected)
})
