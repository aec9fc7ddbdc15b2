#!/bin/sh
# limiter.sh [PLACES [FILE...]]: compress each FILE, at most PLACES (2) at a time. A semaphore counts the free places. semop takes
# a place and becomes the job, and the kernel releases the place however the job ends. Without FILE, the script makes six files.
set -eu

places=${1:-2}
[ $# -eq 0 ] || shift
limit=
jobs=
tmp=
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. -k TERM repeats the signal, because a shell that is starting a command can miss it.
	# shellcheck disable=SC2086 # one word each
	[ -z "$jobs" ] || sigsend -t 1 -k TERM $jobs "$!"
	wait
	ipcdel "sem:$limit" 2>/dev/null || :
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

if [ $# -eq 0 ]; then
	for number in 1 2 3 4 5 6; do
		seq "$number" 20000 >"$tmp/file$number"
	done
	set -- "$tmp"/file?
fi

# semop "$limit" -- gzip -9 FILE would do. This job also logs its start and its end, to show that the limit holds. The place
# belongs to the job, so the job must not end before gzip does.
cat >"$tmp/job" <<'END'
trap 'kill $! 2>/dev/null; wait; exit 143' TERM
echo + >>"$1"
gzip -9 -- "$2" &
wait $! && code=0 || code=$?
echo - >>"$1"
exit $code
END
limit=$(semop -c -i "$places" sysv:new)
for file; do
	semop "$limit" -- sh "$tmp/job" "$tmp/log" "$file" &
	jobs="$jobs $!"
done
failed=0
for job in $jobs; do
	wait "$job" || failed=$((failed + 1))
done
jobs=
awk -v places="$places" '$1 == "+" { begun++; if (++n > most) most = n } $1 == "-" { n-- }
	END { print begun, "were compressed,", (most > places ? "TOO MANY" : "never more than " places), "at a time" }' "$tmp/log"
[ "$failed" -eq 0 ] || { echo "limiter: $failed of $# jobs failed" >&2; exit 1; }
