#!/bin/sh
# producer-consumer.sh: two producers and two consumers share a buffer of four slots in a segment. Three semaphores guard it: mutex
# (member 0), the number of empty slots (member 1) and the number of full slots (member 2). Slots 4 and 5 hold the next positions.
set -eu

buffer=/buffer-$$
trap 'ipcdel "sem:${set-}" 2>/dev/null || :; ipcdel "shm:$buffer" 2>/dev/null || :; until rm -rf "${tmp-}"; do :; done' EXIT
trap 'exit 143' HUP INT TERM
set=$(semop -c -i 1,4,0 sysv:new)
tmp=$(mktemp -d)
got=$tmp/got; : >"$got"

get() { shmget -o "$(($1 * 4)),4" "$buffer"; }
put() { printf '%3d\n' "$2" | shmput -o "$(($1 * 4))" "$buffer"; }

# produce SEMOP ITEM..., consume SEMOP COUNT: SEMOP is the command that waits and wakes up; with ":" nothing does.
produce() {
	semop=$1 && shift
	for item; do
		$semop 1:-1 0:-1 # one empty slot less, and the mutex, at once
		in=$(get 4) && put "$((in % 4))" "$item" && put 4 "$((in + 1))"
		$semop 0:+1 2:+1
	done
}
consume() {
	for _ in $(seq "$2"); do
		$1 2:-1 0:-1
		out=$(get 5) && get "$((out % 4))" && put 5 "$((out + 1))"
		$1 0:+1 1:+1
	done >>"$got"
}

printf '%3d\n' 0 0 0 0 0 0 | shmput -c "$buffer"
produce : $(seq 12) && consume : 12 # the producer is faster
echo "without semaphores: 12 items went in, and these came out: $(xargs <"$got")"
: >"$got"
printf '%3d\n' 0 0 0 0 0 0 | shmput "$buffer"
produce "semop $set" $(seq 1 6) & produce "semop $set" $(seq 7 12) & consume "semop $set" 6 & consume "semop $set" 6 & wait
echo "with semaphores: 12 items went in, and these came out: $(sort -n "$got" | xargs)"
