#!/bin/sh
# Fetches the HTML manuals of Debian's package git-doc into artifacts/git-doc, once. Prints the folder.
# Needs apt-get and dpkg (Debian, Ubuntu); installs nothing.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
target="$root/artifacts/git-doc"
if [ ! -f "$target/html/index.html" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # The sandbox user of apt cannot write into a folder of ours: downloading as oneself needs no sandbox.
  (cd "$work" && apt-get -o APT::Sandbox::User=root download git-doc >&2)
  dpkg -x "$work"/git-doc_*.deb "$work/unpacked"
  rm -rf "$target"
  mkdir -p "$target"
  cp -RL "$work/unpacked/usr/share/doc/git-doc" "$target/html"
fi
echo "$target/html"
