#!/usr/bin/env bash
# Writes migrations/schema.sql: what the migrations make of an empty database, for reviewers to read.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=$(find /usr/lib/postgresql -path '*/bin/pg_dump' -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v pg_dump)") || {
  echo "make schema needs pg_dump and a server of the same version: apt-get install postgresql" >&2
  exit 1
}
dir=$(mktemp -d)
server=(env)
if [ "$(id -u)" = 0 ]; then # Postgres refuses to run as root
  chown postgres "$dir"
  server=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
stop() {
  "${server[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT

cd "$dir"
"${server[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --locale-provider=icu --icu-locale=nb-NO >/dev/null
"${server[@]}" "$bin/pg_ctl" -D "$dir/data" -o "-k $dir -c listen_addresses='' -c fsync=off" -l "$dir/log" -w start >/dev/null
cd "$OLDPWD"

url="postgres:///postgres?host=$dir&user=postgres"
OVERSIKT_DATABASE_URL=$url bin/oversikt migrate
# Without what differs from one machine to the next: versions, and the random key of \restrict.
"$bin/pg_dump" --schema-only --no-owner --no-privileges "$url" |
  grep -vE '^(-- Dumped (from|by) |\\(un)?restrict )' >migrations/schema.sql
