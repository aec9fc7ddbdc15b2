#!/bin/sh
# barrier.sh: four processes work in two phases. Phase 2 needs the results of phase 1 of all. Without a barrier, the fast processes
# begin phase 2 too early. At the barrier each process subtracts 1 and waits for zero.
set -eu

trap 'ipcdel "sem:${set-}" 2>/dev/null || :; until rm -rf "${tmp-}"; do :; done' EXIT
trap 'exit 143' HUP INT TERM
set=$(semop -c -i 4 sysv:new)
tmp=$(mktemp -d)
log=$tmp/log; : >"$log"

barrier() { semop "$set" -1 && semop "$set" 0; }

# work NUMBER COMMAND...: do phase 1, run COMMAND, do phase 2.
work() {
	echo "$1 phase 1" >>"$log"
	shift
	"$@"
	echo "phase 2" >>"$log"
}

# slow LINES COMMAND...: work as the last process, whose phase 1 ends only when the log has LINES lines.
slow() {
	until [ "$(wc -l <"$log")" -ge "$1" ]; do :; done
	shift
	work last "$@"
}
# early: print how many had begun phase 2 when the last process ended phase 1.
early() { awk '/^last/ { print early + 0 } /^phase 2/ { early++ }' "$log"; }

for process in 1 2 3; do work "$process" : & done
slow 6 : # all others have finished
echo "without a barrier: $(early) of 4 processes began phase 2 too early"
wait
: >"$log"
for process in 1 2 3; do work "$process" barrier & done
slow 3 barrier # all others wait at the barrier, or will
echo "with a barrier: $(early) of 4 processes began phase 2 too early"
wait
