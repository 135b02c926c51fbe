#!/bin/sh
# Static checks: sh tools/check.sh [format|lint|types|imports|architecture]; all without a name.
# Every part runs even where an earlier one failed, so that one run shows all there is to mend.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
failed=''

part() { # part NAME COMMAND…
    name=$1
    shift
    if [ -n "$only" ] && [ "$only" != "$name" ]; then return; fi
    printf -- '-- %s\n' "$name"
    "$@" || failed="$failed $name"
}

only=${1:-}
part format "$python" -m ruff format --check .
part lint "$python" -m ruff check .
part types "$python" -m mypy
part imports .venv/bin/lint-imports --no-logo --cache-dir .import_linter_cache
part architecture "$python" -m pytest -q tests/architecture

if [ -n "$failed" ]; then
    printf '\n未通过 / failed:%s\n' "$failed" >&2
    exit 1
fi
printf '\n全部通过 / all passed\n'
