#!/bin/sh
# Proves the bundle: unpack the newest build/onpost-*.tar.gz into a fresh folder, install it in a
# network namespace without routes, with an empty home, and run the rehearsal there.
#   sh tools/bundle_test.sh [ARGS of the demo]      KEEP=1 leaves the folder
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)

if [ "${1:-}" = --inside ]; then
    shift
    ip link set lo up
    "$PYTHON" - <<'END'
import socket

routes = open("/proc/net/route").read().splitlines()[1:]
assert not routes, routes
for address in ("192.0.2.1", "1.1.1.1"):
    try:
        socket.create_connection((address, 443), timeout=5)
    except OSError as error:
        print(f"no way to {address}: {error}", flush=True)
    else:
        raise SystemExit("this machine is not cut off")
END
    cd "$HOME/.."
    sh bundle/install.sh installed
    cd installed
    exec make demo ARGS="$*"
fi

archive=$(ls -t build/onpost-*.tar.gz | head -n 1)
folder=$(mktemp -d)
[ "${KEEP:-0}" = 1 ] || trap 'rm -rf "$folder"' EXIT
(cd build && sha256sum --check "$(basename "$archive").sha256")
mkdir "$folder/home" "$folder/bundle"
tar -xzf "$archive" --strip-components=1 -C "$folder/bundle"
python=$(.venv/bin/python -c 'import sys; print(sys._base_executable)')
[ $# -gt 0 ] || set -- --minutes 8 --speed 8 --no-web
cut=-n
[ "$(id -u)" = 0 ] || cut=-rn
printf '%s -> %s\n' "$archive" "$folder"
unshare $cut env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME="$folder/home" \
    LANG=C.UTF-8 PYTHON="$python" sh "$here/tools/bundle_test.sh" --inside "$@"
