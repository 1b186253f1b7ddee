# make run: the dashboard on http://127.0.0.1:8050.  make test: every check and test.
PYTHON ?= python3
VENV := .venv/bin
ADDRESS ?= 127.0.0.1:8050
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: run test check programs lock clean

run: .venv/installed  ## serve the dashboard; make the demonstration database if there is none
	@test -n "$$LEAP_DATABASE_URL" || test -f data/leap.duckdb || $(VENV)/python -m reporting demo
	LEAP_ADDRESS=$(ADDRESS) $(VENV)/gunicorn app:server

test: check programs  ## style, types, import directions and all tests, a real browser included
	$(VENV)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: .venv/installed-dev  ## style, types and import directions
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports

programs:  ## Debian's Chromium, PostgreSQL, Caddy, and what opens slides and prints, for the tests
	@{ which caddy chromium-headless-shell soffice pdftotext && ls /usr/lib/postgresql/*/bin/postgres; } >/dev/null || { \
	    $(AS_ROOT) apt-get update -qq && \
	    $(AS_ROOT) apt-get install -y -qq --no-install-recommends caddy chromium-headless-shell \
	        fonts-liberation libreoffice-impress-nogui poppler-utils postgresql; }

.venv/installed: requirements.txt
	test -x $(VENV)/python || $(PYTHON) -m venv .venv
	$(VENV)/pip install --quiet --no-compile --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(VENV)/pip install --quiet --no-compile --require-hashes -r requirements-dev.txt
	@touch $@

lock:  ## rewrite the locked requirements from the .in files
	for name in requirements requirements-dev; do \
	    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	        --no-emit-index-url --no-emit-find-links $$name.in -o $$name.txt || exit 1; \
	done

clean:  ## remove the virtual environment and caches; data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
