#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests; where there is none, installs Debian's first.
set -euo pipefail
cd "$(dirname "$0")/.."

own=$PWD/.cache/chromium # for those who may not install packages

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return
  done
  [ -x "$own/chromium" ] && echo "$own/chromium"
}

# The packages that this machine lacks for Chromium, fetched with apt's own means into
# folders of ours and unpacked there. Nothing outside the clone is written.
unpack_here() {
  local deb libs root=$own/root
  local apt=(apt-get -q
    -o Dir::State="$own/apt/state" -o Dir::State::status=/var/lib/dpkg/status
    -o Dir::Cache="$own/apt/cache" -o APT::Keep-Downloaded-Packages=true
    -o Debug::NoLocking=true -o APT::Sandbox::User=)
  rm -rf "$own"
  mkdir -p "$own"/apt/state/lists/partial "$own"/apt/cache/archives/partial "$root"
  scripts/quietly.sh "fetching Debian's package lists into .cache" "${apt[@]}" update
  scripts/quietly.sh "fetching Debian's chromium into .cache (no root here; this may take some minutes)" \
    "${apt[@]}" install -y --no-install-recommends --download-only chromium
  for deb in "$own"/apt/cache/archives/*.deb; do
    dpkg -x "$deb" "$root"
  done
  rm -rf "$own/apt"

  # shellcheck disable=SC2016 # $here is the wrapper's
  libs=$(cd "$root" && find . -name 'lib*.so*' -printf '$here/root/%P\n' | xargs dirname | sort -u | paste -sd :)
  cat >"$own/fonts.conf" <<'EOF'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">root/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
EOF
  cat >"$own/chromium" <<EOF
#!/bin/sh
# Debian's Chromium, unpacked here by scripts/chromium.sh.
here=\$(dirname "\$(readlink -f "\$0")")
export LD_LIBRARY_PATH="$libs" FONTCONFIG_FILE="\$here/fonts.conf"
exec "\$here/root/usr/lib/chromium/chromium" "\$@"
EOF
  chmod +x "$own/chromium"
}

find_chromium && exit
scripts/apt-install.sh chromium || {
  [ $? = 3 ] || exit 1
  command -v apt-get >/dev/null || {
    echo "The browser tests need Chromium: install it so that 'chromium' is on PATH." >&2
    exit 1
  }
  unpack_here
}
find_chromium
