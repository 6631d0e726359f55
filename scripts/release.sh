#!/usr/bin/env bash
# Makes dist/, what a release is: release.sh VERSION. One static binary for each kind of Linux, what is
# in each of them (CycloneDX: Go modules by binary, npm packages for all), with which Go and Node.js, and SHA256SUMS. The
# same commit, Go and Node.js give the same files; scripts/reproducible.sh tries it.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
gomod=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# Files that nobody has added are built in too.
if [ "$version" = dev ] || [ -n "$(git status --porcelain)" ]; then
  echo "a release is of a commit, and nothing else: git status has more" >&2
  exit 1
fi
rm -rf dist
mkdir dist
for arch in amd64 arm64; do
  echo "==> oversikt for linux/$arch"
  GOOS=linux GOARCH=$arch scripts/build.sh "$version" "dist/oversikt-linux-$arch"
done
echo "==> what is in them"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
GOBIN=$tools go install "$gomod" # for this machine, before the target is named
for arch in amd64 arm64; do
  env -u GOFLAGS GOOS=linux GOARCH=$arch CGO_ENABLED=0 "$tools/cyclonedx-gomod" app -json -noserial -notimestamp -std -licenses -main cmd/oversikt \
    -output "dist/oversikt-linux-$arch.cdx.json" .
done
# npm makes no list of a package without a version, calls it what its folder is called, and gives its
# list a number and the time of its making.
mkdir "$tools/oversikt-web"
cp web/package.json web/package-lock.json "$tools/oversikt-web"
(cd "$tools/oversikt-web" && npm pkg set version=0.0.0 && npm sbom --sbom-format cyclonedx --package-lock-only --omit optional) | node -e '
  const sbom = JSON.parse(require("fs").readFileSync(0, "utf8"));
  delete sbom.serialNumber;
  delete sbom.metadata.timestamp;
  console.log(JSON.stringify(sbom, null, 2));' >dist/web.cdx.json
echo "$(go env GOVERSION) node $(node --version) linux" >dist/built-with.txt
(cd dist && sha256sum -- * >../SHA256SUMS.new && mv ../SHA256SUMS.new SHA256SUMS)
cat dist/SHA256SUMS
