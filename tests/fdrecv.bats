load helper
load sockets

# receive ARG...: start fdrecv in the background; its address is in A.
receive() {
	ready fdrecv -R ready "$@"
	A=$LINE
}

send() {
	timeout 60 fdsend "$@"
}

# sender SCRIPT: run a Python program with a connection to the path socket in "connection", and the open file "file".
sender() {
	need "python3 3.9" python3 -c 'import socket; socket.send_fds'
	echo in a file >file
	timeout 60 python3 -c "
import os, socket, sys
connection = socket.socket(socket.AF_UNIX, socket.${2:-SOCK_STREAM})
connection.connect('socket')
file = os.open('file', os.O_RDONLY)
$1"
}

# numbers N...: print, sorted, N... and the numbers of the descriptors above 4 that the tests inherit.
numbers() {
	{ printf '%s\n' "$@" && lone ls /proc/self/fd 7>&- | awk '$1 > 4'; } | sort
}

@test "fdrecv: runs COMMAND with the descriptors as 0, 1, 2 and so on, in the order sent, and with no others" {
	[ -e /proc/self/fd ] || skip "there is no /proc"
	lone receive unix:socket -- sh -c 'for i in 0 1 2 3; do readlink /proc/self/fd/$i; done; ls /proc/self/fd | sort'
	echo zero >a
	send "$A" 7 6 9 8 6>b 7<a 8>d 9>c
	ends 0
	# The directory that ls reads has the number 4.
	diff b <(printf '%s\n' "$PWD"/{a,b,c,d} && numbers 0 1 2 3 4) >&2
}

@test "fdrecv: keeps its own descriptors where COMMAND gets none" {
	[ -e /proc/self/fd ] || skip "there is no /proc"
	echo from the sender >file
	mkfifo ready
	lone background fdrecv -R ready unix:socket -- sh -c 'cat; echo own >&8; echo error >&2; ls /proc/self/fd | sort' \
		>own 2>log 8>seven
	read -r _ <ready
	send unix:socket <file
	ends 0
	[ "$(cat seven log)" = "$(printf 'own\nerror')" ]
	diff own <(echo from the sender && numbers 0 1 2 3 8) >&2
}

@test "fdrecv: gives 40 descriptors their numbers, though other descriptors are open between them" {
	local i fd list=()

	for i in {0..39}; do
		echo "$i" >"file$i"
		exec {fd}<"file$i"
		list+=("$fd")
	done
	list[1]=1
	# The numbers that come leave out those that are open.
	receive unix:socket -- bash -c 'for i in 0 {2..39}; do read -ru $i line; echo "$i $line"; done' 9<file1 30<file1 31<file1
	send "$A" "${list[@]}" >got
	ends 0
	diff got <(for i in 0 {2..39}; do echo "$i $i"; done) >&2
}

@test "fdrecv: takes descriptors from a Python program that only sends, also over sequenced packets" {
	for type in SOCK_STREAM SOCK_SEQPACKET; do
		scheme=unix
		[ $type = SOCK_STREAM ] || scheme=unix-seq
		for data in b\'x\' b\'hello\'; do
			receive -u $scheme:socket -- cat >got
			sender "socket.send_fds(connection, [$data], [file])" $type
			ends 0
			[ "$(cat got)" = 'in a file' ]
		done
	done
}

@test "fdrecv: to a sender that waits, a message that was taken is a close, and one that was refused is a reset" {
	[ "$PLAT" = linux ] || skip "the system cannot look at a message without taking it"
	receive unix:socket -- true
	sender "socket.send_fds(connection, [b'hello'], [file]); print(connection.recv(1))" >got
	ends 0
	[ "$(cat got)" = "b''" ]
	receive -n 2 unix:socket -- true 2>log
	sender "
socket.send_fds(connection, [b'x'], [file])
try: connection.recv(1)
except ConnectionResetError: print('reset')" >got
	ends 125
	[ "$(cat got)" = reset ]
}

