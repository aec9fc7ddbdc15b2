#!/bin/sh
# shutdown.sh: ends services cleanly, one after the other. Each is asked by TERM, and has its own time to finish what it does;
# what is still there then gets KILL. One that ends at once costs no time: its end is waited for, nothing sleeps.
set -eu

running='' polite='' slow='' deaf='' tmp=''
clean_up() {
	trap '' HUP INT TERM
	# $! may not have its name yet.
	[ -z "$running" ] || sigsend -t 1 -k KILL $polite $slow $deaf ${!-} </dev/null 2>/dev/null || :
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

# stop NAME PID TIME: ends it, and says how it ended. (The braces keep away what some shells say about it.)
stop() {
	code=0
	{
		# In the background, so that a signal to this script ends wait at once.
		sigsend -t "$3" -k KILL "$2" &
		wait "$!" || :
		wait "$2" || code=$?
	} 2>/dev/null
	[ "$code" -le 128 ] || code="signal $(sigsend -l "$code")"
	echo "$1: ended with $code"
}

# Services for the show: each says when it is ready, and waits for work that never comes.
cat >"$tmp/service" <<'END'
trap "$2; exit 0" TERM
exec 3<>"$1-work"
echo ready >"$1-ready"
read -r _ <&3
END
for service in polite slow deaf; do
	mkfifo "$tmp/$service-work" "$tmp/$service-ready"
done
running=yes
sh "$tmp/service" "$tmp/polite" 'echo polite: saved' &
polite=$!
sh "$tmp/service" "$tmp/slow" 'seq 100000 | sort -r >/dev/null; echo slow: finished its work' &
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
