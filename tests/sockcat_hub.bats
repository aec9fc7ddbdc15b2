load helper
load sockets

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
