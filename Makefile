# Everything is set up on the way; the second time that takes a moment. `make` alone lists the verbs.
.DEFAULT_GOAL := help
.PHONY: help setup python docker images drill test test-drills test-crash check fix docs bench clean

PYTHON := .venv/bin/python
ROUNDS ?= 20

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

setup: images ## virtual environment, locked dependencies, Docker, images

drill: setup ## one full drill with a scripted responder; ends with the gaps it found
	@.venv/bin/gameday run scenarios/payments-freezes.yaml --responders responders/planted.yaml --var alerting=planted \
	|| { code=$$?; [ $$code -eq 1 ] || exit $$code; }

test: setup ## all tests, those that need Docker included
	@$(PYTHON) -m pytest -n 2 -q -m "not docker and not drills and not crash"
	@$(PYTHON) -m pytest -n 2 --dist loadfile -q --durations=5 -m "docker and not quiet and not drills and not crash"
	@$(PYTHON) -m pytest --durations=5 -m "docker and quiet and not drills and not crash"

test-drills: setup ## every scenario with both its responders, ROUNDS times each
	@ROUNDS=$(ROUNDS) $(PYTHON) -m pytest -m drills

test-crash: setup ## crash tests: gameday is killed everywhere it can be, and nothing may stay broken
	@ROUNDS=$(ROUNDS) $(PYTHON) -m pytest -m crash

check: python ## format, lint, types, layers, and the tests without Docker
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m mypy & types=$$!; \
	.venv/bin/lint-imports && $(PYTHON) -m pytest -n 2 -q -m "not docker and not slow and not crash"; \
	code=$$?; wait $$types && exit $$code

fix: python ## format, and repair what the linter can
	@$(PYTHON) -m ruff format
	@$(PYTHON) -m ruff check --fix

docs: python ## the manual, in build/docs
	@$(PYTHON) -m sphinx -W -q -b html docs build/docs

bench: setup ## how fast gameday itself is
	@$(PYTHON) -m bench

clean: ## remove what set-up and drills made
	@setup/clean.sh

python:
	@setup/python.sh

docker: python
	@setup/docker.sh

images: docker
	@sandbox/images.sh
