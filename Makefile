# One machine, one folder: everything these targets fetch lands below this folder.
# PYTHON=/path/to/python3.11   the Python to build .venv from
# WEIGHTS=FILE                 detector weights from a file instead of npm (one .onnx or the .tgz)
# TORCH=torch==…              the build of torch that test-ultralytics takes
# ARGS="…"                     passed on to the command behind the target
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PYTHONUTF8 = 1

PY := .venv/bin/python
ARGS ?=

.PHONY: help demo test check bench bench-full bench-parts faults clean lock photographs test-ultralytics setup setup-dev \
	bundle bundle-test \
	fuzz sbom

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@PYTHON="$(PYTHON)" WEIGHTS="$(WEIGHTS)" sh tools/setup.sh run

setup-dev:
	@PYTHON="$(PYTHON)" WEIGHTS="$(WEIGHTS)" sh tools/setup.sh dev

photographs: setup ## 照片 / fetch the photographs of rehearsal and tests (part of demo and test)

demo: setup ## 演示大厅 / the rehearsal hall: 82 cameras, 39 halls, one day on a fast clock
	@.venv/bin/onpost demo $(ARGS)

test: setup-dev ## 全部测试 / every test; what this machine cannot run is listed at the end
	@sh tools/test.sh $(ARGS)

check: setup-dev ## 静态检查 / format, lint, types, import contracts, architecture
	@sh tools/check.sh

bench: setup-dev ## 性能 / 82 simulated cameras against this machine, a few minutes
	@$(PY) -m benchmarks.hall $(ARGS)

bench-full: setup-dev ## 性能 / the same longer, most cameras held, beside ultralytics + supervision
	@TORCH="$(TORCH)" sh tools/ultralytics.sh venv
	@$(PY) -m benchmarks.hall --full $(ARGS)

bench-parts: setup-dev ## 性能 / detector, decoding, storage, web, reports, one after another
	@$(PY) -m benchmarks $(ARGS)

faults: setup-dev ## 故障演练 / hours: every fault at full length, ROUNDS=200 days killed; build/faults.md
	@mkdir -p build && rm -f build/faults.jsonl && touch build/faults.jsonl
	@FAULT_REPORT=$(CURDIR)/build/faults.jsonl FAULT_SPEED=real FAULT_ROUNDS=$(or $(ROUNDS),200) \
		$(PY) -m pytest tests/faults -q $(ARGS); failed=$$?; \
		$(PY) -m tests.faults.report build/faults.jsonl > build/faults.md; cat build/faults.md; exit $$failed

test-ultralytics: setup-dev ## ultralytics 适配器 / its tests, in a venv of its own (large downloads)
	@TORCH="$(TORCH)" sh tools/ultralytics.sh $(ARGS)

bundle: setup ## 离线安装包 / build/onpost-….tar.gz: source, wheels, weights, photographs; see docs/offline.md
	@sh tools/bundle.sh

bundle-test: bundle ## 离线安装演练 / install it in a network namespace without routes, run the demo there
	@sh tools/bundle_test.sh $(ARGS)

fuzz: setup-dev ## 模糊测试 / readers under atheris, in a venv of its own: SECONDS_EACH=300, TARGETS="case …"
	@SECONDS_EACH="$(or $(SECONDS_EACH),300)" TARGETS="$(TARGETS)" sh tools/fuzz.sh

sbom: setup-dev ## 部件清单 / build/sbom.cdx.json (CycloneDX): every locked package with hashes and licences
	@$(PY) tools/sbom.py $(ARGS)

lock: ## 更新锁定文件 / compile requirements*.txt anew
	@PYTHON="$(PYTHON)" sh tools/lock.sh $(ARGS)

clean: ## 清除环境与缓存 / remove environments and caches; weights/ and var/ stay
	rm -rf .venv .venv-* .setup .mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.hypothesis .benchmarks build dist
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +
