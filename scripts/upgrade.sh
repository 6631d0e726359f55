#!/usr/bin/env bash
# Rolling upgrade: builds the program of an earlier commit, runs it on an empty database, starts
# the present one beside it while both are asked, reading and writing, and prints what failed.
#   scripts/upgrade.sh COMMIT [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
old=${1:?which commit is the earlier version? for example: scripts/upgrade.sh v1.0} seconds=${2:-15}

work=$(mktemp -d)
chmod 711 "$work"
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait || true
  git worktree remove --force "$work/source" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

for program in curl python3; do
  command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 1; }
done

echo "building $old and what is here"
git worktree add -q --detach "$work/source" "$old"
ln -s "$PWD/web/node_modules" "$work/source/web/node_modules"
(cd "$work/source/web" && npm run --silent build >/dev/null)
(cd "$work/source" && go build -buildvcs=false -o "$work/old" ./cmd/oversikt)
go build -buildvcs=false -o "$work/new" ./cmd/oversikt

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# Nodes that share a data directory would share an index too; the embedded Postgres of the
# first is the database of both, by its socket.
start() { # program, name, environment…
  local program=$1 name=$2
  shift 2
  env OVERSIKT_CHECK_LINKS=off OVERSIKT_LOG=text OVERSIKT_LOG_LEVEL=warn "$@" "$work/$program" serve >"$work/$name.out" 2>"$work/$name.log" &
  pids+=($!)
}
ready() { # base
  for _ in $(seq 600); do
    [ "$(curl -so /dev/null -w '%{http_code}' "$1/readyz")" = 200 ] && return
    sleep 0.1
  done
  echo "$1 is not ready" && tail -n 20 "$work"/*.log && return 1
}

first=127.0.0.1:$(port) second=127.0.0.1:$(port)
start old old OVERSIKT_ADDR="$first" OVERSIKT_DATA_DIR="$work/a"
ready "http://$first"
token=$(env OVERSIKT_DATA_DIR="$work/a" OVERSIKT_LOG_LEVEL=error "$work/old" token create --kommune 1804 --name "Oppgradering" 2>/dev/null)
sockets=$(sed -n 5p "$work/a/postgres/postmaster.pid") dbport=$(sed -n 4p "$work/a/postgres/postmaster.pid")
database="postgres://oversikt@/oversikt?host=$sockets&port=$dbport&sslmode=disable"

# ask BASE FILE: reads and writes until told to stop; each line is a status and what was asked.
ask() {
  local base=$1 file=$2 n=0
  while [ ! -e "$work/stop" ]; do
    for path in / "/sok?q=avlastning" /kommune/1804-bodo "/api/v1/tilbud?q=rus" /kart /mote-med-helsetjenesten; do
      echo "$(curl -so /dev/null -w '%{http_code}' "$base$path" || true) GET $path" >>"$file"
    done
    n=$((n + 1))
    echo "$(curl -so /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
      -d "{\"navn\":\"Prøvetilbud $(basename "$file") $n\",\"type\":{\"kode\":\"annet\"},\"dekning\":{\"kommuner\":[{\"kommunenummer\":\"1804\"}]},\"begrunnelse\":\"Prøve.\"}" \
      "$base/api/v1/tilbud" || true) POST /api/v1/tilbud" >>"$file"
    sleep 1.1 # a token has sixty writes a minute
  done
}
ask "http://$first" "$work/asked-old" &
asking=($!)
sleep 3
echo "starting the new one beside the old"
start new new OVERSIKT_ADDR="$second" OVERSIKT_DATA_DIR="$work/b" OVERSIKT_DATABASE_URL="$database"
ready "http://$second"
ask "http://$second" "$work/asked-new" &
asking+=($!)
sleep "$seconds"
touch "$work/stop"
wait "${asking[@]}"

failed=0
for name in old new; do
  bad=$(grep -vcE '^(200|201|301|303) ' "$work/asked-$name" || true)
  echo "$name: $(wc -l <"$work/asked-$name") requests, $(grep -c '^201 POST' "$work/asked-$name" || true) of them writes that were taken, $bad failed"
  grep -vE '^(200|201|301|303) ' "$work/asked-$name" | sort | uniq -c || true
  failed=$((failed + bad))
  grep -E 'level=(ERROR|WARN)' "$work/$name.log" | cut -c1-300 | sort | uniq -c | head || true
done
for base in "$first" "$second"; do
  written=$(cat "$work"/asked-* | grep -c '^201 POST' || true)
  shown=0
  for _ in $(seq 50); do
    shown=$(curl -s "http://$base/api/v1/tilbud?q=%22Pr%C3%B8vetilbud%22&kommune=1804&antall=1" | grep -o '"antall":[0-9]*' | head -1 | cut -d: -f2)
    [ "${shown:-0}" -ge "$written" ] && break
    sleep 0.2
  done
  echo "$base shows $shown of the $written that were taken"
done
[ "$failed" = 0 ]
