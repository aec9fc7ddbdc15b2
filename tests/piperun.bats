load helper

# run_ ARG...: run piperun with a time limit, because a pipe that a process keeps open would block it.
run_() {
	timeout 120 piperun "$@"
}

@test "piperun: joins commands as a shell's pipe does" {
	try run_ seq 10 -- tail -n 3 -- tac
	status 0
	output $'10\n9\n8'
	[ -z "$stderr" ]
	try run_ echo one
	output one
	try sh -c 'echo in | timeout 120 piperun cat -- cat -- cat'
	output in
	try run_ printf '%s|' -a 'b c' '' '*' -- cat
	output '-a|b c||*|'
	try run_ -- printf '%s' x
	output x
	head -c 3000000 /dev/urandom >file
	piperun cat file -- cat -- cat | cmp - file
}

@test "piperun: exits with the status of the first command from the left that failed" {
	try run_ true -- true
	status 0
	try run_ sh -c 'exit 3' -- sh -c 'exit 4' -- true
	status 3
	try run_ true -- sh -c 'exit 4' -- sh -c 'exit 5'
	status 4
	try run_ true -- true -- false
	status 1
	try run_ sh -c 'kill -KILL $$' -- cat
	status 137
	try sigmask -d PIPE timeout 120 piperun yes -- head -n 1
	status 141
	output y
}

