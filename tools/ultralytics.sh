#!/bin/sh
# The ultralytics adapter against the real library, in .venv-ultralytics: torch is large, and
# pip takes the newest build of it that its settings offer. TORCH names another one, for example
# one without CUDA, a tenth of the size; torchvision must then be of the same build:
# make test-ultralytics TORCH="torch==2.13.0+cpu torchvision==0.28.0+cpu"
# `sh tools/ultralytics.sh venv` only makes the venv, for `make bench`: supervision lies in it, too.
set -eu
cd "$(dirname "$0")/.."
venv=.venv-ultralytics
stamp=$venv/installed-$(cat requirements-dev.txt pyproject.toml | cksum | tr -d ' ')

if [ ! -e "$stamp" ]; then
    .venv/bin/python -m venv --clear "$venv"
    # Same versions as everywhere else; hashes are left out because torch has none here.
    sed -nE 's/^([A-Za-z0-9._-]+==[^ ]+).*/\1/p' requirements-dev.txt >"$venv/constraints.txt"
    "$venv/bin/python" -m pip install --disable-pip-version-check \
        --constraint "$venv/constraints.txt" --editable '.[ultralytics,postgres,dev]' \
        'supervision>=0.28' ${TORCH:-}
    : >"$stamp"
fi
if [ "${1:-}" = venv ]; then exit 0; fi
exec "$venv/bin/python" -m pytest -m ultralytics "$@"
