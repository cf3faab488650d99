/*
 * libpq, by the same line protocol as child.ts: prepared statements and binary results, of which nothing is decoded.
 * It is the floor that a client in C stands on, not a driver that gives usable values.
 *
 * Several connections move in step: one query is sent on each, then each result is taken. Many executions on one
 * connection use libpq's pipeline mode with one Sync per query. workloads.h is generated from the benchmark's table.
 */
#include <libpq-fe.h>

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct workload {
  const char *name;
  const char *sql;
  int parameter_count;
  const char *parameters[4];
  int keys;
  int connections;
  int in_flight;
};

#include "workloads.h"

#define MAX_CONNECTIONS 64

/* Before libpq 17 every Sync is flushed by itself: one write per query. */
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
#define SEND_SYNC PQsendPipelineSync
#else
#define SEND_SYNC PQpipelineSync
#endif

static PGconn *connections[MAX_CONNECTIONS];
static const struct workload *current;
static char failure[512];

static int fail(const char *message) {
  /* One line, and nothing in it that would end a JSON string. */
  snprintf(failure, sizeof failure, "%s", message);
  for (char *c = failure; *c; c++)
    if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ') *c = ' ';
  return -1;
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double cpu_us(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int send_query(PGconn *connection, long n) {
  int sent;
  if (current->keys > 0) {
    uint32_t key = htonl((uint32_t)(1 + (n * 7919) % current->keys));
    const char *value = (const char *)&key;
    int length = 4, binary = 1;
    sent = PQsendQueryPrepared(connection, "workload", 1, &value, &length, &binary, 1);
  } else {
    sent = PQsendQueryPrepared(connection, "workload", current->parameter_count, current->parameters, NULL, NULL, 1);
  }
  return sent ? 0 : fail(PQerrorMessage(connection));
}

/* Takes the result of one query; returns its rows, and mixes its bytes into the hash when there is one. */
static long take_result(PGconn *connection, uint32_t *hash) {
  PGresult *result = PQgetResult(connection);
  if (PQresultStatus(result) != PGRES_TUPLES_OK) {
    PQclear(result);
    return fail(PQerrorMessage(connection));
  }
  long rows = PQntuples(result);
  if (hash != NULL) {
    int columns = PQnfields(result);
    for (int row = 0; row < rows; row++)
      for (int column = 0; column < columns; column++) {
        const unsigned char *value = (const unsigned char *)PQgetvalue(result, row, column);
        int length = PQgetlength(result, row, column);
        for (int i = 0; i < length; i++) *hash = (*hash ^ value[i]) * 0x01000193u;
      }
  }
  PQclear(result);
  while ((result = PQgetResult(connection)) != NULL) PQclear(result);
  return rows;
}

static int pipelined(void) { return current->in_flight > current->connections; }

/* The pipeline is driven in bursts: everything that may be in flight is sent, flushed once, and taken in order. */
static long run_burst(long started, uint32_t *hash) {
  PGconn *connection = connections[0];
  long rows = 0;
  for (int i = 0; i < current->in_flight; i++)
    if (send_query(connection, started + i) < 0 || !SEND_SYNC(connection)) return fail(PQerrorMessage(connection));
  if (PQflush(connection) < 0) return fail(PQerrorMessage(connection));
  for (int i = 0; i < current->in_flight; i++) {
    long taken = take_result(connection, hash);
    if (taken < 0) return -1;
    rows += taken;
    PGresult *sync = PQgetResult(connection);
    int synced = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    if (!synced) return fail("The pipeline is out of step");
  }
  return rows;
}

static long run_step(long started, uint32_t *hash) {
  long rows = 0;
  for (int i = 0; i < current->connections; i++)
    if (send_query(connections[i], started + i) < 0) return -1;
  for (int i = 0; i < current->connections; i++) {
    long taken = take_result(connections[i], hash);
    if (taken < 0) return -1;
    rows += taken;
  }
  return rows;
}

static long execute(long started, uint32_t *hash) { return pipelined() ? run_burst(started, hash) : run_step(started, hash); }

static int close_workload(void) {
  for (int i = 0; i < MAX_CONNECTIONS; i++) {
    if (connections[i] != NULL) PQfinish(connections[i]);
    connections[i] = NULL;
  }
  return 0;
}

static int open_workload(const char *url) {
  for (int i = 0; i < current->connections; i++) {
    PGconn *connection = connections[i] = PQconnectdb(url);
    if (PQstatus(connection) != CONNECTION_OK) return fail(PQerrorMessage(connection));
    PGresult *prepared = PQprepare(connection, "workload", current->sql, 0, NULL);
    int ok = PQresultStatus(prepared) == PGRES_COMMAND_OK;
    PQclear(prepared);
    if (!ok) return fail(PQerrorMessage(connection));
  }
  if (pipelined() && !PQenterPipelineMode(connections[0])) return fail("Pipeline mode is refused");
  return 0;
}

static int verify(void) {
  uint32_t hash = 0x811c9dc5u;
  long rows = execute(0, &hash);
  if (rows < 0) return -1;
  printf("{\"rows\":%ld,\"hash\":\"%x\"}\n", rows, hash);
  return 0;
}

static int run(double duration_ms) {
  long executions = 0, rows = 0;
  double cpu_before = cpu_us(), begin = now_us(), until = begin + duration_ms * 1000;
  do {
    long taken = execute(executions, NULL);
    if (taken < 0) return -1;
    rows += taken;
    executions += current->in_flight;
  } while (now_us() < until);
  printf("{\"executions\":%ld,\"rows\":%ld,\"cpuUs\":%.0f,\"wallUs\":%.0f}\n", executions, rows, cpu_us() - cpu_before, now_us() - begin);
  return 0;
}

static int obey(const char *url, const char *order, double duration_ms) {
  if (strcmp(order, "verify") == 0) return verify();
  if (strcmp(order, "run") == 0) return run(duration_ms);
  int outcome = strcmp(order, "open") == 0 ? open_workload(url) : close_workload();
  if (outcome == 0) printf("{}\n");
  return outcome;
}

int main(int argc, char **argv) {
  char line[256], order[32], name[64];
  int version = PQlibVersion();
  if (argc < 2) return 2;
  printf("{\"version\":\"%d.%d\",\"note\":\"binary results, nothing decoded\"}\n", version / 10000, version % 10000);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    double duration_ms = 0;
    int fields = sscanf(line, "%31s %63s %lf", order, name, &duration_ms);
    current = NULL;
    for (size_t i = 0; fields >= 2 && i < sizeof workloads / sizeof workloads[0]; i++)
      if (strcmp(workloads[i].name, name) == 0) current = &workloads[i];
    if (current == NULL) printf("{\"error\":\"Unknown workload\"}\n");
    else if (obey(argv[1], order, duration_ms) < 0) printf("{\"error\":\"%s\"}\n", failure);
    fflush(stdout);
  }
  close_workload();
  return 0;
}
