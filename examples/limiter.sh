#!/bin/sh
# limiter.sh [PLACES [FILE...]]: compresses files, so many at a time (default 2), whoever starts them. A semaphore has as many
# places as may run. semop takes one and becomes the job, and the kernel gives it back however the job ends. Without files it
# makes some.
set -eu

places=${1:-2}
[ $# -eq 0 ] || shift
limit=
jobs=
tmp=
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. Once more after a second: a shell that was about to start something may not have heard it.
	# shellcheck disable=SC2086 # one word each
	[ -z "$jobs" ] || sigsend -t 1 -k TERM $jobs "$!" 2>/dev/null || :
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

# The job alone could be: semop "$limit" -- gzip -9 FILE. This one also notes when it begins and ends, to show that the limit
# holds. It is the job that has the place, so it does not end before what it has started.
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
[ "$failed" -eq 0 ] || { echo "limiter: $failed of $# failed" >&2; exit 1; }
