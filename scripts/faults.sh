#!/usr/bin/env bash
# What the tests of faults do in their long forms, and prints what was tried and what was lost.
#   scripts/faults.sh [HOW LONG POSTGRES IS AWAY, 1h] [HOW LONG THE SOAK IS, 1h] [IDLE CONNECTIONS, 10000]
set -euo pipefail
cd "$(dirname "$0")/.."
away=${1:-1h} soak=${2:-1h} idle=${3:-10000}

ulimit -n "$(ulimit -Hn)"
echo "==> every kind of damage to each file of a running node's index"
go test -count=1 -v -timeout 0 -run 'Damage|OneWrongBit' ./internal/indexer -every-damage
echo "==> clocks that are hours off"
go test -count=1 -v -timeout 0 -run 'WrongClock' ./internal/store
echo "==> nodes, Postgres and a crowd"
go test -count=1 -v -timeout 0 -skip '^TestSoak$' ./internal/faults -away "$away" -idle "$idle"
echo "==> soak"
scripts/soak.sh "$soak"
