#!/bin/sh
# Compiles requirements.txt and requirements-dev.txt: versions and hashes, no addresses.
# Pins that still fit are kept; `sh tools/lock.sh --upgrade` takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."

venv=.setup/lock-venv
[ -x "$venv/bin/pip-compile" ] || {
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install pip-tools
}

compile() {
    "$venv/bin/pip-compile" --quiet --generate-hashes --strip-extras \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
        --no-annotate --no-header --build-deps-for editable "$@" pyproject.toml
}

compile "$@" --extra postgres --output-file requirements.txt
compile "$@" --extra postgres --extra dev --constraint requirements.txt \
    --output-file requirements-dev.txt
echo "requirements.txt 与 requirements-dev.txt 已更新 / are up to date"
