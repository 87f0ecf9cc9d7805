# Two commands matter: `make demo` and `make test`. Everything is set up by them, under .tools/, .venv/ and .data/.
SHELL := /bin/bash
PY := .venv/bin/python
# uv where it is on the path, else put into .tools/ by pip. Written so that only the first use pays for it.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
SYNC := UV_PROJECT_ENVIRONMENT=.venv $(UV) pip install --quiet --python $(PY) --no-deps --require-hashes

.PHONY: demo test train eval bench-webhooks bench-audio bench-decoding bench-verify bench-stores bench-line bench-memory bench-decide \
  bench-retention \
  chaos chaos-hosts chaos-upgrade chaos-purge chaos-bulk serve assets sweep newcomer bench-console licenses audit sbom wheel fuzz \
  vcon-check check format lock infra infra-accept image clean
.DEFAULT_GOAL := demo

demo: .venv/.runtime
	@$(PY) -m pipeline.cli demo

# The tagger again from its sources, held against the shipped one's scores; the same on one machine, minutes on two cores.
TRAIN ?=
train: .venv/.dev
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m pipeline.redaction.training $(TRAIN)

# Any labelled files: make eval FILES=../calls.jsonl; without them the project's own, which have sound too.
FILES ?=
eval: .venv/.dev
	@$(PY) -m tests.bench.evaluate $(FILES)$(if $(FILES),, && $(PY) -m tests.bench.evaluate_audio)

serve: .venv/.runtime assets
	@$(PY) -m pipeline.cli serve --with-worker

# A worker for each core, at most four: each has its own database server and its own models. A file stays with one worker,
# and the longest begin first.
test: .venv/.dev assets .tools/.chromium
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

bench-webhooks: .venv/.dev
	@$(PY) -m tests.bench.webhooks

bench-audio: .venv/.dev
	@$(PY) -m tests.bench.audio

bench-decoding: .venv/.dev
	@$(PY) -m tests.bench.decoding

# What a call minute costs, by stage of the line, against bare transcription of the same sound.
bench-line: .venv/.dev
	@$(PY) -m tests.bench.line

# Sealing against one SHA-256 pass, and the S3 adapter's put against boto3 alone.
bench-stores: .venv/.dev
	@$(PY) -m tests.bench.stores

# What one worker holds after many calls: make bench-memory MEMORY_CALLS=1000
MEMORY_CALLS ?= 10000
bench-memory: .venv/.dev
	@$(PY) -m tests.bench.worker_memory --calls $(MEMORY_CALLS)

bench-verify: .venv/.dev
	@$(PY) -m tests.bench.verify --catches

# Judging again at other sizes: make bench-decide SIZES=1000000,10000000 SAMPLE=5000 judges five thousand of each.
SIZES ?= 10000,100000
SAMPLE ?= 0
bench-decide: .venv/.dev
	@$(PY) -m tests.bench.decide --sizes $(SIZES) --sample $(SAMPLE)

# What a night costs by what is due; MOST=10000000 for ten million rows.
MOST ?= 1000000
bench-retention: .venv/.dev
	@$(PY) -m tests.bench.retention --most $(MOST)

# Hundreds of calls while processes die, vendors fail, disks fill and clocks jump: make chaos CALLS=500 SEED=7
CALLS ?= 200
SEED ?= 1
chaos: .venv/.dev assets
	@$(PY) -m tests.chaos --calls $(CALLS) --seed $(SEED)

# Hosts are lost one at a time; as root, on Debian with postgresql and iproute2.
chaos-hosts: .venv/.dev assets
	@$(PY) -m tests.chaos.lose_hosts

# A release in the middle of many calls: make chaos-upgrade BEFORE=commit
BEFORE ?= HEAD
chaos-upgrade: .venv/.dev assets
	@$(PY) -m tests.chaos.upgrade --before $(BEFORE)

# A worker is killed in the middle of a job on many recordings, and another goes on where it was.
chaos-bulk: .venv/.dev
	@BULK_KILLS=1 $(PY) -m pytest tests/pipeline/workflows/test_bulk.py

# A purge of ten thousand objects on a real S3 server, killed three times.
chaos-purge: .venv/.dev
	@$(PY) -m tests.bench.purge 10000 3

# Every page of a filled tenant at three widths in both schemes: barriers, widths, complaints; each as a picture in a folder.
PICTURES ?=
sweep: .venv/.dev assets .tools/.chromium
	@$(PY) -m tests.journeys.console.sweep $(PICTURES) $(ONLY)

# What a newcomer does, each step a picture: to the first reviewed call, and to a period that is enforced.
newcomer: .venv/.dev assets .tools/.chromium
	@$(PY) -m tests.journeys.console.newcomer $(PICTURES)

# The page of a call of one hour in Chromium, and a queue of 100,000 lines: make bench-console ROWS=10000
ROWS ?= 100000
bench-console: .venv/.dev assets .tools/.chromium
	@$(PY) -m tests.bench.console --rows $(ROWS)

# The scripts of the console's pages, by name, version and digest. npm is the system's, or the one that a package carries.
assets: .venv/.runtime
	@command -v npm >/dev/null || test -x .venv/bin/npm || $(SYNC) -r requirements-node.lock
	@$(PY) -m webhooks.pages.fetch_assets

