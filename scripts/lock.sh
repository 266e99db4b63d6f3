#!/usr/bin/env bash
# One lock for every machine: all platforms, Python 3.11 and later.
set -euo pipefail
cd "$(dirname "$0")/.."

for name in base dev; do
  .venv/bin/uv pip compile --quiet --universal --fork-strategy fewest \
    --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
    --output-file "requirements/$name.txt" "$@" "requirements/$name.in"
done
if grep -nE '://|^--(extra-)?index|find-links' requirements/*.txt; then
  echo "An address got into the lock; see above." >&2
  exit 1
fi
