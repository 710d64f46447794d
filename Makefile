PYTHON ?= .venv/bin/python

.PHONY: lint unit
lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
