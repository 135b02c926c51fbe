#!/bin/sh
# Says, before anything is downloaded, what this machine lacks and which package brings it.
# Prints the Python to use on standard output; everything else goes to standard error.
set -eu
cd "$(dirname "$0")/.."

missing=0
lack() { # lack ZH EN REMEDY
    printf '缺少 / missing: %s / %s\n    -> %s\n' "$1" "$2" "$3" >&2
    missing=1
}

new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" && echo "$PYTHON"
        return 0
    fi
    for name in python3.11 python3 python3.12 python3.13; do
        if new_enough "$name"; then
            echo "$name"
            return 0
        fi
    done
}

loads() { # loads LIBRARY: can the dynamic linker find it?
    "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" >/dev/null 2>&1
}

weights_there() {
    [ -n "${WEIGHTS:-}" ] || ls weights/*.onnx >/dev/null 2>&1
}

python=$(choose_python)
if [ -z "$python" ]; then
    lack "Python 3.11 或更高版本" "Python 3.11 or newer" \
        "apt install python3 python3-venv    (或 / or: make PYTHON=/path/to/python3.11 …)"
    exit 1
fi
"$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
    lack "$python 的 venv 模块" "the venv module of $python" "apt install python3-venv"
loads libGL.so.1 ||
    lack "libGL.so.1(OpenCV 需要)" "libGL.so.1, which OpenCV links" "apt install libgl1"
loads libglib-2.0.so.0 ||
    lack "libglib-2.0.so.0(OpenCV 需要)" "libglib-2.0.so.0, which OpenCV links" \
        "apt install libglib2.0-0"
weights_there || command -v npm >/dev/null 2>&1 ||
    lack "npm(下载检测器权重)" "npm, which fetches the detector's weights" \
        "apt install npm    (或 / or: make WEIGHTS=FILE …)"
[ "$missing" -eq 0 ] || exit 1
command -v "$python"
