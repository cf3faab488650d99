"""asyncpg, by the same line protocol as child.ts. Each lane executes a statement prepared on its own connection."""
import asyncio
import datetime
import gc
import hashlib
import json
import os
import resource
import sys
import time

import asyncpg

try:
    import uvloop
except ImportError:
    uvloop = None

URL = sys.argv[1]
WORKLOADS = {workload['name']: workload for workload in json.loads(os.environ['BENCH_WORKLOADS'])}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

WRITERS = {
    'bool': lambda value: 'true' if value else 'false',
    'float8': lambda value: '%.6f' % value,
    'char': lambda value: value.decode(),
    'bytea': lambda value: value.hex(),
    'timestamptz': lambda value: str((value - EPOCH) // datetime.timedelta(milliseconds=1)),
    'jsonb': lambda value: json.dumps(value, separators=(',', ':'), ensure_ascii=False),
    '_int4': lambda value: ','.join(map(str, value)),
}


def key_of(n, keys):
    return 1 + (n * 7919) % keys


def cpu_us():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def write_rows(rows, columns):
    writers = [(name, WRITERS.get(type_, str)) for name, type_ in columns.items()]
    return ''.join(''.join(write(row[name]) + '\x1f' for name, write in writers) + '\x1e' for row in rows)


async def connect():
    connection = await asyncpg.connect(URL)
    # Without a codec asyncpg leaves jsonb as text, which is not yet a usable value.
    await connection.set_type_codec('jsonb', schema='pg_catalog', encoder=json.dumps, decoder=json.loads)
    return connection


class Session:
    def __init__(self, workload):
        self.workload = workload
        self.connections = []
        self.lanes = []

    async def open(self):
        if self.workload['verb'] == 'connect':
            self.lanes = [self.connect_once] * self.workload['inFlight']
            return {}
        for _ in range(self.workload['connections']):
            connection = await connect()
            self.connections.append(connection)
            self.lanes.append(await self.lane_of(connection))
        if len(self.lanes) != self.workload['inFlight']:
            raise RuntimeError('asyncpg takes one query at a time per connection')
        return {}

    async def connect_once(self, *_):
        called_at = time.perf_counter()
        connection = await asyncpg.connect(self.workload['url'])
        self.opened_us += (time.perf_counter() - called_at) * 1e6
        await connection.close()

    async def connect_and_fetch(self, *parameters):
        connection = await asyncpg.connect(self.workload['url'])
        try:
            return await connection.fetch(self.workload['sql'], *parameters)
        finally:
            await connection.close()

    async def lane_of(self, connection):
        workload = self.workload
        if workload['verb'] == 'query':
            return (await connection.prepare(workload['sql'])).fetch
        rows = [tuple(workload['row'])] * workload['rowsPerExecution']
        if workload['verb'] == 'copy':
            columns = list(workload['columns'])
            return lambda: connection.copy_records_to_table(workload['table'], records=rows, columns=columns)
        return lambda: connection.executemany(workload['sql'], rows)

    def parameters(self, n):
        keys = self.workload.get('keys')
        return self.workload['parameters'] if keys is None else (key_of(n, keys),)

    async def verify(self):
        connects = self.workload['verb'] == 'connect'
        lanes = [self.connect_and_fetch] * len(self.lanes) if connects else self.lanes
        results = await asyncio.gather(*(lane(*self.parameters(n)) for n, lane in enumerate(lanes)))
        if self.workload['verb'] not in ('query', 'connect'):
            return {'rows': self.workload['rowsPerExecution'], 'hash': ''}
        rows = [row for result in results for row in result]
        text = write_rows(rows, self.workload['columns'])
        return {'rows': len(rows), 'hash': hashlib.sha1(text.encode()).hexdigest()}

    async def run(self, duration_ms):
        gc.collect()
        self.started = self.executions = self.rows = self.opened_us = 0
        cpu_before = cpu_us()
        begin = time.perf_counter()
        until = begin + duration_ms / 1000
        await asyncio.gather(*(self.drive(lane, until) for lane in self.lanes))
        wall_us = (time.perf_counter() - begin) * 1e6
        tally = {'executions': self.executions, 'rows': self.rows, 'cpuUs': cpu_us() - cpu_before, 'wallUs': wall_us}
        return {**tally, 'openUs': self.opened_us / self.executions} if self.opened_us else tally

    async def drive(self, lane, until):
        sent = self.workload.get('rowsPerExecution')
        while True:
            self.started += 1
            result = await lane(*self.parameters(self.started - 1))
            self.rows += len(result) if sent is None else sent
            self.executions += 1
            if time.perf_counter() >= until:
                return

    async def close(self):
        for connection in self.connections:
            await connection.close()
        return {}


def answer(reply):
    print(json.dumps(reply), flush=True)


async def main():
    loop = 'uvloop %s' % uvloop.__version__ if uvloop else 'asyncio, uvloop is not installed'
    answer({'version': asyncpg.__version__, 'note': 'Python %s, %s' % (sys.version.split()[0], loop)})
    session = None
    # Orders come only between measurements, so a blocking read disturbs nothing.
    for line in sys.stdin:
        order, name, *rest = line.split()
        try:
            if order == 'open':
                session = Session(WORKLOADS[name])
                answer(await session.open())
            elif order == 'verify':
                answer(await session.verify())
            elif order == 'run':
                answer(await session.run(float(rest[0])))
            elif order == 'close':
                answer(await session.close())
            else:
                raise RuntimeError('Unknown order ' + order)
        except Exception as error:
            answer({'error': '%s: %s' % (type(error).__name__, error)})


if uvloop:
    uvloop.install()
asyncio.run(main())
