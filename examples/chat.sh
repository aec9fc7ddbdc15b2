#!/bin/sh
# chat.sh: a chat over one Unix socket. chat.sh serve PATH runs the room and prints every message. chat.sh join PATH NAME sends
# each line of input to all other clients. Without arguments it runs a room and two clients.
set -eu
# serve PATH [READY], join PATH NAME [READY]
serve() {
	exec sockcat -l -f -B -u ${2:+-R "$2"} "unix:$1"
}
join() {
	# shellcheck disable=SC2016 # for the inner sh
	exec piperun sh -c 'while IFS= read -r line; do printf "%s: %s\n" "$1" "$line"; done' sh "$2" -- \
		sockcat -T 5 ${3:+-R "$3"} "unix:$1"
}
case ${1:-} in
serve) serve "$2" ;;
join) join "$2" "$3" ;;
esac
running='' room='' ann='' bob='' tmp=''
clean_up() {
	trap '' HUP INT TERM
	# $! may be in no variable yet. piperun passes the first TERM to its first command, and the second, of -k, to all.
	[ -z "${running:+${!-}}" ] || sigsend -t 0.2 -k TERM $room $ann $bob "$!"
	wait
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)
mkfifo "$tmp/ready" "$tmp/room" "$tmp/ann" "$tmp/ann-here" "$tmp/bob" "$tmp/bob-here"
running=yes
serve "$tmp/chat" "$tmp/ready" >"$tmp/room" 2>"$tmp/errors" &
room=$!
exec 3<"$tmp/room"
read -r _ <"$tmp/ready"
join "$tmp/chat" ann "$tmp/ann-here" <"$tmp/ann" >"$tmp/ann-heard" 3<&- &
ann=$!
exec 4>"$tmp/ann"
read -r _ <"$tmp/ann-here"
join "$tmp/chat" bob "$tmp/bob-here" <"$tmp/bob" >"$tmp/bob-heard" 3<&- 4>&- &
bob=$!
exec 5>"$tmp/bob"
read -r _ <"$tmp/bob-here"

# Each client speaks once the room has printed the message before, and leaves at end of file.
echo 'is anybody here?' >&4
read -r line <&3
echo "the room heard $line"
echo 'I am' >&5
read -r line <&3
echo "the room heard $line"
exec 4>&- 5>&-
wait "$ann" "$bob"
sigsend -t 5 -k KILL "$room"
running=''
printf 'ann heard %s\nbob heard %s\n' "$(cat "$tmp/ann-heard")" "$(cat "$tmp/bob-heard")"
