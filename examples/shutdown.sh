#!/bin/sh
# shutdown.sh: end services cleanly, one after the other. Each service gets TERM and has its own time to finish its work. A
# service that still runs after that gets KILL. The script does not sleep: it goes on once the service has ended.
set -eu

running='' polite='' slow='' deaf='' tmp=''
clean_up() {
	trap '' HUP INT TERM
	# $! may be in no variable yet.
	[ -z "${running:+${!-}}" ] || sigsend -t 1 -k KILL $polite $slow $deaf "$!"
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

# stop NAME PID TIME: end a service and print how it ended. (The braces silence what some shells report.)
stop() {
	code=0
	{
		# It runs in the background: a signal to this script ends wait at once.
		sigsend -t "$3" -k KILL "$2" &
		wait "$!" || :
		wait "$2" || code=$?
	} 2>/dev/null
	[ "$code" -le 128 ] || code="signal $(sigsend -l "$code")"
	echo "$1: ended with $code"
}

# Sample services: each reports that it is ready, and waits. piperun passes TERM on to sigrecv, whose line ends the wait.
mkfifo "$tmp/polite-ready" "$tmp/slow-ready" "$tmp/deaf-ready"
running=yes
piperun sigrecv -R "$tmp/polite-ready" TERM -- sh -c 'read -r _; echo polite: saved' &
polite=$!
piperun sigrecv -R "$tmp/slow-ready" TERM -- sh -c 'read -r _; seq 100000 | sort -r >/dev/null; echo slow: finished its work' &
slow=$!
sigmask -i TERM sigrecv -R "$tmp/deaf-ready" USR1 >/dev/null &
deaf=$!
for service in polite slow deaf; do
	read -r _ <"$tmp/$service-ready"
done

stop polite "$polite" 1m
stop slow "$slow" 1m
stop deaf "$deaf" 0.2
running=''
