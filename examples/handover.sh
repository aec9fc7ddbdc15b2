#!/bin/sh
# handover.sh [COUNT]: replace a server by its successor without a lost connection, while COUNT (500) clients connect one after the
# other. The old server passes its listening socket on. Clients that connect in between wait in that socket, and none is refused.
set -eu

count=${1:-500}
servers='' tmp=''
clean_up() {
	trap '' HUP INT TERM
	# shellcheck disable=SC2086 # one word each
	[ -z "$servers" ] || sigsend -w -t 5 -k KILL $servers "$!"
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

# A server has the listening socket as standard input. Between two clients it looks whether a successor waits at the door, and ends
# once that has the socket too. -t bounds the wait for a client.
cat >"$tmp/server" <<'END'
trap 'exit 143' TERM
exec 9<&0 </dev/null
until [ -S "$2" ] && fdsend "unix:$2" 9 2>/dev/null; do
	sockcat -l -n 1 -t 0.1 fd:9 -- echo "$1" 2>/dev/null || [ $? -eq 124 ] || exit 1
done
END

# start NAME: start a server that gets its listening socket at the door.
start() {
	fdrecv -u -R "$tmp/ready" "unix:$tmp/door" -- sh "$tmp/server" "$1" "$tmp/door" &
	servers="$servers $!"
	read -r door <"$tmp/ready"
}
mkfifo "$tmp/ready"
start old

# The first listening socket comes from perl here, or from systemd. perl becomes fdsend, which passes descriptor 0.
address=$(perl -MIO::Socket::INET -e '
	my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 128) or die "perl: $!\n";
	open STDIN, "<&", $socket or die "perl: $!\n";
	print "tcp:127.0.0.1:", $socket->sockport, "\n";
	$| = 1;
	exec "fdsend", $ARGV[0];' "$door")

client=0
while [ $client -lt "$count" ]; do
	client=$((client + 1))
	[ $client -ne $((count / 2)) ] || start new
	sockcat -I "$address" >>"$tmp/answers" || echo refused >>"$tmp/answers"
done
echo "$count clients, $(grep -c -e old -e new "$tmp/answers") answers, of: $(sort -u "$tmp/answers" | paste -s -d ' ' -)"
