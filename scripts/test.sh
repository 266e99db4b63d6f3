#!/usr/bin/env bash
# The whole suite, with every part real. Fails, never skips, if a part cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

"${PYTHON:-python3}" scripts/packages.py dev
export PATH="$PWD/.venv/bin:$PATH"
exec python scripts/suite.py
