#!/bin/sh
# dining.sh: five philosophers sit at a round table with a fork between any two. A philosopher eats with both forks beside the plate.
# If each takes the left fork and then waits for the right one, nobody eats. The cure takes both forks in one atomic operation.
set -eu

trap 'ipcdel "sem:${forks-}" 2>/dev/null || :; until rm -rf "${tmp-}"; do :; done' EXIT
trap 'exit 143' HUP INT TERM
tmp=$(mktemp -d)
meals=$tmp/meals; : >"$meals"

# one_by_one LEFT RIGHT: member 5 makes the worst case certain: each has taken the left fork before anybody reaches for the right one.
one_by_one() {
	semop "$forks" "$1:-1" && semop "$forks" 5:-1 && semop "$forks" 5:0
	semop "$forks" "$2:-1" && echo "$1" >>"$meals" && semop "$forks" "$1:+1" "$2:+1"
}

both_at_once() {
	for _ in 1 2 3; do
		semop "$forks" "$1:-1" "$2:-1" && echo "$1" >>"$meals" && semop "$forks" "$1:+1" "$2:+1"
	done
}

forks=$(semop -c -i 1,1,1,1,1,5 sysv:new)
for left in 0 1 2 3 4; do
	one_by_one "$left" "$(((left + 1) % 5))" 2>/dev/null &
done
until [ "$(ipcls -H -o waiting "sem:$forks")" = 5 ]; do :; done
echo "one fork after the other: 5 philosophers wait, each with 1 fork; meals eaten: $(($(wc -l <"$meals")))"
ipcdel "sem:$forks" # ends their wait
wait

forks=$(semop -c -i 1,1,1,1,1 sysv:new)
for left in 0 1 2 3 4; do
	both_at_once "$left" "$(((left + 1) % 5))" &
done
wait
echo "both forks at once: 5 philosophers ate 3 times each; meals eaten: $(($(wc -l <"$meals")))"
