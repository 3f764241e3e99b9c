#!/bin/sh
# Rebuilds the fixtures and examples with Debian's clang-16; the objects are committed, and a test compares them.
# usage: build.sh [FOLDER]   objects go to FOLDER instead of beside their sources
set -eu
cd "$(dirname "$0")"
for source in *.bpf.c ../examples/*.bpf.c; do
  object="${source%.c}.o"
  [ -z "${1:-}" ] || object="$1/$(basename "${source%.c}.o")"
  clang-16 -target bpf -mcpu=v3 -g -O2 -Wall -Werror -fdebug-compilation-dir=. -I ../examples -c "$source" -o "$object"
  llvm-strip-16 -g "$object"
done
