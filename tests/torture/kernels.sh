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
	madvise timer_create epoll_create1 fsopen)
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

# Without the calls before the tab, the command after the next one fails with the line between them.
names sysv
clear
cd "$TORTURE/dir" && mqsend -c "$Q" a && semop -c -i 0 "$L" >/dev/null || exit 1
while IFS=$'\t' read -r CALL line command; do
	# shellcheck disable=SC2053 # a pattern
	[[ ${command%% *} == $pattern ]] || continue
	# shellcheck disable=SC2086 # words
	strace -f -o /dev/null -e trace="$CALL" -e inject="$CALL:error=ENOSYS" timeout 10 $command >out 2>err
	runs=$((runs + 1))
	[ "$(<err)" = "${command%% *}: $line" ] && [ ! -s out ] && continue
	findings=$((findings + 1))
	echo "$command: without $CALL: $(<err)"
done <<'END'
signalfd,signalfd4	cannot wait for signals: this kernel has no signalfd(2)	sigrecv -t 5 USR1
semtimedop	sysv:0x3eb: this kernel has no semtimedop(2), which -t needs	semop -t 5 sysv:1003 -1
msgrcv	sysv:0x3e9: this kernel cannot copy messages (-k)	mqrecv -ak sysv:1001
END
echo "$runs runs, $findings findings"
[ "$findings" -eq 0 ]
