#!/bin/sh
# Writes requirements.lock (program and its build backend) and requirements-test.lock (those and the tests' needs)
# from pyproject.toml, for every platform and Python from 3.11 on. `make lock` calls it; it needs the network.
# UPGRADE=1 takes the newest releases allowed; otherwise what is locked stays.
set -eu

compile() {
    .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate ${UPGRADE:+--upgrade} pyproject.toml --group install "$@"
}

compile --output-file requirements.lock
compile --extra test --constraint requirements.lock --output-file requirements-test.lock
