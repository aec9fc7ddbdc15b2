load helper

# cat_ ARG...: run sockcat with a time limit, because a hang is a failure.
cat_() {
	timeout 120 sockcat "$@"
}

# listen ARG...: start a listener in the background; its address is in A.
listen() {
	ready sockcat -l -R ready "$@"
	A=$LINE
}

# streams BODY: run a function once for each kind of stream socket; the address to listen at is in AT.
streams() {
	for KIND in tcp tcp6 unix; do
		case $KIND in
		tcp) AT=tcp:127.0.0.1:0 ;;
		tcp6)
			[ -e /proc/net/if_inet6 ] || continue
			AT='tcp:[::1]:0'
			;;
		unix) AT=unix:socket ;;
		esac
		"$@"
		rm -f socket
	done
}

# lives PID: whether the process exists and is not a zombie.
lives() {
	grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null
}

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

@test "sockcat: serves many Python clients at once, even if some are killed" {
	need python3 python3 -c 0
	listen -f unix:socket -- cat
	server=$PID
	timeout 120 python3 -c "
import os, random, signal, socket, time
random.seed(7)
children = []
for i in range(60):
    pid = os.fork()
    if pid == 0:
        s = socket.socket(socket.AF_UNIX); s.connect('socket')
        data = os.urandom(200000)
        sender = os.fork()
        if sender == 0:
            s.sendall(data); s.shutdown(socket.SHUT_WR); os._exit(0)
        got = b''
        while len(got) < len(data):
            part = s.recv(65536)
            if not part: break
            got += part
        os.waitpid(sender, 0)
        os._exit(got != data)
    children.append(pid)
killed = set(random.sample(children, 20))
for pid in killed:
    time.sleep(random.random() / 100)
    os.kill(pid, signal.SIGKILL)
bad = [pid for pid in children if os.waitpid(pid, 0)[1] and pid not in killed]
assert not bad, bad"
	until [ -z "$(pgrep -P "$server")" ]; do moment; done
	kill "$server"
	PID=$server ends 143
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
	# The output has lost its reader. sockcat notices even if no data arrives.
	mkfifo input
	exec 8<>input
	listen "$AT" <input >got
	{ timeout 120 sockcat "$A" <input 2>err || echo "$?" >code; } | true
	[ "$(cat code)" -eq 1 ]
	[ "$(cat err)" = "sockcat: $A: standard output has lost its reader; 0 bytes were sent, 0 received" ]
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

@test "sockcat: runs COMMAND for each connection, with the UCSPI environment" {
	listen -f unix:socket -- sh -c 'echo "$PROTO $IPCLOCALPATH $IPCREMOTEPID $IPCREMOTEEUID $IPCREMOTEEGID"; read -r line; echo "got $line"'
	for i in 1 2 3; do
		echo "$i" | { echo "$BASHPID" >pid; exec timeout 120 sockcat "$A"; } >got
		if [ "$PLAT" = linux ]; then
			[[ $(head -n 1 got) == "IPC socket "[0-9]*" $(id -u) $(id -g)" ]]
		fi
		[ "$(tail -n 1 got)" = "got $i" ]
	done
	kill "$PID"
	wait "$PID" || true
	listen -n 2 tcp:127.0.0.1:0 -- sh -c 'echo "$PROTO $TCPLOCALIP $TCPLOCALPORT $TCPREMOTEIP $TCPREMOTEPORT"'
	IFS=' ' read -r proto ip port remote other < <(cat_ "$A" </dev/null)
	[ "$proto $ip $port $remote" = "TCP 127.0.0.1 ${A##*:} 127.0.0.1" ]
	[ "$other" -gt 0 ]
	cat_ "$A" </dev/null >got
	ends 0
	# Variables that the caller has set do not reach COMMAND.
	TCPREMOTEIP=1.2.3.4 IPCREMOTEPID=1 listen tcp:127.0.0.1:0 -- env
	cat_ "$A" </dev/null >got
	grep -q '^TCPREMOTEIP=127.0.0.1$' got
	grep -q IPCREMOTE got && false
	ends 0
}

@test "sockcat: COMMAND gets descriptors 0 to 2 and no other, in blocking mode" {
	need python3 python3 -c 0
	exec 9</dev/null
	listen unix:socket -- sh -c 'ls /proc/self/fd | tr "\n" " "; python3 -c "import os; print(os.get_blocking(0))"; sigmask -p $$ | cut -f2-' 2>/dev/null
	exec 9<&-
	cat_ "$A" </dev/null >got
	ends 0
	[[ $(head -n 1 got) == '0 1 2 3 True' ]]
}

@test "sockcat: exits with the status of COMMAND, and reports a COMMAND that cannot be executed" {
	listen unix:socket -- sh -c 'exit 7'
	cat_ "$A" </dev/null
	ends 7
	rm socket
	listen -n 2 unix:socket -- sh -c 'read -r status; exit "$status"'
	echo 0 | cat_ "$A"
	echo 3 | cat_ "$A"
	ends 3
	rm socket
	try cat_ -l unix:socket -- nosuch
	status 127
	error 'sockcat: nosuch: no such command'
	[ ! -e socket ]
	echo x >script
	try cat_ -l unix:socket -- ./script
	status 126
	error 'sockcat: ./script: cannot be executed: Permission denied'
	try cat_ -l unix:nosuch/socket -- cat
	status 125
	error 'sockcat: unix:nosuch/socket: its directory does not exist'
	# The side that connects.
	listen unix:socket <<<5
	try cat_ "$A" -- sh -c 'read -r status; exit "$status"'
	status 5
	wait "$PID"
}

@test "sockcat: COMMAND and its children end when the client or the server ends" {
	[ -e /proc/self/stat ] || skip "needs /proc"
	listen -f unix:socket -- sh -c 'sleep 1000 & echo $! $$ >pids; wait'
	server=$PID
	background sockcat -I "$A"
	until [ -s pids ]; do moment; done
	read -r child parent <pids
	kill "$PID"
	ends 143
	while lives "$child" || lives "$parent"; do moment; done
	rm pids
	# The same when the server ends.
	background sockcat -I "$A"
	until [ -s pids ]; do moment; done
	read -r child parent <pids
	kill "$server"
	while lives "$child" || lives "$parent"; do moment; done
	ends 0
	rm -f pids socket
	# The same for a COMMAND that ignores TERM.
	listen unix:socket -- sh -c 'trap "" TERM; echo $$ >pids; while :; do sleep 0.1; done'
	server=$PID
	background sockcat -I "$A"
	until [ -s pids ]; do moment; done
	kill "$PID"
	ends 143
	PID=$server ends 0
}

@test "sockcat: -j serves MAX connections at once, and the other clients wait" {
	mkfifo gate
	exec 8<>gate
	listen -j 2 -n 5 unix:socket -- sh -c 'echo start >>log; read -r line <gate; echo end >>log'
	for i in 1 2 3 4 5; do
		cat_ "$A" </dev/null &
	done
	until [ "$(grep -c start log 2>/dev/null)" = 2 ]; do moment; done
	for i in 1 2 3 4 5; do
		echo >&8
		until [ "$(grep -c end log)" = $i ]; do moment; done
		[ "$(grep -c start log)" -le $((i + 2)) ]
	done
	ends 0
	wait
	exec 8<&-
}

@test "sockcat: thousands of connections leave no descriptor, zombie or memory behind" {
	need python3 python3 -c 0
	listen -f unix:socket -- true
	pid=$PID
	many() {
		timeout 120 python3 -c "
import socket
for i in range($1):
    s = socket.socket(socket.AF_UNIX); s.connect('socket'); s.recv(1); s.close()"
	}
	many 100
	before=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
	files=$(ls "/proc/$pid/fd" | wc -l)
	many 1500
	until [ "$(ls "/proc/$pid/fd" | wc -l)" -le "$files" ]; do moment; done
	until [ -z "$(pgrep -P "$pid")" ]; do moment; done
	[ -n "${SANITIZED:-}" ] || [ "$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")" -le $((before + 200)) ]
	kill "$pid"
	ends 143
}

@test "sockcat: a lack of descriptors gets one line, and the waiting clients are served later" {
	need python3 python3 -c 0
	limit='RLIMIT_NOFILE is 12 (raise it with ulimit -n)'
	[ "$PLAT" = linux ] || limit='the limit is 12 (raise it with ulimit -n)'
	ready bash -c 'ulimit -n 12; exec sockcat -l -n 20 -I -R ready unix:socket' >got 2>err
	timeout 120 python3 -c "
import os, socket
clients = []
for i in range(20):
    s = socket.socket(socket.AF_UNIX); s.connect('socket'); s.send(b'%d\n' % i); clients.append(s)
while not os.path.getsize('err'):
    pass
for s in clients:
    s.shutdown(socket.SHUT_WR)
for s in clients:
    s.recv(1)"
	ends 0
	[ "$(sort -n got | tr '\n' ' ')" = "$(seq 0 19 | tr '\n' ' ')" ]
	[ "$(sort -u err)" = "sockcat: unix:socket: too many open files: $limit; clients wait until others have gone" ]
}

@test "sockcat: -l -f merges the lines of all clients without mixing them, and sends its input to all" {
	streams merged
}
merged() {
	mkfifo input
	exec 7<>input
	listen -n 4 "$AT" <input >got
	mkfifo gate1 gate2 gate3 gate4
	for i in 1 2 3 4; do
		{ yes "$i$i$i$i$i$i$i$i$i$i" | head -n 3000; read -r line <gate$i; } | cat_ "$A" >answer$i 7<&- &
	done
	until [ "$(wc -l <got)" -eq 12000 ]; do moment; done
	[ "$(sort got | uniq -c | tr -s ' ')" = $' 3000 1111111111\n 3000 2222222222\n 3000 3333333333\n 3000 4444444444' ]
	echo 'to all' >&7
	for i in 1 2 3 4; do
		until grep -q 'to all' answer$i; do moment; done
		echo >gate$i
	done
	# A client that has half-closed still receives, but only until the input of sockcat ends.
	exec 7<&-
	ends 0
	wait
	rm input gate? answer?
}

@test "sockcat: -B relays among clients, and -P names the sender" {
	mkfifo in1 in2
	exec 8<>in1 9<>in2
	listen -f -B -P unix:socket >got </dev/null
	cat_ "$A" <in1 >out1 &
	one=$!
	until [ -n "$(ss -xH 2>/dev/null || echo x)" ]; do moment; done
	echo 'first' >&8
	until grep -q first got; do moment; done
	cat_ "$A" <in2 >out2 &
	two=$!
	echo 'second' >&9
	until grep -q second got && grep -q second out1; do moment; done
	echo 'third' >&8
	until grep -q third out2; do moment; done
	[ "$(cat out1)" = $'unix:#2\tsecond' ]
	[ "$(cat out2)" = $'unix:#1\tthird' ]
	[ "$(cat got)" = $'unix:#1\tfirst\nunix:#2\tsecond\nunix:#1\tthird' ]
	exec 8<&- 9<&-
	kill "$PID"
	wait $one $two || true
}

@test "sockcat: a client that has connected receives every record that is sent afterwards" {
	need python3 python3 -c 0
	listen -f -B unix:socket </dev/null >got
	timeout 120 python3 - <<-'EOF'
		import socket
		def connect():
		    s = socket.socket(socket.AF_UNIX)
		    s.connect('socket')
		    return s
		first = connect()
		for i in range(200):
		    s = connect()
		    first.send(b'%d\n' % i)
		    assert s.recv(100) == b'%d\n' % i
		    # This client goes before the next client connects.
		    s.shutdown(socket.SHUT_WR)
		    assert s.recv(1) == b''
		    s.close()
	EOF
	kill "$PID"
	ends 143
}

@test "sockcat: -P reads the name of the client that a line is for" {
	mkfifo in
	exec 8<>in
	listen -f -P unix:socket <in >got 2>err
	for i in 1 2; do
		mkfifo gate$i
		{ echo "$i"; read -r line <gate$i; } | cat_ "$A" >out$i &
		until grep -q "#$i" got; do moment; done
	done
	printf 'unix:#2\tfor two\nnobody\tx\nuntabbed\nunix:#1\tfor one\n' >&8
	until [ -s out1 ]; do moment; done
	[ "$(cat out1)" = 'for one' ]
	[ "$(cat out2)" = 'for two' ]
	echo >gate1
	echo >gate2
	kill "$PID"
	wait "$PID" || true
	wait
	exec 8<&-
	grep -q 'sockcat: standard input: record 2: no such client is there (-P)' err
	grep -q 'sockcat: standard input: record 3: its peer and a tab are missing (-P)' err
}

@test "sockcat: a client that does not read is dropped, and the others get all data" {
	need python3 python3 -c 0
	mkfifo input
	exec 8<>input
	listen -f unix:socket <input >got 2>err
	mkfifo sleeping sleeping2
	python3 -c "
import socket
s = socket.socket(socket.AF_UNIX); s.connect('socket'); s.send(b'lazy\n')
open('sleeping').read()" &
	lazy=$!
	until grep -q lazy got; do moment; done
	echo hello | { cat; read -r line <sleeping2; } | cat_ "$A" >out &
	until grep -q hello got; do moment; done
	yes 'a line of some length for all' | head -n 100000 >&8
	until [ "$(wc -l <out)" -eq 100000 ]; do moment; done
	[ "$(cat err)" = 'sockcat: unix:socket: unix:#1: it does not read what is sent to it, and was dropped' ]
	kill "$PID"
	ends 143
	echo >sleeping2
	: >sleeping
	wait || true
	exec 8<&-
}

@test "sockcat: -l -f terminates the last line, and a line that is too long ends its client" {
	listen -n 2 unix:socket </dev/null >got 2>err
	printf 'no end' | cat_ "$A"
	{ echo first; head -c 100000 /dev/zero | tr '\0' x; } | cat_ "$A" 2>/dev/null || true
	ends 1
	[ "$(cat got)" = $'no end\nfirst' ]
	[[ $(cat err) == "sockcat: unix:socket: unix:#2: record 2 has more than "*" bytes, at most 65536 can be" ]]
	rm socket
	listen -0 -n 1 unix:socket </dev/null >got
	printf 'a\nb\0c' | cat_ "$A"
	ends 0
	printf 'a\nb\0c\0' | cmp - got
	rm socket
	listen -N -n 1 unix:socket </dev/null >got 2>err
	printf '3:a\nb,x' | cat_ "$A" || true
	ends 1
	[ "$(cat got)" = $'3:a\nb,' ]
	[[ $(cat err) == 'sockcat: unix:socket: unix:#1: record 2 is not a netstring: '* ]]
}

# packets BODY: run a function once for each kind of packet socket; the address to listen at is in AT.
packets() {
	for KIND in udp unix-dgram unix-seq; do
		case $KIND in
		udp) AT=udp:127.0.0.1:0 ;;
		*) AT=$KIND:socket ;;
		esac
		"$@"
		rm -f socket
	done
}

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

