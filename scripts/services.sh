#!/usr/bin/env bash
# Install the servers and the browser that the tests start for themselves, where they are missing. Called by `make services`.
# Nothing is left running: the tests start throw-away servers in temporary folders.
set -euo pipefail

has() { command -v "$1" >/dev/null 2>&1; }
has_postgresql() { compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || has initdb; }

missing=()
has_postgresql || missing+=(postgresql)
has redis-server || missing+=(redis-server)
has chromium || missing+=(chromium)
has setpriv || missing+=(util-linux)
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    has sudo && sudo -n true 2>/dev/null && as_root=(sudo -n)
    if [ ${#as_root[@]} -eq 0 ]; then
        echo "services: the tests need ${missing[*]}. Install them: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
fi
if ! has apt-get; then
    echo "services: the tests need ${missing[*]}, and there is no apt-get here. Install them by hand." >&2
    exit 1
fi

echo "services: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" apt-get -qq install --yes --no-install-recommends "${missing[@]}" >/dev/null
