PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: install run leaderboards test browser quick docs benchmarks gpu-check

# the environment, and audition in it: made again only when what it depends on changes
install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("audition needs Python 3.11 or newer, and $(PYTHON) is %d.%d: try `make PYTHON=python3.12`" % sys.version_info[:2])'
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -c constraints.txt -e ".[train,dev]"
	touch $@

# a real selection: every model of the tiny zoo auditions on a task that ships with audition
run: install
	$(BIN)/audition select package-synopsis --models "tiny/*" --ratio 1/64 --output runs/demo

# what is generated and kept: the leaderboards, the paper's results beside ours, and the page of both
leaderboards: install
	mkdir -p .audition
	$(BIN)/audition bench --leaderboards leaderboards --format json --output .audition/rows.json
	$(BIN)/audition reproduce --output leaderboards
	$(BIN)/python scripts/make_site.py .audition/rows.json

test: install browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal

# the Chromium that tests open pages in, of the system's packages where there is none
browser:
	@command -v chromium >/dev/null 2>&1 || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core) \
	|| echo "chromium cannot be installed here: install it yourself, or tests of pages are skipped"

# what a change is tried by: no fine-tuning of real models, no wheels
quick: install
	$(BIN)/ruff check .
	$(BIN)/pytest -n 2 -m "not slow"

# the documents as a site, in site/: built without a network, and no page asks for another host
docs: install
	$(BIN)/python scripts/write_docs.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --clean

# speed beside peers, about an hour with nothing else running: benchmarks/results.json, and docs/performance.md from it
benchmarks: install
	$(BIN)/python benchmarks/run.py
	$(BIN)/python scripts/write_docs.py

# what only a GPU can show: the tests marked gpu and a measured table in gpu-report/; exits 2 where there is none
gpu-check: install
	@$(BIN)/python benchmarks/gpu_check.py --output gpu-report
