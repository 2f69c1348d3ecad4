# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# Every target makes its own virtual environment, and brings it up to date when a file changed
# that it depends on. Nothing outside this folder is touched.

PYTHON ?= python3
VENV ?= .venv
JAZZY_VENV ?= .venv-jazzy
# Arguments of a target: make demo ARGS='"put the green cube in the yellow bowl" --seed 7'
ARGS ?=

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.NOTPARALLEL:

# A ROS that is sourced in the calling shell must not mix with the one in the environment.
CLEAN := env -u PYTHONPATH -u PYTHONHOME -u LD_LIBRARY_PATH -u AMENT_PREFIX_PATH \
	-u CMAKE_PREFIX_PATH -u COLCON_PREFIX_PATH -u VIRTUAL_ENV -u _ROS_WHEELS_BOOTSTRAP_COMPLETE
PIP := -m pip install -qq --disable-pip-version-check
# Tests and demo talk to this machine only, each run on its own.
LOCAL := ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST ROS_DOMAIN_ID=$${ROS_DOMAIN_ID:-$$((10 + $$$$ % 90))}
RUN = $(CLEAN) $(LOCAL) $(VENV)/bin

PACKAGE_FILES := package.xml CMakeLists.txt setup.py setup.cfg pyproject.toml \
	$(shell find action cmake config launch msg resource srv urdf vla_ros worlds -type f \
		-not -path '*/__pycache__/*')

.PHONY: help
help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

.PHONY: demo
demo: $(VENV)/package.stamp ## One sentence moves the simulated arm; leaves a video in out/
	@$(RUN)/vla_ros demo $(ARGS)

.PHONY: test
test: lint types doors end-to-end unit ## All that has to hold before a change lands

.PHONY: lint
lint: $(VENV)/test.stamp ## Check style and format
	@$(RUN)/ruff check .
	$(RUN)/ruff format --check .

.PHONY: format
format: $(VENV)/test.stamp ## Bring the code into format
	@$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

.PHONY: types
types: $(VENV)/test.stamp ## Check types
	@$(RUN)/mypy
	@MYPYPATH=.:benchmarks $(RUN)/mypy benchmarks/*.py

.PHONY: unit
unit: $(VENV)/test.stamp $(VENV)/package.stamp ## Run the tests, those of the nodes over real DDS
	@$(RUN)/python -m pytest $(ARGS)

.PHONY: doors
doors: $(VENV)/test.stamp $(VENV)/package.stamp colcon ## Check that pip and colcon install the same
	@$(RUN)/python -m pytest -q test/doors --door pip=$(VENV) --door colcon=build/colcon/install/vla_ros

.PHONY: colcon
colcon: $(VENV)/package.stamp ## Build the package as on a ROS machine, into build/colcon
	@$(CLEAN) PATH="$(abspath $(VENV))/bin:$$PATH" \
		AMENT_PREFIX_PATH="$(abspath $(VENV))" CMAKE_PREFIX_PATH="$(abspath $(VENV))" \
		colcon --log-base build/colcon/log build --base-paths . --build-base build/colcon/build \
		--install-base build/colcon/install --event-handlers console_cohesion- \
		--cmake-args -DBUILD_TESTING=OFF -DPython3_EXECUTABLE="$(abspath $(VENV))/bin/python"

.PHONY: end-to-end
end-to-end: $(VENV)/package.stamp ## Run the installed demo once, from the sentence to the solved task
	@$(RUN)/vla_ros demo --out build/end-to-end $(ARGS)

.PHONY: jazzy
jazzy: $(JAZZY_VENV)/package.stamp ## Build against ROS 2 Jazzy and move the arm with it
	@$(CLEAN) $(LOCAL) $(JAZZY_VENV)/bin/python -m pytest -q test/doors --door pip=$(JAZZY_VENV)
	$(CLEAN) $(LOCAL) $(JAZZY_VENV)/bin/vla_ros demo --out build/end-to-end-jazzy

.PHONY: clean
clean: ## Remove environments, builds and results
	rm -rf $(VENV) $(JAZZY_VENV) build out *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- Environments ----

# $(call make_venv,FOLDER,REQUIREMENTS): the packages of some requirements files in a new folder.
define make_venv
	@command -v $(PYTHON) > /dev/null || { \
		echo "$(PYTHON) is missing. Install it with: sudo apt-get install python3 python3-venv" >&2; exit 1; }
	$(CLEAN) $(PYTHON) requirements/check_system.py
	echo "Setting up $(1) (about two minutes)"
	test -x $(1)/bin/python || $(CLEAN) $(PYTHON) -m venv $(1)
	$(CLEAN) $(1)/bin/python $(PIP) --upgrade pip==26.3  # The resolver of old ones takes very long.
	$(CLEAN) $(1)/bin/python $(PIP) $(foreach name,$(2),-r requirements/$(name).txt)
	touch $@
endef

$(VENV)/base.stamp: $(addprefix requirements/,build.txt kilted.txt runtime.txt sim.txt check_system.py)
	$(call make_venv,$(VENV),build kilted runtime sim)

$(JAZZY_VENV)/base.stamp: $(addprefix requirements/,build.txt jazzy.txt runtime.txt sim.txt test.txt)
	$(call make_venv,$(JAZZY_VENV),build jazzy runtime sim test)

# torch comes first: nothing after it may choose another one.
$(VENV)/test.stamp: $(VENV)/base.stamp requirements/learn.txt requirements/test.txt
	@echo "Adding what the tests need"
	$(CLEAN) $(VENV)/bin/python $(PIP) -r requirements/learn.txt
	$(CLEAN) $(VENV)/bin/python $(PIP) -r requirements/test.txt
	touch $@

%/package.stamp: %/base.stamp $(PACKAGE_FILES)
	@echo "Building the package into $*"
	$(CLEAN) $*/bin/python $(PIP) --no-deps --no-build-isolation .
	touch $@
