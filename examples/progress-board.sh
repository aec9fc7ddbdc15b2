#!/bin/sh
# progress-board.sh: three jobs show their progress on a board in shared memory. Each job overwrites its own line in place, and a
# reader sees every line whole. A semaphore counts the updates, so the viewer blocks until the next update and never polls.
set -eu

board=/board-$$
news=
tmp=
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. -k TERM repeats the signal, because a shell that is starting a command can miss it.
	[ $# -eq 0 ] || sigsend -t 1 -k TERM "$@" "$!" 2>/dev/null || :
	ipcdel "sem:$news" 2>/dev/null || :
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
news=$(semop -c -i 0 sysv:new)

# job NAME LINE: count words in ten steps, and update the board after each.
job() {
	for step in 1 2 3 4 5 6 7 8 9 10; do
		seq "$((step * 100))" | wc -w >>"$tmp/$1"
		printf '%-14s%4d%%\n' "$1" "$((step * 10))" | shmput -o "$(($2 * 20))" "$board"
		semop "$news" +1
	done
}

# The viewer ends when the semaphore is removed.
while semop "$news" -1 2>/dev/null; do
	shmget "$board" >>"$tmp/seen"
done &
viewer=$!
job copy 0 &
set -- "$viewer" "$!"
job index 1 &
set -- "$@" "$!"
job check 2 &
set -- "$@" "$!"
wait "$2" "$3" "$4"
# At 0, the viewer has taken every update.
semop -t 1m "$news" 0
ipcdel "sem:$news"
wait "$viewer"
set --
shmget "$board"
awk 'length != 19 { exit 1 } END { print NR / 3, "looks, each line whole" }' "$tmp/seen"