# Tests look at pages in a real browser. Where none is and Debian's packages can be installed, it is installed.
.tools/.chromium:
	@mkdir -p .tools; command -v chromium >/dev/null || (apt-get update -qq && \
	  apt-get -o DPkg::Lock::Timeout=180 install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null) \
	  || echo "no Chromium, and none could be installed: the tests that look at pages will fail"
	@if command -v chromium >/dev/null; then touch $@; fi

# Licences of all parts, noted anew from what is installed; what may not be shipped fails. Tests hold the same.
licenses: .venv/.runtime
	@$(PY) -m pipeline.supply licenses

# For users with a network: every pinned package is asked about, and one that cannot be is a failure.
audit: .venv/.runtime .cache/audit/.ready
	@$(PY) -m pipeline.supply audit .cache/audit/bin/pip-audit

# The bill of materials, as it stands in the wheel too, held against CycloneDX's own schema.
sbom: .venv/.runtime .cache/audit/.ready
	@$(PY) -m pipeline.supply sbom .data/earmark.cdx.json
	@.cache/audit/bin/python -m tests.bench.check_sbom .data/earmark.cdx.json

# The wheel, into dist/: the same bytes from the same sources.
wheel: .venv/.dev assets
	@$(PY) -m hatchling build -t wheel -d dist

.cache/audit/.ready: requirements-audit.lock | $(PY)
	@$(UV) venv --quiet --allow-existing --python $(PY) .cache/audit
	@$(UV) pip install --quiet --python .cache/audit/bin/python --no-deps --require-hashes -r requirements-audit.lock
	@touch $@

# The cloud as templates, made anew without a network, against the reviewed snapshot; three linters; manifests and image.
INFRA := .cache/infra/bin
infra: .cache/infra/.ready
	@PATH="$(CURDIR)/$(INFRA):$$PATH" $(INFRA)/python -m infra.cloud.check
	@$(INFRA)/check-jsonschema --builtin-schema vendor.compose-spec infra/container/compose.yaml
	@$(INFRA)/hadolint infra/container/Containerfile && echo "Containerfile: nothing found"
	@ls infra/kubernetes/*.yaml | grep -v kustomization | xargs -n 1 $(INFRA)/kubernetes-validate

# After looking at what changed: the templates as they are now become the reviewed ones.
infra-accept: .cache/infra/.ready
	@PATH="$(CURDIR)/$(INFRA):$$PATH" $(INFRA)/python -m infra.cloud.check --accept

# The container image, from Debian's packages and the locks' wheels alone: no registry of images. Minutes, and root.
image:
	@infra/container/build_image.sh .cache/image

.cache/infra/.ready: requirements-infra.lock | $(PY)
	@$(UV) venv --quiet --allow-existing --python $(PY) .cache/infra
	@$(UV) pip install --quiet --python .cache/infra/bin/python --no-deps --require-hashes -r requirements-infra.lock
	@touch $@

# Media, transcripts, callbacks and policies, each with many more cases than in the tests: make fuzz CASES=100000
CASES ?= 5000
fuzz: .venv/.dev
	@FUZZ_CASES=$(CASES) $(PY) -m pytest --timeout 0 -n auto --maxprocesses 4 --dist loadscope $(FUZZED)
FUZZED := tests/fuzz tests/webhooks/test_fuzz.py

# A vCon of ours before a reader that is not ours. It needs a GPL package, so it has an environment of its own and ships nowhere.
vcon-check: .venv/.dev .cache/vcon/.ready
	@VCON_OUT=.cache/vcon/written $(PY) -m pytest -p no:randomly tests/pipeline/reads/test_vcon_export.py tests/journeys/test_vcon_round_trip.py
	@.cache/vcon/bin/python tests/bench/read_vcon.py .cache/vcon/written

.cache/vcon/.ready: requirements-vcon.lock | $(PY)
	@$(UV) venv --quiet --allow-existing .cache/vcon
	@$(UV) pip install --quiet --python .cache/vcon/bin/python --no-deps --require-hashes -r requirements-vcon.lock
	@touch $@

check: .venv/.dev
	@$(PY) -m ruff format --check . && $(PY) -m ruff check . && $(PY) -m mypy && .venv/bin/lint-imports

format: .venv/.dev
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

.tools/bin/uv:
	@python3 -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

$(PY): .python-version | $(filter .tools/%,$(UV))
	@$(UV) venv --quiet --allow-existing .venv

.venv/.runtime: requirements.lock requirements-models.lock pyproject.toml | $(PY)
	@echo "installing pinned dependencies and models"
	@$(SYNC) -r requirements.lock -r requirements-models.lock
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@$(SYNC) -r requirements-dev.lock
	@touch $@

# One lock for all supported Pythons and systems; hashes, no addresses.
lock: | $(PY)
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header \
	  --extra embedded --extra local-asr --extra build pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header \
	  --extra embedded --extra local-asr --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header --no-emit-package av \
	  --extra local-asr --extra build -c requirements.lock pyproject.toml -o requirements-image.lock
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header \
	  infra/requirements.in -o requirements-infra.lock
	printf 'pip-audit\ncyclonedx-python-lib[json-validation]\n' | $(UV) pip compile --quiet --upgrade --universal --python-version 3.12 \
	  --generate-hashes --no-emit-index-url --no-header - -o requirements-audit.lock
	echo vcon | $(UV) pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
	  --no-header - -o requirements-vcon.lock

clean:
	rm -rf .venv .tools .data .cache
