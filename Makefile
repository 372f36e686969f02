# The commands of this repository. `make` alone lists them; each prepares what it needs and skips what is done.
PYTHON ?= python3
PYTEST_ARGS ?= -q -n logical --maxprocesses 8 --dist loadfile
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup demo code test check bench bench-collusion bench-alarms bench-screens run backup restore clean

PREPARE = @command -v $(PYTHON) >/dev/null || { echo "sudo apt-get install -y python3 python3-venv" >&2; exit 1; }; $(PYTHON) deploy/setup.py
RUN = .venv/bin/python

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-23s%s\n' "$$name" "$$text"; done

setup: ## prepare this checkout: .venv, front end, translations, database
	$(PREPARE)

demo: ## play the whole story, then serve it at http://localhost:8000 (PORT=, ONCE=1 only plays and verifies)
	$(PREPARE) && exec $(RUN) -m demo $(if $(filter-out 0,$(ONCE)),--once)

code: ## print the current one-time code of a demo seat (SEAT=name)
	@test -n "$(SEAT)" || { echo "say which seat: make code SEAT=name" >&2; exit 2; }
	$(PREPARE) && exec $(RUN) -m demo code "$(SEAT)"

test: ## run all tests (DATABASE_URL=, REDIS_URL=, PYTEST_ARGS=tests/kernel)
	$(PREPARE) --profile dev && exec $(RUN) -m pytest $(PYTEST_ARGS)

check: ## lint, types, import contracts, templates, translations, printed docs, migrations, locks (ONLY=)
	$(PREPARE) --profile dev && exec $(RUN) -m deploy.check $(ONLY)

bench: ## measure, one JSON line a figure (ONLY=hall|surge|seal|pairs|collusion|alarms|screens)
	$(PREPARE) --profile dev && exec $(RUN) -m benchmarks $(ONLY)

bench-collusion: ## the same for collusion on the three real markets of ../shared
	$(PREPARE) --profile dev && exec $(RUN) -m benchmarks collusion

bench-alarms: ## the same for false alarms and power on made markets
	$(PREPARE) --profile dev && exec $(RUN) -m benchmarks alarms

bench-screens: ## the same for screens and flags at scale: some minutes, 1 GiB of disk
	$(PREPARE) --profile dev && exec $(RUN) -m benchmarks screens

run: ## serve as in production on DATABASE_URL and REDIS_URL (PORT=)
	$(PREPARE) --no-store && exec $(RUN) -m deploy.run

backup: ## save the store to FILE= (default: a dated file in var/backups)
	$(PREPARE) --no-store && exec $(RUN) -m deploy.backup save $(if $(FILE),"$(FILE)")

restore: ## bring back a saved store (FILE=)
	@test -n "$(FILE)" || { echo "say which backup: make restore FILE=path" >&2; exit 2; }
	$(PREPARE) --no-store && exec $(RUN) -m deploy.backup restore "$(FILE)"

clean: ## remove what set-up made; the store in var/ stays
	@rm -rf .venv node_modules build portal/static/portal/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
