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
	[ "$(cat_ -n 1 "$A" <<<ping)" = pong ]
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

@test "sockcat: a packet that is too large, a record that names no peer, or peers that read nothing or have gone do not stop a listener" {
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
		for name in 'one', 'two', 'gone', 'here':
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		    s.bind(name)
		    s.sendto(name.encode(), 'socket')
		    peers.append(s)
		peers[2].close()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 3000000)
		try:
		    s.sendto(b'x' * 1500000, 'socket')
		except OSError:
		    open('err', 'a').write('larger than the system lets it be\n')
		s.sendto(b'after', 'socket')
		while 'after' not in open('got').read():
		    pass
		with open('in', 'w') as fifo:
		    fifo.write('nobody\nnoise:x\ty\nunix-dgram:gone\tx\n')
		    fifo.flush()
		    lines(4)
		    for i in range(600):
		        for name in 'one', 'two':
		            fifo.write('unix-dgram:%s\t%d\n' % (name, i))
		    fifo.write('unix-dgram:here\tlast\n')
		# If each record that cannot be sent took a second, the time limit above would expire.
		assert s.recv(100) == b'last'
	EOF
	kill "$PID"
	ends 143
	exec 7>&-
	grep -q 'a packet that came is lost\|larger than the system lets it be' err
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
	# The listener ends with the packet, maybe before yes has written anything.
	listen -n 1 udp:127.0.0.1:0 < <(yes)
	cat_ -O "$A" <<<x
	ends 0
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

