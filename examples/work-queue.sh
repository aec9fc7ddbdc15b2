#!/bin/sh
# work-queue.sh: a work queue with retries and dead letters. One mqrecv runs up to four jobs at once. A job that fails is tried three
# times, and then appended to a file. Here a job is a number to factor; any other text fails.
set -eu

queue=/work-$$
tmp=$(mktemp -d)
trap '[ -z "${!-}" ] || sigsend -t 5 -k KILL "$!"; ipcdel "mq:$queue" 2>/dev/null || :; rm -rf "$tmp"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

printf '%s\n' 91 ninety 97 1001 many 65537 12 13 14 15 16 | mqsend -c -d 10 -e END "$queue" &
mqrecv -c -f -j 4 -e END -A 3,10ms -D "file:$tmp/dead" "$queue" -- xargs factor >"$tmp/done" 2>"$tmp/errors" &
wait "$!"
printf 'done:\n%s\n' "$(sort -n "$tmp/done")"
mqsend -N -P -e END "$queue" <"$tmp/dead" &
printf 'given up:\n%s\n' "$(mqrecv -f -e END -u "$queue" | sort)"
