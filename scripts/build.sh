#!/usr/bin/env bash
# The one place that builds the program: build.sh VERSION FILE. The Makefile, the image and the
# release call it, so that all have the same flags. GOOS and GOARCH say for which machine. The
# rest of what decides the bytes is set here, so that who builds it does not matter: the same
# Go, the same commit and the same web/dist give the same file. No time, no path and no
# git state gets in; the version does.
set -euo pipefail
cd "$(dirname "$0")/.."
exec env -u GOFLAGS -u GOEXPERIMENT CGO_ENABLED=0 GOAMD64=v1 GOARM64=v8.0 \
  go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$1" -o "$2" ./cmd/oversikt
