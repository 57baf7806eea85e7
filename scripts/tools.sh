#!/usr/bin/env bash
# Installs what is missing, by package name and nothing else. `build`: what a build of the daemon needs; `console`: what one of
# its pages needs; `all`: what the tests need too.
set -euo pipefail
want=${1:-all}

have() { command -v "$1" >/dev/null 2>&1; }

apt_install() {
  if ! have apt-get; then
    echo "segue: please install: $* (this script knows apt-get only)" >&2
    exit 1
  fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if [ "$want" = console ]; then
  if ! have npm; then apt_install nodejs npm; fi
  # What the page's tools ask for. Debian 12 has an older one: then a newer one from npm's registry, in a folder of ours that the
  # Makefile puts first on the path.
  new_enough() {
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'
  }
  if ! new_enough; then npm install --prefix .tools --no-save --silent node@22; fi
  hash -r
  if ! new_enough; then
    echo "segue: the console needs Node.js 20.19, 22.12 or later: https://nodejs.org" >&2
    exit 1
  fi
  exit 0
fi
if ! have cargo; then
  echo "segue: Rust 1.95 or later is needed: https://rustup.rs" >&2
  exit 1
fi
if [ "$want" = all ] && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
  if have rustup; then
    rustup component add rustfmt clippy
  else
    echo "segue: the tests need rustfmt and clippy beside cargo: install them as Rust was installed" >&2
    exit 1
  fi
fi
if ! have cc; then apt_install gcc libc6-dev; fi
[ "$want" = build ] && exit 0

# A Redis of our own for the tests. The package starts a service where there is an init; ours run on ports of their own.
if ! have redis-server; then apt_install redis-server; fi
# The voice of the prompts, for the tests of speech.
if ! have espeak-ng; then apt_install espeak-ng; fi
# A browser for the tests of the pages.
if ! have chromium; then apt_install chromium; fi
# A telephone exchange's worth of callers.
if ! have sipp; then apt_install sip-tester; fi
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then apt_install python3-venv; fi
if ! cargo nextest --version >/dev/null 2>&1; then cargo install --quiet --locked cargo-nextest; fi
if ! cargo deny --version >/dev/null 2>&1; then cargo install --quiet --locked cargo-deny; fi
