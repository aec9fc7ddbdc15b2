#!/bin/bash
# run.sh [short|long]: run each script of this folder with that size, two at a time, and print "ok" or "FAILED" for each. The last
# line is "N passed, N failed".
set -u
cd "$(dirname "$0")" || exit 1

size=${1:-short} running=0
# Seconds for one script: one that hangs has failed.
[ "$size" = long ] && limit=1200 || limit=300
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# run SCRIPT: run it, and print the result in one go.
run() {
	SECONDS=0
	if timeout -k 10 "$limit" bash "./$1" "$size" >"$dir/$1" 2>&1; then
		echo "ok: $1 ($(tail -n 1 "$dir/$1"); ${SECONDS}s)"
	else
		printf 'FAILED: %s (%ss)\n%s\n' "$1" "$SECONDS" "$(grep -v ' 0 findings$' "$dir/$1" | tail -n 40)"
		: >"$dir/failed $1"
	fi
}

for script in *.sh; do
	[ "$script" != run.sh ] || continue
	[ $((running += 1)) -le 2 ] || wait -n
	run "$script" &
done
wait
failed=$(find "$dir" -name 'failed *' | wc -l)
echo "$((running - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
