#!/bin/sh
# run.sh: run the test files in parallel, and print one TAP stream, grouped by file. JOBS files run at once; the default is three for
# each core, because tests also wait. Options are passed to bats: sh tests/run.sh -f REGEX. If bats is missing, install it first,
# with apt-get for root, else with npm into the build folder. NO_INSTALL=1 prevents that.
set -eu

cd "$(dirname "$0")/.."
jobs=${JOBS:-$(($(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 3))}
limit=${LIMIT:-900} # seconds for one file: a file that hangs has failed

find_bats() {
	for bats in bats build/node_modules/bats/bin/bats; do
		command -v "$bats" >/dev/null 2>&1 && return 0
	done
	return 1
}

install_bats() {
	if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
		echo "make check: bats is missing; apt-get install bats" >&2
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bats; } >>"$1" 2>&1 || :
	fi
	if ! find_bats && command -v npm >/dev/null; then
		echo "make check: bats is missing; npm install bats, into build/" >&2
		npm install --prefix build --no-save --no-audit --no-fund bats >>"$1" 2>&1 || :
	fi
}

if ! find_bats; then
	[ -n "${NO_INSTALL:-}" ] || install_bats "$PWD/build/bats-install.log"
	if ! find_bats; then
		echo "make check: the tests need bats (apt-get install bats, or npm install --prefix build bats)" >&2
		exit 1
	fi
fi

# The slowest files come first, so no core is idle at the end.
files='sockcat mqrecv tutorial shmput fifocat sockcat_command sockcat_packets sockcat_hub semop mqsend examples sigsend completion documents'
for file in tests/*.bats; do
	file=$(basename "$file" .bats)
	case " $files " in
	*" $file "*) ;;
	*) files="$files $file" ;;
	esac
done

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# Each file is a process group of its own. A timeout or an interrupt ends the whole group.
# shellcheck disable=SC2046 # one word each
trap 'kill -- $(cat "$logs"/*.group) 2>/dev/null; exit 130' INT TERM HUP

# xargs starts the files, because a shell would start them with SIGINT ignored. Each file prints one line when it ends.
# shellcheck disable=SC2016,SC2086 # for those shells; one word each
printf '%s\n' $files | xargs -P "$jobs" -I FILE sh -c '
	file=$1 logs=$2 limit=$3 status=0
	shift 3
	timeout -k 10 "$limit" sh -c '\''echo "-$PPID" >"$1"; shift; exec "$@"'\'' sh "$logs/$file.group" \
		"$@" "tests/$file.bats" >"$logs/$file" 2>&1 || status=$?
	echo "$file $status"
' sh FILE "$logs" "$limit" "$bats" --formatter tap "$@" | while read -r file status; do
	rm -f "$logs/$file.group"
	cat "$logs/$file"
	case $status in
	0) ;;
	124 | 137) echo "not ok 0 $file: stopped after $limit seconds, the time limit of a file (LIMIT=SECONDS raises it)" ;;
	*) grep -q '^not ok' "$logs/$file" || echo "not ok 0 $file: bats ended with status $status" ;;
	esac
done | awk '
	/^1\.\.[0-9]+$/ { next }
	/^(not )?ok [0-9]+/ { sub(/[0-9]+/, ++count) }
	/^not ok / { failed++ }
	/^ok .* # skip/ { skipped++ }
	{ print; fflush() }
	END {
		printf "1..%d\n# %d tests, %d failed, %d skipped\n", count, count, failed, skipped
		exit failed > 0 || count == 0
	}'