@test "sockcat: -l -f fails if a client goes before it has taken all data, or if no client is left for the input" {
	need python3 python3 -c 0
	seq 2000000 >data
	for AT in tcp:127.0.0.1:0 unix:socket; do
		listen -n 1 "$AT" <data 2>err
		timeout 120 python3 - "$A" <<-'EOF'
			import socket, struct, sys
			kind, rest = sys.argv[1].split(':', 1)
			s = socket.socket(socket.AF_UNIX if kind == 'unix' else socket.AF_INET)
			s.connect(rest if kind == 'unix' else ('127.0.0.1', int(rest.split(':')[1])))
			s.recv(100)
			s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
			s.close()
		EOF
		ends 1
		grep -q '; [0-9]* bytes for it are lost$' err
		grep -q 'standard input was not all sent: no client is left' err
		rm -f socket
	done
}

@test "sockcat: -l -n waits for a slow output beyond -t, and refuses later clients" {
	mkfifo out ready there
	exec 7<>out 6<>ready
	seq 100000 >data
	# The FIFO of -R is full, so the listener waits there until a client has connected.
	dd if=/dev/zero of=ready oflag=nonblock bs=4096 status=none 2>full || true
	background sockcat -l -n 1 -t 0.1 -R ready unix:socket >out
	server=$PID
	cat_ -T 20 -R there unix:socket <data &
	read -r _ <there
	background cat ready >/dev/null
	try cat_ unix:socket
	status 1
	error 'sockcat: unix:socket: *re[fs][ue]*'
	try cat_ -l -t 0.3 unix:other
	status 124
	timeout 120 head -c "$(wc -c <data)" <&7 | cmp - data
	PID=$server ends 0
	exec 7<&- 6<&-
}

