#!/usr/bin/env bash
# Everything that can be said about the code without running its tests.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
unset DATABASE_URL REDIS_URL DEBUG EMAIL_URL SECRET_KEY SITE_URL
DATA_DIR=$(mktemp -d)
export DATA_DIR
trap 'rm -rf "$DATA_DIR"' EXIT

failed=()
check() {
  local name=$1
  shift
  printf '\n--- %s\n' "$name"
  "$@" || failed+=("$name")
}

as_demo() { MENLO_DEMO=true "$@"; }

as_production() {
  SITE_URL=https://menlo.test EMAIL_URL=submission://mail.test \
    SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(50))') "$@"
}

said_by() {  # a process, and where it writes to
  local code=0
  wait "$1" || code=$?
  cat "$2"
  return "$code"
}

# Takes as long as all the others together, so it runs beside them.
as_demo mypy >"$DATA_DIR/types" 2>&1 &
types=$!

check ruff ruff check .
check format ruff format --check .
check "templates" djlint --quiet --lint templates
check "template format" djlint --quiet --check templates
check layers lint-imports
check migrations as_demo python manage.py makemigrations --check --dry-run
check deployment as_production python manage.py check --deploy --fail-level WARNING
check types said_by "$types" "$DATA_DIR/types"

if ((${#failed[@]})); then
  printf '\nNot as it must be: %s\n' "${failed[*]}"
  exit 1
fi
