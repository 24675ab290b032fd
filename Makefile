# Everything a user does here is a target. `make` alone lists them.
STACK ?= dev
FORMAT ?= text
FROM ?= stack
TARGET ?= production
PYTHON ?= python3
WORKERS ?= auto
BIN := .venv/bin
SETUP := .venv/.installed
SETUP_DEV := .venv/.installed-dev
CHECKED := .
MAKEFLAGS += --no-print-directory
export PULUMI_ERROR_OUTPUT_STRING := true
# Where tools/install-pulumi puts the program, if there is no other.
export PATH := $(PATH):$(CURDIR)/.cache/pulumi/bin

.DEFAULT_GOAL := help
.PHONY: help setup preview cost drawing bench deployment-chart rehearse frontend-env bootstrap images plan plan-offline deploy drift comment summary report-drift frontend-bundle frontend-build lint-workflows test check format inventory docs lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(SETUP) ## Install what the program and the simulated cloud need into .venv

$(SETUP): requirements.lock
	@tools/install requirements.lock $(PYTHON)
	@touch $@

$(SETUP_DEV): requirements-dev.lock
	@tools/install requirements-dev.lock $(PYTHON)
	@tools/install-test-tools
	@tools/install-buildkit
	@touch $@ $(SETUP)

preview: $(SETUP) ## Show the plan of a stack, with no cloud account: STACK=dev|prod FORMAT=text|json BASE=file
	@$(BIN)/python -m simulator.preview $(STACK) --format $(FORMAT) $(if $(BASE),--base "$(BASE)")

cost: $(SETUP) ## Price a stack's plan by the month: STACK= FORMAT=text|json|markdown BASE=file|commit ASSUME=
	@$(BIN)/python -m reports.cost $(STACK) --format $(FORMAT) $(if $(BASE),--base "$(BASE)") \
	  $(if $(ASSUME),--assume $(ASSUME))

drawing: $(SETUP) ## Draw the architecture of prod anew, into README.md and docs/architecture.svg
	@$(BIN)/python -m reports.drawing

bench: $(SETUP_DEV) ## Measure the program, its previews and its first deployment: STACK=dev|prod
	@$(BIN)/python -m bench --stack $(STACK)

deployment-chart: $(SETUP) ## Draw the first deployment of prod over time anew, into docs/first-deployment.svg
	@$(BIN)/python -m bench.chart

rehearse: $(SETUP) ## Take a stack through its life on the real engine and the simulated cloud: STACK=dev|prod
	@tools/install-pulumi
	@$(BIN)/python -m simulator.rehearsal $(STACK)

frontend-env: $(SETUP) ## Write .env.STACK.TARGET for a frontend's build: STACK=dev|prod FROM=stack|plan
	@$(BIN)/python -m tools.frontend_env $(STACK) --from $(FROM)

bootstrap: $(SETUP) ## Prepare a project for Pulumi and CI: STACK= REPOSITORY=owner/name DRY_RUN=1
	@$(BIN)/python -W ignore::FutureWarning -m tools.bootstrap $(STACK) --repository "$(REPOSITORY)" --repository-id "$(REPOSITORY_ID)" \
	  --project "$(PROJECT)" --region "$(REGION)" --environment "$(GITHUB_ENVIRONMENT)" --bucket "$(STATE_BUCKET)" \
	  --people "$(PEOPLE)" $(if $(DRY_RUN),--dry-run)

images: $(SETUP) ## Build and push a stack's images, and write down their digests: STACK=dev|prod
	@$(BIN)/python -m tools.delivery images $(STACK)

plan: $(SETUP) ## Ask Pulumi what a deployment would do, and write it down: STACK=dev|prod RELEASE=file
	@tools/install-pulumi
	@$(BIN)/python -m tools.delivery plan $(STACK) --release "$(RELEASE)"

plan-offline: $(SETUP) ## Compare a stack's plan with that of an earlier commit, with no account: STACK= BASE=
	@$(BIN)/python -m tools.delivery plan-offline $(STACK) --base "$(BASE)"

deploy: $(SETUP) ## Bring a stack up, or exactly an approved plan: STACK=dev|prod APPROVED=file
	@tools/install-pulumi
	@$(BIN)/python -m tools.delivery deploy $(STACK) --approved "$(APPROVED)"

drift: $(SETUP) ## Look for what is no longer as Pulumi left it: STACK=dev|prod
	@tools/install-pulumi
	@$(BIN)/python -m tools.delivery drift $(STACK)

comment: ## Write what was found into a pull request's one comment: PULL_REQUEST=number
	@$(PYTHON) -m tools.delivery tell comment "$(PULL_REQUEST)"

summary: ## Write what was found into a workflow job's summary
	@$(PYTHON) -m tools.delivery tell summary

report-drift: ## Open, update or close a stack's issue on drift: STACK=dev|prod
	@$(PYTHON) -m tools.delivery tell drift $(STACK)

frontend-bundle: $(SETUP) ## Build a Next.js frontend for a stack: STACK= FOLDER= TARGET=production FROM=stack|plan
	@$(BIN)/python -m tools.frontend_bundle $(STACK) "$(FOLDER)" --target "$(TARGET)" --from $(FROM)

frontend-build: $(SETUP) ## Order a frontend's build where its variables changed: STACK=dev|prod
	@$(BIN)/python -W ignore::FutureWarning -m tools.frontend_build $(STACK)

lint-workflows: $(SETUP_DEV) ## Lint the workflows with actionlint and zizmor
	@tools/lint-workflows

test: $(SETUP_DEV) ## Run every test: WORKERS=auto|number of processes
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

check: $(SETUP_DEV) ## Format, lint, types and tests: what CI runs
	@$(BIN)/ruff format --check $(CHECKED)
	@$(BIN)/ruff check $(CHECKED)
	@$(BIN)/ty check --error-on-warning $(CHECKED)
	@tools/lint-workflows
	@$(MAKE) test

format: $(SETUP_DEV) ## Format the code
	@$(BIN)/ruff format $(CHECKED)
	@$(BIN)/ruff check --fix $(CHECKED)

inventory: $(SETUP_DEV) ## Write the inventories of both stacks anew, after a wanted change of the plan
	@$(BIN)/python -m tests.inventory.write

docs: $(SETUP_DEV) ## Write docs/settings.md and docs/reachability.md anew, from the models and the plans
	@$(BIN)/python -m tools.settings_reference
	@$(BIN)/python -m reports.reachability

lock: $(SETUP_DEV) ## Pin what pyproject.toml asks for
	@PATH="$(CURDIR)/$(BIN):$$PATH" tools/lock

clean: ## Take away everything that was installed or built here
	@rm -rf .venv .cache .build .pulumi-home .pytest_cache .ruff_cache .hypothesis
