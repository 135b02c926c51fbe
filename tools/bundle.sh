#!/bin/sh
# The offline bundle (离线安装包): everything that a machine without any network needs.
#   sh tools/bundle.sh              build/onpost-VERSION-COMMIT-cp311-ARCH.tar.gz, and its SHA-256
#   sh tools/bundle.sh seal FOLDER ARCHIVE   list what lies in FOLDER by SHA-256, and pack it
# Wheels come through pip as this machine has it set up; `make setup` has fetched the rest.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)
py=$here/.venv/bin/python

fail() {
    printf '\n%s\n' "$1" >&2
    exit 1
}

step() { printf '[%s] %s\n' "$1" "$2"; }

seal() { # the list names every file but itself; equal content makes equal archives
    folder=$1 archive=$2
    (
        cd "$folder"
        find . -type f ! -path ./SHA256SUMS -printf '%P\n' | LC_ALL=C sort |
            tr '\n' '\0' | xargs -0 sha256sum -- >SHA256SUMS
    )
    name=$(basename "$folder")
    part=$archive.part
    tar -C "$(dirname "$folder")" --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --format=gnu \
        --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -cf - "$name" | gzip -n -1 >"$part"
    mv "$part" "$archive"
    (cd "$(dirname "$archive")" && sha256sum "$(basename "$archive")" >"$(basename "$archive").sha256")
}

needed_glibc() { # the oldest glibc that has a wheel of every package, by their names
    for wheel in "$1"/*.whl; do
        printf '%s\n' "$wheel" | sed 's/manylinux2014/manylinux_2_17/g' |
            grep -o 'manylinux_[0-9]*_[0-9]*' | sed 's/manylinux_//; s/_/./' | sort -V | head -n 1
    done | sort -V | tail -n 1
}

if [ "${1:-}" = seal ]; then
    seal "$2" "$3"
    exit 0
fi

commit=$(git rev-parse HEAD) ||
    fail '须在 git 检出中制作 / the bundle is made from a git checkout'
[ -z "$(git status --porcelain)" ] ||
    printf '注意:未提交的改动不在包中 / note: what is not committed is not in the bundle\n' >&2
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml | head -n 1)
tag=$("$py" -c 'import platform, sys
print(f"cp{sys.version_info[0]}{sys.version_info[1]}-{platform.machine()}")')
series=$("$py" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
name=onpost-$version-$(git rev-parse --short=10 HEAD)-$tag
work=build/bundle/$name
rm -rf build/bundle
mkdir -p "$work/wheels" "$work/weights" "$work/photographs"

step 1/5 '源代码 / source of the commit'
git archive --format=tar --prefix=onpost/ --output="$work/source.tar" "$commit"
git show "$commit:requirements.txt" >build/bundle/requirements.txt

step 2/5 '依赖,按锁定的哈希 / wheels, by their locked hashes'
"$py" -m pip download --disable-pip-version-check --quiet --require-hashes --no-deps \
    --only-binary=:all: --dest "$work/wheels" -r build/bundle/requirements.txt ||
    fail '下载依赖失败,原因见上 / fetching wheels failed; the reason stands above'

step 3/5 '检测器权重 / detector weights'
.venv/bin/onpost weights verify
cp weights/yolov8s.onnx "$work/weights/"

step 4/5 '演示用照片 / photographs of the rehearsal'
.venv/bin/onpost photographs get
for one in var/photographs/*; do cp "$one" "$work/photographs/"; done

step 5/5 '清单与打包 / list and archive'
git show "$commit:tools/bundle_install.sh" >"$work/install.sh"
chmod 755 "$work/install.sh"
cat >"$work/BUNDLE" <<END
version=$version
commit=$commit
python=$series
machine=${tag#*-}
glibc=$(needed_glibc "$work/wheels")
END
seal "$work" "build/$name.tar.gz"
rm -rf build/bundle
ls -lh "build/$name.tar.gz" | awk '{print $5, $9}'
cat "build/$name.tar.gz.sha256"
