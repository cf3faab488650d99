#!/bin/sh
# Makes a cluster at the first start, as the official image does, from POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB.
# Only what the shell itself can do: the image holds nothing else.
set -e
data=/var/lib/postgresql/data
if [ ! -e "$data/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?must be set}"
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  initdb --pgdata="$data" --username="$user" --pwfile=/tmp/password \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C --no-sync
  echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
  if [ "$database" != postgres ]; then
    echo "create database \"$database\"" | postgres --single -D "$data" postgres
  fi
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
