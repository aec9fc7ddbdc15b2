load helper
load sockets

@test "sockcat: passes all bytes unchanged in both directions" {
	streams both_ways
}
both_ways() {
	head -c 3000000 /dev/urandom >there
	head -c 2000000 /dev/urandom >back
	for options in '' -z; do
		listen $options "$AT" <back >got
		# shellcheck disable=SC2086
		cat_ $options "$A" <there >answer
		ends 0
		cmp there got
		cmp back answer
		rm -f socket
		# Input and output are pipes.
		listen $options "$AT" < <(cat back) > >(cat >got)
		# shellcheck disable=SC2086
		cat there | cat_ $options "$A" | cat >answer
		ends 0
		cmp back answer
		until cmp -s there got; do moment; done
		rm -f socket
	done
	# Output to a file in append mode, which cannot take pages, and to /dev/null.
	echo before >got
	listen "$AT" </dev/null >>got
	cat there there | cat_ "$A"
	ends 0
	tail -c +8 got | cmp - <(cat there there)
	rm -f socket
	listen "$AT" <there >/dev/null
	cat_ "$A" </dev/null | cmp - there
	ends 0
	rm -f socket
	listen -I "$AT" </dev/null >got
	cat_ -O "$A" <there
	ends 0
	cmp there got
	rm -f there back got answer
}

@test "sockcat: passes much data in both directions at once between slow readers" {
	head -c 20000000 /dev/urandom >data
	for AT in tcp:127.0.0.1:0 unix:socket; do
		listen "$AT" < <(cat data) > >(dd bs=5000 of=got status=none)
		cat data | cat_ "$A" | dd bs=7000 of=answer status=none
		ends 0
		cmp data answer
		until cmp -s data got; do moment; done
		rm -f socket
	done
}

@test "sockcat: passes the end of its input on as a half-close, and waits for a late answer" {
	streams late
}
late() {
	# The answer begins only after end of file.
	listen "$AT" -- sh -c 'cat >question; echo world'
	[ "$(echo hello | cat_ "$A")" = world ]
	ends 0
	[ "$(cat question)" = hello ]
	rm -f question socket
	# The same between two sockcat without COMMAND.
	listen "$AT" < <(until grep -q hello question; do moment; done; echo world) >question
	[ "$(echo hello | cat_ "$A")" = world ]
	ends 0
	rm question
}

@test "sockcat: ends when the peer has closed, even if its input is idle" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell a half-close from an end"
	streams idle
}
idle() {
	mkfifo input
	exec 8<>input
	listen "$AT" -- echo hello
	[ "$(cat_ "$A" <input)" = hello ]
	ends 0
	rm -f socket
	listen "$AT" </dev/null >got
	# A peer that has only half-closed still receives everything.
	{ echo one; read -r line; echo two; } <input | cat_ "$A" &
	client=$!
	until grep -q one got; do moment; done
	echo go >&8
	wait $client
	ends 0
	[ "$(cat got)" = $'one\ntwo' ]
	exec 8<&-
	rm input
}

@test "sockcat: exchanges data with socat" {
	need socat socat -V
	head -c 1000000 /dev/urandom >data
	socat -u FILE:data UNIX-LISTEN:socket &
	cat_ -T 10 unix:socket </dev/null | cmp - data
	wait
	rm -f socket
	listen unix:socket </dev/null >got
	socat -u FILE:data UNIX-CONNECT:socket
	ends 0
	cmp data got
	listen tcp:127.0.0.1:0 <data >got
	socat -t 30 - "TCP:127.0.0.1:${A##*:}" <data >back
	ends 0
	cmp data got
	cmp data back
	listen -n 3 udp:127.0.0.1:0 </dev/null >got
	for i in 1 2 3; do
		printf 'packet %s' $i | socat -u - "UDP:127.0.0.1:${A##*:}"
	done
	ends 0
	[ "$(cat got)" = $'packet 1\npacket 2\npacket 3' ]
}

@test "sockcat: exchanges data with nc" {
	need netcat-openbsd sh -c 'nc -h 2>&1 | grep -q OpenBSD'
	head -c 1000000 /dev/urandom >data
	listen tcp:127.0.0.1:0 <data >got
	nc -N 127.0.0.1 "${A##*:}" <data >back
	ends 0
	cmp data got
	cmp data back
	nc -lU socket </dev/null >got &
	cat_ -T 10 unix:socket <data
	wait
	cmp data got
}

@test "sockcat: exchanges data with ncat" {
	need ncat ncat --version
	head -c 1000000 /dev/urandom >data
	listen tcp:127.0.0.1:0 </dev/null >got
	ncat --send-only 127.0.0.1 "${A##*:}" <data
	ends 0
	cmp data got
	listen unix:socket <data >got
	ncat --recv-only -U socket </dev/null | cmp - data
	ends 0
	rm socket
}

@test "sockcat: connects two hosts" {
	need_root
	unshare -n ip link show >/dev/null 2>&1 || skip "needs network namespaces and ip(8)"
	# Each namespace is a host, and the pair of interfaces is the cable.
	try timeout 120 unshare -n bash -c '
		set -e
		mkfifo up
		unshare -n bash -c "echo up >up; read -r go <go; exec bash other" &
		mkfifo go
		read -r there <up
		ip link add here type veth peer name there
		ip link set there netns $!
		ip addr add 10.77.0.1/24 dev here
		ip link set here up
		ip link set lo up
		cat >other <<END
ip addr add 10.77.0.2/24 dev there
ip link set there up
ip link set lo up
sockcat -T 20 tcp:10.77.0.1:7000 </dev/null >answer
# The local end is idle, and the local tables do not list the peer.
echo question | sockcat -T 20 tcp:10.77.0.1:7001 >answer2
END
		echo go >go
		sockcat -l tcp:10.77.0.1:7000 <<<hello
		sockcat -l tcp:10.77.0.1:7001 -- sh -c "cat; echo late"
		wait
		cat answer answer2'
	status 0
	output $'hello\nquestion\nlate'
}

@test "sockcat: reports a reset or a failed write, with the number of bytes sent" {
	need python3 python3 -c 0
	mkfifo port
	for last in reset keep; do
		python3 -c "
import socket, struct
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
print(s.getsockname()[1], file=open('port', 'w'))
c, _ = s.accept()
c.recv(5)
if '$last' == 'reset':
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
c.close()" &
		read -r port <port
		try sh -c 'printf hello1 | timeout 120 sockcat "$1"' sh "tcp:127.0.0.1:$port"
		status 1
		error "sockcat: tcp:127.0.0.1:$port: the peer has *; 6 bytes were sent, 0 received"
		wait
	done
	# More input than the peer takes.
	listen -n 1 unix:socket -- sh -c 'read -r line'
	try sh -c 'yes | timeout 120 sockcat "$1"' sh "$A"
	status 1
	error 'sockcat: unix:socket: the peer has *'
}

@test "sockcat: writes the data that the peer sent before it stopped reading" {
	listen -n 1 unix:socket -- sh -c 'echo too much; exec 0<&-; head -c 10 >/dev/null 2>&1; exit 0'
	yes | cat_ "$A" >got 2>err && false
	[ "$(cat got)" = 'too much' ]
}

@test "sockcat: fails if standard output fails" {
	streams output_fails
}
output_fails() {
	echo data >data
	listen "$AT" <data >got
	try sh -c 'timeout 120 sockcat "$1" >/dev/full' sh "$A" </dev/null
	status 1
	error "sockcat: *: standard output: No space left on device; 0 bytes were sent, 0 received, and 5 came that are lost"
	wait "$PID" || true
	rm -f socket
	listen "$AT" <data >got
	try sh -c 'timeout 120 sockcat "$1" >&-' sh "$A" </dev/null
	status 1
	error "sockcat: *: standard output: Bad file descriptor; *"
	wait "$PID" || true
	rm -f socket
	# The output has lost its reader. sockcat notices even if no data arrives, and nothing is lost.
	mkfifo input
	exec 8<>input
	listen "$AT" <input >got
	{ timeout 120 sockcat "$A" <input 2>err; echo "$?" >code; } | true
	[ "$(cat code)" -eq 0 ]
	[ ! -s err ]
	# POSIX does not tell the listener that its client has gone.
	[ "$PLAT" = linux ] || kill "$PID" 2>/dev/null || true
	wait "$PID" || true
	exec 8<&-
	rm input
}

