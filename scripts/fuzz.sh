#!/usr/bin/env bash
# Runs every fuzz target for a while: fuzz.sh TIME (as for go test -fuzztime).
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' cmd internal web | sed 's/:func / /' | while read -r file target; do
  echo "==> $target in $(dirname "$file")"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "./$(dirname "$file")"
done
