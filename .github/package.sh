#!/bin/sh
# Packs a binary for a release: sh package.sh TARGET BINARY FOLDER
#
# Writes antipasta-lsp-TARGET.tar.gz, with the licences beside the binary, and its checksum.
set -eu

target=$1
binary=$2
folder=$3

name=antipasta-lsp-$target
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/$name" "$folder"
cp "$binary" LICENSE THIRD-PARTY-NOTICES.txt README.md CHANGELOG.md "$scratch/$name"
tar -czf "$folder/$name.tar.gz" -C "$scratch" "$name"
cd "$folder"
# Not every system has both.
if command -v sha256sum >/dev/null; then
    sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
else
    shasum -a 256 "$name.tar.gz" >"$name.tar.gz.sha256"
fi
