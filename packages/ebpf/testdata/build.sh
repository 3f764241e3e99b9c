#!/bin/sh
# Rebuilds the fixtures with Debian's clang-16; the objects are committed.
set -eu
cd "$(dirname "$0")"
for source in *.bpf.c ../examples/*.bpf.c; do
  [ -e "$source" ] || continue
  clang-16 -target bpf -mcpu=v3 -g -O2 -Wall -Wno-unused-variable -fdebug-compilation-dir=. -I . -c "$source" -o "${source%.c}.o"
  llvm-strip-16 -g "${source%.c}.o"
done
