#!/bin/sh
# lost-update.sh: four processes add 1 to the same number, each with a read, an addition and a write. Without a lock, updates are
# lost: all four may read before the first one writes. A lock around the three steps prevents it.
set -eu

number=/lost-update-$$
trap 'ipcdel "sem:${set-}" 2>/dev/null || :; ipcdel "shm:$number" 2>/dev/null || :' EXIT
trap 'exit 143' HUP INT TERM
set=$(semop -c -i 1,4 sysv:new) # member 0: the lock; member 1: the processes that have not read yet

# add COMMAND...: add 1 to the number; run COMMAND between the read and the write.
add() {
	old=$(shmget "$number")
	"$@"
	echo "$((old + 1))" | shmput "$number"
}

# meet: wait until all four have read. It makes the worst case certain, which is rare otherwise.
meet() {
	semop "$set" 1:-1
	semop "$set" 1:0
}

echo 0 | shmput -c "$number"
for _ in 1 2 3 4; do
	add meet &
done
wait
echo "unlocked: 4 processes added 1 to 0, and the number is $(shmget "$number")"

echo 0 | shmput "$number"
for _ in 1 2 3 4; do
	{ semop "$set" 0:-1 && add : && semop "$set" 0:+1; } &
done
wait
echo "locked: 4 processes added 1 to 0, and the number is $(shmget "$number")"
