#!/bin/bash
# kernels.sh [short|long [PATTERN]]: run each scenario as on an older or smaller kernel, where optional system calls fail with ENOSYS:
# all of them at once (short), or also each on its own. The command must do the same as with them. PATTERN selects scenarios.
set -u
# shellcheck source=tests/torture/scenarios.bash
. "$(dirname "${BASH_SOURCE[0]}")/scenarios.bash"

size=${1:-short} pattern=${2:-*}
command -v strace >/dev/null || { echo "skipped: no strace here"; exit 0; }
private "$@"

# shellcheck disable=SC2054 # the commas are strace's
# Each is an optional call, or several that a kernel has together. Old kernels answer EINVAL to MADV_POPULATE_READ.
OPTIONAL=(pidfd_open,pidfd_send_signal memfd_create inotify_init1 close_range splice,tee,vmsplice copy_file_range sendfile pwritev2
	madvise fsopen)
all=$(IFS=, && echo "${OPTIONAL[*]}")
[ "$size" = long ] && sets=("$all" "${OPTIONAL[@]}") || sets=("$all")

runs=0 findings=0
for SCENARIO in "${SCENARIOS[@]}"; do
	# shellcheck disable=SC2053 # a pattern
	[[ $SCENARIO == $pattern ]] || continue
	for CALL in "${sets[@]}"; do
		error=ENOSYS
		[ "$CALL" != madvise ] || error=EINVAL
		trial strace -f -b execve -o "$TORTURE/trace" -e trace="$CALL" -e signal=none -e inject="$CALL:error=$error"
		runs=$((runs + 1))
		[ -z "$WRONG" ] && [[ $STATUS =~ ^(${STATUSES%%|*})$ ]] && continue
		findings=$((findings + 1))
		echo "$SCENARIO: without $CALL: $WRONG status $STATUS: $(<err)"
	done
done
echo "$runs runs, $findings findings"
[ "$findings" -eq 0 ]
