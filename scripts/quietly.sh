#!/usr/bin/env bash
# Runs a command and shows what it said only when it fails: quietly.sh "what is being done" COMMAND…
set -euo pipefail

echo "==> $1" >&2
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" >"$log" 2>&1 && exit
status=$?
cat "$log" >&2
exit "$status"
