#!/usr/bin/env bash
# Runs a Redis that is fit to keep sessions, in the foreground: `scripts/redis.sh [port] [directory]`; Ctrl-C ends it.
# Without a directory its files go away with it. In the configuration: `store: { kind: redis, url: "redis://127.0.0.1:6379/" }`.
set -euo pipefail
port=${1:-6379}
directory=${2:-}

if ! command -v redis-server >/dev/null 2>&1; then
  echo "segue: redis-server is missing: run 'make tools', or 'apt-get install redis-server'" >&2
  exit 1
fi
if [ -z "$directory" ]; then
  directory=$(mktemp -d)
  trap 'rm -rf "$directory"' EXIT
  trap exit INT TERM
fi
mkdir -p "$directory"
# Every write is on the disk before its answer, and nothing is ever evicted.
redis-server --bind 127.0.0.1 --port "$port" --dir "$directory" \
  --appendonly yes --appendfsync always --maxmemory-policy noeviction --save ""