@test "sockcat: a closed standard input is at end of file, and an unreadable standard input is an error" {
	echo data >data
	listen unix:socket <data >got
	timeout 120 sockcat "$A" <&- >answer
	ends 0
	cmp data answer
	[ ! -s got ]
	rm -f socket
	listen unix:socket </dev/null >got
	try sh -c 'timeout 120 sockcat "$1" <.' sh "$A"
	status 1
	error 'sockcat: unix:socket: standard input: Is a directory; 0 bytes were sent, 0 received'
	wait "$PID" || true
}

@test "sockcat: -t bounds every wait, and -t 0 never waits" {
	mkfifo input
	exec 8<>input
	for time in 0 0.1; do
		try cat_ -l -u -t $time unix:socket <&8
		status 124
		error 'sockcat: unix:socket: nobody connected in time (-t)'
		[ ! -e socket ]
		listen unix:socket <&8 >got
		try cat_ -t $time "$A" <&8
		status 124
		error 'sockcat: unix:socket: no byte in time (-t); 0 bytes were sent, 0 received'
		ends 0
		rm socket
		try cat_ -l -t $time udp:127.0.0.1:0 <&8
		status 124
		error 'sockcat: udp:127.0.0.1:0: no packet in time (-t); 0 packets were sent, 0 received'
		try cat_ -l -f -u -t $time unix:socket <&8
		status 124
		error 'sockcat: unix:socket: nobody connected in time (-t)'
		try cat_ -l -f -u -t $time unix:socket -- cat
		status 124
		error 'sockcat: unix:socket: nobody connected in time (-t)'
	done
	exec 8<&-
}

@test "sockcat: -T tries to connect until a listener appears" {
	try cat_ -T 0.1 unix:socket
	status 124
	error 'sockcat: unix:socket: no such socket; tried for the time of -T'
	cat_ -T 20 unix:socket </dev/null >got &
	listen unix:socket <<<hello
	wait
	[ "$(cat got)" = hello ]
	try cat_ unix:nosuch
	status 1
	error 'sockcat: unix:nosuch: no such socket'
}

@test "sockcat: -R writes the bound address as soon as sockcat listens" {
	listen -I tcp:127.0.0.1:0
	[[ $A == tcp:127.0.0.1:[1-9]* ]]
	cat_ "$A" </dev/null
	ends 0
	listen -I tcp4::0
	[[ $A == tcp4:127.0.0.1:[1-9]* ]]
	cat_ "$A" </dev/null
	ends 0
	listen -I tcp4:*:0
	[[ $A == tcp4:0.0.0.0:[1-9]* ]]
	cat_ "tcp::${A##*:}" </dev/null
	ends 0
	if [ -e /proc/net/if_inet6 ]; then
		listen -I tcp:*:0
		[[ $A == 'tcp:[::]:'[1-9]* ]]
		cat_ "tcp4:127.0.0.1:${A##*:}" </dev/null
		ends 0
		listen -I tcp:*:0
		cat_ "tcp6:[::1]:${A##*:}" </dev/null
		ends 0
	fi
	listen -I unix:socket
	[ "$A" = unix:socket ]
	cat_ "$A" </dev/null
	ends 0
}

@test "sockcat: listens and connects at abstract names" {
	[ "$PLAT" = linux ] || [ "$(uname)" = Linux ] || skip "Linux has them"
	listen "unix:@ipc7-$$" <<<hello >got
	[ "$A" = "unix:@ipc7-$$" ]
	[ "$(echo there | cat_ "$A")" = hello ]
	ends 0
	[ "$(cat got)" = there ]
	listen -I "unix:@ipc7-$$" >got
	try cat_ -l "unix:@ipc7-$$"
	status 1
	error "sockcat: unix:@ipc7-$$: the name is in use: somebody listens there"
	cat_ "$A" </dev/null
	ends 0
}

@test "sockcat: replaces a Unix path only if it is a dead socket" {
	echo data >file
	mkdir directory
	mkfifo fifo
	ln -s nowhere link
	for case in 'file|an ordinary file, not a socket' 'directory|a directory, not a socket' 'fifo|not a socket' 'link|a symbolic link, not a socket'; do
		try cat_ -l -u "unix:${case%%|*}"
		status 1
		error "sockcat: unix:${case%%|*}: ${case#*|}; it was left as it is"
	done
	[ "$(cat file)" = data ] && [ -d directory ] && [ -p fifo ] && [ -L link ]
	for scheme in unix unix-dgram unix-seq; do
		listen -f -I $scheme:socket >got
		inode=$(stat -c %i socket)
		try cat_ -l $scheme:socket
		status 1
		error "sockcat: $scheme:socket: somebody listens there; it was left as it is"
		# A live socket of another type is not replaced either.
		try cat_ -l -u $([ $scheme = unix ] && echo unix-dgram || echo unix):socket
		status 1
		[ "$(stat -c %i socket)" = "$inode" ]
		kill -KILL "$PID"
		wait "$PID" || true
		try cat_ -l -u -t 0 $scheme:socket </dev/null
		status 124
		[ ! -e socket ]
	done
	# A file that has taken the place of the socket stays.
	listen -u -I unix:socket >got
	mv socket other
	echo mine >socket
	cat_ unix:other </dev/null
	ends 0
	[ "$(cat socket)" = mine ]
}

@test "sockcat: -m sets the exact mode of a Unix path, and -u unlinks it, even on a signal" {
	umask 077
	for mode in 600 660 666 777; do
		listen -u -I -m $mode unix:socket >got
		[ "$(stat -c %a socket)" = $mode ]
		cat_ "$A" </dev/null
		ends 0
		[ ! -e socket ]
	done
	for signal in INT TERM HUP; do
		ready env -i "PATH=$PATH" perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' sockcat -l -u -I -R ready unix:socket
		kill -$signal "$PID"
		ends $((128 + $(kill -l $signal)))
		[ ! -e socket ]
	done
}

@test "sockcat: -u never removes a file of a directory that somebody has exchanged" {
	[ "$PLAT" = linux ] || skip "renameat2(2) is Linux's"
	exchange
	# Whether others may exchange the directory decides how its path is bound.
	for mode in 755 777; do
		chmod $mode att
		for ((i = 0; i < 60; i++)); do
			echo data >precious/socket
			timeout 10 sockcat -l -u -t 0 unix:att/d/socket 2>/dev/null </dev/null || true
			[ -e precious/socket ]
		done
	done
	kill "$PID"
	# A socket that was created was removed.
	[ -z "$(find . -type s)" ]
}

@test "sockcat: a path in a directory that others may exchange is shown as it was written" {
	mkdir -m 777 open
	listen -v -u unix:open/socket -- sh -c 'echo "$IPCLOCALPATH $IPCREMOTEPATH"' 2>trace
	[ "$A" = unix:open/socket ]
	[ "$(cat_ -v -b unix:open/mine "$A" </dev/null 2>trace2)" = 'open/socket open/mine' ]
	ends 0
	grep -q 'bind(.*sun_path="open/socket"' trace
	grep -q 'bind(.*sun_path="open/mine"' trace2
	! grep /proc/ trace trace2 || false
	# Answers find their way.
	listen -u unix-dgram:open/socket <<<answer >got
	[ "$A" = unix-dgram:open/socket ]
	[ "$(cat_ -P -n 1 -b unix-dgram:open/mine "$A" <<<$'unix-dgram:open/socket\tquestion')" = $'unix-dgram:open/socket\tanswer' ]
	ends 0
	[ "$(cat got)" = question ]
	[ -z "$(ls open)" ]
	# A dead socket is replaced.
	sockcat -l -n 0 unix:open/socket
	sockcat -l -u -n 0 unix:open/socket
	[ ! -e open/socket ]
}

@test "sockcat: of several that start at a dead path, one gets it" {
	[ "$PLAT" = linux ] || skip "POSIX has no lock of a directory"
	for ((round = 0; round < 20; round++)); do
		jobs=()
		sockcat -l -n 0 unix:socket
		for i in 1 2 3 4 5 6 7 8; do
			background timeout 60 sockcat -l -n 1 unix:socket -- echo "$i" >/dev/null 2>"error$i"
			jobs+=("$PID")
		done
		until [ "$(cat error? | grep -c '^sockcat: unix:socket: somebody listens there; it was left as it is$')" -eq 7 ]; do moment; done
		one=$(cat_ unix:socket </dev/null)
		[ ! -s "error$one" ]
		for i in 1 2 3 4 5 6 7 8; do
			PID=${jobs[i - 1]} ends "$((i == one ? 0 : 125))"
		done
		rm error?
	done
}