@test "fdrecv: passes a pipe, whose writer then writes to COMMAND" {
	receive unix:socket -- cat >got
	pipe
	send "$A" 4
	exec 4<&-
	echo through the pipe >&6
	exec 6>&-
	ends 0
	[ "$(cat got)" = 'through the pipe' ]
}

@test "fdrecv: tells COMMAND the process and the user that sent" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell who connects"
	# Variables that the caller has set do not reach COMMAND.
	IPC7_PID=1 IPC7_UID=1 receive unix:socket -- sh -c 'echo "$IPC7_PID $IPC7_UID"' >got
	background send "$A" </dev/null
	sender=$PID
	wait "$sender"
	wait
	read -r pid user <got
	[ "$pid" -ne 1 ]
	[ "$user" -eq "$(id -u)" ]
	receive unix:socket -- sh -c 'echo "$IPC7_PID"' >got
	sh -c 'echo $$ >pid; exec fdsend "$1"' sh "$A" </dev/null
	ends 0
	cmp got pid
	if [ "$(id -u)" -eq 0 ]; then
		receive "unix:@ipc7-$$-$BATS_TEST_NUMBER" -- sh -c 'echo "$IPC7_UID"' >got
		as_user fdsend "$A" </dev/null
		ends 0
		[ "$(cat got)" = 65534 ]
	fi
}

@test "fdrecv: -n closes surplus descriptors, and fewer are a failure that runs nothing" {
	lone receive -n 1 unix:socket -- sh -c 'cat; ls /proc/self/fd | sort' >got
	send "$A" 7 7 7 7 7<<<hello
	ends 0
	diff got <(echo hello && numbers 0 1 2 3) >&2
	receive -u -n 3 unix:socket -- touch ran 2>log
	try send "$A" 0 1
	ends 125
	[ "$(cat log)" = 'fdrecv: unix:socket: 2 descriptors came, and -n asks for 3' ]
	[ "$(ls socket ran 2>/dev/null)" = '' ]
	[ "$PLAT" = linux ] || return 0
	status 1
	error 'fdsend: unix:socket: the receiver has closed the connection, and did not take the descriptors'
}

@test "fdrecv: a message without descriptors, and no message, are failures that run nothing" {
	receive -u unix:socket -- touch ran 2>log
	sender 'connection.sendall(b"x")'
	ends 125
	[ "$(cat log)" = 'fdrecv: unix:socket: the message has no descriptors' ]
	receive -u unix:socket -- touch ran 2>log
	sender 'connection.close()'
	ends 125
	[ "$(cat log)" = 'fdrecv: unix:socket: the sender has closed the connection, and sent nothing' ]
	[ "$(ls socket ran 2>/dev/null)" = '' ]
}

@test "fdrecv: a message that was cut is a failure that runs nothing, and names RLIMIT_NOFILE" {
	[ "$PLAT" = linux ] || skip "the system cannot look at a message without taking it"
	mkfifo ready
	lone background sh -c 'ulimit -n 16; exec fdrecv -R ready unix:socket -- touch ran' 2>log
	read -r _ <ready
	# shellcheck disable=SC2046 # one word each
	try send unix:socket $(yes 0 | head -n 20)
	status 1
	ends 125
	[ "$(cat log)" = 'fdrecv: unix:socket: too many open files: RLIMIT_NOFILE is 16 (raise it with ulimit -n)' ]
	[ ! -e ran ]
}

@test "fdrecv: waits at most -t for a sender, and for its message" {
	local error='' sender=''

	for time in 0 0.05; do
		try fdrecv -u -t $time unix:socket -- true
		status 124
		error 'fdrecv: unix:socket: nobody connected in time (-t)'
	done
	# The sender may need more than one attempt to connect in time.
	until [ "$error" = 'fdrecv: unix:socket: no message in time (-t)' ]; do
		[ -n "$sender" ] && lives "$sender" || { background cat_ -I -T 60 unix:socket; sender=$PID; }
		try timeout 60 fdrecv -u -t 0.2 unix:socket -- touch ran
		status 124
		error=$stderr
	done
	[ "$(ls socket ran 2>/dev/null)" = '' ]
}

