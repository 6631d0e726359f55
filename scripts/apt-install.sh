#!/usr/bin/env bash
# Installs Debian packages for the whole machine: apt-install.sh PACKAGE…
# Exits with status 3, and does nothing, where that is not for this user to do.
set -euo pipefail
quietly=$(dirname "$0")/quietly.sh

command -v apt-get >/dev/null || exit 3
if [ "$(id -u)" = 0 ]; then
  as_root=(env)
elif sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  exit 3
fi
"$quietly" "updating Debian's package lists" "${as_root[@]}" apt-get -q update
"$quietly" "installing Debian's $* (this may take some minutes)" \
  "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