@test "sockcat: descriptors that a peer sends are not taken, and no packet is lost for them" {
	need python3 python3 -c 0
	for KIND in unix-dgram unix-seq unix; do
		rights 200 -I $KIND:socket
		[ "$(wc -l <got)" -eq 200 ]
	done
	# Each COMMAND of a packet has as many descriptors as the first.
	rm -f got
	KIND=unix-dgram
	rights 40 -j 4 $KIND:socket -- sh -c 'cat >>got; ls /proc/self/fd | wc -l >>fds'
	[ "$(sort -u fds | wc -l)" -eq 1 ]
}
# rights COUNT ARG...: let a client send COUNT packets of 20 descriptors each to a listener that may have 40.
rights() {
	local before count=$1

	shift
	ready sh -c 'ulimit -n 40 && exec sockcat -l -f -u -R ready "$@"' sh "$@" >got
	before=$(ls "/proc/$PID/fd" | wc -l)
	timeout 60 python3 - "$KIND" "$count" <<-'EOF'
		import array, socket, sys
		kind = {'unix': 1, 'unix-dgram': 2, 'unix-seq': 5}[sys.argv[1]]
		f = open('/etc/passwd')
		s = socket.socket(socket.AF_UNIX, kind)
		s.connect('socket')
		for i in range(int(sys.argv[2])):
		    rights = array.array('i', [f.fileno()] * 20)
		    s.sendmsg([b'x\n' if kind == 1 else b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
	EOF
	until [ "$(wc -l <got)" -ge "$count" ]; do moment; done
	# The jobs of COMMANDs hold some.
	[ "$1" != -I ] || [ "$(ls "/proc/$PID/fd" | wc -l)" -le $((before + 1)) ]
	kill "$PID"
	ends 143
}

@test "sockcat: a refused packet does not end a sender; it is counted, and the status is 1" {
	need python3 python3 -c 0
	# The port stays free, because it is bound and takes nothing from this peer.
	closed_port
	for option in -O '-n 1'; do
		# shellcheck disable=SC2086
		try cat_ $option "udp:127.0.0.1:$PORT" < <(printf 'a\nb\nc\n')
		status 1
		error "sockcat: udp:127.0.0.1:$PORT: 3 packets were refused: nobody listens there; 0 packets were sent, 0 received"
	done
	try cat_ -O "udp:127.0.0.1:$PORT" <<<one
	status 1
	error "sockcat: udp:127.0.0.1:$PORT: 1 packet was refused: nobody listens there; 0 packets were sent, 0 received"
	try cat_ -O -L 0 "udp:127.0.0.1:$PORT" < <(printf 'a\nb\n')
	status 0
	error "sockcat: udp:127.0.0.1:$PORT: 2 records were dropped (-L)"
	# A receiver that comes later gets the rest, and a packet that waits for it is not counted twice.
	mkfifo in
	exec 7<>in
	ready sockcat -v -O -R ready "udp:127.0.0.1:$PORT" <in 7<&- 2>trace
	local sender=$PID
	printf 'lost\n' >&7
	until grep -q 'send.*lost.* = 4' trace; do moment; done
	listen -n 2 -I "udp:127.0.0.1:$PORT" >got
	printf 'two\nthree\n' >&7
	ends 0
	[ "$(cat got)" = $'two\nthree' ]
	exec 7<&-
	PID=$sender
	ends 1
	[[ "$(tail -n 1 trace)" == "sockcat: udp:127.0.0.1:$PORT: 1 packet was refused: nobody listens there; 2 packets were sent, 0 received" ]]
}
# closed_port: put a UDP port of 127.0.0.1 that nobody has into PORT.
closed_port() {
	PORT=$(python3 -c 'import socket; s = socket.socket(2, 2); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

@test "sockcat: a sender connects again to a receiver that was replaced, and counts what nobody took" {
	mkfifo in
	exec 7<>in
	listen -n 1 -u -I unix-dgram:socket >got
	local receiver=$PID
	ready sockcat -v -O -R ready unix-dgram:socket <in 7<&- 2>trace
	local sender=$PID
	echo one >&7
	PID=$receiver
	ends 0
	echo lost >&7
	echo gone >&7
	until [ "$(grep -c 'connect.*ENOENT' trace)" -eq 2 ]; do moment; done
	listen -n 2 -u -I unix-dgram:socket >>got
	printf 'two\nthree\n' >&7
	ends 0
	exec 7<&-
	PID=$sender
	ends 1
	[ "$(cat got)" = $'one\ntwo\nthree' ]
	[[ "$(tail -n 1 trace)" == 'sockcat: unix-dgram:socket: 2 packets were refused: no such socket; 3 packets were sent, 0 received' ]]
}

@test "sockcat: a UDP sender tries the next address if the first refuses, and loses nothing" {
	[ -e /proc/net/if_inet6 ] || skip "needs IPv6"
	for AT in udp4:127.0.0.1:0 'udp6:[::1]:0'; do
		# An empty HOST is loopback, in both versions of IP.
		listen -n 3 -I "$AT" >got
		printf 'one\n\nthree\n' | cat_ -O "udp::${A##*:}"
		ends 0
		[ "$(cat got)" = $'one\n\nthree' ]
		listen -n 1 "$AT" <<<pong >got
		[ "$(cat_ -n 1 "udp::${A##*:}" <<<ping)" = pong ]
		ends 0
		[ "$(cat got)" = ping ]
		listen -n 1 -I "$AT" >got
		echo one | cat_ -O "udp::${A##*:}"
		ends 0
		[ "$(cat got)" = one ]
	done
	need python3 python3 -c 0
	closed_port
	try cat_ -O "udp::$PORT" < <(printf 'a\nb\nc\n')
	status 1
	error "sockcat: udp::$PORT: 3 packets were refused: nobody listens there; 0 packets were sent, 0 received"
}

@test "sockcat: a listener at all addresses answers from the address that was asked" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell the address that was asked"
	for AT in 'udp:*:0' 'udp4:*:0'; do
		mkfifo in
		exec 7<>in
		listen -f "$AT" <in 7<&- >got
		# A connected client takes answers only from the address that it asked.
		cat_ -n 1 "udp:127.0.0.2:${A##*:}" <<<ping >answer 7<&- &
		until grep -q ping got; do moment; done
		echo pong >&7
		wait $!
		[ "$(cat answer)" = pong ]
		kill "$PID"
		ends 143
		exec 7<&-
		rm in
		# shellcheck disable=SC2016
		listen -n 2 "$AT" -- sh -c 'echo "$UDPLOCALIP $UDPLOCALPORT"'
		[ "$(cat_ -n 1 "udp:127.0.0.2:${A##*:}" <<<x)" = "127.0.0.2 ${A##*:}" ]
		[ "$(cat_ -n 1 "udp:127.0.0.3:${A##*:}" <<<x)" = "127.0.0.3 ${A##*:}" ]
		ends 0
	done
	# With -P too, for each peer.
	mkfifo in
	exec 7<>in
	listen -f -P 'udp:*:0' <in 7<&- >got
	for i in 1 2 3; do
		cat_ -n 1 "udp:127.0.0.$i:${A##*:}" <<<$i >answer$i 7<&- &
	done
	until [ "$(wc -l <got)" -eq 3 ]; do moment; done
	cat got >&7
	for i in 1 2 3; do
		until [ "$(cat answer$i)" = $i ]; do moment; done
	done
	kill "$PID"
	ends 143
	exec 7<&-
}

@test "sockcat: packets to a broadcast address are sent, and answered from an address of this machine" {
	[ "$PLAT" = linux ] || skip "127.255.255.255 is Linux's"
	need python3 python3 -c 0
	listen -n 2 'udp4:*:0' -- tr a-z A-Z
	echo one | cat_ -O "udp:127.255.255.255:${A##*:}"
	# A client that is not connected hears the answer.
	[ "$(timeout 60 python3 - "${A##*:}" <<-'EOF'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		s.sendto(b'two', ('127.255.255.255', int(sys.argv[1])))
		data, peer = s.recvfrom(100)
		print(data.decode(), peer[0])
	EOF
	)" = 'TWO 127.0.0.1' ]
	ends 0
	# A listener that sends to a broadcast address by -P.
	listen -n 1 -I 'udp4:*:0' >got
	local receiver=$PID port=${A##*:}
	mkfifo in
	exec 7<>in
	listen -f -P udp:127.0.0.1:0 <in 7<&-
	printf 'udp:127.255.255.255:%s\thello\n' "$port" >&7
	until [ "$(cat got)" = hello ]; do moment; done
	kill "$PID"
	ends 143
	PID=$receiver
	ends 0
	exec 7<&-
}

@test "sockcat: listening on a multicast address joins it, and several listeners share it" {
	[ "$PLAT" = linux ] || skip "POSIX has no multicast"
	need_namespace
	need iproute2 command -v ip
	need python3 python3 -c 0
	timeout 60 unshare -n bash -eu -c '
		ip link set lo up multicast on
		ip route add 239.0.0.0/8 dev lo
		mkfifo ready
		six=
		if [ -e /proc/net/if_inet6 ]; then
			ip -6 route add local ff00::/8 dev lo table local
			six="udp:[ff02::1234%lo]:5000 udp:[ff05::1234%1]:5000"
			! sockcat -l "udp:[ff02::1234]:5000" 2>err
			[ "$(cat err)" = "sockcat: udp:[ff02::1234]:5000: the address needs an interface (as in [fe80::1%eth0])" ]
		fi
		for AT in udp:239.1.2.3%lo:5000 udp:239.1.2.3:5000 $six; do
			for i in 1 2; do
				sockcat -l -n 1 -I -R ready "$AT" >got$i &
				until read -r A <ready; do :; done
			done
			echo "$AT" | sockcat -O "$A"
			wait
			[ "$(cat got1)" = "$AT" ] && [ "$(cat got2)" = "$AT" ]
		done
		# The answer leaves from an address of this machine, so a client that is not connected hears it.
		sockcat -l -n 1 -R ready udp:239.1.2.3%lo:5000 <<<pong >got1 &
		until read -r A <ready; do :; done
		python3 - <<-EOF
			import socket
			s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
			s.sendto(b"ping", ("239.1.2.3", 5000))
			data, peer = s.recvfrom(100)
			assert data == b"pong" and peer[0] != "239.1.2.3"
		EOF
		# What the system forbids.
		ip route add prohibit 10.0.0.0/8
		! sockcat -O udp:10.1.1.1:5 <<<x 2>err
		[ "$(cat err)" = "sockcat: udp:10.1.1.1:5: the system forbids packets to this address" ]
	'
}

@test "sockcat: -L drops records that a packet peer does not take in time, and counts them" {
	need python3 python3 -c 0
	mkfifo full up
	for KIND in unix-dgram unix-seq; do
		cat >peer.py <<-'EOF'
			import socket, sys
			s = socket.socket(1, 2 if sys.argv[1] == "unix-dgram" else 5)
			s.bind("socket")
			if sys.argv[1] == "unix-seq":
			    s.listen()
			open("up", "w").write("up\n")
			if sys.argv[1] == "unix-seq":
			    s, _ = s.accept()
			open("full").read()
			while True:
			    try:
			        data = s.recv(9, socket.MSG_DONTWAIT)
			        if not data:
			            break
			        print(data.decode(), flush=True)
			    except BlockingIOError:
			        break
		EOF
		background timeout 60 python3 peer.py $KIND >got
		read -r _ <up
		local receiver=$PID
		seq 2000 >records
		background sockcat -L 0 -O $KIND:socket <records 2>err
		# A seqpacket sender then waits until the receiver has closed.
		[ $KIND = unix-dgram ] && ends 0 || asleep
		: >full
		[ $KIND = unix-dgram ] || ends 0
		PID=$receiver
		ends 0
		dropped=$(sed -n "s/^sockcat: $KIND:socket: \([0-9]*\) records were dropped (-L)/\1/p" err)
		[ "$dropped" -gt 0 ]
		[ $((dropped + $(wc -l <got))) -eq 2000 ]
		rm socket
	done
}
