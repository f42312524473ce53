# Two commands matter: `make run` opens Trackmend on its sample project, `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint types contracts tests bench model screenshots clean

run: .venv/ready
	$(BIN)/trackmend demo

test: lint types contracts tests

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

contracts: .venv/ready
	$(BIN)/lint-imports

tests: .venv/ready
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest

bench: .venv/ready
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/benchmarks -m benchmark -s

# Repeats the training of the bundled model; DATA is the folder of training material (see the model card).
model: .venv/ready
	$(BIN)/python -m trackmend_training model --data "$(DATA)" --out out/model

screenshots: .venv/ready
	QT_QPA_PLATFORM=offscreen TRACKMEND_SCREENSHOTS=out/screenshots $(BIN)/pytest tests/e2e -k screenshot

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch .venv/ready

clean:
	rm -rf .venv build out *.egg-info
