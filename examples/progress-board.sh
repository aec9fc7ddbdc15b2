#!/bin/sh
# progress-board.sh: three jobs show how far they are on a board in shared memory. Each writes its own line in place, and who looks
# sees each line whole. A semaphore counts the news, so the viewer sleeps until there is something new, and polls nothing.
set -eu

board=/board-$$
news=
tmp=
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. Once more after a second: a shell that was about to start something may not have heard it.
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

# Lines of 20 bytes, so that each has its place.
for job in copy index check; do
	printf '%-14s%4d%%\n' "$job" 0
done | shmput -c "$board"
news=$(semop -c -i 0 sysv:new)

# job NAME LINE: counts words in ten steps, and says after each how far it is.
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
# All news have been taken when the value is zero.
semop -t 1m "$news" 0
ipcdel "sem:$news"
wait "$viewer"
set --
shmget "$board"
awk 'length != 19 { exit 1 } END { print NR / 3, "looks, each line whole" }' "$tmp/seen"
