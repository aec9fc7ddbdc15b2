load helper
load sockets

@test "sockcat: one record is one packet in both directions, even an empty record" {
	packets boundaries
}
boundaries() {
	local options=(-n 4) out=-O

	if [ $KIND = unix-seq ]; then
		options=() out=
		[ "$PLAT" = linux ] || return 0
	fi
	# POSIX gives no name to a peer without an address, so it cannot be answered.
	[ $KIND = unix-dgram ] && [ "$PLAT" = portable ] && answers=no || answers=yes
	listen -v "${options[@]}" "$AT" </dev/null >got 2>trace
	# shellcheck disable=SC2086
	printf 'one\n\nthree\nfour' | cat_ $out "$A"
	ends 0
	[ "$(cat got)" = $'one\n\nthree\nfour' ]
	[ "$(grep -c 'recvmsg(.*) = [0-9]' trace)" -ge 4 ]
	rm -f socket
	listen -N "${options[@]}" "$AT" </dev/null >got
	# shellcheck disable=SC2086
	printf '3:a\nb,0:,2:cd,1:\0,' | cat_ -N $out "$A"
	ends 0
	printf '3:a\nb,0:,2:cd,1:\0,' | cmp - got
	rm -f socket
	# The whole input is one record.
	head -c 60000 /dev/urandom >data
	listen -I -r -n 1 "$AT" >got
	# shellcheck disable=SC2086
	cat_ -r $out "$A" <data
	ends 0
	cmp data got
	rm -f socket
	# The answer.
	[ $answers = yes ] || return 0
	listen -n 1 "$AT" <<<pong >got
	[ "$(echo ping | cat_ -n 1 "$A")" = pong ]
	ends 0
	[ "$(cat got)" = ping ]
}

@test "sockcat: refuses a packet that is too large, and never truncates" {
	head -c 65508 /dev/zero >data
	listen -n 1 udp:127.0.0.1:0 </dev/null >got
	try sh -c 'timeout 120 sockcat -r -O "$1" <data' sh "$A"
	status 1
	error 'sockcat: udp:127.0.0.1:*: too large for one packet; record 1 has 65508 bytes, and a UDP packet at most 65507; 0 packets were sent, 0 received'
	head -c 65507 data | cat_ -r -O "$A"
	ends 0
	[ "$(wc -c <got)" -eq 65508 ]
	# A Unix socket gets the buffer space that a packet needs, up to the limit of the system.
	for kind in unix-dgram unix-seq; do
		head -c 300000 /dev/urandom >data
		listen -I -r -n 1 $kind:socket >got
		cat_ -r -O "$A" <data
		ends 0
		cmp data got
		rm -f socket
		head -c 1000000 /dev/zero >data
		listen -I -r $kind:socket >got
		try sh -c 'timeout 120 sockcat -r -O "$1" <data' sh "$A"
		if [ "$status" -ne 0 ]; then
			status 1
			error "sockcat: $kind:socket: too large for one packet; record 1 has 1000000 bytes; *; 0 packets were sent, 0 received"
			[ "$PLAT" != linux ] || [[ $stderr == *'net.core.wmem_max is '*' (raise it with sysctl -w net.core.wmem_max='* ]]
			: | cat_ -r -O "$A"
		fi
		ends 0
		rm -f socket
	done
}

@test "sockcat: a listener answers each of several peers" {
	for AT in udp:127.0.0.1:0 unix-dgram:socket; do
		[ "$PLAT" = linux ] || [ $AT != unix-dgram:socket ] || continue
		listen -n 3 "$AT" -- tr a-z A-Z
		for word in one two three; do
			[ "$(echo $word | cat_ -n 1 "$A")" = "$(echo $word | tr a-z A-Z)" ]
		done
		ends 0
		# Each line of COMMAND is a packet. No line means no answer.
		rm -f socket
		listen -n 2 "$AT" -- sh -c 'read -r n; [ "$n" -eq 0 ] || seq "$n"'
		echo 0 | cat_ -O "$A"
		[ "$(echo 3 | cat_ -n 3 "$A")" = $'1\n2\n3' ]
		ends 0
		rm -f socket
	done
}

@test "sockcat: -P names the sender of each packet, and reads the name of the peer that a packet is for" {
	mkfifo in
	exec 8<>in
	listen -f -P udp:127.0.0.1:0 <in >got
	for word in one two; do
		echo $word | cat_ -n 1 "$A" >out-$word &
		until grep -q $word got; do moment; done
	done
	sed 's/one$/to one/; s/two$/to two/' got >&8
	until [ -s out-one ] && [ -s out-two ]; do moment; done
	kill "$PID"
	wait || true
	exec 8<&-
	[ "$(cat out-one out-two)" = $'to one\nto two' ]
	# A client has one peer.
	listen -n 2 -I udp:127.0.0.1:0 >got
	printf '%s\tone\n%s\ttwo\n' "$A" "$A" | cat_ -O -P "$A"
	ends 0
	[ "$(cat got)" = $'one\ntwo' ]
	for record in 'udp:127.0.0.1:1\tx|its peer is not the one that is connected' 'x|its peer and a tab are missing (-P)' \
		'unix-dgram:s\tx|its peer is an address of another kind'; do
		# shellcheck disable=SC2059
		try sh -c 'printf "$1\n" | timeout 120 sockcat -O -P "$2"' sh "${record%|*}" "$A"
		status 1
		error "sockcat: standard input: record 1: ${record#*|}"
	done
}

