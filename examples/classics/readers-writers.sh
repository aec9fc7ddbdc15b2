#!/bin/sh
# readers-writers.sh: many may read at once, and a writer is alone. Member 0 holds one unit for each of up to four readers; a writer
# takes all four. Member 1 counts the writers that wait or write. Member 2 is for this script: a reader may leave.
set -eu

accounts=/accounts-$$
trap 'ipcdel "sem:${set-}" 2>/dev/null || :; ipcdel "shm:$accounts" 2>/dev/null || :; until rm -rf "${tmp-}"; do :; done' EXIT
trap 'exit 143' HUP INT TERM
set=$(semop -c -i 4,0,0 sysv:new)
tmp=$(mktemp -d)
order=$tmp/order; : >"$order"

printf '70 30' | shmput -c "$accounts"
printf '60' | shmput -o 0 "$accounts" # the first half of a transfer of 10
echo "unlocked: a reader sees $(shmget "$accounts"), which is $(shmget "$accounts" | awk '{ print $1 + $2 }'), not 100"
printf '40' | shmput -o 3 "$accounts" # the second half

# reader NAME OP...: read; OP... are further conditions to come in.
reader() {
	name=$1 && shift
	semop "$set" 0:-1 "$@" && echo "$name" >>"$order"
	semop "$set" 2:-1 && semop "$set" 0:+1
}
writer() {
	semop "$set" 1:+1 && semop "$set" 0:-4 && echo writer >>"$order" && semop "$set" 0:+4 1:-1
}
# waiting COUNT: wait until COUNT processes wait in the set.
waiting() { until [ "$(ipcls -H -o waiting "sem:$set")" = "$1" ]; do :; done; }

# meet OP...: a reader is inside, a writer comes, and then another reader comes. Print the order in which they got in.
meet() {
	: >"$order"
	reader reader-1 "$@" & waiting 1
	writer & waiting 2
	reader reader-2 "$@" & waiting 3
	semop "$set" 2:+2 && wait
	xargs <"$order"
}
echo "readers first: $(meet)"
echo "writers first: $(meet 1:0)"
