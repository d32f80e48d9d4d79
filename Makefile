# The everyday commands. Each does all that it needs, from a fresh clone on Debian 12 or newer.
JOBS ?= $(shell nproc)
# The networks of Yarally et al. (2023), "Batching for Green AI": what an image costs over batch sizes.
DEMO ?= run --model alexnet,densenet121,shufflenet_v2_x0_5,vit_b_16,convnext_base --batch 1,4,16 --precision auto --budget 120s

venv := $(or $(WATTLENS_VENV),.venv)
configure := cmake --preset release --log-level=NOTICE $(if $(WATTLENS_VENV),-DWATTLENS_VENV=$(abspath $(WATTLENS_VENV)))
# A first build needs no tests, and no GoogleTest; one that has them keeps them.
first_build := $(if $(wildcard build/release/CMakeCache.txt),,-DWATTLENS_TESTS=OFF)

.DEFAULT_GOAL := help
.PHONY: help setup build demo test format lint bench wheel clean

help:
	@echo 'make demo    set up, build, and measure five vision networks over batch sizes (2 minutes after the build)'
	@echo 'make test    set up, build, and run all tests'
	@echo 'make build   set up and build: build/release/wattlens and the workers of its engines'
	@echo 'make setup   Debian packages, and the engine wheels into .venv (variables: tools/setup.sh)'
	@echo 'make format  format C++ and Python in place'
	@echo 'make lint    format check, clang-tidy, ruff, shellcheck: all files'
	@echo 'make bench   build and run the comparisons with other tools (docs/benchmarks.md)'
	@echo 'make wheel   a Python wheel with the program inside, without engines (docs/python.md)'
	@echo 'make clean   remove build/ (.venv stays)'

setup:
	@tools/setup.sh engine

build: setup
	@$(configure) $(first_build)
	@cmake --build --preset release -j $(JOBS) --target programs

demo: build
	@build/release/wattlens $(DEMO)

test:
	@tools/setup.sh engine torch tests
	@$(configure) -DWATTLENS_TESTS=ON
	@cmake --build --preset release -j $(JOBS)
	@ctest --preset release -j $(JOBS)

format:
	@tools/setup.sh lint
	@$(venv)/bin/python tools/lint.py --fix format

lint:
	@tools/setup.sh engine torch tests lint
	@$(configure) -DWATTLENS_TESTS=ON
	@$(venv)/bin/python tools/lint.py --all

bench:
	@tools/setup.sh engine torch tests bench
	@$(configure) -DWATTLENS_TESTS=ON -DWATTLENS_BENCH=ON
	@cmake --build --preset release -j $(JOBS)
	@failed=0; for program in build/release/bench_sampler_cost build/release/bench_rapl_read build/release/bench_region_mark build/release/bench_store; do \
	  echo "== $$program"; "$$program" || failed=1; done; \
	for script in bench/*.py; do \
	  echo "== $$script"; $(venv)/bin/python "$$script" || failed=1; done; exit $$failed

wheel: build
	@tools/setup.sh engine wheel
	@$(venv)/bin/python tools/make_wheel.py

clean:
	@rm -rf build dist