@test "sockcat: ends with status 125 if it cannot learn how COMMAND ended" {
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	need strace strace -V
	background timeout 20 strace -qq -f -o trace -e inject=waitid:error=ECHILD:when=1 \
		sockcat -lu -n 1 -R /dev/null unix:socket -- cat 2>error
	[ "$(echo one | cat_ -T 10 unix:socket)" = one ]
	ends 125
	[[ $(<error) == 'sockcat: unix:socket: the end of a COMMAND cannot be learned: No child process'* ]]
}

@test "sockcat: does not replace a dead socket while another one does so, and the lock of a directory is bounded" {
	[ "$PLAT" = linux ] || skip "POSIX has no lock of a directory"
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	need strace strace -V
	need util-linux command -v flock
	sockcat -l -n 0 unix:socket
	# It has found a dead socket, and takes long to remove it.
	background timeout 60 strace -o trace -e trace=connect,unlink,unlinkat -e inject=unlink,unlinkat:delay_enter=300000 \
		sockcat -l -n 1 unix:socket -- echo one >/dev/null
	until grep -q ECONNREFUSED trace; do moment; done
	try cat_ -l -n 1 unix:socket
	status 1
	error 'sockcat: unix:socket: somebody listens there; it was left as it is'
	[ "$(cat_ unix:socket </dev/null)" = one ]
	ends 0
	mkdir held
	try timeout 60 flock held sockcat -l -t 0.1 unix:held/socket
	status 1
	error 'sockcat: unix:held/socket: another process keeps its directory locked (flock)'
	# Nobody can lock a directory that cannot be read.
	[ "$(id -u)" -eq 0 ] || return 0
	ours=$(mktemp -d)
	mkdir -m 333 "$ours/blind"
	chmod 755 "$ours"
	try as_user timeout 60 sockcat -l -u -n 0 "unix:$ours/blind/socket"
	[ ! -e "$ours/blind/socket" ]
	rm -r "$ours"
	status 0
}

@test "sockcat: -R and -P print a path unchanged" {
	mkdir 'a dir'
	path='unix-dgram:a dir/sö x\y'
	ready sockcat -l -n 1 -R ready -P "$path" </dev/null >got
	[ "$LINE" = "$path" ]
	echo question | cat_ -O -b 'unix-dgram:pö \q' "$LINE"
	ends 0
	[ "$(cat got)" = $'unix-dgram:pö \\q\tquestion' ]
}

@test "sockcat: a peer that reads nothing more is an error, and its last answer is written" {
	need python3 python3 -c 0
	mkfifo port
	timeout 120 python3 - <<-'EOF' &
		import socket
		s = socket.socket(socket.AF_UNIX)
		s.bind('socket')
		s.listen()
		open('port', 'w').write('x\n')
		c = s.accept()[0]
		c.shutdown(socket.SHUT_RD)
		while c.recv(65536):
		    pass
		c.send(b'why\n')
		c.close()
	EOF
	read -r _ <port
	head -c 3000000 /dev/zero >data
	try sh -c 'timeout 120 sockcat unix:socket <data'
	status 1
	[ "$output" = why ]
	error 'sockcat: unix:socket: the peer has gone and takes nothing more; *'
	wait
}

@test "sockcat: data that the system of a TCP peer has not taken is an error" {
	need python3 python3 -c 0
	[ "$PLAT" = linux ] || skip "POSIX does not tell"
	head -c 200000 /dev/zero >data
	timeout 120 python3 - <<-'EOF'
		import socket, subprocess
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
		s.bind(('127.0.0.1', 0))
		s.listen()
		child = subprocess.Popen(['sockcat', '-v', 'tcp:127.0.0.1:%d' % s.getsockname()[1]], stdin=open('data'), stderr=subprocess.PIPE)
		c = s.accept()[0]
		c.shutdown(socket.SHUT_WR)
		# The system has taken all data.
		while b'shutdown(' not in child.stderr.readline():
		    pass
		c.close()
		assert child.wait() == 1
		assert b'the peer has reset the connection; 200000 bytes were sent' in child.stderr.read()
	EOF
}

@test "sockcat: refuses malformed addresses" {
	for case in 'x|not an address*' 'tcp|not an address*' 'tcp:|*port is missing*' 'tcp:127.0.0.1|*port is missing*' 'tcp:127.0.0.1:|*port is missing*' \
		'tcp:::1:80|too many colons*' 'tcp:[::1:80|a bracket is not closed' 'tcp:127.0.0.1:65536|the port is not from 0 to 65535' 'tcp:x:-1|the port is not from 0 to 65535' \
		'unix:|the path is missing' 'unix:@|the name after @ is missing' 'raw:icmp|raw takes a protocol*' 'raw:nosuch:x|there is no such protocol*' \
		"unix:$(printf '%0108d' 0)|the path is too long for a Unix socket*"; do
		for options in '' -l; do
			# shellcheck disable=SC2086
			try cat_ $options "${case%%|*}"
			status 2
			error "sockcat: ${case%%|*}: ${case#*|}"
		done
	done
	try cat_ 'tcp:*:80'
	status 1
	error 'sockcat: tcp:\*:80: \* is every address to listen at, not one to connect to'
	try cat_ tcp:127.0.0.1:nosuchport
	status 1
	try cat_ tcp:nosuch.invalid:80
	status 1
	error 'sockcat: tcp:nosuch.invalid:80: no such host*'
}

@test "sockcat: tries several addresses in turn, and names each address that failed" {
	[ -e /proc/net/if_inet6 ] || skip "no IPv6"
	listen -I tcp4:127.0.0.1:0
	cat_ "tcp::${A##*:}" </dev/null
	ends 0
	listen -I 'tcp6:[::1]:0'
	cat_ "tcp::${A##*:}" </dev/null
	ends 0
	try cat_ "tcp::${A##*:}"
	status 1
	error "sockcat: tcp::${A##*:}: 127.0.0.1: connection refused (nobody listens there); ::1: connection refused (nobody listens there)"
}

@test "sockcat: reports a port that is in use or privileged" {
	listen -I tcp:127.0.0.1:0
	try cat_ -l "$A"
	status 1
	error "sockcat: $A: the port is in use"
	cat_ "$A" </dev/null
	ends 0
	[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null)" = 1024 ] || return 0
	need_root
	try as_user timeout 120 sockcat -l tcp:127.0.0.1:7
	status 1
	case $PLAT in
	linux) why='net.ipv4.ip_unprivileged_port_start is 1024, and a lower port needs root, or CAP_NET_BIND_SERVICE' ;;
	*) why='a privileged port, which needs root' ;;
	esac
	error "sockcat: tcp:127.0.0.1:7: no permission: $why"
}

@test "sockcat: reports a socket that it may not connect to, and a file that is not a socket" {
	need_root
	ours=$(mktemp -d)
	chmod 755 "$ours"
	listen -I -m 600 "unix:$ours/socket"
	try as_user timeout 120 sockcat "unix:$ours/socket"
	status 1
	error "sockcat: unix:$ours/socket: Permission denied"
	cat_ "$A" </dev/null
	ends 0
	rm -r "$ours"
	try cat_ unix:/etc/passwd
	status 1
	error 'sockcat: unix:/etc/passwd: not a socket'
}

@test "sockcat: a check whether a listener is alive does not count as a connection" {
	listen -u unix:socket <<<hello >got
	for i in 1 2 3; do
		try cat_ -l unix:socket </dev/null
		status 1
		error 'sockcat: unix:socket: somebody listens there; it was left as it is'
	done
	[ "$(echo there | cat_ "$A")" = hello ]
	ends 0
	[ "$(cat got)" = there ]
}

# activate ARG...: start systemd-socket-activate in the background.
activate() {
	need systemd command -v systemd-socket-activate
	background timeout 60 systemd-socket-activate "$@" 2>log
}

@test "sockcat: fd: is a listening socket of systemd, fd:N any listening socket" {
	# shellcheck disable=SC2016
	reply='read -r line; echo "$PROTO $IPCLOCALPATH $line"'
	activate -l "$PWD/one" sockcat -l -f fd: -- sh -c "$reply"
	for line in first second; do
		[ "$(cat_ -T 10 unix:one <<<"$line")" = "IPC $PWD/one $line" ]
	done
	kill "$PID"
	ends 143
	# The socket is that of systemd, so its path stays.
	[ -S one ]
	# As by the option wait of inetd: standard input listens, until nobody comes any more.
	activate --inetd -l "$PWD/two" sockcat -l -f -t 0.1 fd:0 -- sh -c "$reply"
	[ "$(cat_ -T 10 unix:two <<<first)" = "IPC $PWD/two first" ]
	ends 124
	grep -q '^sockcat: fd:0: nobody connected in time (-t)$' log
	# Without COMMAND, for one client and for many.
	activate -l "$PWD/three" sockcat -l -I -R bound fd:3 >got
	cat_ -T 10 unix:three <<<hello
	ends 0
	[ "$(cat got bound)" = "hello"$'\n'"unix:$PWD/three" ]
	activate -l "$PWD/four" sockcat -l -I -P -n 1 fd: >got
	cat_ -T 10 -b unix:client unix:four <<<hello
	ends 0
	[ "$(cat got)" = $'unix:client\thello' ]
}

