#!/usr/bin/env bash
# Readers, edits and rebuilds for a long time: memory, goroutines, files and connections must stay
# as they are. Prints a table, and fails for what grew.
#   scripts/soak.sh [1h] [REQUESTS A SECOND]
set -euo pipefail
cd "$(dirname "$0")/.."
exec go test -count=1 -v -timeout 0 -run '^TestSoak$' ./internal/faults -soak "${1:-1h}" -soak-rate "${2:-40}"
