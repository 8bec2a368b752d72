#!/usr/bin/env bash
# Install the locked packages into .venv. Called by `make setup`; needs a Python from 3.12 to 3.14 and the package registry.
set -euo pipefail
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9

fail() { echo "setup: $*" >&2; exit 1; }

# Prints "3.13.0 /path/to/python" where the Python works, is of a version with packages, and can make environments.
sound() {
    "$1" -c 'import ctypes, ensurepip, sqlite3, ssl, sys, venv, zlib
if (3, 12) <= sys.version_info < (3, 15): print("%d.%d.%d" % sys.version_info[:3], sys.executable)' 2>/dev/null || true
}

find_python() {
    local name
    for name in python3.14 python3.13 python3.12 python3 "$HOME"/.pyenv/versions/3.1[2-4]*/bin/python; do
        sound "$name"
    done | sort --version-sort --reverse | awk -v wanted="$(cat .python-version)." '
        NR == 1 { first = $2 }
        !found && index($1, wanted) == 1 { found = $2 }
        END { print found ? found : first }'
}

sync() { UV_PYTHON="$python" UV_PYTHON_DOWNLOADS=never .tools/bin/uv sync --quiet --frozen "$@"; }

python=$(find_python)
[ -n "$python" ] || fail "no Python from 3.12 to 3.14 was found (with ssl, sqlite3 and venv). Install one, for instance with
       Debian's python3 and python3-venv, or with pyenv."

if [ "$(.tools/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != "$UV_VERSION" ]; then
    echo "setup: installing uv $UV_VERSION with $python"
    rm -rf .tools
    "$python" -m venv .tools || fail "$python could not make an environment in .tools."
    .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" \
        || fail "uv $UV_VERSION could not be installed. Is the Python package registry reachable?"
fi

echo "setup: installing the locked packages into .venv"
if ! sync --extra sqlite 2>.tools/sqlite.log; then
    sync || fail "the locked packages could not be installed; the reason stands above."
    echo "setup: no current SQLite could be built (see .tools/sqlite.log), so the write-ahead log stays off unless" \
        "Python's own SQLite is 3.51.3 or newer: Interlock works, but is slower."
fi
touch .venv/.synced
