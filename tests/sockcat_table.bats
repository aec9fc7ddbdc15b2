load helper

# The table "From nc and socat" of sockcat(1). For each row a scenario is played twice, with the command of nc or socat and with
# ours, each time in a directory and a network of its own. Both leave the same files: what the command wrote, what its peer got, and
# an exit status other than 0. In the rows, HOST is 127.0.0.1, ADDR 127.0.0.2, BCAST 127.255.255.255, and a time of 5 seconds is 1.

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/bin"
	cd "$BATS_FILE_TMPDIR/bin" || return 1
	# socat drops an answer that comes half a second after the end of its input. No test depends on how fast a peer is.
	printf '#!/bin/sh\nexec %s -t 30 "$@"\n' "$(command -v socat)" >socat
	printf '#!/bin/sh\ntr a-z A-Z\necho answer\n' >CMD
	# Peers: one that answers after end of file, one that writes and then looks for a half-close, one for a line, one for a packet.
	# An ephemeral port has five digits, and differs each time.
	printf '#!/bin/sh\ncat >got\necho "$SOCAT_PEERADDR ${SOCAT_PEERPORT#?????}" >address\necho answer\n' >keep
	printf '#!/bin/bash\nseq 20000\nread -rt 0.2 line && echo "$line" >got || echo $(($? > 128)) >open\n' >news
	printf '#!/bin/sh\nread -r line\necho "answer to $line"\nexec news\n' >line
	printf '#!/bin/sh\npacket=$(cat)\necho "<$packet>" >>got\necho "answer to $packet"\n' >packet
	chmod +x ./*
}

# table: print the rows of the table.
table() {
	awk '/^\.Ss From nc and socat/ { on = 1 } /^\.El/ { on = 0 } on && /^\.It / && !/^\.It nc, socat/' "$ROOT/man/sockcat.1" |
		sed 's/^\.It //; s/\\&//g; s/\\-/-/g'
}

# row ORIGINAL SCENARIO [ARG...]: play the scenario, a function, with both commands of the row and compare what they leave.
row() {
	local theirs=$1 ours

	ours=$(table | awk -v original="$1 Ta " 'index($0, original) == 1 { print substr($0, length(original) + 1) }')
	[ -n "$ours" ] || { echo "sockcat(1) has no row for $1" >&2; return 1; }
	rm -rf theirs ours
	play theirs "$theirs" "${@:2}" &
	play ours "$ours" "${@:2}" || { echo "$ours: failed" >&2; return 1; }
	wait "$!" || { echo "$theirs: failed" >&2; return 1; }
	diff -r theirs ours >&2 || { echo "$theirs is not $ours" >&2; return 1; }
}

# play DIRECTORY COMMAND SCENARIO [ARG...]: play the scenario with COMMAND, which it finds in its environment.
play() {
	local command

	command=$(sed 's/\bHOST\b/127.0.0.1/; s/\bADDR\b/127.0.0.2/; s/\bBCAST\b/127.255.255.255/; s/ -\([wt]\) 5 / -\1 1 /' <<<"$2")
	export -f moment works starts begins stops peer up "$3"
	mkdir "$1"
	(cd "$1" && PATH=$BATS_FILE_TMPDIR/bin:$PATH COMMAND=$command exec timeout -k 5 20 unshare -rn bash -euc '
		trap "kill \$(jobs -p) 2>/dev/null || :" EXIT
		ip link set lo up
		"$@"
		# What stays is a result too. diff compares ordinary files only.
		[ ! -S s ] || { rm s; echo s >stays; }
		rm -f held
	' bash "${@:3}" 2>"../$1.errors" 3>&-) || { cat "$1.errors" >&2; return 1; }
}

# works: run the command to its end.
works() {
	eval "$COMMAND" >out || echo "$?" >status
}

# starts: start the command. Its input is a FIFO that has no end. begins: also wait until it listens.
starts() {
	mkfifo held
	eval "exec $COMMAND" <>held >out &
	STARTED=$!
}

begins() {
	starts
	up
}

# stops: wait until the command has written a number of bytes, and stop it.
stops() {
	until [ "$(wc -c <out)" -ge "$1" ]; do moment; done
	kill "$STARTED"
	wait "$STARTED" || echo "$?" >status
}

# peer ARG...: start socat as the peer, and wait until it listens.
peer() {
	socat "$@" <&0 &
	PEER=$!
	up
}

# up: wait until one more socket of this network listens, or is bound to receive packets.
up() {
	SOCKETS=$((${SOCKETS:-0} + 1))
	until [ "$(cat /proc/net/{tcp,tcp6,udp,udp6,unix} 2>/dev/null | grep -cE ' 0A | 07 | 00010000 0001 01 | 0002 01 .* s$')" -ge "$SOCKETS" ]; do moment; done
}

need_peers() {
	need netcat-openbsd sh -c 'nc -h 2>&1 | grep -q OpenBSD'
	need socat socat -V
	unshare -rn ip link set lo up 2>/dev/null || skip "needs a private network"
}

@test "sockcat: nc and socat: a client sends all, then gets an answer that comes after end of file" {
	need_peers
	row 'nc -N HOST 80' asks TCP-L:80
	row 'nc -q 1 HOST 80' asks TCP-L:80
	row 'nc -N -s ADDR -p 99 HOST 80' asks TCP-L:80
	row 'nc -N -U s' asks UNIX-L:s
	row 'socat - TCP:HOST:80' asks TCP-L:80
	[ ! -e /proc/net/if_inet6 ] || row 'socat - TCP6:[::1]:80' asks TCP6-L:80
	row 'socat - ABSTRACT:x' asks ABSTRACT-LISTEN:x
}
asks() {
	seq 20000 >question
	peer "$1" EXEC:keep
	works <question
	wait "$PEER"
}

@test "sockcat: nc and socat: a client keeps its sending side open" {
	need_peers
	row 'nc HOST 80' keeps
}
keeps() {
	peer TCP-L:80 EXEC:line
	works <<<question
	wait "$PEER"
	[ "$(cat open)" = 1 ]
}

@test "sockcat: nc and socat: a client only reads, and does not wait for its input" {
	need_peers
	row 'nc -d HOST 80' reads
}
reads() {
	peer TCP-L:80 EXEC:news
	{ works; cat >rest; } <<<question
	wait "$PEER"
	[ "$(cat open)" = 1 ]
}

@test "sockcat: nc and socat: a probe reads and sends nothing" {
	need_peers
	row 'nc -z HOST 80' probes
}
probes() {
	works <<<question
	mv status refused
	peer TCP-L:80 EXEC:keep
	{ works; cat >rest; } <<<question
	wait "$PEER"
}

@test "sockcat: nc and socat: a client waits for its server" {
	need_peers
	row 'socat - TCP:HOST:80,retry=30' waits
}
waits() {
	works <<<question &
	STARTED=$!
	until [ "$(awk '/^Tcp:/ { failed = $8 } END { print failed }' /proc/net/snmp)" -ge 1 ]; do moment; done
	# A listener that does not fork can be gone before up sees it.
	peer TCP-L:80,fork EXEC:CMD
	wait "$STARTED"
}

@test "sockcat: nc and socat: a client ends although the server never closes" {
	need_peers
	row 'nc -N -w 5 HOST 80' endless 124
	row 'nc -w 5 HOST 6379' endless 0
}
endless() {
	mkfifo held
	exec 9<>held
	echo answer >&9
	peer - "TCP-L:${COMMAND##*[ :]}" <&9 >got
	works <<<question
	# A time that has run out is status 0 of nc.
	[ ! -e status ] || { [ "$(cat status)" -eq "$1" ] && rm status; }
	until [ -s got ]; do moment; done
}

@test "sockcat: nc and socat: a listener takes a file from one client, and ends with it" {
	need_peers
	row 'nc -l 8080 >FILE' takes TCP:127.0.0.1:8080
	row 'nc -lU s >FILE' takes UNIX:s
}
takes() {
	seq 20000 >sent
	begins
	socat - "$1" <sent >answer
	wait "$STARTED" || echo "$?" >status
	cmp FILE sent
}

@test "sockcat: nc and socat: a listener sends a file with a half-close, and takes what comes after it" {
	need_peers
	row 'nc -N -l 8080 <FILE' sends
}
sends() {
	seq 20000 >FILE
	begins
	exec 5<>/dev/tcp/127.0.0.1/8080
	cat <&5 >got
	echo late >&5
	exec 5>&-
	wait "$STARTED" || echo "$?" >status
}

@test "sockcat: nc and socat: a listener takes bytes from one client after the other" {
	need_peers
	row 'nc -lk 8080' queues
}
queues() {
	begins
	printf one | socat - TCP:127.0.0.1:8080
	exec 5<>/dev/tcp/127.0.0.1/8080
	printf ' two' >&5
	until [ "$(wc -c <out)" -ge 7 ]; do moment; done
	printf ' four\n' | socat -u - TCP:127.0.0.1:8080
	for _ in {1..20}; do moment; done
	printf ' three' >&5
	exec 5>&-
	stops 19
}

@test "sockcat: nc and socat: a sender of packets ends with its input" {
	need_peers
	row 'nc -u -w 1 HOST 53' notifies UDP-RECVFROM:53
	row 'nc -bu -w 1 BCAST 9' notifies UDP-RECVFROM:9
	row 'socat -u - UNIX-SENDTO:s' notifies UNIX-RECVFROM:s
}
notifies() {
	peer -u "$1" EXEC:packet
	works <<<note
	wait "$PEER"
}

@test "sockcat: nc and socat: a client of packets gets an answer to each line" {
	need_peers
	row 'nc -u HOST 53' chats
}
chats() {
	local answers='' word

	peer UDP-RECVFROM:53,fork EXEC:packet
	starts
	for word in one two three; do
		echo "$word" >held
		answers+="answer to $word"$'\n'
		until [ "$(wc -c <out)" -ge ${#answers} ]; do moment; done
	done
	stops ${#answers}
	# Ours writes each packet as a line, even if the packet ends in a newline.
	grep . out >lines
	mv lines out
}

@test "sockcat: nc and socat: a receiver of packets writes the bytes of every packet" {
	need_peers
	row 'nc -luk 53' collects UDP:127.0.0.1:53
	row 'socat -u UDP-RECV:53 -' collects UDP:127.0.0.1:53
	row 'socat -u UNIX-RECV:s -' collects UNIX-SENDTO:s
}
collects() {
	local packet

	begins
	for packet in one $'two\n' 'three '; do
		printf %s "$packet" | socat -u - "$1"
	done
	stops 13
}

@test "sockcat: nc and socat: a command, or another socket, serves each client" {
	need_peers
	row 'socat TCP-L:80,fork EXEC:CMD' serves TCP:127.0.0.1:80
	row 'socat UNIX-L:s,fork EXEC:CMD' serves UNIX:s
	row 'socat TCP-L:80,fork UNIX:s' serves TCP:127.0.0.1:80 UNIX-L:s,fork
}
serves() {
	[ $# -eq 1 ] || peer "$2" EXEC:CMD
	begins
	seq 20000 | socat - "$1" >first &
	socat - "$1" <<<hello >second
	wait "$!"
	stops 0
}

@test "sockcat: timeout(1) limits a COMMAND whose client stays" {
	mkfifo held
	ready sockcat -l -u -R ready unix:s -- timeout 0.3 sh -c 'cat; echo too late'
	[ -z "$(timeout 60 sockcat unix:s <>held)" ]
	ends 124
}

@test "sockcat: nc and socat: each row of the manual's table is in these tests" {
	local rows=0

	while read -r theirs; do
		rows=$((rows + 1))
		grep -qF "row '${theirs%% Ta *}' " "$BATS_TEST_FILENAME" || { echo "not tested: $theirs" >&2; return 1; }
	done < <(table)
	[ $rows -ge 20 ]
}
