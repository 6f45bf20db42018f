# Thin verbs over CMake, the lab and the tests. `make help` lists them.
BUILD ?= build
ASAN_BUILD ?= build-asan
FUZZ_BUILD ?= build-fuzz
FUZZ_SECONDS ?= 30
PAIRS ?= 10000000
SEED ?= $(shell date +%s)
# A compiler process of this code base takes up to 1.5 GiB.
JOBS ?= $(shell awk -v cpus=$$(nproc) '/MemAvailable/ {n = int($$2 / 1572864); print n < 1 ? 1 : n < cpus ? n : cpus}' /proc/meminfo)

# Clones in other folders, and other build folders, share what the compiler made.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

CMAKE = cmake -G Ninja -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
# Several labs may come up at once, and each builds what is missing.
LOCKED = flock $(BUILD)/.lock
PROGRAMS = weftd weft-agent weft-cni weft
CXX_FILES = $(shell git ls-files '*.cc' '*.h')
CLANG_FORMAT ?= clang-format

.PHONY: help build programs deps configure demo up test system-test prove down bench fmt lint fuzz clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: configure ## install what is missing, then build everything into build/
	@$(LOCKED) cmake --build $(BUILD) -j $(JOBS)

programs: configure # only what runs: weftd, weft-agent, weft-cni, weft
	@$(LOCKED) cmake --build $(BUILD) -j $(JOBS) --target $(PROGRAMS)

deps:
	@packaging/install-deps.sh

configure: deps
	@mkdir -p $(BUILD)
	@$(LOCKED) sh -c '[ -f $(BUILD)/build.ninja ] || $(CMAKE) -S . -B $(BUILD)'

demo: programs ## the whole story on a lab, step by step, every step checked
	@lab/demo.py

up: ## bring up the lab (lab/lab has the rest)
	@lab/lab up

down: ## remove the lab and everything it made
	@lab/lab down

test: ## every ring: static checks, unit, fuzz, integration, sanitizers, system tests
	@/usr/bin/python3 tests/run.py

system-test: programs ## only the system tests
	@$(LOCKED) cmake --build $(BUILD) -j $(JOBS) --target reference_lab
	@/usr/bin/python3 tests/run.py system

prove: configure ## reference model against compiled flows: PAIRS packets in random worlds from SEED on
	@$(LOCKED) cmake --build $(BUILD) -j $(JOBS) --target reference_proof_test
	@WEFT_PROOF_PAIRS=$(PAIRS) WEFT_PROOF_SEED=$(SEED) $(BUILD)/tests/reference_proof_test

bench: build ## benchmarks, as a table and as JSON
	@/usr/bin/python3 bench/bench.py --json $(BUILD)/bench.json

fmt: ## format the C++ sources
	@$(CLANG_FORMAT) -i $(CXX_FILES)

lint: ## the static checks
	@/usr/bin/python3 tests/run.py static

fuzz: deps ## libFuzzer on every parser, FUZZ_SECONDS each
	@[ -f $(FUZZ_BUILD)/build.ninja ] || $(CMAKE) -S . -B $(FUZZ_BUILD) -DCMAKE_CXX_COMPILER=clang++-14 \
	    -DWEFT_FUZZ=ON -DWEFT_SANITIZE=ON
	@cmake --build $(FUZZ_BUILD) -j $(JOBS)
	@for target in $(FUZZ_BUILD)/fuzz/*_fuzz; do \
	    echo "== $$target"; "$$target" -max_total_time=$(FUZZ_SECONDS) -verbosity=0 || exit 1; done

clean: ## remove what was built
	@rm -rf $(BUILD) $(ASAN_BUILD) $(FUZZ_BUILD)
