#!/bin/sh
# Every test, sharing the cores: first those that only reckon, then those with processes, cameras
# and browsers. Of these, the ones that fail are tried once more, alone on the machine. With
# arguments: one pytest with them.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
if [ $# -gt 0 ]; then exec "$python" -m pytest "$@"; fi

real=''
for folder in tests/*/; do
    case $folder in
    tests/unit/ | tests/contract/ | tests/acceptance/) ;;
    *) [ -n "$(find "$folder" -name 'test_*.py')" ] && real="$real $folder" ;;
    esac
done
status=0
workers=${ONPOST_TEST_WORKERS:-2}
echo '-- 只用计算 / reckoning: unit, contract, acceptance'
"$python" -m pytest -n "$workers" --dist loadfile tests/unit tests/contract tests/acceptance ||
    status=1
echo "-- 真实部件 / real parts:$real"
# shellcheck disable=SC2086  folders without blanks
if ! "$python" -m pytest -n "$workers" --dist loadfile $real; then
    echo '-- 失败的单独再试一次 / those that failed once more, alone'
    "$python" -m pytest --last-failed --last-failed-no-failures none $real || status=1
fi
exit $status
