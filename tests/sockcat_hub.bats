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
	listen -f -B unix:socket </dev/null >got
	clients unix:socket <<-'EOF'
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

@test "sockcat: -l -f terminates the last record of a client, and a record that is refused ends its client" {
	listen -n 2 unix:socket </dev/null >got 2>err
	printf 'no end' | cat_ "$A"
	{ echo first; head -c 1048577 /dev/zero | tr '\0' x; } | cat_ "$A"
	ends 1
	[ "$(cat got)" = $'no end\nfirst' ]
	[ "$(cat err)" = 'sockcat: unix:socket: unix:#2: record 2 has at least 1048577 bytes, and a record at most 1048576' ]
	rm socket
	listen -0 -n 1 unix:socket </dev/null >got
	printf 'a\nb\0c' | cat_ "$A"
	ends 0
	printf 'a\nb\0c\0' | cmp - got
	rm socket
	listen -N -n 2 unix:socket </dev/null >got 2>err
	printf '3:a\nb,x' | cat_ "$A"
	printf '1:c,1048577:x' | cat_ "$A"
	ends 1
	[ "$(cat got)" = $'3:a\nb,1:c,' ]
	[ "$(cat err)" = 'sockcat: unix:socket: unix:#1: record 2 is not a netstring: it does not start with a length
sockcat: unix:socket: unix:#2: record 2 has 1048577 bytes, and a record at most 1048576' ]
}

@test "sockcat: a hub passes records of 1 MiB, and a longer one ends only its client, after the records before it" {
	mkfifo in
	exec 7<>in
	listen -n 2 -B unix:socket <in >got 2>err
	clients unix:socket <<-'EOF'
		long = b'x' * 1048576 + b'\n'
		one, two = connect(), connect()
		one.sendall(b'before\n' + long + b'after\n')
		expect(two, b'before\n' + long + b'after\n')
		open('in', 'wb').write(long)
		expect(one, long)
		expect(two, long)
		two.sendall(b'a\nb\nx' + long + b'c\n')
		expect(one, b'a\nb\n')
		assert two.recv(1) == b''
		one.sendall(b'still there\n')
	EOF
	exec 7<&-
	ends 1
	[ "$(grep -vx 'x*' got)" = $'before\nafter\na\nb\nstill there' ]
	[ "$(grep -cx 'x*' got)" -eq 1 ]
	[[ $(cat err) == 'sockcat: unix:socket: unix:#2: record 3 has '*' bytes, and a record at most 1048576' ]]
}

@test "sockcat: a client that a hub closes gets all that was sent to it, and no reset" {
	mkfifo in
	exec 7<>in
	for AT in tcp:127.0.0.1:0 unix:socket; do
		listen -n 1 -N "$AT" <in >got 2>err
		clients "$A" <<-'EOF'
			s = connect()
			s.sendall(b'1:a,')
			sent = b'60000:' + b'y' * 60000 + b','
			open('in', 'wb').write(sent)
			s.recv(1, socket.MSG_PEEK)
			# Not a netstring, of which most is still unread when it is refused.
			s.sendall(b'x' * 200000)
			data = b''
			while more := s.recv(1 << 20):
			    data += more
			assert data == sent
		EOF
		ends 1
		[ "$(cat got)" = '1:a,' ]
		rm -f socket
	done
	exec 7<&-
}

@test "sockcat: the end of a hub's input is not passed on, so clients of node and asyncio go on sending" {
	need node node -e 0
	for AT in tcp:127.0.0.1:0 unix:socket; do
		listen -n 2 "$AT" </dev/null >got
		# Each client sends its next line once the last one is written, and ends if it sees an end.
		timeout 60 node -e '
			const fs = require("fs"), [kind, rest] = process.argv[1].split(/:(.*)/);
			const client = require("net").connect(kind === "unix" ? {path: rest} : {port: rest.split(":")[1], host: "127.0.0.1"});
			let number = 0;
			const send = () => {
				if (!fs.readFileSync("got", "latin1").includes(number ? "node " + number + "\n" : ""))
					return setImmediate(send);
				if (number === 50)
					return client.end();
				client.write("node " + ++number + "\n", send);
			};
			client.on("connect", send).on("error", () => process.exit(1));' "$A" &
		node=$!
		clients "$A" <<-'EOF'
			import asyncio, sys
			async def main():
			    loop = asyncio.get_running_loop()
			    if kind == 'unix':
			        client = (await loop.create_unix_connection(asyncio.Protocol, rest))[0]
			    else:
			        client = (await loop.create_connection(asyncio.Protocol, '127.0.0.1', int(rest.split(':')[1])))[0]
			    for number in range(1, 51):
			        assert not client.is_closing()
			        client.write(b'asyncio %d\n' % number)
			        while b'asyncio %d\n' % number not in open('got', 'rb').read():
			            await asyncio.sleep(0)
			    client.close()
			asyncio.run(main())
		EOF
		wait $node
		ends 0
		[ "$(sort -V got)" = "$(seq -f 'asyncio %g' 50; seq -f 'node %g' 50)" ]
		rm -f socket
	done
}

@test "sockcat: a hub with -O closes its clients once its input has ended and is sent" {
	need python3 python3 -c 0
	seq 100000 >data
	mkfifo in
	exec 7<>in
	listen -n 2 -O unix:socket <in
	for i in 1 2; do
		mkfifo set$i
		cat_ -I -R set$i unix:socket >out$i 7<&- &
		read -r _ <set$i
	done
	cat data >&7
	exec 7<&-
	ends 0
	wait
	cmp data out1
	cmp data out2
}

@test "sockcat: a hub with -r passes bytes as they come, without records" {
	mkfifo in
	exec 7<>in
	for AT in tcp:127.0.0.1:0 unix:socket; do
		listen -n 3 -B -r "$AT" <in >got
		clients "$A" <<-'EOF'
			one, two = connect(), connect()
			standard = open('in', 'wb', buffering=0)
			standard.write(b'for all, no end')
			expect(one, b'for all, no end')
			expect(two, b'for all, no end')
			bytes_ = bytes(range(256)) * 400
			one.sendall(b'part')
			expect(two, b'part')
			one.sendall(bytes_)
			expect(two, bytes_)
			two.sendall(b'\0back')
			expect(one, b'\0back')
			# A client is there already when its bytes are relayed.
			three = connect()
			two.sendall(b'!')
			expect(three, b'!')
			expect(one, b'!')
		EOF
		# The FIFO stays open here, and each client that has closed is let go.
		ends 0
		python3 -c 'print("part", end=""); import sys; sys.stdout.flush(); sys.stdout.buffer.write(bytes(range(256)) * 400 + b"\0back!")' |
			cmp - got
		rm -f socket
	done
	exec 7<&-
}

@test "sockcat: names of a hub's clients are unique, and a client cannot pass for another one" {
	need python3 python3 -c 0
	[ "$PLAT" = linux ] || skip "abstract names are Linux's"
	for scheme in unix unix-seq; do
		mkfifo in
		exec 7<>in
		listen -n 9 -P "$scheme:$PWD/socket" <in >got 2>err
		timeout 60 python3 - "$scheme" <<-'EOF'
			import os, socket, sys
			kind = socket.SOCK_STREAM if sys.argv[1] == 'unix' else socket.SOCK_SEQPACKET
			top, clients = os.getcwd(), []
			def connect(name=None, directory='.'):
			    s = socket.socket(socket.AF_UNIX, kind)
			    os.makedirs(directory, exist_ok=True)
			    os.chdir(directory)
			    # Another suite may use the same abstract name at this moment.
			    while name and not s.getsockname():
			        try:
			            s.bind(name)
			        except OSError:
			            if name[0] != '\0':
			                raise
			    os.chdir(top)
			    s.connect('socket')
			    number = len(clients) + 1
			    s.send(b'%d\n' % number if kind == socket.SOCK_STREAM else b'%d' % number)
			    while b'\t%d\n' % number not in open('got', 'rb').read():
			        pass
			    clients.append(s)
			connect('#1')
			connect()
			connect('name', 'd3')
			connect('name', 'd4')
			connect('back\\slash')
			connect('new\nline')
			connect('new\\x0aline')
			connect('\0#2')
			open('in', 'wb').write(b'%s:#1#1\tfor one\n%s:#2\tfor two\n%s:name#4\tfor four\n' % ((sys.argv[1].encode(),) * 3))
			for i, text in (0, b'for one'), (1, b'for two'), (3, b'for four'):
			    assert clients[i].recv(100).rstrip(b'\n') == text
			# A name is free again once its client has gone.
			clients[2].close()
			connect('name#4', 'd5')
		EOF
		exec 7<&-
		ends 0
		[ "$(cat err)" = '' ]
		diff got - <<-EOF
			$scheme:#1#1	1
			$scheme:#2	2
			$scheme:name	3
			$scheme:name#4	4
			$scheme:back\\\\slash	5
			$scheme:new\\x0aline	6
			$scheme:new\\\\x0aline	7
			$scheme:@#2	8
			$scheme:name#4#9	9
		EOF
		rm -rf socket in d? '#1' back* new*
	done
}

@test "sockcat: a client that reads only now and then is dropped once it has held the others up for one second in all" {
	mkfifo in
	exec 7<>in
	listen -f unix:socket <in >got 2>err
	clients unix:socket <<-'EOF'
		import select, threading
		slow, fast = connect(), connect()
		lines = b'a line of some length, for all of them\n' * 400000
		threading.Thread(target=lambda: open('in', 'wb').write(lines), daemon=True).start()
		got = b''
		while len(got) < len(lines):
		    if select.select([fast], [], [], 0.05)[0]:
		        got += fast.recv(1 << 20)
		    else:
		        slow.recv(200000)
		assert got == lines
		while slow.recv(1 << 20):
		    pass
	EOF
	[ "$(cat err)" = 'sockcat: unix:socket: unix:#1: it reads too slowly what is sent to it, and was dropped' ]
	kill "$PID"
	ends 143
	exec 7<&-
}

@test "sockcat: -L of a hub drops records for a client that does not read, and keeps the client" {
	mkfifo in
	exec 7<>in
	listen -n 2 -L 0 unix:socket <in >got 2>err
	clients unix:socket <<-'EOF'
		import select
		clients = connect(), connect()
		got = {s: b'' for s in clients}
		standard = open('in', 'wb', buffering=0)
		# Nobody reads, and all is taken.
		sent = 30000
		for i in range(sent):
		    standard.write(b'%099d\n' % i)
		# What is sent after a client has caught up arrives.
		while not all(data.endswith(b'later\n') for data in got.values()):
		    ready = select.select(clients, [], [], 0.05)[0]
		    for s in ready:
		        got[s] += s.recv(1 << 20)
		    if not ready:
		        standard.write(b'later\n')
		        sent += 1
		count = 0
		for data in got.values():
		    lines = data.split(b'\n')[:-1]
		    assert all(line == b'later' or len(line) == 99 for line in lines) and lines[0] == b'0' * 99
		    count += len(lines)
		open('dropped', 'w').write('%d' % (2 * sent - count))
	EOF
	exec 7<&-
	ends 0
	[ "$(cat dropped)" -gt 1 ]
	[ "$(cat err)" = "sockcat: unix:socket: $(cat dropped) records were dropped (-L)" ]
}

@test "sockcat: a hub that had to wait for its output then writes all, even if its client sends nothing more" {
	need python3 python3 -c 0
	mkfifo out gate sent
	exec 7<>out
	# About as many bytes as the output and the hub hold.
	for size in 1000000 1100000; do
		yes 'a line' | head -c "$size" | sed '$d' >data
		listen -n 1 unix:socket </dev/null >out
		timeout 60 python3 - <<-'EOF' &
			import socket
			s = socket.socket(socket.AF_UNIX)
			s.connect('socket')
			s.sendall(open('data', 'rb').read())
			open('sent', 'w').close()
			open('gate').read()
		EOF
		read -r _ <sent || true
		asleep
		timeout 10 head -c "$(wc -c <data)" <&7 | cmp - data
		: >gate
		ends 0
		rm socket
	done
	exec 7<&-
}

@test "sockcat: a client that goes without reading has still been heard" {
	need python3 python3 -c 0
	mkfifo in
	exec 7<>in
	listen -n 1 unix:socket <in >got 2>err
	timeout 60 python3 - <<-'EOF'
		import socket
		s = socket.socket(socket.AF_UNIX)
		s.connect('socket')
		open('in', 'wb').write(b'more than a socket holds\n' * 24000)
		s.recv(1)
		s.sendall(b'last words\n')
		s.close()
	EOF
	exec 7<&-
	ends 1
	[ "$(cat got)" = 'last words' ]
	[[ $(head -n 1 err) == 'sockcat: unix:socket: unix:#1: it has '*'; '*' bytes for it are lost' ]]
}

@test "sockcat: a hub that a signal, or its output, ends prints its counts if something is lost" {
	mkfifo in
	exec 7<>in
	listen -f unix:socket <in >got 2>err
	mkfifo gate
	{ printf 'abc\nxy'; read -r _ <gate; } | cat_ "$A" >out 7<&- &
	until grep -q abc got; do moment; done
	printf 'hello\nz' >&7
	until grep -q hello out; do moment; done
	kill "$PID"
	ends 143
	[ "$(cat err)" = 'sockcat: unix:socket: stopped by a signal; 6 bytes were sent, 4 received, and 1 were read that are lost, and 2 came that are lost' ]
	echo >gate
	wait
	exec 7<&-
	# The same for an output that has lost its reader: a part of a record is lost, or nothing.
	for part in '' xy; do
		pipe
		listen -f unix:socket </dev/null >&6 2>err
		exec 6>&-
		{ printf 'abc\n%s' "$part"; read -r _ <gate; } 4<&- | cat_ "$A" 4<&- &
		read -r _ <&4
		exec 4<&-
		ends $((${#part} > 0))
		[ "$(cat err)" = "${part:+sockcat: unix:socket: standard output has lost its reader; 0 bytes were sent, 4 received, and 2 came that are lost}" ]
		echo >gate
		wait
	done
}

@test "sockcat: -l -f fails if a client goes before it has taken all data, or if no client is left for the input" {
	seq 2000000 >data
	for AT in tcp:127.0.0.1:0 unix:socket; do
		listen -n 1 "$AT" <data 2>err
		clients "$A" <<-'EOF'
			import socket, struct, sys
			s = connect()
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
