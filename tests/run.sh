#!/bin/sh
# run.sh: runs the tests, and gets bats first if it is missing: apt-get where this is root, else npm into the build folder.
set -eu

cd "$(dirname "$0")/.."
log=$PWD/build/bats-install.log

find_bats() {
	for bats in bats build/node_modules/bats/bin/bats; do
		command -v "$bats" >/dev/null 2>&1 && return 0
	done
	return 1
}

if ! find_bats; then
	: >"$log"
	if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
		echo "make check: bats is missing; apt-get install bats" >&2
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bats; } >>"$log" 2>&1 || :
	fi
	if ! find_bats && command -v npm >/dev/null; then
		echo "make check: bats is missing; npm install bats, into build/" >&2
		npm install --prefix build --no-save --no-audit --no-fund bats >>"$log" 2>&1 || :
	fi
	if ! find_bats; then
		echo "make check: the tests need bats (Debian: apt-get install bats; see $log)" >&2
		exit 1
	fi
fi
# A test that hangs is a test that fails.
exec timeout --foreground 900 "$bats" "$@" tests
