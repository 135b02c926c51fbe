#!/bin/sh
# Installs OnPost from this folder without any network (离线安装).
#   sh install.sh FOLDER          make FOLDER (new or empty) an installation
#   sh install.sh --check         only hold every file against SHA256SUMS
#   PYTHON=/path/to/python3.11    the Python to build .venv from
set -eu
umask 022
caller=$(pwd)
cd "$(dirname "$0")"
bundle=$(pwd)

fail() {
    printf '\n%s\n' "$1" >&2
    exit 1
}

said() { sed -n "s/^$1=//p" BUNDLE; }

lacks() { # lacks COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 ||
        fail "缺少 / missing: $1
    -> apt install $2"
}

check() { # every file is in the list, once, and is what the list says; nothing lies beside it
    [ -f SHA256SUMS ] || fail '缺少清单 SHA256SUMS,安装包不完整 / SHA256SUMS is missing: no whole bundle'
    odd=$(find . ! -type f ! -type d -print)
    [ -z "$odd" ] || fail "安装包中有链接或特殊文件 / links or special files in the bundle:
$odd"
    listed=$(sed 's/^[0-9a-f]\{64\}  //' SHA256SUMS | LC_ALL=C sort)
    there=$(find . -type f ! -path ./SHA256SUMS -printf '%P\n' | LC_ALL=C sort)
    [ "$listed" = "$there" ] || fail "安装包的文件与清单不符 / files and list differ:
$( (printf '%s\n' "$listed"; printf '%s\n' "$there") | LC_ALL=C sort | uniq -u)"
    wrong=$(LC_ALL=C sha256sum --check --strict --quiet SHA256SUMS 2>&1) || fail \
"文件已损坏或被改动,未安装任何内容;请重新复制安装包。
Damaged or changed; nothing was installed. Copy the bundle anew:
$wrong"
    printf '%s 个文件与清单一致 / files are as listed; SHA256SUMS: %s\n' \
        "$(wc -l <SHA256SUMS)" "$(sha256sum <SHA256SUMS | cut -c 1-64)"
}

choose_python() { # the wheels fit one series of Python and no other
    series=$(said python)
    for name in ${PYTHON:-"python$series" python3}; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c \
            'import sys; sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])' "$series"; then
            command -v "$name"
            return 0
        fi
    done
    fail "缺少 Python $series(安装包中的组件只适用于该版本) / missing: Python $series, the only one that these wheels fit
    -> apt install python$series python$series-venv    (或 / or: PYTHON=/path/to/python$series sh install.sh …)"
}

lacks sha256sum coreutils
lacks tar tar
lacks find findutils
check
[ "${1:-}" != --check ] || exit 0
[ $# -eq 1 ] || fail '用法 / usage: sh install.sh FOLDER | --check'

[ "$(uname -m)" = "$(said machine)" ] || fail \
"此安装包用于 $(said machine),本机为 $(uname -m) / this bundle is for $(said machine), this machine is $(uname -m)"
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* //')
[ "$(printf '%s\n' "$(said glibc)" "${glibc:-0}" | sort -V | head -n 1)" = "$(said glibc)" ] || fail \
"本机 glibc ${glibc:-?} 低于所需的 $(said glibc),请使用较新的系统,或在同样的系统上制作安装包
glibc ${glibc:-?} is older than $(said glibc), which the wheels need: use a newer system, or make the bundle on one like this"
lacks make make
PYTHON=$(choose_python)
export PYTHON

case $1 in /*) target=$1 ;; *) target=$caller/$1 ;; esac
case $target/ in "$bundle"/*) fail '请安装到安装包之外的文件夹 / install outside the bundle itself' ;; esac
mkdir -p "$target"
target=$(cd "$target" && pwd)
if [ ! -e "$target/.installing" ] && [ -n "$(ls -A "$target")" ]; then
    fail "文件夹不是空的;每个版本装在各自的新文件夹(见 docs/offline.md):$target
The folder is not empty; each version goes into a new folder of its own (docs/offline.md): $target"
fi
: >"$target/.installing" # an install that was cut off may be run again
tar -xf source.tar --strip-components=1 --no-same-owner -C "$target"
mkdir -p "$target/weights" "$target/var/photographs"
cp weights/* "$target/weights/"
cp photographs/* "$target/var/photographs/"
cp BUNDLE "$target/.bundle"
cd "$target"
WHEELS=$bundle/wheels sh tools/setup.sh run
rm "$target/.installing"
printf '\n已安装 / installed: %s\n  make demo                     演练大厅 / the rehearsal hall\n  docs/operations.md            接下来 / what next\n' "$target"