@test "sockcat: -t bounds a wait for space in the output, even if nothing else is left to do" {
	need python3 python3 -c 0
	mkfifo out
	exec 7<>out
	mkfifo port
	timeout 120 python3 - <<-'EOF' &
		import array, fcntl, socket, termios
		s = socket.socket(socket.AF_UNIX)
		s.bind('socket')
		s.listen()
		open('port', 'w').write('x\n')
		c = s.accept()[0]
		# So little data that sockcat passes no pages.
		c.send(b'x' * 60000)
		there = array.array('i', [0])
		while there[0] < 60000:
		    fcntl.ioctl(7, termios.FIONREAD, there)
		c.send(b'x' * 60000)
		c.recv(1)
	EOF
	read -r _ <port
	try sh -c 'timeout -s KILL 120 sockcat -t 0.2 -I unix:socket >out'
	status 124
	wait
	exec 7<&-
}

@test "sockcat: clients that have half-closed cost no CPU time" {
	need python3 python3 -c 0
	for command in '' sleep; do
		mkfifo in
		exec 7<>in
		# shellcheck disable=SC2086
		listen -f tcp:127.0.0.1:0 ${command:+-- sleep 100} <&7 >got
		timeout 120 python3 - "$A" "$PID" "$command" <<-'EOF'
			import os, socket, subprocess, sys
			port = int(sys.argv[1].split(':')[2])
			def used():
			    fields = open('/proc/%s/stat' % sys.argv[2]).read().rsplit(')', 1)[1].split()
			    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
			clients = []
			for i in range(50):
			    s = socket.create_connection(('127.0.0.1', port))
			    s.sendall(b'%d\n' % i)
			    s.shutdown(socket.SHUT_WR)
			    clients.append(s)
			if not sys.argv[3]:
			    while open('got').read().count('\n') < 50:
			        pass
			before = used()
			# Two seconds in which nothing happens.
			subprocess.run(['sockcat', '-l', '-u', '-t', '2', 'unix:other'], stderr=subprocess.DEVNULL)
			assert used() - before < 0.5, used() - before
		EOF
		kill "$PID"
		ends 143
		exec 7<&-
		rm -f in got
	done
}

