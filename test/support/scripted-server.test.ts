import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'

import pg from 'pg'
import { expect, test } from 'vitest'

import {
  bindComplete,
  commandComplete,
  dataRow,
  errorResponse,
  int32,
  joined,
  noData,
  parseComplete,
  readyForQuery,
  rowDescription,
} from './backend-messages.ts'
import { makeCertificates } from './postgres/certificates.ts'
import { scriptedServer } from './scripted-server.ts'

async function connected(server: { readonly host: string; readonly port: number }): Promise<Socket> {
  const socket = connect(server)
  await once(socket, 'connect')
  return socket
}

test('a client that knows the protocol logs in and gets the scripted rows', async () => {
  await using server = await scriptedServer(async (peer) => {
    const { parameters, version } = await peer.login()
    expect(version).toBe('3.0')
    expect(parameters).toMatchObject({ user: 'scripted', database: 'scripted' })
    const { sql } = await peer.message('query')
    expect(sql).toBe('select 1')
    peer.send(rowDescription({ name: 'one' }, { name: 'nothing' }), dataRow('1', null), commandComplete('SELECT 1'))
    peer.send(readyForQuery())
    await peer.message('terminate')
  })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rows } = await client.query('select 1')
  expect(rows).toEqual([{ one: '1', nothing: null }])
  await client.end()
})

test('extended queries are recorded message by message', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.login()
    await peer.until('sync')
    peer.send(parseComplete(), bindComplete(), noData(), commandComplete('UPDATE 3'), readyForQuery())
  })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rowCount } = await client.query({ name: 'touch', text: 'update t set a = $1', values: ['x'] })
  expect(rowCount).toBe(3)
  await client.end()
  expect(server.peers[0]?.received.slice(1)).toEqual([
    { type: 'parse', statement: 'touch', sql: 'update t set a = $1', parameterOids: [] },
    {
      type: 'bind',
      portal: '',
      statement: 'touch',
      parameterFormats: [0],
      parameters: [Buffer.from('x')],
      resultFormats: [0],
    },
    { type: 'describe', target: 'P', name: '' },
    { type: 'execute', portal: '', maxRows: 0 },
    { type: 'sync' },
  ])
})

test('an error message carries its fields', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.startup()
    peer.send(errorResponse({ S: 'FATAL', C: '28P01', M: 'no entry' }))
    peer.close()
  })
  const client = new pg.Client({ connectionString: server.url })
  await expect(client.connect()).rejects.toMatchObject({ code: '28P01', severity: 'FATAL', message: 'no entry' })
})

test('close ends the connection with everything sent before it', async () => {
  await using server = await scriptedServer((peer) => {
    peer.send('last words')
    peer.close()
  })
  const socket = await connected(server)
  expect(String(await buffer(socket))).toBe('last words')
})

test('reset ends the connection with ECONNRESET', async () => {
  await using server = await scriptedServer((peer) => peer.reset())
  const socket = connect(server)
  const [error] = await once(socket, 'error')
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})

test('a script that has returned leaves the connection open until the client ends it', async () => {
  await using server = await scriptedServer(() => {})
  const socket = await connected(server)
  const peer = await server.peer(0)
  socket.write('ignored')
  socket.end()
  await once(socket.resume(), 'close')
  await peer.closed
})

test('pieces arrive one by one', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.opening()
    await peer.sendInPieces(1, 'abcdef')
    peer.close()
  })
  const socket = await connected(server)
  socket.write(joined([int32(8), int32(80_877_103)]))
  const chunks: number[] = []
  socket.on('data', (chunk) => chunks.push(chunk.length))
  await once(socket, 'end')
  expect(chunks).toEqual([1, 1, 1, 1, 1, 1])
})

test('a unix socket is found by its directory and port', async () => {
  await using server = await scriptedServer((peer) => void peer.login(), { unix: true })
  const client = new pg.Client({ host: server.host, port: server.port, user: 'me' })
  await client.connect()
  await client.end()
})

test('the connection goes on in TLS with the certificate given', async () => {
  const { server: keyed, authority } = await makeCertificates()
  await using server = await scriptedServer(async (peer) => {
    await expect(peer.opening()).resolves.toEqual({ type: 'sslRequest' })
    peer.send('S')
    await peer.startTls(keyed)
    await peer.login()
    await peer.message('terminate')
  })
  const client = new pg.Client({ connectionString: server.url, ssl: { ca: authority, servername: 'localhost' } })
  await client.connect()
  await client.end()
})

test('certificates: only the one for this host, of this authority and in its time, is accepted', async () => {
  const certificates = await makeCertificates()
  const verdicts = new Map<string, unknown>()
  for (const name of ['server', 'wrongHost', 'expired', 'selfSigned'] as const) {
    await using server = await scriptedServer(async (peer) => void (await peer.startTls(certificates[name])))
    const socket = connectTls({ ...server, host: 'localhost', ca: certificates.authority })
    const verdict = await Promise.race([once(socket, 'secureConnect'), once(socket, 'error')]).catch((error) => [error])
    verdicts.set(name, (verdict[0] as NodeJS.ErrnoException | undefined)?.code)
    socket.destroy()
  }
  expect(Object.fromEntries(verdicts)).toEqual({
    server: undefined,
    wrongHost: 'ERR_TLS_CERT_ALTNAME_INVALID',
    expired: 'CERT_HAS_EXPIRED',
    selfSigned: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  })
})

test('a script that meets the wrong message resets the client and fails the close', async () => {
  const server = await scriptedServer(async (peer) => {
    await peer.login()
    await peer.message('parse')
  })
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  await expect(client.query('select 1')).rejects.toMatchObject({ code: 'ECONNRESET' })
  await expect(server.close()).rejects.toThrow('Expected parse, the client sent query')
})

test('a script whose client goes away has not failed', async () => {
  const server = await scriptedServer(async (peer) => void (await peer.message()))
  const socket = await connected(server)
  const peer = await server.peer(0)
  socket.destroy()
  await peer.closed
  await server.close()
})
