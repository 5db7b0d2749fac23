# The two commands of a newcomer are `make run` and `make test`; `make help` lists the rest.
# All paths are relative: make splits absolute ones at the spaces of a folder such as "Datos públicos/".

PORT := $(or $(PORT),$(COMMITMENTS_PORT),8000)
BASE := $(or $(BASE),$(COMMITMENTS_BASE),http://localhost:$(PORT)/)

# PYTHON=/path/to/python3.12 chooses the interpreter; without it deploy/install.sh looks for one.
VENV_PYTHON = .venv/bin/python

# UTF-8 file names and texts even under LC_ALL=C.
export PYTHONUTF8 = 1
export PYTHON

.PHONY: help run build test check lock bench clean installed installed-for-tests

help:
	@echo 'make run     install into .venv, build the graph from data/, serve $(BASE)'
	@echo 'make test    install what the tests need and run all of them (ARGS="-k name" passes options to pytest)'
	@echo 'make build   install and build a release without serving it'
	@echo 'make check   lint'
	@echo 'make lock    write requirements.lock and requirements-test.lock anew from pyproject.toml'
	@echo 'make bench   run the benchmarks'
	@echo 'make clean   remove .venv and caches; data/ and everything people edit stay'
	@echo 'Settings: PORT=8000  BASE=http://localhost:8000/  PYTHON=python3.12'

run build: export COMMITMENTS_BASE := $(BASE)
run: export COMMITMENTS_PORT := $(PORT)

run: installed
	@$(VENV_PYTHON) -m commitments build
	@$(VENV_PYTHON) -m commitments serve

build: installed
	@$(VENV_PYTHON) -m commitments build

test: installed-for-tests
	@$(VENV_PYTHON) -m pytest -n auto --dist loadfile $(ARGS)

check: installed-for-tests
	@$(VENV_PYTHON) -m ruff check .

lock: installed-for-tests
	@sh deploy/lock.sh

bench: installed-for-tests
	@test -e benchmarks/__main__.py || { echo 'make bench: there is no benchmarks/ folder in this checkout' >&2; exit 1; }
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

installed:
	@sh deploy/install.sh run

installed-for-tests:
	@sh deploy/install.sh test

clean:
	@rm -rf .venv .pytest_cache .hypothesis .ruff_cache .mypy_cache build dist
	@find . -path ./data -prune -o -path ./.git -prune -o -type d -name __pycache__ -exec rm -rf {} +
