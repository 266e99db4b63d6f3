# The only commands to know. `make` alone lists them.

# Debian builds its Python for speed; another one that is called first often is not.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo /usr/bin/python3 || echo python3)
PORT ?= 8000
ROUNDS ?= 5
export PORT
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Else each program compiles all that it imports, every time: seconds a start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset run test image check fmt bench lighthouse chaos lock

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## a whole hackathon in your browser, in one command
	@$(PYTHON) scripts/packages.py base
	@.venv/bin/python scripts/demo.py

demo-reset: ## forget the demo's data
	@$(PYTHON) scripts/packages.py base
	@.venv/bin/python scripts/demo.py reset

run: ## the site for developers, reloading on change, with a worker
	@$(PYTHON) scripts/packages.py dev
	@DEBUG=true .venv/bin/python manage.py migrate --verbosity 0
	@DEBUG=true PORT=$(PORT) SITE_URL=http://localhost:$(PORT) .venv/bin/python scripts/processes.py Procfile

test: ## everything: checks, both databases, worker, mail, browser
	@$(PYTHON) scripts/suite.py parts & $(PYTHON) scripts/packages.py dev && wait $$!
	@.venv/bin/python scripts/suite.py

image: ## the Docker image as compose runs it, built and booted without Docker (as root)
	@$(PYTHON) scripts/packages.py dev
	@.venv/bin/python scripts/image.py

check: ## linters, types, layers, migrations, deployment
	@$(PYTHON) scripts/packages.py dev
	@bash scripts/check.sh

fmt: ## put everything into the house format
	@$(PYTHON) scripts/packages.py dev
	@ruff check --fix-only --quiet .
	@ruff format --quiet .
	@djlint --quiet --reformat templates || true

bench: ## requests per second beside a minimal Django project
	@$(PYTHON) scripts/packages.py dev
	@.venv/bin/python scripts/bench/run.py

lighthouse: ## how a phone's first visit to four pages is judged (needs npm)
	@$(PYTHON) scripts/packages.py base
	@.venv/bin/python scripts/lighthouse.py

chaos: ## kill sites, workers and phones at work, type nonsense everywhere; count what is lost
	@$(PYTHON) scripts/packages.py dev
	@for round in $$(seq $(ROUNDS)); do pytest -q -m worker -k killed || exit 1; done
	@ODD_WORDS=12 pytest -q tests/bad_input
	@SCENARIOS=200 pytest -q tests/notifications/test_clock.py
	@SCENARIOS=50 pytest -q tests/judging/test_replay.py
	@PUBLISH_KILLS=30 pytest -q -s tests/judging/test_publish_killed.py
	@PHONE_KILLS=40 PHONE_TAPS_BEFORE_A_KILL=10 PHONE_FAULTS=300 PHONE_SHIFT=25 PHONE_STEPS=600 \
		pytest -q -s tests/judging/test_phone_faults.py

lock: ## lock requirements/*.in anew, with hashes and without any index's address
	@$(PYTHON) scripts/packages.py dev
	@bash scripts/lock.sh
