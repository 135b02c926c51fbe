#!/bin/sh
# Coverage-guided fuzzing of the readers by atheris, in .venv-fuzz beside .venv: `make fuzz`.
# SECONDS_EACH (300) for each target, TARGETS (all); what it finds lies in build/fuzz/crashes,
# what it learned in build/fuzz/corpus. A crash ends its target's turn, the others go on.
# A mended crash goes into tests/data/fuzz/TARGET, where every test run reads it again.
set -eu
cd "$(dirname "$0")/.."
venv=.venv-fuzz
version=3.0.0
if [ ! -e "$venv/atheris-$version" ]; then
    .venv/bin/python -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --disable-pip-version-check "atheris==$version"
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    .venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$site/project.pth"
    : >"$venv/atheris-$version"
fi
out=build/fuzz
mkdir -p "$out/crashes"
bad=0
for target in ${TARGETS:-$(ls tests/data/fuzz)}; do
    mkdir -p "$out/corpus/$target"
    echo "== $target $(date +%T)"
    PYTHONPATH=. "$venv/bin/python" -m tests.fuzz.run "$target" \
        "$out/corpus/$target" "tests/data/fuzz/$target" \
        -max_total_time="${SECONDS_EACH:-300}" -timeout=60 -rss_limit_mb=3000 -max_len=20000 \
        -artifact_prefix="$out/crashes/$target-" -print_final_stats=1 \
        >"$out/$target.log" 2>&1 || { echo "CRASH: see $out/$target.log"; bad=1; }
    grep -E 'stat::number_of_executed_units|cov:' "$out/$target.log" | tail -2 || true
done
exit $bad