@test "sockcat: fd: is a connection that systemd or inetd has accepted" {
	# shellcheck disable=SC2016
	for options in ':' '--inetd:0'; do
		# shellcheck disable=SC2086
		activate -a ${options%:*} -l "$PWD/socket${options#*:}" sockcat "fd:${options#*:}" -- sh -c 'read -r line; echo "$PROTO $IPCREMOTEPATH $line"'
		for line in first second; do
			[ "$(cat_ -T 10 -b unix:client "unix:socket${options#*:}" <<<"$line")" = "IPC client $line" ]
		done
		kill "$PID"
		ends 143
	done
}

@test "sockcat: fd: receives packets, from systemd and by the option wait of inetd" {
	activate -d -l "$PWD/one" sockcat -l -n 2 -P fd: >got
	cat_ -O -T 10 -b unix-dgram:client unix-dgram:one <<<first
	cat_ -O -b unix-dgram:client unix-dgram:one <<<second
	ends 0
	[ "$(cat got)" = $'unix-dgram:client\tfirst\nunix-dgram:client\tsecond' ]
	need python3 python3 -c 0
	output=$(timeout 60 python3 - <<-'EOF'
		import socket, subprocess
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(('127.0.0.1', 0))
		c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		c.connect(s.getsockname())
		for name in b'one', b'two':
		    c.send(name)
		# inetd starts the server once a packet has come.
		p = subprocess.run(['sockcat', '-l', '-f', '-t', '0.1', 'fd:0', '--', 'sh', '-c', 'echo "$PROTO $UDPLOCALPORT $(cat)"'],
		                   stdin=s, stderr=subprocess.PIPE)
		port = str(s.getsockname()[1])
		print(p.returncode, p.stderr.decode(), sorted(c.recv(100).decode().replace(port, 'PORT') for i in range(2)))
	EOF
	)
	[ "$output" = $'124 sockcat: fd:0: no packet in time (-t)\n '"['UDP PORT one', 'UDP PORT two']" ]
}

@test "sockcat: fd:N is a connection or listening socket of the process that started it, whose flags stay" {
	need python3 python3 -c 0
	printf answer >answer
	timeout 60 python3 - <<-'EOF'
		import os, socket, subprocess, sys
		def run(args, fd, **rest):
		    p = subprocess.run(['sockcat'] + args, pass_fds=[fd.fileno()], stderr=subprocess.PIPE, timeout=20, **rest)
		    return p.returncode, p.stdout, p.stderr.decode()
		tcp = socket.socket()
		tcp.bind(('127.0.0.1', 0))
		tcp.listen()
		seq = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		seq.bind('seq')
		seq.listen()
		# Set up, and leave.
		for s, name in (tcp, 'tcp:127.0.0.1:%d' % tcp.getsockname()[1]), (seq, 'unix-seq:seq'):
		    result = run(['-l', '-n', '0', '-R', '/dev/stdout', 'fd:%d' % s.fileno()], s, stdout=subprocess.PIPE)
		    assert result == (0, name.encode() + b'\n', ''), result
		    assert os.get_blocking(s.fileno())
		# One client, then the listener still works.
		for number in 1, 2:
		    c = socket.create_connection(tcp.getsockname())
		    c.sendall(b'question')
		    c.shutdown(socket.SHUT_WR)
		    result = run(['-l', 'fd:%d' % tcp.fileno()], tcp, input=b'answer', stdout=subprocess.PIPE)
		    assert result == (0, b'question', ''), result
		    assert c.recv(100) == b'answer' and os.get_blocking(tcp.fileno())
		# Connections.
		for kind in socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM:
		    for blocking in True, False:
		        a, b = socket.socketpair(type=kind)
		        os.set_blocking(a.fileno(), blocking)
		        b.send(b'question')
		        more = ['-n', '1']
		        if kind != socket.SOCK_DGRAM:
		            b.shutdown(socket.SHUT_WR)
		            more = []
		        result = run(more + ['fd:%d' % a.fileno()], a, stdin=open('answer'), stdout=subprocess.PIPE)
		        assert result[::2] == (0, '') and result[1].rstrip() == b'question', (kind, result)
		        assert b.recv(100) == b'answer'
		        assert os.get_blocking(a.fileno()) == blocking
		# Only to standard output, which is a socket.
		a, b = socket.socketpair()
		b.shutdown(socket.SHUT_WR)
		result = run(['-O', 'fd:1'], a, input=b'answer', stdout=a)
		assert result[::2] == (0, '') and b.recv(100) == b'answer', result
		# States that do not fit.
		idle = socket.socket()
		free = socket.socket(type=socket.SOCK_DGRAM)
		netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) if sys.platform == 'linux' else idle
		a, b = socket.socketpair()
		for s, args, line in (tcp, [], 'a listening socket (-l accepts its connections)'), \
		    (a, ['-l'], 'a connection, not a listening socket (leave -l out)'), \
		    (idle, [], 'a socket that neither listens nor is connected'), \
		    (idle, ['-l'], 'a socket that neither listens nor is connected'), \
		    (free, [], 'a socket without a peer (-l receives its packets)'), \
		    (netlink, [], 'a socket of another kind than tcp, udp, unix and raw'):
		    if s is netlink is idle: continue
		    name = 'fd:%d' % s.fileno()
		    assert run(args + [name], s) == (1, None, 'sockcat: %s: %s\n' % (name, line)), (args, line)
		    assert run(args + [name, '--', 'true'], s)[0] == 125
	EOF
}

@test "sockcat: -T and -t bound a connection attempt that hangs" {
	need python3 python3 -c 0
	mkfifo hold
	python3 -c "
import socket
s = socket.socket(socket.AF_UNIX); s.bind('full'); s.listen(0)
a = socket.socket(socket.AF_UNIX); a.connect('full')
open('up', 'w').close()
open('hold').read()" &
	until [ -e up ]; do moment; done
	try cat_ -T 0.2 unix:full
	status 124
	error 'sockcat: unix:full: no connection in time; tried for the time of -T'
	try cat_ -t 0.2 unix:full
	status 124
	error 'sockcat: unix:full: no connection in time (-t)'
	: >hold
	wait
}

# named SCRIPT: run a shell script in a network of its own, with a name server: none.test does not exist, here.test is 127.0.0.1, and
# of silent.test it says nothing, and not at first of late.here.test. Standard error of the script goes to the file errors.
named() {
	need_namespace
	unshare -n ip link show >/dev/null 2>&1 || skip "needs network namespaces and ip(8)"
	need python3 python3 -c 0
	cat >server.py <<-'EOF'
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(('127.0.0.1', 53))
		open('up', 'w').close()
		late = 4
		while True:
		    question, client = s.recvfrom(512)
		    name = question[12:question.index(b'\0', 12)]
		    late -= b'late' in name
		    if b'silent' in name or b'late' in name and late > 0:
		        continue
		    question = question[:question.index(b'\0', 12) + 5]
		    one = b'here' in name and question[-4:] == b'\0\1\0\1'
		    answer = b'\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1' if one else b''
		    flags = b'\x81\x80' if b'here' in name else b'\x81\x83'
		    s.sendto(question[:2] + flags + b'\0\1\0' + bytes([one]) + b'\0\0\0\0' + question[12:] + answer, client)
	EOF
	# shellcheck disable=SC2016
	printf '%s\n' 'ip link set lo up' 'echo nameserver 127.0.0.1 >resolv.conf' 'mount --bind resolv.conf /etc/resolv.conf' \
		'rm -f up' 'python3 server.py & server=$!' 'trap "kill $server" EXIT' 'until [ -e up ]; do :; done' "$1" >script
	output=$(timeout 20 unshare -nm bash script 2>errors </dev/null)
}

@test "sockcat: -t and -T bound the look-up of a name, and a signal ends it" {
	need procps command -v pgrep
	# shellcheck disable=SC2016
	named '
		for options in "-t 0.2" "-t 0" "-T 0.3" "-l -t 0.1" "-t 0.1 -b tcp:silent.test:0"; do
			address=silent.test
			[[ $options != *-b* ]] || address=127.0.0.1
			timeout 3 sockcat $options tcp:$address:80
			echo "$?"
		done
		for signal in TERM INT; do
			env -i PATH="$PATH" perl -e '\''$SIG{INT} = "DEFAULT"; exec @ARGV'\'' timeout -k 3 3 sockcat tcp:silent.test:80 &
			# The child that looks up is there.
			until child=$(pgrep -P "$(pgrep -P $!)"); do :; done
			kill -$signal "$(pgrep -P $!)"
			wait $!
			echo "$? $(kill -l $signal)"
			! grep "^State:.[^XZ]" /proc/$child/status
		done 2>/dev/null
		# The child ends with its parent; POSIX has no such promise.
		[ '"$PLAT"' = linux ] || exit 0
		sockcat tcp:silent.test:80 &
		until child=$(pgrep -P $!); do :; done
		kill -KILL $!
		while grep "^State:.[^XZ]" /proc/$child/status; do :; done >/dev/null 2>&1'
	output $'124\n124\n124\n124\n124\n143 15\n130 2'
	[ "$(grep -v Killed errors)" = 'sockcat: tcp:silent.test:80: its name was not found in time (-t)
sockcat: tcp:silent.test:80: its name was not found in time (-t)
sockcat: tcp:silent.test:80: its name was not found in time; tried for the time of -T
sockcat: tcp:silent.test:80: its name was not found in time (-t)
sockcat: tcp:silent.test:0: its name was not found in time (-t)' ]
}

@test "sockcat: the look-up of a name ends with sockcat, even if it has only just begun" {
	[ "$PLAT" = linux ] || skip "POSIX cannot end a process with its parent"
	need strace strace -V
	need procps command -v pgrep
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	# The name server says nothing, so a look-up of its own would last ten seconds.
	# shellcheck disable=SC2016
	named '
		strace -f -qq -o /dev/null -e inject=prctl:delay_enter=200000 sockcat tcp:silent.test:80 &
		until child=$(pgrep -P "$(pgrep -P $!)"); do :; done
		kill -KILL "$(pgrep -P $!)"
		timeout 5 sh -c "while grep \"^State:.[^XZ]\" /proc/$child/status; do :; done" >/dev/null 2>&1
		echo "$?"'
	output 0
}

@test "sockcat: a host or port that cannot exist is refused at once, whatever -T says, and others are looked up" {
	# shellcheck disable=SC2016
	named '
		label=$(printf "%063d" 0 | tr 0 a)
		for address in none.test:80 silent.test:no-such-service a..test:80 .test:80 a$label.test:80 \
			$label.$label.$label.$label:80 silent.invalid:80 silent.INVALID.:80 invalid:80; do
			timeout 3 sockcat -T 60 "tcp:$address"
			echo "$?"
		done
		sockcat -l -R at tcp:here.test:0 <<<hello >got &
		until [ -s at ]; do :; done
		read -r at <at
		sockcat -t 0.5 -T 60 "tcp:late.here.test:${at##*:}" <<<world
		wait $!
		cat got
		timeout 3 sockcat -T 0.2 tcp6:here.test:80
		echo "$?"'
	output $'1\n1\n1\n1\n1\n1\n1\n1\n1\nhello\nworld\n1'
	[ "$(grep -c ': no such host, or no such port$' errors)" -eq 4 ]
	[ "$(grep -c ': no host has such a name (at most 253 bytes, with 1 to 63 between two dots)$' errors)" -eq 4 ]
	[ "$(grep -c ': there is no such port$' errors)" -eq 1 ]
	grep -q '^sockcat: tcp6:here.test:80: no such host, or it has no IPv6 address$' errors
}

@test "sockcat: never connects to itself" {
	need_root
	unshare -n ip link show >/dev/null 2>&1 || skip "needs network namespaces and ip(8)"
	# The system chooses one of few ports for the local end, and one of them is that of the missing listener.
	# shellcheck disable=SC2016
	try timeout 120 unshare -n sh -c '
		ip link set lo up
		echo 40000 40010 >/proc/sys/net/ipv4/ip_local_port_range
		for port in 40002 40003 40004; do
			echo secret | sockcat -T 0.1 tcp:127.0.0.1:$port
			echo "$?"
		done
		# The port is free for a listener.
		grep -c : /proc/net/tcp'
	output $'124\n124\n124\n0'
	[ "$(grep -c 'connection refused (nobody listens there); tried for the time of -T$' stderr.txt)" -eq 3 ]
}

@test "sockcat: both ends of a TCP connection notice a peer whose machine has gone (SO_KEEPALIVE)" {
	[ "$PLAT" = linux ] || skip "reads the timers of Linux"
	mkfifo there back
	exec 7<>there 8<>back
	listen tcp4:127.0.0.1:0 <there >got
	background sockcat "$A" <back >answer
	echo question >&8
	until grep -q question got; do moment; done
	# The column tr is 02 while the timer of keep-alive runs, and no data is under way.
	port=$(printf :%04X "${A##*:}")
	for ((i = 0; i < 200; i++)); do
		timers=$(awk -v port="$port" '($2 ~ port || $3 ~ port) && $4 == "01" { print substr($6, 1, 2) }' /proc/net/tcp)
		[ "$timers" != $'02\n02' ] || break
		moment
	done
	[ "$timers" = $'02\n02' ]
	exec 7<&- 8<&-
}

@test "sockcat: -O ends when the peer has gone, even if its input is idle" {
	mkfifo input
	exec 8<>input
	for AT in tcp:127.0.0.1:0 unix:socket unix-seq:socket; do
		[ "$PLAT" = linux ] || [ $AT != tcp:127.0.0.1:0 ] || continue
		listen -n 1 $AT -- true
		cat_ -O "$A" <&8
		ends 0
		rm -f socket
	done
	exec 8<&-
}

@test "sockcat: a signal that loses nothing ends it without a line" {
	mkfifo in
	exec 7<>in
	listen -f -u unix:live <&7 >/dev/null
	for args in '-l unix:socket' '-l -f unix:socket' '-l udp:127.0.0.1:0' '-T 50 unix:none' unix:live '-f unix:live'; do
		# shellcheck disable=SC2086
		background sockcat -v $args <&7 >got 2>trace
		until grep -Eq '^sockcat: (listen|bind|connect).* = ' trace; do moment; done
		asleep
		kill "$PID"
		ends 143
		[ -z "$(grep -v '(.*) = ' trace)" ] || { echo "$args: $(cat trace)" >&2; return 1; }
		rm -f socket
	done
	kill "${JOBS[0]}"
	exec 7>&-
}

@test "sockcat: bytes that came and cannot be written are a loss, with status 1 or by a signal" {
	for end in 1 143; do
		pipe
		# The pipe is full.
		dd if=/dev/zero bs=4096 of=/dev/fd/6 oflag=nonblock 2>/dev/null || true
		listen -u unix:socket <<<data >/dev/null
		background sockcat -v unix:socket </dev/null >&6 2>err
		exec 6>&-
		until grep -q '^sockcat: re.* = 5$' err; do moment; done
		[ $end = 1 ] || kill "$PID"
		exec 4<&-
		ends $end
		[[ $(tail -n 1 err) == 'sockcat: unix:socket: st'*'; 0 bytes were sent, 0 received, and 5 came that are lost' ]]
	done
}

@test "sockcat: a signal counts a part of a record that came, or was read, as lost" {
	mkfifo in in2
	exec 7<>in 8<>in2
	listen -f unix:socket <&7 >out
	printf 'one\npart' >&8
	background sockcat -f -n 2 unix:socket <&8 >got 2>err
	until grep -q one out; do moment; done
	printf 'two\n' >&7
	until grep -q two got; do moment; done
	kill "$PID"
	ends 143
	[ "$(cat err)" = 'sockcat: unix:socket: stopped by a signal; 1 record was sent, 1 record received, and 4 bytes were read that are lost' ]
	kill "${JOBS[0]}"
	exec 7>&- 8>&-
}

@test "sockcat: Ctrl-C stops a loop of a shell" {
	loop_stops 'sockcat -l -u -R started unix:socket'
	loop_stops 'sockcat -l -f -u -R started unix:socket'
	listen -f unix:live -- cat
	live=$PID
	loop_stops "sockcat unix:live -- sh -c 'echo >started; exec sleep 5'"
	kill "$live"
}

@test "sockcat: an output socket that has lost its reader ends a listener" {
	need python3 python3 -c 0
	for args in 'tcp:127.0.0.1:0' '-f tcp:127.0.0.1:0' '-f udp:127.0.0.1:0'; do
		# shellcheck disable=SC2086
		try timeout 120 python3 -c "
import socket, subprocess, sys
one, other = socket.socketpair()
r, w = socket.socketpair()
p = subprocess.Popen(['sockcat', '-l', '-R', '/dev/fd/%d' % w.fileno()] + sys.argv[1:], stdin=subprocess.PIPE, stdout=other, pass_fds=[w.fileno()])
w.close()
kind, host, port = r.recv(100).decode().split(':')
c = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM)
c.connect((host, int(port))); c.send(b'x\n')
other.close()
one.recv(10)
one.close()
sys.exit(p.wait())" $args
		status 0
		error ''
	done
}

@test "sockcat: works even if signals are blocked or ignored" {
	listen -n 1 unix:socket -- echo hello
	wait_=$PID
	[ "$(cat_ "$A" </dev/null)" = hello ]
	PID=$wait_ ends 0
	rm socket
	ready sigmask -b CHLD,TERM -i PIPE sockcat -l -R ready unix:socket -- sh -c 'echo hello'
	[ "$(cat_ unix:socket </dev/null)" = hello ]
	ends 0
}

@test "sockcat: a wildcard whose port is in use for one address family is refused" {
	[ -e /proc/net/if_inet6 ] || skip "no IPv6"
	listen -I 'tcp6:*:0'
	try cat_ -l "tcp:*:${A##*:}"
	status 1
	error 'sockcat: tcp:\*:*: *the port is in use'
	cat_ "tcp6:[::1]:${A##*:}" </dev/null
	ends 0
}

@test "sockcat: -b binds the local end" {
	listen tcp:127.0.0.1:0 -- sh -c 'echo "$TCPREMOTEIP"'
	[ "$(cat_ -b tcp:127.0.0.3:0 "$A" </dev/null)" = 127.0.0.3 ]
	ends 0
	listen unix-dgram:socket <<<answer >got
	[ "$(echo ask | cat_ -n 1 -b unix-dgram:mine "$A")" = answer ]
	ends 0
	[ ! -e mine ]
	try cat_ -b udp:127.0.0.1:0 tcp:127.0.0.1:1
	status 2
	error 'sockcat: -b takes an address of the same kind as ADDRESS'
	try cat_ -b udp:127.0.0.1:0 unix-dgram:socket
	status 2
	error 'sockcat: -b takes an address of the same kind as ADDRESS'
	try cat_ -b 'tcp6:[::1]:0' tcp4:127.0.0.1:1
	status 2
	error 'sockcat: -b takes an address of the same kind as ADDRESS'
	# From the same local port several times.
	listen -n 1 tcp:127.0.0.1:0 -- true
	local_port=${A##*:}
	cat_ "$A" </dev/null
	ends 0
	for again in 1 2; do
		listen -n 1 tcp:127.0.0.1:0 -- sh -c 'echo "$TCPREMOTEPORT"'
		[ "$(cat_ -b "tcp:127.0.0.1:$local_port" "$A" </dev/null)" = "$local_port" ]
		ends 0
	done
	listen -I tcp:127.0.0.1:0
	try cat_ -b "$A" "$A"
	status 1
	error "sockcat: $A: the port is in use"
	cat_ "$A" </dev/null
	ends 0
}

@test "sockcat: -b creates a Unix path as a listener does, and keeps a path that is in use" {
	for mode in 0600 0666; do
		listen unix:socket -- sh -c 'stat -c %a mine; echo "$IPCREMOTEPATH"'
		# A dead socket is replaced.
		sockcat -l -n 0 unix-dgram:mine
		[ -S mine ]
		options="-m $mode"
		[ $mode != 0600 ] || options=
		# shellcheck disable=SC2086
		(umask 077 && cat_ $options -b unix:mine "$A" </dev/null >got)
		ends 0
		[ "$(cat got)" = "${mode#0}"$'\nmine' ]
		[ ! -e mine ]
		rm -f socket
	done
	listen -I unix:socket </dev/null >got
	echo precious >mine
	try cat_ -b unix:mine "$A"
	status 1
	error 'sockcat: unix:mine: an ordinary file, not a socket; it was left as it is'
	try cat_ -b unix:socket "$A"
	status 1
	error 'sockcat: unix:socket: somebody listens there; it was left as it is'
	[ "$(cat mine)" = precious ]
	try cat_ -b unix:none/mine "$A"
	status 1
	error 'sockcat: unix:none/mine: its directory does not exist'
	cat_ "$A" </dev/null
	ends 0
}

@test "sockcat: does not read from a terminal while it runs in the background" {
	need python3 python3 -c 0
	timeout 120 python3 - <<-'EOF'
		import os, pty, subprocess
		pid, master = pty.fork()
		if pid == 0:
		    os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])
		os.write(master, b'PS1=; mkfifo r; sockcat -l -u -R r unix:socket >got & read -r line <r; echo hello | sockcat unix:socket; wait; exit\n')
		out = b''
		try:
		    while True:
		        part = os.read(master, 4096)
		        if not part:
		            break
		        out += part
		except OSError:
		    pass
		assert os.waitpid(pid, 0)[1] == 0, out
		assert b'Stopped' not in out, out
		assert open('got').read() == 'hello\n', out
	EOF
}

