#!/usr/bin/env bash
# Builds the release twice, from two clones in folders of different names, with nothing compiled
# before, and compares all files: reproducible.sh [COMMIT]. Takes as long as two first builds.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=$(git rev-parse "${1:-HEAD}")
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

for place in one another/place/with-a-longer-name; do
  mkdir -p "$work/$place"
  git clone -q . "$work/$place/oversikt"
  git -C "$work/$place/oversikt" checkout -q "$commit"
  # A cache of its own: what is compiled is compiled here.
  env GOCACHE="$work/$place/cache" TZ="$([ "$place" = one ] && echo UTC || echo Asia/Tokyo)" \
    make -s -C "$work/$place/oversikt" release >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  (cd "$work/$place/oversikt/dist" && sha256sum --quiet --check SHA256SUMS && cat SHA256SUMS) | tee "$work/sums-${place%%/*}"
  (cd "$work/$place/oversikt/web/dist" && find . -type f | sort | xargs sha256sum) >"$work/web-${place%%/*}"
  echo
done
diff "$work/web-one" "$work/web-another" || { echo "web/dist differs"; exit 1; }
diff "$work/sums-one" "$work/sums-another" || { echo "the release differs"; exit 1; }
echo "the same twice: $(wc -l <"$work/sums-one") files of the release, $(wc -l <"$work/web-one") of web/dist; $(go version | cut -d' ' -f3), node $(node --version)"