@test "sockcat: the processes that a COMMAND for a packet leaves behind are ended" {
	listen -n 1 udp:127.0.0.1:0 -- sh -c 'trap "" TERM; sleep 100 & echo $!'
	pid=$(cat_ -n 1 "$A" <<<x)
	ends 0
	! lives "$pid" || false
	listen -n 1 udp:127.0.0.1:0 -- sh -c 'trap "" TERM; sleep 100 & echo $! >pid; exit 3'
	cat_ -O "$A" <<<x
	ends 3
	! lives "$(cat pid)" || false
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

@test "sockcat: COMMAND reads the data that a client sent before it went" {
	need python3 python3 -c 0
	for AT in tcp:127.0.0.1:0 unix:socket; do
		listen -n 50 "$AT" -- sh -c 'read -r go <gate; cat >>log'
		rm -f gate log
		mkfifo gate
		exec 8<>gate
		timeout 120 python3 -c "
import socket, sys
kind, rest = sys.argv[1].split(':', 1)
for i in range(50):
    if kind == 'tcp':
        s = socket.create_connection(('127.0.0.1', int(rest.split(':')[1])))
    else:
        s = socket.socket(socket.AF_UNIX); s.connect(rest)
    s.sendall(b'precious\n'); s.close()" "$A"
		for i in {1..50}; do
			echo
		done >&8
		ends 0
		exec 8<&-
		[ "$(sort log | uniq -c | tr -s ' ')" = ' 50 precious' ]
		rm -f socket
	done
}

@test "sockcat: over TCP, COMMAND and its children end when the client has gone" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell"
	listen -f tcp:127.0.0.1:0 -- sh -c 'echo $$ >pids; exec sleep 1000'
	server=$PID
	background sockcat -I "$A"
	until [ -s pids ]; do moment; done
	kill "$PID"
	ends 143
	while lives "$(cat pids)"; do moment; done
	kill "$server"
	PID=$server ends 143
	# A COMMAND that has ended, and its child, which ignores TERM.
	rm pids
	listen -n 1 unix:socket -- sh -c 'sigmask -i TERM sleep 1000 & echo $! >pids'
	cat_ -I "$A"
	ends 0
	while lives "$(cat pids)"; do moment; done
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
		status 1
		error 'sockcat: *: standard output has lost its reader*'
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
		'-I -O tcp:x:1|only one of -I and -O can be given' '-f tcp:x:1|-f, -B, -j and -u are for a socket that listens, with -l' \
		'-l -T 1 tcp:x:1|-b and -T are for a connection that is made, without -l' '-n 1 tcp:x:1|-n needs packets, or -l' '-P tcp:x:1|-P needs packets, or -l' \
		'-l -B tcp:x:1|-B is for many clients (-f or -n)' '-l -f -B udp:x:1|-B is for clients that are connected' \
		'-l -P tcp:x:1 -- cat|-I, -O, -B and -P are not for a COMMAND, which has the socket itself' '-j 0 -l tcp:x:1|-j "0": not a number*' \
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
	output 'sockcat (ipc7) 0.1'
}
