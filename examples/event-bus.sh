#!/bin/sh
# event-bus.sh: scripts exchange events over one Unix socket. A subscriber stays connected to the bus and selects events by a
# pattern. A sender connects, sends one event and closes. No script knows the others.
set -eu

running='' pids='' tmp=''
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. -k TERM repeats the signal, because a shell that is starting a command can miss it.
	# shellcheck disable=SC2086 # one word each
	[ -z "${running:+${!-}}" ] || sigsend -t 1 -k TERM $pids "$!"
	wait
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)
mkfifo "$tmp/ready" "$tmp/ended"
exec 3<>"$tmp/ended"
running=yes
sockcat -l -f -B -I -u -R "$tmp/ready" "unix:$tmp/bus" >/dev/null 2>"$tmp/errors" 3>&- &
bus=$! pids=$!
read -r address <"$tmp/ready"
# listen NAME PATTERN COMMAND...: run COMMAND with each event that matches PATTERN as its last argument, and report the event
# "end" to descriptor 3. Returns once connected, so no later event is missed.
listen() {
	name=$1 pattern=$2
	shift 2
	mkfifo "$tmp/$name-ready" "$tmp/$name-events"
	sockcat -I -R "$tmp/$name-ready" "$address" >"$tmp/$name-events" &
	pids="$pids $!"
	while IFS= read -r event; do
		# shellcheck disable=SC2254 # it is a pattern
		case $event in
		end) echo "$name" >&3 ;;
		$pattern) "$@" "$event" ;;
		esac
	done <"$tmp/$name-events" >"$tmp/$name" &
	pids="$pids $!"
	read -r _ <"$tmp/$name-ready"
}
# tell EVENT: send EVENT to the bus. Returns once the bus has passed it on.
tell() {
	printf '%s\n' "$*" | sockcat "$address" >/dev/null
}
listen storage 'disk *' printf 'storage team: %s\n'
listen on-call '* full' printf 'on call: %s\n'
tell user ann logged in
tell disk sdb replaced
tell disk sda full
tell end
# Both subscribers have received every event.
read -r _ <&3 && read -r _ <&3
sigsend -t 5 -k KILL "$bus"
wait
running=''
cat "$tmp/storage" "$tmp/on-call"
