# Needs Python 3.11 or newer and make; everything else is put into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LANGUAGES := cy pl ur bn ar

.PHONY: demo test check bench bench-draw bench-rotations bench-results soak monkey canaries words clean

demo: .venv/product
	$(BIN)/folkmoot demo

test: check
	$(BIN)/pytest -q -n 2

check: .venv/development
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/development
	$(BIN)/python -m bench

bench-draw: .venv/development build/sortition/made
	$(BIN)/python -m bench.draw --library build/sortition/bin/python

bench-results: .venv/development
	$(BIN)/python -m bench.results

bench-rotations: .venv/development
	$(BIN)/python -m bench.rotations

build/sortition/made:
	$(PYTHON) -m venv build/sortition
	build/sortition/bin/python -m pip install --quiet --disable-pip-version-check sortition-algorithms
	touch $@

soak: .venv/development
	SOAK_KILLS=$${SOAK_KILLS:-300} $(BIN)/pytest -q tests/test_kill.py

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Folkmoot needs Python 3.11 or newer. Say which: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/product: .venv/made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . -c constraints.txt
	touch $@

.venv/development: .venv/made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]" -c constraints.txt
	touch $@ .venv/product

monkey: .venv/development
	MONKEY_STEPS=3000 MONKEY_SEEDS=20 $(BIN)/pytest -q tests/test_monkey.py

canaries: .venv/development
	CANARIES=1000 $(BIN)/pytest -q tests/test_erasing_by_chat.py

words: .venv/development
	$(BIN)/pybabel --quiet extract -k _ -k ngettext:1,2 --no-location --sort-output --omit-header -o build-words.pot flows bot
	for language in $(LANGUAGES); do \
		$(BIN)/pybabel --quiet update --init-missing --no-fuzzy-matching --ignore-obsolete \
			-i build-words.pot -D folkmoot -l $$language -d flows/locales || exit 1; \
	done
	sed -i.before -E '/^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid-Bugs-To)/d' \
		flows/locales/*/LC_MESSAGES/folkmoot.po
	rm build-words.pot flows/locales/*/LC_MESSAGES/folkmoot.po.before
