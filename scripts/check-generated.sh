#!/usr/bin/env bash
# Fails when files that are made from others are not as those would make them now.
set -euo pipefail
cd "$(dirname "$0")/.."

if grep -q '"resolved"' web/package-lock.json; then
  echo "web/package-lock.json holds download addresses: make it again with web/.npmrc in force." >&2
  exit 1
fi

before=$(cat web/view/*_templ.go | cksum)
go tool templ generate -path web/view -log-level error
if [ "$(cat web/view/*_templ.go | cksum)" != "$before" ]; then
  echo "web/view: generated files were stale; they are fresh now, commit them." >&2
  exit 1
fi

before=$(cksum <internal/client/client.gen.go)
go generate ./internal/client
if [ "$(cksum <internal/client/client.gen.go)" != "$before" ]; then
  echo "internal/client: the generated client was stale; it is fresh now, commit it." >&2
  exit 1
fi

go mod tidy -diff
