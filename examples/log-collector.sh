#!/bin/sh
# log-collector.sh: many programs write lines to one FIFO, and a collector writes them to a file with the time. fifocat -l writes
# each line in one write, so lines never mix. The collector ends when its last writer closes. This script keeps the FIFO open, so
# the collector does not end between two programs.
set -eu

tmp=
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. -k TERM repeats the signal, because a shell that is starting a command can miss it.
	[ $# -eq 0 ] || sigsend -t 1 -k TERM "$@" "$!"
	# Without a writer the collector ends. Only then is its file removed.
	exec 3>&-
	wait
	rm -rf "$tmp"
}
set --
trap 'clean_up "$@"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

mkfifo "$tmp/log"
fifocat "$tmp/log" | while IFS= read -r line; do
	printf '%s %s\n' "$(date +%H:%M:%S)" "$line"
done >"$tmp/collected" &
collector=$!
exec 3>"$tmp/log"

for program in alpha beta gamma; do
	piperun seq -f "$program: line %g, of many words that shall stay together" 40 -- fifocat -t 1m -w -l "$tmp/log" 3>&- &
	set -- "$@" "$!"
done
for writer; do
	wait "$writer"
done
set --
exec 3>&-
wait "$collector"
for program in alpha beta gamma; do
	pattern="^[0-9:]{8} $program: line [0-9]+, of many words that shall stay together\$"
	echo "$program: $(grep -c -E "$pattern" "$tmp/collected") whole lines"
done
