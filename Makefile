# Two commands matter: `make run` opens Trackmend on its sample project, `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin

# The longest begin first, what is short fills the ends.
PARTS := core window windows-rest app training training-rest road rest
TEST_TARGETS := $(addprefix tests-of-the-,$(PARTS))
.PHONY: run test lint types contracts tests $(TEST_TARGETS) bench bench-learning model screenshots clean

run: .venv/ready
	$(BIN)/trackmend demo

test: lint
	$(MAKE) $(BESIDE_EACH_OTHER) $(firstword $(TEST_TARGETS)) types contracts \
		$(wordlist 2,$(words $(TEST_TARGETS)),$(TEST_TARGETS))

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

contracts: .venv/ready
	$(BIN)/lint-imports

# Two at a time, each on one core and in a process of its own: in fewer processes, which grew to
# gigabytes, the same tests took longer. What one says is shown when it is done, in one piece.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
LANES ?= 2
BESIDE_EACH_OTHER = --no-print-directory --jobs=$(LANES) $(SYNC)
TESTS := QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 $(BIN)/pytest

tests: .venv/ready
	$(MAKE) $(BESIDE_EACH_OTHER) $(TEST_TARGETS)

# A part that is halved runs some files of a folder; its rest runs the folder without them.
WINDOW := $(wildcard tests/app/window/test_[a-m]*.py)
TRAINING := $(wildcard tests/training/test_[a-q]*.py)

tests-of-the-window:
	$(TESTS) $(WINDOW)

tests-of-the-windows-rest:
	$(TESTS) tests/app/window $(addprefix --ignore=,$(WINDOW))

tests-of-the-training:
	$(TESTS) $(TRAINING)

tests-of-the-training-rest:
	$(TESTS) tests/training $(addprefix --ignore=,$(TRAINING))

tests-of-the-core:
	$(TESTS) tests/core

tests-of-the-app:
	$(TESTS) tests/app --ignore=tests/app/window

tests-of-the-rest:
	$(TESTS) $(filter-out $(addprefix tests/,app/ core/ training/ e2e/ data/ __pycache__/),$(wildcard tests/*/))

# Each walks the whole road in a process of its own: a second walk in one process once ended in a crash.
tests-of-the-road:
	$(TESTS) tests/e2e/test_the_whole_road.py
	$(TESTS) tests/e2e/test_screenshots.py

bench: .venv/ready
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/benchmarks -m benchmark -s

# What corrections teach: the second half of a drawn street, and of DATA's sequences if they are there.
DATA ?= ../shared/data
STADTMITTE := $(DATA)/TUD-Stadtmitte
CAMPUS := $(DATA)/TUD-Campus
bench-learning: .venv/ready
	if [ -d "$(STADTMITTE)" ]; then \
		$(BIN)/trackmend bench learning "$(STADTMITTE)/TUD-Stadtmitte.mp4" --gt "$(STADTMITTE)" \
			--other "$(CAMPUS)/TUD-Campus.mp4" --other-gt "$(CAMPUS)" && \
		$(BIN)/trackmend bench learning \
			--other "$(STADTMITTE)/TUD-Stadtmitte.mp4" --other-gt "$(STADTMITTE)"; \
	else $(BIN)/trackmend bench learning; fi

# Repeats the training of the bundled model; DATA is the folder of training material (see the model card).
model: .venv/ready
	$(BIN)/python -m trackmend_training model --data "$(DATA)" --out out/model

screenshots: .venv/ready
	QT_QPA_PLATFORM=offscreen TRACKMEND_SCREENSHOTS=out/screenshots $(BIN)/pytest tests/e2e -k screenshot
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/app/screens -m benchmark

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch .venv/ready

clean:
	rm -rf .venv build out *.egg-info