@test "sockcat: a stopped terminal or a pipe without a reader does not block the other direction" {
	need python3 python3 -c 0
	for kind in terminal pipe; do
		one_way $kind
		rm -f socket
	done
}
one_way() {
	timeout 120 python3 - "$1" <<-'EOF'
		import os, pty, socket, subprocess, sys, termios, threading, tty
		terminal = sys.argv[1] == 'terminal'
		if terminal:
		    master, slave = pty.openpty()
		    tty.setraw(slave)
		    termios.tcflow(slave, termios.TCOOFF)
		else:
		    master, slave = os.pipe()
		listener = socket.socket(socket.AF_UNIX)
		listener.bind('socket')
		listener.listen()
		there, back = os.urandom(3000000), os.urandom(20000000)
		child = subprocess.Popen(['sockcat', 'unix:socket'], stdin=subprocess.PIPE, stdout=slave)
		peer = listener.accept()[0]
		def feed():
		    child.stdin.write(there)
		    child.stdin.close()
		def answer():
		    peer.sendall(back)
		    peer.shutdown(socket.SHUT_WR)
		threading.Thread(target=answer).start()
		# The output is full before the input begins.
		seen = None
		while True:
		    now = open('/proc/%d/status' % child.pid).read()
		    if now == seen and 'State:\tS' in now:
		        break
		    seen = now
		    subprocess.run(['sockcat', '-V'], stdout=subprocess.DEVNULL)
		threading.Thread(target=feed).start()
		got = bytearray()
		while len(got) < len(there):
		    got += peer.recv(65536)
		assert got == there
		if terminal:
		    termios.tcflow(slave, termios.TCOON)
		got = bytearray()
		while len(got) < len(back):
		    got += os.read(master, 65536)
		assert got == back
		assert child.wait() == 0
	EOF
}

