# Two commands matter: `make run` (the app) and `make test` (everything CI runs).
# Each does its own set-up once; stamp files make a second time work without a network.
# the first Python that runs and is new enough; a name on the path may be a stand-in that does not run
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
BIN     = .venv/bin
DEMO    = demo
PORT   ?= 8501
# a server to read tables from and to write them to, for the long suite
POSTGIS = postgresql-postgis
DEBIAN  = chromium fonts-noto-cjk libreoffice-calc-nogui libreoffice-writer-nogui poppler-utils

# where the tests lie that drive a browser; to look through the whole house for them takes half a minute
WALKS   = tests/browser tests/layers/outputs/test_offline.py

.PHONY: run install set-up suite test test-all mutants lint lock component wheelhouse clean

install: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Luodi needs Python 3.11 or later; call: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(MAKE) -j2 --no-print-directory kernels-assemble kernels-measure
	touch $@

# what numba compiles is kept beside the source
kernels-%:
	$(BIN)/python -m geo.$*

$(DEMO)/study.toml: .venv/.installed
	$(BIN)/luodi demo $(DEMO)

run: install $(DEMO)/study.toml
	$(BIN)/luodi run $(DEMO)
	$(BIN)/luodi app $(DEMO) --port $(PORT)

.stamps/debian: Makefile .ci/debian
	@mkdir -p .stamps
	@sh .ci/debian $(DEBIAN)
	@touch $@

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# one more than cores: tests wait for children and disks; a worker holds up to 1.5 GB
JOBS   ?= $(shell n=$$(nproc 2>/dev/null || echo 2); test $$n -gt 3 && echo 4 || echo $$((n + 1)))

set-up:
	@$(MAKE) -j2 --no-print-directory install .stamps/debian

test: set-up
	@$(MAKE) -j2 --no-print-directory lint suite
	$(BIN)/pytest -n 2 --dist loadfile $(WALKS) -m "browser and not long"

suite: install
	$(BIN)/pytest -n $(JOBS) --dist loadfile -m "not long and not browser"

.stamps/postgis: Makefile .ci/debian
	@mkdir -p .stamps
	@sh .ci/debian $(POSTGIS)
	@touch $@

test-all: set-up .stamps/postgis lint
	$(BIN)/pytest -n $(JOBS) --dist loadfile -m "not browser"
	$(BIN)/pytest $(WALKS) -m browser

mutants: install
	$(BIN)/python -m tests.mutants

# everything for an office PC without a network: carry the folder there and run windows/install.ps1
wheelhouse: install
	$(BIN)/python .ci/wheelhouse.py wheelhouse

lock: install
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 --all-extras pyproject.toml .ci/build.in -o requirements.lock

component:
	cd layers/serve/component && npm ci && npm run check && npm test && npm run build

clean:
	rm -rf .venv .stamps $(DEMO)
