load helper
load sockets

# send ARG...: run fdsend with a time limit, because a hang is a failure.
send() {
	timeout 60 fdsend "$@"
}

# receiver SCRIPT [TYPE]: start a Python program that listens at the path socket and runs SCRIPT; LINE is its address. SCRIPT finds
# the listening socket, whose name is in NAME if it is not that path, in "listener", and "take()" accepts a connection and returns it with the message and its descriptors.
receiver() {
	need "python3 3.9" python3 -c 'import socket; socket.recv_fds'
	rm -f socket
	cat >receiver.py <<-END
		import array, os, socket, sys
		listener = socket.socket(socket.AF_UNIX, socket.${2:-SOCK_STREAM})
		listener.bind('${NAME:-socket}')
		listener.listen()
		listener.settimeout(60)
		def take(most=253):
		    connection = listener.accept()[0]
		    connection.settimeout(60)
		    data, fds, flags, _ = socket.recv_fds(connection, 10, most)
		    return connection, data, fds
		open('ready', 'w').write('ready\n')
		$1
	END
	ready python3 receiver.py
}

@test "fdsend: passes a file, a pipe and a terminal's stand-in to a Python program, in the order given, and once each" {
	receiver '
connection, data, fds = take()
print(len(data), [os.read(fd, 100) for fd in fds[:2]], os.fstat(fds[2]).st_rdev == os.stat("/dev/null").st_rdev, len(fds), connection.recv(10))' >got
	echo in a file >file
	pipe
	echo in a pipe >&6
	send unix:socket 4 0 7 <file 7>/dev/null
	ends 0
	[ "$(cat got)" = "1 [b'in a pipe\\n', b'in a file\\n'] True 3 b''" ]
}

@test "fdsend: passes standard input if no descriptor is named" {
	receiver 'print([os.read(fd, 100) for fd in take()[2]])' >got
	send unix:socket <<<hello
	ends 0
	[ "$(cat got)" = "[b'hello\\n']" ]
}

@test "fdsend: passes descriptors over sequenced packets, and to an abstract name" {
	[ "$PLAT" = linux ] || skip "abstract names are of Linux"
	receiver 'print([os.read(fd, 100) for fd in take()[2]])' SOCK_SEQPACKET >got
	send unix-seq:socket <<<hello
	ends 0
	[ "$(cat got)" = "[b'hello\\n']" ]
	ready fdrecv -R ready "unix:@ipc7-$$-$BATS_TEST_NUMBER" -- cat >got
	[ "$LINE" = "unix:@ipc7-$$-$BATS_TEST_NUMBER" ]
	send "$LINE" <<<hello
	ends 0
	[ "$(cat got)" = hello ]
}

@test "fdsend: passes a listening socket, which serves clients without its first owner" {
	need "python3 3.9" python3 -c 'import socket; socket.recv_fds'
	ready fdrecv -R ready unix:socket -- python3 -c '
import socket
server = socket.socket(fileno=0)
server.settimeout(60)
for i in range(2):
    server.accept()[0].sendall(b"served\n")'
	python3 -c '
import os, socket, sys
server = socket.create_server(("127.0.0.1", 0))
open("port", "w").write(str(server.getsockname()[1]))
os.dup2(server.fileno(), 0)
os.execvp("fdsend", sys.argv[1:])' fdsend -t 60 unix:socket
	for i in 1 2; do
		[ "$(cat_ "tcp:127.0.0.1:$(cat port)" </dev/null)" = served ]
	done
	ends 0
}

@test "fdsend: ends with status 0 once the message is read, even if the receiver answers first or stays connected" {
	[ "$PLAT" = linux ] || skip "the system does not tell when a message was read"
	mkfifo hold
	receiver '
connection = listener.accept()[0]
connection.sendall(b"hello, who are you?")
data, fds, flags, _ = socket.recv_fds(connection, 1, 1)
open("hold").read()
print(os.read(fds[0], 100))' >got
	send unix:socket <<<hello
	kill -0 "$PID"
	: >hold
	ends 0
	[ "$(cat got)" = "b'hello\\n'" ]
}

@test "fdsend: ends with status 1 if the receiver closes without reading the message" {
	[ "$PLAT" = linux ] || skip "the system does not tell when a message was read"
	mkfifo hold
	receiver '
connection = listener.accept()[0]
open("hold").read()'
	background send unix:socket 2>log <<<hello
	sender=$PID
	: >hold
	PID=$sender ends 1
	[ "$(cat log)" = 'fdsend: unix:socket: the receiver has closed the connection, and did not take the descriptors' ]
}

