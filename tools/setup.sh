#!/bin/sh
# Makes .venv ready: sh tools/setup.sh run|dev. Quick when nothing changed; an interrupted
# run is taken up again. Everything lands below this folder.
# WHEELS=FOLDER takes packages from there and asks no index (the offline bundle).
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)
level=${1:-run}
steps=6
if [ "$level" = dev ]; then steps=7; fi
number=0

step() {
    number=$((number + 1))
    printf '[%s/%s] %s\n' "$number" "$steps" "$1"
}

fail() {
    printf '\n%s\n' "$1" >&2
    exit 1
}

usable_home() { # pip and npm want a home folder; some service accounts have none
    [ -n "${HOME:-}" ] || HOME=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6 || true)
    if [ -z "$HOME" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
        HOME=$here/.setup/home
        mkdir -p "$HOME"
    fi
    export HOME
}

py() { "$here/.venv/bin/python" "$@"; }

pip_once() { # the mark outlives only a pip that was killed in the middle of writing files
    : >.venv/installing
    code=0
    if [ -n "${WHEELS:-}" ]; then
        set -- --no-index --no-cache-dir --find-links "$WHEELS" "$@"
        export PIP_CONFIG_FILE=/dev/null
    fi
    py -m pip install --disable-pip-version-check "$@" || code=$?
    rm -f .venv/installing
    return "$code"
}

pip_install() { # one more try: an index that hiccups should not spoil a first run
    pip_once "$@" && return 0
    echo '安装未成功,5 秒后重试一次 / install failed, one more try in 5 s' >&2
    sleep 5
    pip_once "$@" || fail \
"安装依赖失败,原因见上。若提示连接失败:本机需能访问 Python 软件源(pip config 可设内网镜像),然后重新执行同一命令,会从中断处继续。
Installing failed; the reason stands above. Where it says connection: this machine must reach a
Python package index (pip config can name your own mirror). Run the same command again; it goes on from here."
}

sum() { cksum <"$1" | tr -d ' '; }

usable_home
unset PYTHONHOME PYTHONPATH
export PYTHONUTF8=1

mkdir -p .setup
if command -v flock >/dev/null 2>&1; then # two set-ups at once would write the same files
    exec 9>.setup/lock
    flock 9
fi

step '检查本机 / looking at this machine'
python=$(sh tools/preflight.sh)

step 'Python 环境 / environment .venv'
if [ -e .venv/installing ] || ! py -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear .venv
fi

step '依赖(锁定版本与哈希) / dependencies, versions and hashes locked'
locks=requirements.txt
[ "$level" = dev ] && locks=requirements-dev.txt
stamp=.venv/installed-$level-$(sum "$locks")
if [ ! -e "$stamp" ]; then
    pip_install --require-hashes --only-binary=:all: -r "$locks"
    : >"$stamp"
    [ "$level" = run ] || : >".venv/installed-run-$(sum requirements.txt)"
fi

step '本项目 / OnPost itself'
stamp=.venv/project-$( (cat pyproject.toml; echo "$here") | cksum | tr -d ' ')
if [ ! -e "$stamp" ]; then
    pip_install --quiet --no-deps --no-build-isolation --editable .
    : >"$stamp"
fi

step '检测器权重 / detector weights'
if [ -n "${WEIGHTS:-}" ]; then
    .venv/bin/onpost weights get --from "$WEIGHTS"
else
    .venv/bin/onpost weights get
fi

step '照片 / photographs of people'
.venv/bin/onpost photographs get

if [ "$level" = dev ]; then # without it one group of tests is left out, and says so
    step '无障碍检查 / axe-core, for the browser tests'
    sh tools/axe.sh || [ "${ONPOST_REQUIRE_ALL:-0}" = 0 ]
fi
