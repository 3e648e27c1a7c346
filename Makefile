# make          lists the targets
# make grade    grades the sample class;  make check  tests the kit itself
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# a value as one word of the shell, whatever stands in it
quoted = '$(subst ','\'',$(1))'
# where Linux has no NVIDIA GPU, torch without CUDA: 1.2 GB of disk, not 4.8 GB
NVIDIA := $(wildcard /proc/driver/nvidia/version /usr/lib/wsl/lib/nvidia-smi)
CPU_BUILD := $(if $(NVIDIA),,$(filter Linux,$(shell uname -s)))
CPU_INDEX := https://download.pytorch.org/whl/cpu
# graders to compare with; their packages are none of the kit's
PEERS := .venv-bench
# make handout LANGUAGE=pt_BR: of the environment, it is the locale's
SPOKEN := $(if $(filter command,$(origin LANGUAGE)),--language $(LANGUAGE))
# of make check-kit, so that a check can be repeated; try others
SEED ?= kit
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help grade check stubs pictures handout check-kit kit-tests lint types \
	watch test next progress list hint debug solution reset submit doctor \
	bench mutants flakes blind attacks faults fuzz bench-student gradebook-postgres jupyter-check pages-check

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

grade: $(VENV)/instructor ## grade the sample class in examples/class into grades/
	@$(BIN)/grader grade examples/class --out grades --unsandboxed
	@$(BIN)/grader report grades

check: kit-tests check-kit lint types ## everything that a change must pass

watch: $(VENV)/student ## as a student: check the exercise you are in at every save
	@$(BIN)/grader watch

test: $(VENV)/student ## as a student: check exercises/: make test [EX=topic.Symbol]
	@$(BIN)/grader test $(call quoted,$(EX))

next: $(VENV)/student ## as a student: what comes next, and where to read
	@$(BIN)/grader next

progress: $(VENV)/student ## as a student: how far you are, and the minutes left
	@$(BIN)/grader progress

list: $(VENV)/student ## as a student: all exercises: state, level, minutes
	@$(BIN)/grader list

hint: $(VENV)/student ## as a student: one further hint: make hint [EX=topic.Symbol]
	@$(BIN)/grader hint $(call quoted,$(EX))

debug: $(VENV)/student ## as a student: a debugger at your line: make debug EX=topic.Symbol
	@$(BIN)/grader debug $(call quoted,$(EX))

solution: $(VENV)/student ## as a student: the reference: make solution EX=topic.Symbol
	@$(BIN)/grader solution $(call quoted,$(EX))

reset: $(VENV)/student ## as a student: back to the start: make reset EX=topic.Symbol
	@$(BIN)/grader reset $(call quoted,$(EX)) $(if $(YES),--yes)

submit: $(VENV)/student ## as a student: pack what is handed in: make submit [NAME=yours]
	@$(BIN)/grader submit $(if $(NAME),$(call quoted,$(NAME))) $(if $(YES),--yes)

stubs: $(VENV)/student ## make exercises/ from solutions/
	@$(BIN)/grader stubs

pictures: ## draw the pictures in the notebooks
	@$(PYTHON) exercises/notebooks/pictures/draw.py

handout: $(VENV)/student ## pack what students get into handout.zip [LANGUAGE=pt_BR REFERENCES=0]
	@$(BIN)/grader $(SPOKEN) handout $(if $(filter 0,$(REFERENCES)),--no-references)

check-kit: $(VENV)/dev ## test the tests with known right and wrong answers
	$(BIN)/grader stubs --check
	$(BIN)/grader check-kit --seed $(SEED)

kit-tests: $(VENV)/dev ## the grader's own tests, and the attacks on it
	$(BIN)/pytest -q -W error -n 2 --dist loadfile tests/kit tests/attacks

lint: $(VENV)/dev ## ruff, hadolint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/hadolint Dockerfile

types: $(VENV)/dev ## mypy, strict on grader/
	$(BIN)/mypy

bench: $(VENV)/instructor $(PEERS)/ready ## measure: other graders, a cold start, the floor, growing classes [FULL=1]
	$(BIN)/python -m bench $(if $(FULL),--full)

mutants: $(VENV)/bench ## mutate the solutions: which changes does no test catch?
	$(BIN)/python -m bench.mutants

flakes: $(VENV)/bench ## grade the solutions with 50 seeds: does a test depend on its draw?
	$(BIN)/python -m bench.flakes

blind: $(VENV)/dev ## grade answers that nobody wrote a test for: make blind BATCH=C TOPIC=parameters
	$(BIN)/python -m bench.blind $(BATCH) $(TOPIC)

attacks: $(VENV)/dev ## grade hostile submissions: each gets what its honest part deserves
	$(BIN)/pytest -W error tests/attacks
	@if [ $$(id -u) != 0 ]; then echo "As root, this attacks the level uid and an ordinary user's boxes, too."; fi
	@if [ $$(id -u) = 0 ]; then OWN_TMP=yes tests/machine.sh user $(BIN)/pytest -pno:cacheprovider -W error tests/attacks --levels=bubblewrap; fi
	@if [ $$(id -u) = 0 ]; then OWN_TMP=yes tests/machine.sh uid $(BIN)/pytest -pno:cacheprovider -W error tests/attacks --levels=uid; fi

faults: $(VENV)/bench ## kill graders, judges and boxes 200 times: the scores stay the same
	$(BIN)/python -m bench.faults

fuzz: $(VENV)/bench ## feed the parsers with bytes, and the hidden tests with answers, at random
	$(BIN)/python -m bench.fuzz frames -max_total_time=$(FUZZ_SECONDS)
	$(BIN)/python -m bench.fuzz archives -max_total_time=$(FUZZ_SECONDS)
	$(BIN)/python -m bench.fuzz notebooks -max_total_time=$(FUZZ_SECONDS)
	$(BIN)/python -m bench.fuzz registry -max_total_time=$(FUZZ_SECONDS)
	$(BIN)/python -m bench.answers

gradebook-postgres: $(VENV)/dev ## test the gradebook on a PostgreSQL server, started here
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[postgres]'
	$(BIN)/python -m bench.postgres

jupyter-check: $(VENV)/dev ## answer an exercise in JupyterLab, in a real browser
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[browser]'
	$(BIN)/python -m bench.jupyter

pages-check: $(VENV)/dev grade ## look at the sample class's pages, in a real browser
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[browser]'
	$(BIN)/python -m bench.pages grades/report

bench-student: $(VENV)/dev ## time from save to verdict under make watch; CPU of make test
	$(BIN)/python -m bench.student

doctor: $(VENV)/student ## what this machine can do
	@$(BIN)/grader doctor

$(VENV)/student: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(if $(CPU_BUILD),$(BIN)/python -m pip install --quiet --retries 1 --constraint constraints.txt --index-url $(CPU_INDEX) torch || true)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/instructor: $(VENV)/student
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[instructor]'
	@touch $@

$(VENV)/dev: $(VENV)/instructor
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[instructor,similar,dask,dev]'
	@touch $@

$(VENV)/bench: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[instructor,similar,dask,dev,bench]'
	@touch $@

$(PEERS)/ready: bench/peers/requirements.txt bench/peers/constraints.txt constraints.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --constraint constraints.txt \
		--constraint bench/peers/constraints.txt --requirement bench/peers/requirements.txt
	@touch $@