@test "piperun: -v prints the status of each command" {
	try lone piperun -v sh -c 'exit 3' -- sh -c 'kill -TERM $$' -- true
	status 3
	[ "$stderr" = 'piperun: pipe([3, 4]) = 0
piperun: pipe([5, 6]) = 0
piperun: sh: status 3
piperun: sh: status 143 (TERM)
piperun: true: status 0' ]
	IPC7_TRACE=1 try piperun true
	error 'piperun: true: status 0'
}

@test "piperun: leaves nothing running if a COMMAND cannot be executed" {
	for place in 'nosuch-command -- touch ran' 'touch ran -- nosuch-command' 'touch ran -- nosuch-command -- cat'; do
		# shellcheck disable=SC2086
		try run_ $place
		status 127
		error 'piperun: nosuch-command: no such command'
	done
	try run_ touch ran -- /etc/passwd
	status 126
	error 'piperun: /etc/passwd: cannot be executed: Permission denied'
	[ ! -e ran ]
	# Only the kernel detects this error; the commands that have started are ended.
	echo data >bad
	chmod +x bad
	try run_ sh -c 'echo $$ >pid; exec sleep 1000' -- ./bad
	status 126
	error 'piperun: ./bad: cannot be executed: Exec format error (a script starts with #!)'
	[ ! -e pid ] || ! kill -0 "$(cat pid)" 2>/dev/null
}

@test "piperun: -l connects the last command to the first" {
	try run_ -l sh -c 'echo 1; while read -r n && [ "$n" -lt 9 ]; do echo $((n + 1)); done; echo "$n" >last' \
		-- sh -c 'while read -r n; do echo $((n * 2)); done'
	status 0
	[ "$(cat last)" -ge 9 ]
	# One command that reads its own output.
	try run_ -l sh -c 'echo to myself; read -r line; echo "$line" >heard'
	status 0
	[ "$(cat heard)" = 'to myself' ]
	# Two filters that exchange a question and an answer.
	try run_ -l sh -c 'echo 6 7; read -r answer; echo "$answer" >answer' -- sh -c 'read -r a b; echo $((a * b))'
	[ "$(cat answer)" = 42 ]
}

@test "piperun: leaks no descriptor into a command, and keeps no pipe open" {
	[ -d /proc/self/fd ] || skip "needs /proc"
	# ls has the directory that it reads open as well.
	printf 'ls /proc/self/fd >fds$1\ncat\n' >count
	lone sh count 0 </dev/null
	try lone timeout 120 piperun sh count 1 -- sh count 2 -- sh count 3 </dev/null
	status 0
	cmp fds0 fds1
	cmp fds0 fds2
	cmp fds0 fds3
	# The reader of the last command's output sees end of file even if an earlier command goes on.
	mkfifo hold
	exec 7<>hold
	background piperun sh -c 'exec >&-; read x' -- echo done <hold >out
	until [ -s out ]; do
		moment
	done
	pid=$PID
	# piperun closes its own ends once all commands have started, which may be later.
	until [ "$(readlink "/proc/$pid/fd/0") $(readlink "/proc/$pid/fd/1")" = '/dev/null /dev/null' ]; do moment; done
	echo >&7
	ends 0
	exec 7<&-
}

@test "piperun: a writer before the first command notices that the command has ended" {
	try sh -c 'sigmask -d PIPE yes | { timeout 120 piperun true -- cat; }; echo done'
	status 0
	output done
}

@test "piperun: -t ends all commands and their children, even if they ignore TERM" {
	mkfifo ready
	background piperun -t 0.3 sh -c 'trap "" TERM; echo $$ >ready; sleep 1000; sleep 1000' -- sh -c 'sleep 1000 & echo $! >child; wait' 2>said
	read -r stubborn <ready
	ends 124
	[ "$(cat said)" = 'piperun: time ran out (-t); the commands were ended' ]
	! kill -0 "$stubborn" 2>/dev/null || grep -q '^State:.Z' "/proc/$stubborn/status"
	child=$(cat child)
	! kill -0 "$child" 2>/dev/null || grep -q '^State:.Z' "/proc/$child/status"
	try run_ -t 20s seq 3 -- tail -n 1
	status 0
	output 3
	try run_ -t 0 sleep 1000
	status 124
}

@test "piperun: passes a signal on to the commands" {
	for options in '' '-t 20s'; do
		rm -f ready
		mkfifo ready
		# shellcheck disable=SC2086
		background piperun $options sh -c 'exec sigrecv -f -R ready USR2 >/dev/null' -- cat
		read -r _ <ready
		sigsend -s TERM "$PID"
		ends 143
	done
}

@test "piperun: a signal that arrives while commands are being started reaches them all" {
	for i in {1..20}; do
		try run_ sh -c 'kill -TERM "$PPID"; exec sleep 1000' -- sleep 1000 -- sleep 1000
		status 143
	done
}

@test "piperun: the commands inherit its signal mask and signal dispositions" {
	try peer ignore 17 sh -c 'timeout 120 piperun sh -c "exit 3" -- cat'
	status 3
	need python3 /usr/bin/python3 -V
	try sigmask -d INT,QUIT sigmask -b USR1,ALRM,RTMIN -i HUP piperun /usr/bin/python3 -c '
import signal
print(sorted(int(n) for n in signal.pthread_sigmask(signal.SIG_BLOCK, [])), signal.getsignal(1) == signal.SIG_IGN)'
	output '[10, 14, 34] True'
}

@test "piperun: -s sets the capacity of each pipe" {
	if [ "$PLAT" = portable ]; then
		try run_ -s 64K touch ran -- cat
		status 125
		error 'piperun: -s: this system has no way to change the capacity of a pipe; nothing was started'
		[ ! -e ran ]
		return
	fi
	need python3 /usr/bin/python3 -V
	try run_ -s 256K true -- /usr/bin/python3 -c 'import fcntl; print(fcntl.fcntl(0, 1032))'
	output 262144
	if [ "$(id -u)" -ne 0 ]; then
		try run_ -s 1G touch ran -- cat
		status 125
		error 'piperun: -s: fs.pipe-max-size is *'
		[ ! -e ran ]
	fi
}

@test "piperun: works even if standard descriptors are closed" {
	try sh -c 'timeout 120 piperun echo x -- cat >&-'
	[ "$status" -ne 0 ]
	try sh -c 'timeout 120 piperun true -- echo x <&-'
	output x
	try sh -c 'timeout 120 piperun echo x -- cat 2>&-'
	output x
	try sh -c 'timeout 120 piperun echo x -- cat >/dev/full'
	[ "$status" -ne 0 ]
}

@test "piperun: wrong usage gets one error line and status 2" {
	for case in '|COMMAND is missing; usage: *' '--|COMMAND is missing; usage: *' 'a -- -- b|there is a COMMAND on each side of --' \
		'a --|there is a COMMAND on each side of --' '-s 0 a|-s "0": not a size*' '-t x a|-t "x": not a time*' \
		'-y a|there is no option -y*'; do
		# shellcheck disable=SC2086
		try piperun ${case%%|*}
		status 2
		error "piperun: ${case#*|}"
	done
}

@test "piperun: -h and -V print usage and version" {
	for option in -h --help; do
		try piperun $option
		status 0
		[[ $output == 'usage: piperun [-lv] '* ]]
	done
	try piperun -V
	output 'piperun (ipc7) 0.1'
}