@test "sockcat: leaves O_NONBLOCK on no descriptor that other processes share" {
	need python3 python3 -c 0
	mkfifo in
	exec 8<>in
	listen unix:socket <<<x
	echo y >&8
	cat_ -t 0.1 "$A" <&8 >got 2>/dev/null || true
	python3 -c 'import os; exit(not os.get_blocking(8))'
	exec 8<&-
}

# A splice(2) that waits holds the lock of the pipe, and a process at the other end cannot be killed.
@test "sockcat: a writer to the input pipe can be killed even if the socket takes no data" {
	for AT in tcp:127.0.0.1:0 unix:socket; do
		mkfifo gate data
		listen "$AT" -- sh -c 'read -r line <gate'
		server=$PID
		exec 7<>data
		background sockcat "$A" <data >got 2>err
		client=$PID
		background cat /dev/zero >data
		exec 7<&-
		asleep
		# The writer sleeps interruptibly.
		[ "$(awk '{ print $3 }' "/proc/$PID/stat")" = S ]
		kill "$PID"
		ends 143
		kill "$client" "$server"
		wait "$client" "$server" || true
		rm -f gate data socket
	done
}

@test "sockcat: passes the peer's end on to standard output, so that a forwarder does not hang" {
	streams forwards
	AT=unix-seq:socket forwards
}
forwards() {
	mkfifo gate
	# The far side ends first, and then waits for the end of what it gets.
	listen "$AT" <<<hello >far
	server=$PID
	listen unix:near -- sockcat "$A"
	# The input of the client ends only after its output has ended.
	# shellcheck disable=SC2016 # for that shell
	timeout 120 sh -c 'cat gate | sockcat "$1" | { cat >answer; echo bye >gate; }' sh "$A"
	ends 0
	PID=$server ends 0
	[ "$(cat answer far)" = $'hello\nbye' ]
	rm -f gate near socket
}

