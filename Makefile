# Everything that newswatch needs, in one virtual environment; `make` alone says what there is.
PYTHON3 ?= python3.11
VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready

.PHONY: help up down test lint lock eval clean
help:
	@echo "make up      bring everything up: Elasticsearch, Airflow, seeds, first poll, drill"
	@echo "make down    end what make up started"
	@echo "make test    the whole suite, with a real Elasticsearch that it starts and stops itself"
	@echo "make lint    format, style and types"
	@echo "make eval    how well tagging and stories do on the labelled sets"
	@echo "make lock    renew the locked requirements"
	@echo "make clean   remove the virtual environment and caches (not the state in .newswatch)"

up: $(READY)
	@$(BIN)/python -m ops.up

down: $(READY)
	@$(BIN)/python -m ops.down

test: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(READY)
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

eval: $(READY)
	@$(BIN)/python bench/eval_tagging.py
	@$(BIN)/python bench/eval_stories.py

lock: $(READY)
	$(BIN)/uv pip compile -q --upgrade --python-version 3.11 --all-extras --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --python-version 3.11 --extra celery --generate-hashes -c requirements.lock \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o requirements-image.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml ops/venv.sh
	@PYTHON3=$(PYTHON3) sh ops/venv.sh $(VENV)
