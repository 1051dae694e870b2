# Two commands: `make run` does the main job, `make test` passes the tests. Each does all its own set-up.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: help run test check format bench lock clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.server $(VENV)/.runtime  ## start Gatelet, deploy examples/users, follow the log
	@$(BIN)/gatelet up examples/users

test: $(VENV)/.installed $(VENV)/.runtime .venvs/awscli/.installed  ## all tests
	@$(BIN)/python -m pytest -n 3 --dist loadfile

check: $(VENV)/.installed  ## format, lint, types, import contracts, generated documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/coverage.py --check
	@$(BIN)/python scripts/configuration.py --check

format: $(VENV)/.installed  ## write the format, fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.installed $(VENV)/.runtime $(VENV)/.bench  ## measure; results in benchmarks/results
	@$(BIN)/python -m benchmarks

lock: $(VENV)/.installed  ## write the lock files anew
	@$(BIN)/python scripts/lock.py

clean:  ## remove what was installed and built
	rm -rf $(VENV) .venvs build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What runs Gatelet
$(VENV)/.server: requirements/server.txt pyproject.toml
	@echo "Installing Gatelet into $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/server.txt
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# What checks and tests it
$(VENV)/.installed: $(VENV)/.server requirements/dev.txt
	@echo "Installing the tools of development into $(VENV) ..."
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# boto3 for functions, apart from the server's own packages
$(VENV)/.runtime: $(VENV)/.server requirements/runtime.txt
	@$(BIN)/gatelet install-runtime --requirements requirements/runtime.txt
	@touch $@

# The AWS CLI pins botocore: it lives in a virtualenv of its own
.venvs/awscli/.installed: requirements/awscli.txt
	@echo "Installing the AWS CLI into .venvs/awscli ..."
	@test -x .venvs/awscli/bin/python || $(PYTHON) -m venv .venvs/awscli
	@.venvs/awscli/bin/python $(PIP) install --require-hashes -r requirements/awscli.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.installed requirements/bench.txt
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@
