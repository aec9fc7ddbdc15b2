#!/bin/bash
# run.sh [short|long]: run each script of this folder with that size, one after another, and print "ok" or "FAILED" for each. The last
# line is "N passed, N failed".
set -u
cd "$(dirname "$0")" || exit 1

size=${1:-short} passed=0 failed=0
# Seconds for one script: one that hangs has failed.
[ "$size" = long ] && limit=900 || limit=300
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for script in *.sh; do
	[ "$script" != run.sh ] || continue
	SECONDS=0
	if timeout -k 10 "$limit" bash "./$script" "$size" >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "ok: $script ($(tail -n 1 "$log"); ${SECONDS}s)"
	else
		failed=$((failed + 1))
		echo "FAILED: $script (${SECONDS}s)"
		grep -v ' 0 findings$' "$log" | tail -n 40
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
