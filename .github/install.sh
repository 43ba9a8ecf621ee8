#!/bin/sh
# Installs the binary of a release for this platform: sh install.sh VERSION FOLDER
#
# Takes it from GitHub, or from below $ANTIPASTA_RELEASES. Needs curl and tar. Where the GitHub CLI is logged in, it also looks
# whether the file was built from this project's sources by its own workflow; ANTIPASTA_NO_ATTESTATION=1 does without.
set -eu

fail() {
    echo "error: $*" >&2
    exit 1
}

[ $# -eq 2 ] || fail "usage: install.sh VERSION FOLDER"
version=${1#v}
folder=$2
releases=${ANTIPASTA_RELEASES:-https://github.com/antipasta-lsp/antipasta-lsp/releases/download}

case $(uname -m) in
    x86_64 | amd64) processor=x86_64 ;;
    arm64 | aarch64) processor=aarch64 ;;
    *) fail "there is no binary for $(uname -m): build it by \`cargo install\`" ;;
esac
binary=antipasta-lsp
case $(uname -s) in
    # It needs no library of the system.
    Linux) target=$processor-unknown-linux-musl ;;
    Darwin) target=$processor-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*)
        target=$processor-pc-windows-msvc
        binary=antipasta-lsp.exe
        ;;
    *) fail "there is no binary for $(uname -s): build it by \`cargo install\`" ;;
esac

name=antipasta-lsp-$target
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for file in "$name.tar.gz" "$name.tar.gz.sha256"; do
    curl --fail --silent --show-error --location --retry 3 --output "$scratch/$file" "$releases/v$version/$file" ||
        fail "$releases/v$version/$file cannot be fetched: is there a version $version?"
done
# Not every system has both.
if command -v sha256sum >/dev/null; then
    check='sha256sum -c'
else
    check='shasum -a 256 -c'
fi
(cd "$scratch" && $check "$name.tar.gz.sha256" >/dev/null) || fail "$name.tar.gz is not what its checksum says"
# The checksum comes from where the file comes from; whoever signed it is asked elsewhere.
repository=antipasta-lsp/antipasta-lsp
if [ "${ANTIPASTA_NO_ATTESTATION:-}" != 1 ] && command -v gh >/dev/null && gh auth token >/dev/null 2>&1; then
    gh attestation verify "$scratch/$name.tar.gz" --repo "$repository" \
        --signer-workflow "$repository/.github/workflows/release.yml" >/dev/null ||
        fail "$name.tar.gz was not built by https://github.com/$repository, or GitHub could not be asked"
    echo "Built by https://github.com/$repository: verified"
fi
tar -xzf "$scratch/$name.tar.gz" -C "$scratch"
mkdir -p "$folder"
mv "$scratch/$name/$binary" "$folder/$binary"
echo "Installed $("$folder/$binary" --version) to $folder"
