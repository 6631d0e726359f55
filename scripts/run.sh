#!/usr/bin/env bash
# Runs the program so that Ctrl-C reaches it and not make, which would call a clean stop an error.
set -euo pipefail
cd "$(dirname "$0")/.."

# On a terminal the program becomes the foreground process group, by itself. Ctrl-Z, which
# would leave make waiting for ever, does nothing then.
if [ -t 0 ] && command -v perl >/dev/null; then
  # shellcheck disable=SC2016 # Perl's variables
  exec perl -MPOSIX -e '$SIG{TTOU} = $SIG{TSTP} = "IGNORE"; setpgrp; tcsetpgrp(0, $$); exec @ARGV' bin/oversikt serve
fi
exec bin/oversikt serve
