#!/usr/bin/env bash
# Runs each fuzz target for so many seconds (60), or the ones named: `scripts/fuzz.sh 600 journey needs`. What it finds stays in
# fuzz/artifacts with the command that replays it; a mended finding becomes a seed, so that the tests run it for good.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true
# libFuzzer wants flags that stable hides.
export RUSTC_BOOTSTRAP=1
# A target of their own: built with the sanitizer, they share nothing with the house.
target_dir=$(realpath -m "${CARGO_TARGET_DIR:-target}")/fuzz
if ! cargo fuzz --version >/dev/null 2>&1; then cargo install --quiet --locked cargo-fuzz; fi
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  while read -r target; do targets+=("$target"); done < <(cargo fuzz list)
fi
echo "== building"
cargo fuzz build --target-dir "$target_dir"
for target in "${targets[@]}"; do
  corpus=fuzz/corpus/$target
  mkdir -p "$corpus"
  seeds=("fuzz/seeds/$target")
  if [ "$target" = journey ]; then seeds+=(examples/demo/journeys); fi
  if [ "$target" = sip ]; then seeds+=(adapters/voice/tests/data/rfc4475 adapters/voice/tests/data/rfc5118); fi
  dictionary=()
  if [ -f "fuzz/dictionaries/$target.dict" ]; then dictionary=("-dict=fuzz/dictionaries/$target.dict"); fi
  echo "== $target, ${seconds} s"
  cargo fuzz run --target-dir "$target_dir" "$target" "$corpus" "${seeds[@]}" -- \
    "-max_total_time=$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 "${dictionary[@]}"
done
