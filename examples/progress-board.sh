#!/bin/sh
# progress-board.sh: three jobs show their progress on a board in shared memory. Each job overwrites its own line in place, and
# shmget -f draws the board again whenever a job has reported. It sees every line whole, and never misses the last state.
set -eu

board=/board-$$
tmp=
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. -k TERM repeats the signal, because a shell that is starting a command can miss it.
	[ $# -eq 0 ] || sigsend -t 1 -k TERM "$@" "$!"
	wait
	ipcdel "shm:$board" 2>/dev/null || :
	rm -rf "$tmp"
}
set --
trap 'clean_up "$@"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

# Lines of 20 bytes: each has a fixed offset.
for job in copy index check; do
	printf '%-14s%4d%%\n' "$job" 0
done | shmput -c "$board"

# job NAME LINE: count words in ten steps, and update the board after each.
job() {
	for step in 1 2 3 4 5 6 7 8 9 10; do
		seq "$((step * 100))" | wc -w >>"$tmp/$1"
		printf '%-14s%4d%%\n' "$1" "$((step * 10))" | shmput -o "$(($2 * 20))" "$board"
	done
}

# The viewer ends when the board is removed.
shmget -f -0 "$board" >"$tmp/seen" 2>/dev/null &
viewer=$!
set -- "$viewer"
until [ -s "$tmp/seen" ]; do sigsend -s 0 "$viewer"; done
job copy 0 &
set -- "$@" "$!"
job index 1 &
set -- "$@" "$!"
job check 2 &
set -- "$@" "$!"
wait "$2" "$3" "$4"
ipcdel "shm:$board"
wait "$viewer" || [ $? -eq 3 ]
set --
tr '\0' '\n' <"$tmp/seen" | grep . >"$tmp/lines"
tail -n 3 "$tmp/lines"
awk 'length != 19 { exit 1 } END { print "each line whole" }' "$tmp/lines"