@test "sockcat: -K leaves the sending side open for servers that drop their answer at a half-close" {
	need node node -e 0
	need python3 python3 -c 0
	mkfifo port
	timeout 120 node -e '
		const server = require("net").createServer(c => c.once("data", d => setTimeout(() => c.end("got " + d), 50)))
		server.listen(0, "127.0.0.1", () => require("fs").writeFileSync("port", server.address().port + "\n"))' &
	server=$!
	read -r port <port
	[ "$(echo question | cat_ -K "tcp:127.0.0.1:$port")" = 'got question' ]
	kill $server
	timeout 120 python3 - <<-'EOF' &
		import asyncio
		async def answer(reader, writer):
		    line = await reader.readline()
		    await asyncio.sleep(0.05)
		    if not reader.at_eof():
		        writer.write(b'got ' + line)
		        await writer.drain()
		    writer.close()
		async def main():
		    server = await asyncio.start_server(answer, '127.0.0.1', 0)
		    open('port', 'w').write('%d\n' % server.sockets[0].getsockname()[1])
		    await server.serve_forever()
		asyncio.run(main())
	EOF
	server=$!
	read -r port <port
	[ "$(echo question | cat_ -K "tcp:127.0.0.1:$port")" = 'got question' ]
	kill $server
	wait || true
}

@test "sockcat: -K shuts down neither the socket nor standard output" {
	need python3 python3 -c 0
	for kind in SOCK_STREAM SOCK_SEQPACKET; do
		timeout 120 python3 - $kind <<-'EOF'
			import socket, subprocess, sys
			kind = getattr(socket, sys.argv[1])
			listener = socket.socket(socket.AF_UNIX, kind)
			listener.bind('socket')
			listener.listen()
			one, other = socket.socketpair()
			address = ('unix:' if kind == socket.SOCK_STREAM else 'unix-seq:') + 'socket'
			child = subprocess.Popen(['sockcat', '-K', address], stdin=subprocess.PIPE, stdout=other)
			other.close()
			peer = listener.accept()[0]
			peer.send(b'hello')
			peer.shutdown(socket.SHUT_WR)
			assert one.recv(100).strip() == b'hello'
			one.settimeout(0.2)
			try:
			    assert one.recv(100) != b''
			except TimeoutError:
			    pass
			child.stdin.write(b'bye\n')
			child.stdin.close()
			assert peer.recv(100).strip() == b'bye'
			assert child.wait() == 0
		EOF
		rm socket
	done
	# Only the peer, or -t, ends it.
	listen -I unix:socket >got
	try sh -c 'echo hello | timeout 120 sockcat -K -t 0.1 unix:socket'
	status 124
	error 'sockcat: unix:socket: no byte in time (-t); 6 bytes were sent, 0 received'
	ends 0
	[ "$(cat got)" = hello ]
}

@test "sockcat: -n 0 connects and ends, and neither reads nor writes" {
	for AT in tcp:127.0.0.1:0 unix:socket unix-seq:socket unix-dgram:socket; do
		listen -f "$AT" <<<greeting >got
		[ "$({ cat_ -n 0 -R local "$A" && cat; } <<<rest)" = rest ]
		[ "$(wc -l <local)" -eq 1 ]
		kill "$PID"
		wait "$PID" || true
		[ ! -s got ]
		try cat_ -n 0 "$A"
		status 1
		error 'sockcat: *: connection refused (nobody listens there)'
		rm -f socket
	done
	try cat_ -n 0 -T 0.1 unix:socket
	status 124
	error 'sockcat: unix:socket: no such socket; tried for the time of -T'
	cat_ -n 0 -T 20 unix:socket &
	client=$!
	listen -f -I unix:socket
	wait $client
}

# never KIND: start a server that answers each line, and never closes; its address is in A.
never() {
	need python3 python3 -c 0
	[ -p port ] || mkfifo port
	background timeout 120 python3 -c '
import socket, sys
s = socket.socket() if sys.argv[1] == "tcp" else socket.socket(socket.AF_UNIX)
s.bind(("127.0.0.1", 0) if sys.argv[1] == "tcp" else "socket")
s.listen()
print(s.getsockname()[1], file=open("port", "w"))
while True:
    c = s.accept()[0]
    total = 0
    for line in c.makefile("rb"):
        total += len(line)
        try:
            c.sendall(b"+" + line)
        except OSError:
            pass
    open("total", "w").write(str(total))
' "$1"
	read -r A <port
	[ "$1" = tcp ] && A=tcp:127.0.0.1:$A || A=unix:socket
}

@test "sockcat: -n COUNT ends after so many records from a server that never closes" {
	for kind in tcp unix; do
		never $kind
		mkfifo input
		exec 8<>input
		echo PING >&8
		[ "$(cat_ -n 1 "$A" <&8)" = +PING ]
		exec 8<&-
		[ "$(printf 'a\nb\nc\n' | cat_ -n 2 "$A")" = $'+a\n+b' ]
		[ -z "$(printf 'a\nb\nc\n' | cat_ -O -n 3 "$A")" ]
		# What the input already holds is sent, even if it comes after the last answer.
		head -c 2000000 /dev/zero >data
		{ echo first; cat data; } >all
		[ "$(cat_ -n 1 "$A" <all)" = +first ]
		until [ "$(cat total)" = 2000006 ]; do moment; done
		kill "$PID"
		wait "$PID" || true
		rm -f input socket
	done
	# Bytes that form no line are sent as they are, and answers may have other forms.
	listen unix:socket -- sh -c 'head -c 1 >/dev/null; printf "one\0two\0"; sleep 60'
	printf x | cat_ -0 -n 2 "$A" | cmp - <(printf 'one\0two\0')
	ends 0
	rm socket
	listen unix:socket -- sh -c 'printf "3:one,3:two,"; sleep 60'
	[ "$(cat_ -N -n 2 -I "$A")" = 3:one,3:two, ]
	ends 0
	rm socket
	listen unix:socket -- sh -c 'cat >/dev/null; echo one; printf two'
	[ "$(cat_ -n 3 "$A" </dev/null)" = $'one\ntwo' ]
	ends 0
}

@test "sockcat: -n COUNT refuses a record of a peer that is too long, or no netstring" {
	listen unix:socket -- sh -c 'head -c 1048577 /dev/zero'
	try cat_ -n 1 "$A" </dev/null
	status 1
	[ -z "$output" ]
	error 'sockcat: unix:socket: record 1 has at least 1048577 bytes, and a record at most 1048576; 0 bytes were sent, 0 records received'
	wait "$PID" || true
	rm socket
	listen unix:socket -- sh -c 'head -c 1048576 /dev/zero; echo'
	cat_ -n 1 "$A" </dev/null | cmp - <(head -c 1048576 /dev/zero; echo)
	ends 0
	rm socket
	listen unix:socket -- sh -c 'printf 3:one,x'
	try cat_ -N -n 2 "$A" </dev/null
	status 1
	error 'sockcat: unix:socket: record 2 is not a netstring: *; 0 bytes were sent, 1 record received'
	wait "$PID" || true
}

@test "sockcat: -f connects again, without losing a record that is sent while nobody listens" {
	for AT in tcp:127.0.0.1:0 unix:socket unix-seq:socket; do
		mkfifo input
		exec 7<>input
		listen -I "$AT" >got
		server=$PID
		background sockcat -f -O "$A" <input 2>err
		client=$PID
		echo first >&7
		echo first >want
		until cmp -s got want; do moment; done
		for i in 1 2 3; do
			kill -KILL "$server"
			wait "$server" || true
			printf '%s\n' "gone $i" "still gone $i" >&7
			listen -I "$A" >>got
			server=$PID
			echo "back $i" >&7
			printf '%s\n' "gone $i" "still gone $i" "back $i" >>want
			until cmp -s got want; do moment; done
		done
		exec 7>&-
		PID=$client ends 0
		PID=$server ends 0
		cmp got want
		[ ! -s err ]
		rm -f input socket
	done
}

