# Everything a user does here is a target. `make` alone lists them.
STACK ?= dev
FORMAT ?= text
FROM ?= stack
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.installed
SETUP_DEV := .venv/.installed-dev
CHECKED := .
MAKEFLAGS += --no-print-directory
export PULUMI_ERROR_OUTPUT_STRING := true

.DEFAULT_GOAL := help
.PHONY: help setup preview rehearse frontend-env test check format inventory docs lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(SETUP) ## Install what the program and the simulated cloud need into .venv

$(SETUP): requirements.lock
	@tools/install requirements.lock $(PYTHON)
	@touch $@

$(SETUP_DEV): requirements-dev.lock
	@tools/install requirements-dev.lock $(PYTHON)
	@tools/install-test-tools
	@touch $@ $(SETUP)

preview: $(SETUP) ## Show the plan of a stack, with no cloud account: STACK=dev|prod FORMAT=text|json
	@$(BIN)/python -m simulator.preview $(STACK) --format $(FORMAT)

rehearse: $(SETUP) ## Take a stack through its life on the real engine and the simulated cloud: STACK=dev|prod
	@tools/install-pulumi
	@PATH="$$PATH:$(CURDIR)/.cache/pulumi/bin" $(BIN)/python -m simulator.rehearsal $(STACK)

frontend-env: $(SETUP) ## Write .env.STACK.TARGET for a frontend's build: STACK=dev|prod FROM=stack|plan
	@$(BIN)/python -m tools.frontend_env $(STACK) --from $(FROM)

test: $(SETUP_DEV) ## Run every test
	@$(BIN)/python -m pytest

check: $(SETUP_DEV) ## Format, lint, types and tests: what CI runs
	@$(BIN)/ruff format --check $(CHECKED)
	@$(BIN)/ruff check $(CHECKED)
	@$(BIN)/ty check --error-on-warning $(CHECKED)
	@$(MAKE) test

format: $(SETUP_DEV) ## Format the code
	@$(BIN)/ruff format $(CHECKED)
	@$(BIN)/ruff check --fix $(CHECKED)

inventory: $(SETUP_DEV) ## Write the inventories of both stacks anew, after a wanted change of the plan
	@$(BIN)/python -m tests.inventory.write

docs: $(SETUP_DEV) ## Write docs/settings.md anew from the settings' models
	@$(BIN)/python -m tools.settings_reference

lock: $(SETUP_DEV) ## Pin what pyproject.toml asks for
	@PATH="$(CURDIR)/$(BIN):$$PATH" tools/lock

clean: ## Take away everything that was installed or built here
	@rm -rf .venv .cache .build .pulumi-home .pytest_cache .ruff_cache .hypothesis
