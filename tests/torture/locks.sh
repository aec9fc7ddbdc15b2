#!/bin/bash
# locks.sh [short|long|whole]: eight processes take a lock by turns, while some of them are killed at random. There must never be two
# holders, nor a lock that nobody holds and nobody gets. Print the number of turns and kills for each kind of lock.
# shellcheck disable=SC2015,SC2016,SC2086,SC2317 # functions are called by name; names without spaces; single quotes for other programs
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$ROOT/build/bin:$PATH
case ${1:-short} in
whole) turns=20000 ;;
long) turns=10000 ;;
*) turns=400 ;;
esac
dir=$(mktemp -d)
cd "$dir" || exit 1
key=sysv:$((0x71000000 + ($$ & 0xffff) * 16)) counter=/counter-$$ posix=/lock-$$
trap clean_up EXIT
mkfifo moment
failed=0 all=0

clean_up() {
	local object

	wait
	for object in sem:$key shm:$counter sem:$posix; do ipcdel $object; done 2>/dev/null
	rm -rf "$dir"
}

# work NUMBER COMMAND...: take TURNS turns. Note the successes, and what must not be. 137: killed; 124: nobody let go in two minutes.
work() {
	local number=$1 turn good=0 status

	shift
	for ((turn = 0; turn < turns / 8; turn++)); do
		status=0
		"$@" >>output 2>>errors & echo $! >"pid.$number"
		wait $! || status=$?
		case $status in
		0) good=$((good + 1)) ;;
		137) echo killed >>kills ;;
		*) echo "status $status" >>violations ;;
		esac
	done 2>/dev/null
	echo $good >"good.$number"
	rm -f "pid.$number"
}

# contest LABEL COMMAND...: eight processes, of which one is killed every so often. For a POSIX semaphore, mend what they leave.
contest() {
	local label=$1 number victim

	shift
	rm -f pid.* good.* kills violations errors
	touch kills violations errors
	: >output
	mended=0
	for number in 1 2 3 4 5 6 7 8; do work "$number" "$@" & done
	until [ "$(echo good.*)" = "good.1 good.2 good.3 good.4 good.5 good.6 good.7 good.8" ]; do
		read -rt 0.05 _ <>moment
		read -r victim <"pid.$((RANDOM % 8 + 1))" || continue
		[ "$(readlink "/proc/$victim/cwd")" != "$dir" ] || kill -KILL "$victim"
		[ "$label" != posix ] || mend
	done 2>/dev/null
	wait
	[ "$label" != posix ] || mend
	# Only a holder that was killed does not say that it goes, and nobody says so after another came.
	awk '$1 == "in" { holder = $2 } $1 == "out" && $2 != holder { print "two holders" }' output >>violations
	good=$(cat good.* | awk '{ n += $1 } END { print n }') killed=$(wc -l <kills) all=$((all + killed))
	[ ! -s violations ] || { sort violations | uniq -c; sort errors | uniq -c | head; failed=1; }
	echo "$label: $good turns, $killed killed$([ $mended -eq 0 ] || echo ", $mended times mended")"
}

# idle: check that nobody holds the POSIX semaphore, although its value is 0: each process of the contest is a semop that sleeps and
# has no child. A process that becomes another program has a name all the time, but for a moment no arguments.
idle() {
	local pid

	[ "$(semop $posix)" = 0 ] || return 1
	for pid in $(pgrep -x 'semop|sh'); do
		[ "$(readlink "/proc/$pid/cwd")" = "$dir" ] || continue
		[ "$(ps -o comm=,state= -p "$pid" | tr -s ' ')" = 'semop S' ] && ! pgrep -P "$pid" >/dev/null || return 1
	done
}

# mend: after a kill, wait until others go on. If the killed process held the semaphore, give it back with the line of the manual.
mend() {
	local before

	before=$(wc -c <output)
	while [ "$(wc -c <output)" = "$before" ] && [ "$(semop $posix)" = 0 ]; do
		if idle && idle && [ "$(wc -c <output)" = "$before" ]; then
			semop $posix +1
			mended=$((mended + 1))
			return
		fi
	done
}

# shellcheck disable=SC2016 # for that shell
holder=(sh -c 'echo in $$; echo out $$')
semop -c -i 1 $key >/dev/null || failed=1
contest sysv semop -t 120 $key -- "${holder[@]}"
semop -t 5 $key -- true && [ "$(semop $key)" = 1 ] || { echo "sysv: the lock is lost"; failed=1; }
contest file semop -c -t 120 file:lock -- "${holder[@]}"
semop -t 5 file:lock -- true || { echo "file: the lock is lost"; failed=1; }

# Each turn adds one. A put that is killed may have been done or not.
echo 0 | shmput -c $counter
contest shmput shmput -t 120 $counter -- awk '{ print $1 + 1 }'
count=$(shmget $counter)
[[ $count =~ ^[0-9]+$ && $count -ge $good && $count -le $((good + killed)) ]] || { echo "the counter is $count after $good turns and $killed kills"; failed=1; }

# A POSIX semaphore leaks if its holder is killed, as the manual says. One line mends it.
semop -c -i 1 $posix >/dev/null
contest posix semop -t 120 $posix -- "${holder[@]}"
[ "$(semop $posix)" = 1 ] && semop -t 0 $posix -- true || { echo "posix: the value is $(semop $posix)"; failed=1; }
[ "$failed" -eq 0 ] && echo "$all kills: no lock had two holders or none"
exit $failed
