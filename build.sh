#!/bin/sh
# ./build.sh             the Wasm module: build/shvm.wasm
# ./build.sh native      the same C as host objects, and every test program under tests/c, sanitizers on: build/native
# ./build.sh sim         the simulator over the native core (tests/sim), also with planted bugs: build/sim
# ./build.sh wasm-tests  the same test programs as Wasm modules: build/wasm-tests
# ./build.sh fuzz        every fuzzer under tests/fuzz: build/fuzz (needs a clang with libFuzzer)
# ./build.sh clean       removes build/ (the cJSON archive stays in .cache/)
#
# WASI_SDK_PATH chooses a wasi-sdk; otherwise the clang of the npm package @yowasp/clang compiles. Every target is
# incremental by content, and gives the same bytes for the same sources.
set -eu
cd "$(dirname "$0")"

target=${1:-wasm}
case $target in
wasm | native | sim | wasm-tests | fuzz) ;;
clean)
    rm -rf build
    exit
    ;;
*)
    sed -n '2,7s/^# //p' "$0" >&2
    exit 2
    ;;
esac

mkdir -p .cache
if command -v flock >/dev/null; then
    exec 9>.cache/lock
    flock 9 # two builds in one folder take turns
fi
local/tools/fetch_cjson
exec local/tools/with_node local/tools/build.mjs "$target"
