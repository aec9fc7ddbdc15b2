load helper
load sockets

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

@test "sockcat: a path in the UCSPI environment is one line, and LISTEN_FDS does not reach COMMAND" {
	path=$'new\nline\\\t'
	LISTEN_FDS=1 LISTEN_PID=1 LISTEN_FDNAMES=x LISTEN_ADDRESS=y listen "unix:$path" -- sh -c 'env | grep -E "^(IPC.*PATH|LISTEN)" | sort'
	cat_ -b "unix:my$path" "unix:$path" </dev/null >got
	ends 0
	printf '%s\n' 'IPCLOCALPATH=new\nline\\\x09' 'IPCREMOTEPATH=mynew\nline\\\x09' LISTEN_ADDRESS=y >wanted
	cmp got wanted
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
	[ "$(cat err)" = "sockcat: unix:socket: too many open files: $limit; clients wait until others have gone" ]
}

@test "sockcat: the processes that a COMMAND for a packet leaves behind are ended" {
	listen -n 1 udp:127.0.0.1:0 -- sh -c 'trap "" TERM; sleep 100 & echo $!'
	pid=$(cat_ -n 1 "$A" <<<x)
	ends 0
	dead "$pid"
	listen -n 1 udp:127.0.0.1:0 -- sh -c 'trap "" TERM; sleep 100 & echo $! >pid; exit 3'
	cat_ -O "$A" <<<x
	ends 3
	dead "$(cat pid)"
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

# big: make a file that is larger than the buffers of a socket.
big() {
	head -c 5000000 /dev/zero | tr '\0' x >big
}

@test "sockcat: the answer of a COMMAND that reads nothing arrives whole, at each of many clients" {
	need curl curl -V
	big
	listen -f tcp:127.0.0.1:0 -- sh -c 'printf "HTTP/1.0 200 OK\r\n\r\n"; cat big'
	export URL=http://127.0.0.1:${A##*:}/
	seq 60 | timeout 120 xargs -P 8 -n 1 sh -c 'curl -sS "$URL" 2>&1 | cmp - big && echo whole' sh >got
	[ "$(sort got | uniq -c | tr -s ' ')" = ' 60 whole' ]
	kill "$PID"
	ends 143
}

@test "sockcat: a COMMAND that reads one line of two answers without a reset" {
	need python3 python3 -c 0
	for AT in tcp:127.0.0.1:0 unix:socket unix-seq:socket; do
		listen -n 20 "$AT" -- sh -c 'echo "got $(dd bs=4 count=1 2>/dev/null)"'
		timeout 120 python3 -c "
import socket, sys
kind, rest = sys.argv[1].split(':', 1)
for i in range(20):
    if kind == 'tcp':
        s = socket.create_connection(('127.0.0.1', int(rest.split(':')[1])))
    else:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if kind == 'unix' else socket.SOCK_SEQPACKET); s.connect(rest)
    s.sendall(b'one\n')
    s.sendall(b'two\n')
    got = s.recv(100)
    s.sendall(b'three\n')
    assert got == b'got one\n' and s.recv(100) == b'', got
    s.close()" "$A"
		ends 0
		rm -f socket
	done
}

@test "sockcat: the answer of a COMMAND arrives whole from the connecting side too" {
	need python3 python3 -c 0
	big
	timeout 120 python3 -c "
import socket, subprocess, sys
l = socket.create_server(('127.0.0.1', 0))
p = subprocess.Popen(['sockcat', 'tcp:127.0.0.1:%d' % l.getsockname()[1], '--', 'cat', 'big'])
s = l.accept()[0]
s.sendall(b'never read\n')
size = 0
while True:
    part = s.recv(10000)
    if not part: break
    size += len(part)
s.close()
assert size == 5000000, size
assert p.wait() == 0"
}

@test "sockcat: a client that sends without end is reset after its COMMAND has ended" {
	listen tcp:127.0.0.1:0 -- sh -c 'read -r line; echo "$line"'
	try sh -c 'yes | timeout 120 sockcat "$1"' sh "$A"
	status 1
	output y
	error "sockcat: $A: the peer has *"
	ends 0
}

@test "sockcat: with -K COMMAND hands the connection on" {
	command -v setsid >/dev/null || skip "setsid is not installed"
	mkfifo gate
	exec 8<>gate
	for keep in -K ''; do
		# shellcheck disable=SC2086
		listen $keep unix:socket -- sh -c 'setsid sh -c "trap \"\" PIPE; read -r line <gate; echo \$line 2>/dev/null" & until [ "$(ps -o pgid= -p $!)" -eq $! ]; do :; done'
		server=$PID
		background timeout 120 sockcat -I unix:socket >got
		client=$PID
		PID=$server ends 0
		echo late >&8
		PID=$client ends 0
		[ "$(cat got)" = "${keep:+late}" ]
		rm -f socket
	done
	exec 8<&-
}

@test "sockcat: -j does not count a client whose COMMAND has ended" {
	need python3 python3 -c 0
	listen -j 1 -n 2 unix:socket -- echo hello
	timeout 120 python3 -c "
import select, socket
one, two = [socket.socket(socket.AF_UNIX) for i in range(2)]
one.connect('socket')
assert one.recv(10) == b'hello\n' and one.recv(10) == b''
two.connect('socket')
while not select.select([two], [], [], 0.1)[0]:
    one.send(b'x')
assert two.recv(10) == b'hello\n'"
	ends 0
}
