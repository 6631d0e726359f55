#!/usr/bin/env bash
# Prints the path of promtool, Prometheus's own tool, for the test of the alert rules. Where there
# is none, it is taken out of Debian's package: to install that would start a Prometheus.
set -euo pipefail
cd "$(dirname "$0")/.."

own=$PWD/.cache/promtool

find_promtool() {
  command -v promtool && return
  [ -x "$own/promtool" ] && echo "$own/promtool"
}

find_promtool && exit
command -v apt-get >/dev/null || {
  echo "The test of the alert rules needs promtool: install Prometheus so that 'promtool' is on PATH." >&2
  exit 1
}
mkdir -p "$own"/apt/state/lists/partial "$own"/apt/cache/archives/partial
apt=(apt-get -q
  -o Dir::State="$own/apt/state" -o Dir::State::status=/var/lib/dpkg/status
  -o Dir::Cache="$own/apt/cache" -o Debug::NoLocking=true -o APT::Sandbox::User=)
scripts/quietly.sh "fetching Debian's package lists into .cache" "${apt[@]}" update
(cd "$own/apt" && ../../../scripts/quietly.sh "fetching Debian's prometheus into .cache" "${apt[@]}" download prometheus)
dpkg -x "$own"/apt/prometheus_*.deb "$own/apt/root"
mv "$own/apt/root/usr/bin/promtool" "$own/promtool"
rm -rf "$own/apt"
find_promtool