@test "fdrecv: finds COMMAND before it listens" {
	try fdrecv unix:socket -- no-such-command
	status 127
	error 'fdrecv: no-such-command: no such command'
	: >file
	try fdrecv unix:socket -- ./file
	status 126
	error 'fdrecv: ./file: cannot be executed: Permission denied'
	[ ! -e socket ]
}

@test "fdrecv: a line about COMMAND goes to its own standard error, even if another one was received" {
	printf '#!/bin/sh\n' >script
	chmod 755 script
	receive unix:socket -- ./script 2>log
	rm script
	send "$A" 0 1 2 2>sent
	ends 127
	[ "$(cat log)" = 'fdrecv: ./script: no such command' ]
	[ ! -s sent ]
}

@test "fdrecv: exits with the status of COMMAND" {
	receive -u unix:socket -- sh -c 'exit 7'
	send "$A"
	ends 7
}

@test "fdrecv: -u unlinks the path before COMMAND starts, and -m sets its mode" {
	umask 077
	receive -u -m 620 unix:socket -- sh -c '[ ! -e socket ]'
	[ "$(stat -c %a socket)" = 620 ]
	send "$A"
	ends 0
	receive unix:socket -- sh -c '[ -S socket ]'
	[ "$(stat -c %a socket)" = 600 ]
	send "$A"
	ends 0
	# The socket that was left behind is dead, and is replaced.
	receive -u unix:socket -- true
	send "$A"
	ends 0
	[ ! -e socket ]
}

@test "fdrecv: is ended by a signal while it waits, without a line, and -u unlinks the path" {
	receive -u unix:socket -- touch ran 2>log
	kill "$PID"
	ends 143
	[ ! -e socket ]
	[ ! -e ran ]
	[ ! -s log ]
	# A signal that comes before the message was taken leaves it to the sender, who is told.
	[ "$PLAT" = linux ] && [ -z "${SANITIZED:-}" ] || return 0
	need strace strace -V
	ready lone strace -o /dev/null -e inject=recvmsg:signal=TERM fdrecv -u -R ready unix:socket -- touch ran 2>log
	try fdsend unix:socket </dev/null
	status 1
	error 'fdsend: unix:socket: the receiver has closed the connection, and did not take the descriptors'
	ends 143
	! grep fdrecv log || false
	[ ! -e ran ]
}

@test "fdrecv: Ctrl-C stops a loop of a shell" {
	loop_stops 'fdrecv -u -R started unix:socket -- cat'
}

@test "fdrecv: gives COMMAND the signals that it had itself" {
	[ "$PLAT" = linux ] || skip "shows the signals of other processes"
	ready sigmask -d all -i USR1 -b USR2 fdrecv -R ready unix:socket -- sh -c 'exec sigmask -p $$' >got
	send unix:socket
	ends 0
	[ "$(grep USR got | cut -f 2-)" = "$(printf 'USR1\tignored\nUSR2\tblocked')" ]
}

@test "fdrecv: -v shows the calls that take the descriptors" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	lone receive -v -u unix:socket -- true 2>log
	send "$A"
	ends 0
	sed -E 's/(accept|recvmsg)\([0-9]+/\1(N/; s/= [0-9]+$/= N/; s/\[[0-9]+\]/[N]/' log | tail -n 3 >got
	[ "$(cat got)" = 'fdrecv: accept(N, {sa_family=AF_UNIX}, 2) = N
fdrecv: unlink("socket") = N
fdrecv: recvmsg(N, {msg_control={cmsg_type=SCM_RIGHTS, cmsg_data=[N]}}, MSG_PEEK|MSG_CMSG_CLOEXEC) = N' ]
}
