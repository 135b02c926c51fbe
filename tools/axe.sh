#!/bin/sh
# axe-core, the judge of accessibility (无障碍检查) of the browser tests: sh tools/axe.sh
# It comes by package name from npm, is proven by its SHA-256 and kept in .setup/; nothing is
# fetched when it is there. Only tests use it, and it is no part of OnPost (MPL-2.0, Deque).
set -eu
cd "$(dirname "$0")/.."

package=axe-core@4.14.1
sha256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
kept=.setup/axe.min.js

right() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$sha256" ]; }

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

if right "$kept"; then
    echo "axe-core 已就绪 / already there: $kept"
    exit 0
fi
command -v npm >/dev/null 2>&1 ||
    fail 'axe-core: 本机没有 npm / npm is missing    -> apt install npm'
mkdir -p .setup
work=$(mktemp -d .setup/axe-XXXXXX)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack "$package" --ignore-scripts --silent >/dev/null) ||
    fail "axe-core: 获取失败,请检查网络或 npm 的软件源设置,再执行 sh tools/axe.sh
fetching failed; look at the network or npm's registry setting, then run: sh tools/axe.sh"
tar -xzOf "$work"/axe-core-*.tgz package/axe.min.js >"$work/axe.min.js"
right "$work/axe.min.js" || fail "axe-core: SHA-256 不符,已拒绝 / is another, refused: $package"
mv "$work/axe.min.js" "$kept"
echo "axe-core 已校验并保存 / verified and kept: $kept"