@test "sockcat: -f writes the answers of each peer, and ends with the connection after its input" {
	mkfifo input
	exec 7<>input
	listen -n 2 unix:socket -- sh -c 'read -r line; echo "got $line"; echo $$ >>served'
	background sockcat -f unix:socket <input >answers
	client=$PID
	echo one >&7
	until grep -q 'got one' answers; do moment; done
	until [ "$(wc -l <served)" -eq 1 ] && ! lives "$(cat served)"; do moment; done
	echo two >&7
	exec 7>&-
	PID=$client ends 0
	[ "$(cat answers)" = $'got one\ngot two' ]
	wait
	rm socket
	# Without input, it connects whenever the peer has closed.
	listen -f unix:socket -- echo hello
	[ "$(cat_ -f -I -n 3 "$A")" = $'hello\nhello\nhello' ]
}

@test "sockcat: -T bounds an outage, and a signal ends it at once" {
	mkfifo input
	for how in time signal end lossy; do
		exec 7<>input
		listen -I unix:socket >got
		server=$PID
		case $how in
		time) set -- -T 0.2 ;;
		lossy) set -- -L 0.1 ;;
		*) set -- -T 100 ;;
		esac
		background sockcat -f "$@" unix:socket <input 2>err
		client=$PID
		echo one >&7
		until [ -s got ]; do moment; done
		kill -KILL "$server"
		wait "$server" || true
		[ $how = end ] || echo two >&7
		[ $how != lossy ] || echo three >&7
		PID=$client
		case $how in
		time)
			ends 124
			[ "$(cat err)" = 'sockcat: unix:socket: connection refused (nobody listens there); tried for the time of -T; 1 record was sent, 0 bytes received, and 1 was read that is lost' ]
			;;
		signal)
			asleep
			kill "$client"
			ends 143
			[ "$(cat err)" = 'sockcat: unix:socket: stopped by a signal; 1 record was sent, 0 bytes received, and 1 was read that is lost' ]
			;;
		end)
			exec 7>&-
			ends 0
			[ ! -s err ]
			;;
		lossy)
			exec 7>&-
			ends 0
			[ "$(cat err)" = 'sockcat: unix:socket: 2 records were dropped (-L)' ]
			;;
		esac
		exec 7>&-
		rm -f socket
	done
	try sh -c 'echo x | timeout 120 sockcat -f -O unix:socket'
	status 1
	error 'sockcat: unix:socket: no such socket'
}

@test "sockcat: -L drops whole records that a peer does not take in time, and counts them" {
	mkfifo gate
	for AT in tcp:127.0.0.1:0 unix:socket; do
		for time in 0 0.01; do
			listen "$AT" -- sh -c 'read -r go <gate; cat >got'
			{ seq -f %070.0f 200000; echo go >gate; } | cat_ -L $time "$A" 2>err
			ends 0
			[[ $(cat err) == "sockcat: $A: "*' records were dropped (-L)' ]]
			dropped=$(cut -d' ' -f3 err)
			[ $((dropped + $(wc -l <got))) -eq 200000 ]
			sort -cu got
			! grep -qvE '^[0-9]{70}$' got || false
			rm -f socket
		done
	done
	# A listener drops too. A peer that reads gets everything.
	seq 20000 >data
	listen -L 20 unix:socket <data
	cat_ "$A" </dev/null | cmp - data
	ends 0
}

@test "sockcat: a TCP sender that is stopped before it has sent all resets the connection" {
	mkfifo out
	for input in /dev/zero pipe; do
		exec 8<>out
		listen tcp:127.0.0.1:0 </dev/null >&8 2>err
		server=$PID
		case $input in
		pipe) background sockcat "$A" < <(exec cat /dev/zero) 2>err2 ;;
		*) background sockcat "$A" <$input 2>err2 ;;
		esac
		asleep
		kill "$PID"
		ends 143
		cat <&8 >/dev/null &
		reader=$!
		PID=$server ends 1
		[[ $(cat err) == 'sockcat: tcp:127.0.0.1:0: the peer has reset the connection; 0 bytes were sent, '*' received' ]]
		kill $reader
		exec 8<&-
	done
	# Nothing is unsent.
	mkfifo in
	exec 8<>in
	listen tcp:127.0.0.1:0 </dev/null >got
	server=$PID
	background sockcat "$A" <&8
	echo hello >&8
	until [ -s got ]; do moment; done
	kill "$PID"
	ends 143
	PID=$server ends 0
	exec 8<&-
}

@test "sockcat: names the peer, not standard output, after a reset that follows much data" {
	need python3 python3 -c 0
	mkfifo port in
	exec 8<>in
	for output in file pipe; do
		python3 -c "
import socket, struct
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
print(s.getsockname()[1], file=open('port', 'w'))
c, _ = s.accept()
c.sendall(bytes(3000000))
c.recv(1)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
c.close()" &
		read -r port <port
		echo x >&8
		case $output in
		file) try sh -c 'timeout 120 sockcat "$1" >out' sh "tcp:127.0.0.1:$port" <&8 ;;
		pipe) try sh -c '{ timeout 120 sockcat "$1"; echo $? >code; } | cat >/dev/null; exit $(cat code)' sh "tcp:127.0.0.1:$port" <&8 ;;
		esac
		status 1
		error "sockcat: tcp:127.0.0.1:$port: the peer has reset the connection; 2 bytes were sent, * received"
		wait $!
	done
	exec 8<&-
}

@test "sockcat: -v prints the calls" {
	listen -v unix:socket <<<answer >got 2>trace
	echo hello | IPC7_TRACE=1 cat_ "$A" >out 2>trace2
	ends 0
	grep -q '^sockcat: socket(AF_UNIX, SOCK_STREAM, 0) = ' trace
	grep -q '^sockcat: bind([0-9]*, {sa_family=AF_UNIX, sun_path="socket"}, [0-9]*) = 0' trace
	grep -q '^sockcat: listen([0-9]*, 4096) = 0' trace
	grep -q '^sockcat: accept([0-9]*, {sa_family=AF_UNIX}, 2) = ' trace
	grep -q '^sockcat: recv([0-9]*, "hello\\n", 65536, MSG_DONTWAIT) = 6' trace
	grep -q '^sockcat: connect([0-9]*, {sa_family=AF_UNIX, sun_path="socket"}, [0-9]*) = 0' trace2
	grep -q '^sockcat: send([0-9]*, "hello\\n", 6, MSG_DONTWAIT|MSG_NOSIGNAL) = 6' trace2
	grep -q '^sockcat: shutdown([0-9]*, SHUT_WR) = 0' trace2
	listen -v udp:127.0.0.1:0 <<<answer >got 2>trace
	echo hello | cat_ -v -n 1 "$A" >out 2>trace2
	ends 0
	grep -q '^sockcat: recvmsg([0-9]*, {msg_name={sa_family=AF_INET, sin_port=[0-9]*, sin_addr=127.0.0.1}, msg_iov="hello"}, MSG_DONTWAIT) = 5' trace
	grep -q '^sockcat: sendto([0-9]*, "answer", 6, MSG_DONTWAIT|MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=[0-9]*, sin_addr=127.0.0.1}, 16) = 6' trace
	grep -q "^sockcat: connect([0-9]*, {sa_family=AF_INET, sin_port=${A##*:}, sin_addr=127.0.0.1}, 16) = 0" trace2
}

@test "sockcat: wrong usage gets one error line and status 2" {
	for case in '|ADDRESS is missing*' 'tcp:x:1 y|there is one ADDRESS, after the options; a COMMAND stands after --' 'tcp:x:1 --|COMMAND is missing after --' \
		'-I -O tcp:x:1|only one of -I and -O can be given' '-f udp:x:1|-f needs a connection, or -l' '-B tcp:x:1|-B, -j and -u are for a socket that listens, with -l' \
		'-l -T 1 tcp:x:1|-b and -T are for a connection that is made, without -l' '-n 0 udp:x:1|-n 0 needs a connection, or a Unix socket' '-P tcp:x:1|-P needs packets, or -l' \
		'-l -B tcp:x:1|-B is for many clients (-f or -n)' '-l -f -B udp:x:1|-B is for clients that are connected' \
		'-l -P tcp:x:1 -- cat|-I, -O, -B, -L and -P are not for a COMMAND, which has the socket itself' '-j 0 -l tcp:x:1|-j "0": not a number*' \
		'-m 9 -l unix:x|-m "9": not an octal mode*' '-t x tcp:x:1|-t "x": not a time*' '-y tcp:x:1|there is no option -y*'; do
		# shellcheck disable=SC2086
		try cat_ ${case%%|*}
		status 2
		error "sockcat: ${case#*|}"
	done
}

@test "sockcat: -h and -V print usage and version" {
	for option in -h --help; do
		try sockcat $option
		status 0
		[[ $output == 'usage: sockcat '* ]]
	done
	try sockcat -V
	output "sockcat (ipc7) $(version)"
}
