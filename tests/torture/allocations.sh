#!/bin/bash
# allocations.sh [short|long [PATTERN]]: let each allocation of memory of each scenario fail once, in dynamic programs, and check what the
# command does then. PATTERN selects scenarios. Print the number of failures and findings for each scenario.
set -u
# shellcheck source=tests/torture/scenarios.bash
. "$(dirname "${BASH_SOURCE[0]}")/scenarios.bash"

size=${1:-short} pattern=${2:-*}
private "$@"
[ "$size" = long ] && times=200 || times=5

failures=0 findings=0
for SCENARIO in "${SCENARIOS[@]}"; do
	# shellcheck disable=SC2053 # a pattern
	[[ $SCENARIO == $pattern ]] || continue
	before=$failures found=$findings
	for ((number = 1; number <= times; number++)); do
		rm -f "$TORTURE/failed"
		trial env PATH="$ROOT/build/torture:$PATH" LD_PRELOAD="$ROOT/build/failing.so" FAIL_AT="$number" FAIL_SAYS="$TORTURE/failed"
		[ -e "$TORTURE/failed" ] || break
		failures=$((failures + 1))
		[ -z "${VERBOSE:-}" ] || echo "$SCENARIO: $number: $STATUS $(<err)"
		[ -z "$WRONG" ] || { echo "$SCENARIO: allocation $number: $WRONG status $STATUS: $(<err)"; findings=$((findings + 1)); }
	done
	echo "$SCENARIO: $((failures - before)) failures, $((findings - found)) findings"
done
echo "$failures failures, $findings findings"
[ "$findings" -eq 0 ]