@test "sockcat: -f goes on if a record names no peer, or its peer reads nothing or has gone" {
	need python3 python3 -c 0
	mkfifo in
	exec 7<>in
	listen -f -P unix-dgram:socket <&7 >got 2>err
	timeout 120 python3 - <<-'EOF'
		import socket
		def lines(count):
		    while open('err').read().count('\n') < count:
		        pass
		peers = []
		for name in 'full', 'gone', 'here':
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		    s.bind(name)
		    s.sendto(name.encode(), 'socket')
		    peers.append(s)
		peers[1].close()
		with open('in', 'w') as fifo:
		    fifo.write('nobody\nnoise:x\ty\nunix-dgram:gone\tx\n')
		    fifo.flush()
		    lines(3)
		    for i in range(3000):
		        fifo.write('unix-dgram:full\t%d\n' % i)
		        fifo.flush()
		        if open('err').read().count('\n') > 3:
		            break
		    fifo.write('unix-dgram:here\tlast\n')
		assert peers[2].recv(100) == b'last'
	EOF
	kill "$PID"
	ends 143
	exec 7>&-
	grep -qx 'sockcat: standard input: record 1: its peer and a tab are missing (-P)' err
	grep -q '^sockcat: standard input: record 2: not an address' err
	grep -q '^sockcat: unix-dgram:socket: refused: nobody listens there; 0 packets were sent' err
	grep -q '^sockcat: unix-dgram:socket: .*the peer took nothing, and record [0-9]* was dropped' err
}

@test "sockcat: -n ends an exchange of packets even if the input never ends" {
	need python3 python3 -c 0
	listen -f udp:127.0.0.1:0 -- cat
	(yes || true) | cat_ -n 1 "$A" >got
	[ "$(cat got)" = y ]
	kill "$PID"
	ends 143
	listen -n 1 udp:127.0.0.1:0 < <(yes)
	cat_ -n 1 "$A" <<<x
	ends 0
}

@test "sockcat: a packet that is too large, or peers that read nothing, do not stop a packet listener" {
	need python3 python3 -c 0
	mkfifo in
	exec 7<>in
	listen -f -P unix-dgram:socket <&7 >got 2>err
	timeout 120 python3 - <<-'EOF'
		import socket
		peers = []
		for name in 'one', 'two', 'here':
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		    s.bind(name)
		    s.sendto(name.encode(), 'socket')
		    peers.append(s)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 3000000)
		try:
		    s.sendto(b'x' * 1500000, 'socket')
		except OSError:
		    open('err', 'a').write('larger than the system lets it be\n')
		s.sendto(b'after', 'socket')
		while 'after' not in open('got').read():
		    pass
		with open('in', 'w') as fifo:
		    for i in range(600):
		        for name in 'one', 'two':
		            fifo.write('unix-dgram:%s\t%d\n' % (name, i))
		    fifo.write('unix-dgram:here\tlast\n')
		# If each record that cannot be sent took a second, the time limit above would expire.
		assert peers[2].recv(100) == b'last'
	EOF
	kill "$PID"
	ends 143
	exec 7>&-
	grep -q 'a packet that came is lost\|larger than the system lets it be' err
}

@test "sockcat: sends and receives on raw sockets, and names the privilege that they need" {
	need_root
	# By number if the system has no table of protocol names.
	proto=icmp
	getent protocols icmp >/dev/null || proto=1
	ready cat_ -n 1 -r -I -t 10 -R ready raw:$proto:127.0.0.1 >got
	# An echo request.
	printf '\10\0\367\377\0\0\0\0' | cat_ -r -O raw:$proto:127.0.0.1
	ends 0
	[ "$(wc -c <got)" -ge 28 ]
	try as_user timeout 120 sockcat raw:$proto:127.0.0.1
	status 1
	error "sockcat: raw:$proto:127.0.0.1: a raw socket needs root, or CAP_NET_RAW"
}

@test "sockcat: a seqpacket client that has half-closed receives a late answer" {
	[ "$PLAT" = linux ] || skip "POSIX cannot tell an empty packet from the end"
	mkfifo input
	exec 7<>input
	listen unix-seq:socket <input >got
	echo question | cat_ "$A" >answer 7<&- &
	until grep -q question got; do moment; done
	echo late >&7
	exec 7<&-
	ends 0
	wait
	[ "$(cat answer)" = late ]
}