@test "fdsend: waits at most -t for the receiver, which can still take the descriptors later" {
	[ "$PLAT" = linux ] || skip "the system does not tell when a message was read"
	mkfifo hold
	receiver '
open("hold").read()
print([os.read(fd, 100) for fd in take()[2]])' >got
	for time in 0 0.1; do
		try send -t $time unix:socket <<<hello
		status 124
		error 'fdsend: unix:socket: the descriptors were not taken in time (-t); the receiver can still take them'
	done
	: >hold
	ends 0
	[ "$(cat got)" = "[b'hello\\n']" ]
}

@test "fdsend: keeps trying to connect for -T" {
	try send unix:socket </dev/null
	status 1
	error 'fdsend: unix:socket: no such socket'
	try send -T 0.05 unix:socket </dev/null
	status 124
	error 'fdsend: unix:socket: no such socket; tried for the time of -T'
	background send -T 60 unix:socket <<<hello
	sender=$PID
	[ "$(timeout 60 fdrecv -u unix:socket -- cat)" = hello ]
	PID=$sender ends 0
}

@test "fdsend: checks all descriptors first, and does not connect if one is not open" {
	mkfifo hold
	receiver '
open("hold").read()
listener.setblocking(False)
try: listener.accept()
except BlockingIOError: print("nobody")' >got
	try send unix:socket 0 200
	status 1
	error 'fdsend: descriptor 200 is not open'
	try sh -c 'exec timeout 60 fdsend unix:socket <&-'
	status 1
	error 'fdsend: descriptor 0 is not open'
	try sh -c 'exec timeout 60 fdsend unix:socket 2 1 >&-'
	status 1
	error 'fdsend: descriptor 1 is not open'
	try send unix:socket 0 x
	status 2
	error 'fdsend: FD "x": not the number of a descriptor'
	# shellcheck disable=SC2046 # one word each
	try send unix:socket $(yes 0 | head -n 254)
	status 1
	error 'fdsend: 254 descriptors do not fit into one message: SCM_MAX_FD is 253'
	: >hold
	ends 0
	[ "$(cat got)" = nobody ]
}

@test "fdsend: passes 253 descriptors in one message" {
	receiver 'print(len(take()[2]))' >got
	# shellcheck disable=SC2046 # one word each
	send unix:socket $(yes 0 | head -n 253) </dev/null
	ends 0
	[ "$(cat got)" = 253 ]
	ready fdrecv -R ready unix:socket -- sh -c 'ls /proc/self/fd | wc -l' >got
	# shellcheck disable=SC2046 # one word each
	send unix:socket $(yes 1 | head -n 253) >got
	ends 0
	[ "$PLAT" = portable ] || [ "$(cat got)" -eq 254 ]
}

@test "fdsend: names RLIMIT_NOFILE if too many descriptors of the user are under way" {
	[ "$PLAT" = linux ] || skip "the limit is of Linux"
	need_root
	local name=@ipc7-$$-$BATS_TEST_NUMBER

	mkfifo hold
	NAME="\0${name#@}" receiver 'open("hold").read()'
	# The third is too much, or an earlier one if the descriptors of another run of the tests are under way.
	for i in 1 2 3 4 5 6; do
		# shellcheck disable=SC2016,SC2046 # for sh; one word each
		try as_user sh -c 'ulimit -n 20; exec timeout 60 fdsend "$@"' sh -t 0 "unix:$name" $(yes 0 | head -n 18) </dev/null
		[ "$status" -ne 1 ] || break
	done
	status 1
	error "fdsend: unix:$name: more descriptors of this user are sent and not taken than RLIMIT_NOFILE allows (raise it with ulimit -n)"
}

@test "fdsend: is ended by a signal while it waits, without a line" {
	[ "$PLAT" = linux ] || skip "the system does not tell when a message was read"
	mkfifo hold
	receiver 'open("hold").read()'
	listener=$PID
	background fdsend unix:socket </dev/null 2>log
	asleep
	kill "$PID"
	ends 143
	[ ! -s log ]
	: >hold
	PID=$listener ends 0
}

@test "fdsend: -v shows the calls that pass the descriptors" {
	receiver 'take()'
	try lone send -v unix:socket 0 1 </dev/null
	status 0
	[ "$stderr" = 'fdsend: socket(AF_UNIX, SOCK_STREAM, 0) = 3
fdsend: connect(3, {sa_family=AF_UNIX, sun_path="socket"}, 110) = 0
fdsend: sendmsg(3, {msg_control={cmsg_type=SCM_RIGHTS, cmsg_data=[0, 1]}}, MSG_NOSIGNAL) = 1
fdsend: shutdown(3, SHUT_WR) = 0' ]
	ends 0
}
