#!/bin/sh
# Every test. Those that only reckon share the cores; those with processes, cameras and browsers
# run one after another, and one that fails is tried once more (the end tells which: R). With
# arguments: one pytest with them.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
if [ $# -gt 0 ]; then exec "$python" -m pytest "$@"; fi

alone=''
for folder in tests/*/; do
    case $folder in
    tests/unit/ | tests/contract/ | tests/acceptance/) ;;
    *) [ -n "$(find "$folder" -name 'test_*.py')" ] && alone="$alone $folder" ;;
    esac
done
status=0
echo '-- 共用处理器 / sharing the cores: unit, contract, acceptance'
"$python" -m pytest -n "${ONPOST_TEST_WORKERS:-2}" --dist loadfile \
    tests/unit tests/contract tests/acceptance || status=1
echo "-- 逐个运行 / one after another:$alone"
# shellcheck disable=SC2086  folders without blanks
"$python" -m pytest --reruns "${ONPOST_TEST_RERUNS:-1}" $alone || status=1
exit $status
