#!/bin/bash
# soak.sh [JOBS [KILLS [GROUPS]]]: four workers do JOBS jobs, while one of their processes (receiver, guard or COMMAND) is killed KILLS
# times and a whole process group GROUPS times. Print how many jobs were lost, and how many were done twice. Exit 1 if one was lost.
set -u

jobs=${1:-20000} kills=${2:-200} groups=${3:-20}
PATH=$(cd "$(dirname "$0")/.." && pwd)/build/bin:$PATH
queue=/soak-$$
dir=$(mktemp -d)
cd "$dir" || exit 1
trap 'touch stop; wait; ipcdel mq:$queue; rm -rf "$dir"' EXIT

# family PID: print a receiver and the processes that it has started.
family() {
	echo "$1"
	cat /proc/"$1"/task/*/children 2>/dev/null
}

mqsend -c -d 10 -s 64 $queue </dev/null
: >finished
# A worker that ends is started again, in a process group of its own.
for worker in 1 2 3 4; do
	(
		set -m
		while [ ! -e stop ]; do
			# shellcheck disable=SC2016 # for the inner shell
			mqrecv -f -t 1 $queue -- sh -c 'read -r n; echo "$n" >>finished' 2>>errors &
			echo $! >worker.$worker
			wait $!
		done 2>/dev/null
	) &
done
seq "$jobs" | mqsend $queue &
sender=$!
mkfifo moment
killed=0
while kill -0 $sender 2>/dev/null; do
	read -rt 0.0$((RANDOM % 3 + 1)) _ <>moment
	[ $killed -lt $((kills + groups)) ] || continue
	read -r pid <worker.$((RANDOM % 4 + 1)) || continue
	mapfile -t members < <(family "$pid" | tr ' ' '\n' | grep .)
	[ ${#members[@]} -gt 1 ] || continue
	victim=${members[RANDOM % ${#members[@]}]}
	[ $((killed % ((kills + groups) / groups))) -ne 0 ] || victim=-$pid
	kill -KILL -- "$victim" 2>/dev/null && killed=$((killed + 1))
done 2>/dev/null
until [ "$(ipcls -H -o COUNT mq:$queue)" = 0 ] && ! pgrep -f "mqrecv .* $queue " >/dev/null; do
	[ -e stop ] || { [ "$(ipcls -H -o COUNT mq:$queue)" -ne 0 ] || touch stop; }
	read -rt 0.5 _ <>moment
done
lost=$(sort finished | uniq | sort - <(seq "$jobs" | sort) | uniq -u | wc -l)
echo "$killed times killed; of $jobs jobs $lost were lost, $(sort finished | uniq -d | wc -l) done more than once"
sed 's/process [0-9]*/process N/; s/status [0-9]*/status N/; s,^[^:]*: [^:]*: ,,' errors | sort | uniq -c
[ "$lost" -eq 0 ]
