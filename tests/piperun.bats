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
}

@test "piperun: a reader that had enough is no failure, and does not hide one" {
	local i

	for ((i = 0; i < 20; i++)); do
		try run_ seq 1000 -- sh -c 'exit 3'
		status 3
		try run_ yes -- head -n 1
		status 0
		output y
		try sh -c 'timeout 120 piperun seq 100000 -- sh -c "read -r x; exit 5" >/dev/full'
		status 5
	done
	# The last command's own death by SIGPIPE is a failure, unless the commands form a ring.
	try run_ true -- sh -c 'kill -PIPE $$'
	status 141
	try run_ -l true -- sh -c 'kill -PIPE $$'
	status 0
	try run_ sh -c 'kill -PIPE $$' -- sh -c 'exit 4'
	status 4
}

@test "piperun: an endless writer ends even if SIGPIPE was ignored" {
	try sigmask -i PIPE timeout 10 piperun sh -c 'while :; do echo x; done' -- head -n 1
	status 0
	output x
}

@test "piperun: dies by the signal of the command that decides, and by no other" {
	need python3 /usr/bin/python3 -V
	try timeout 20 /usr/bin/python3 -c '
import subprocess, sys
for command in (["sh", "-c", "kill -TERM $$"], ["sh", "-c", "exit 143"], ["sh", "-c", "kill -KILL $$"], ["sh", "-c", "kill -34 $$"]):
    print(subprocess.run(["piperun"] + command + ["--", "cat"]).returncode)'
	output $'-15\n143\n-9\n-34'
}

@test "piperun: -F ends the others once the last command has ended, or one has failed" {
	: >log
	background timeout 20 piperun -F tail -n +1 -f log -- grep -m 1 ready >out
	echo 'it is ready' >>log
	ends 0
	[ "$(cat out)" = 'it is ready' ]
	mkfifo hold
	exec 7<>hold
	# The others do not count, even if they do not listen.
	try timeout 20 piperun -F sh -c 'exec cat <hold' -- sh -c 'trap "" TERM; exec cat <hold' -- sh -c 'exit 6'
	status 6
	try timeout 20 piperun -F sh -c 'exit 7' -- sh -c 'cat; exec cat <hold' -- sh -c 'exec cat <hold'
	status 7
	# In a ring only a failure ends the others, and its verdict survives -t.
	try timeout 20 piperun -F -l -t 0.3 sh -c 'trap "" TERM; echo up; sleep 1000' -- sh -c 'read -r x; exit 8'
	status 8
	[ -z "$stderr" ]
	try timeout 20 piperun -F -l sh -c 'echo question; read -r answer; [ "$answer" = answer ]' -- \
		sh -c 'read -r x; echo answer; read -r y; exit 0'
	status 0
	exec 7<&-
}

@test "piperun: -S writes the statuses of all commands in one line" {
	try run_ -S out sh -c 'exit 3' -- sh -c 'kill -KILL $$' -- true
	status 3
	[ "$(cat out)" = '3 137 0' ]
	# The file is emptied, through a link too.
	ln -s out link
	try run_ -S link true
	[ "$(cat out)" = 0 ]
	try run_ -S out nosuch-command
	status 127
	[ ! -s out ]
	try run_ -t 0.1 -S out sleep 1000 -- true
	status 124
	[ "$(cat out)" = '143 0' ]
	try sh -c 'timeout 20 piperun -S /dev/fd/5 seq 3 -- tail -n 1 5>&1'
	[ "$output" = $'3\n0 0' ]
	mkfifo fifo
	cat fifo >out 3>&- &
	try run_ -S fifo false -- true
	wait $!
	[ "$(cat out)" = '1 0' ]
	# It is opened before anything starts.
	for file in missing/out . ; do
		try run_ -S $file touch ran
		status 125
		error "piperun: $file: *"
	done
	try run_ -t 0.1 -S fifo touch ran
	status 124
	error 'piperun: fifo: no reader in time (-t)'
	[ ! -e ran ]
	try run_ -S /dev/full true
	status 125
	error 'piperun: /dev/full: No space left on device'
	try run_ -S /dev/full false
	status 1
}

@test "piperun: -d names another word that separates the commands" {
	try run_ -d @@ printf '%s ' a -- b @@ tr a-z A-Z
	status 0
	output 'A -- B '
	try run_ -d @@ echo x @@
	status 2
	error 'piperun: there is a COMMAND on each side of @@'
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
	dead "$stubborn"
	child=$(cat child)
	dead "$child"
	try run_ -t 20s seq 3 -- tail -n 1
	status 0
	output 3
	try run_ -t 0 sleep 1000
	status 124
}

@test "piperun: passes a signal on to the first command that runs, and what follows drains and ends" {
	local options signal rare=

	[ "$PLAT" = portable ] || rare='PWR STKFLT'
	mkfifo ready
	for options in '' '-t 20s'; do
		for signal in TERM HUP INT QUIT USR1 RTMIN ALRM $rare; do
			# The first command may outlive the start of the second. A signal that reaches it while it ends is lost.
			# shellcheck disable=SC2086
			background sigmask -d INT,QUIT piperun $options sh -c 'echo $$ >first' -- \
				sh -c 'cat; echo >ready; exec sleep 1000' -- sh -c 'cat; echo last' >out
			read -r _ <ready
			while kill -0 "$(cat first)" 2>/dev/null; do moment; done
			sigsend -s $signal "$PID"
			ends $((128 + $(sigsend -l $signal)))
			[ "$(cat out)" = last ]
		done
	done
	# A signal keeps its value. Only Linux knows WINCH by name.
	[ "$PLAT" = linux ] || return 0
	background piperun sh -c 'exec sigrecv -n 2 -R ready WINCH RTMIN+1 >got' -- cat
	read -r _ <ready
	sigsend -s WINCH "$PID"
	until grep -q WINCH got; do moment; done
	sigsend -q 42 -s RTMIN+1 "$PID"
	ends 0
	[ "$(cut -f 1,2,5 got)" = $'WINCH\tUSER\nRTMIN+1\tQUEUE\t42' ]
}

@test "piperun: a second signal goes to all commands, and so does the first in a ring" {
	mkfifo ready hold
	exec 7<>hold
	background piperun sh -c 'trap "n=x\$n; echo \$n >ready; [ \$n = x ] || exit 0" TERM; cat <hold & echo >ready; while :; do wait; done' -- \
		sh -c 'echo $$ >pid; exec sleep 1000'
	read -r _ <ready
	until [ -s pid ]; do moment; done
	sigsend "$PID"
	read -r _ <ready
	kill -0 "$(cat pid)"
	sigsend "$PID"
	read -r _ <ready
	ends 143
	exec 7<&-
	background piperun -l sh -c 'exec sleep 1000' -- sh -c 'echo >ready; exec sleep 1000'
	read -r _ <ready
	sigsend "$PID"
	ends 143
}

# states PATTERN: wait until the letters of the states of the processes whose ids are in the file pids are so, for some seconds.
states() {
	local i pid letters

	for ((i = 0; i < 500; i++)); do
		letters=$(while read -r pid; do sed -n 's/^State:.\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null || :; done <pids)
		# shellcheck disable=SC2053
		[[ ${letters//$'\n'/} != $1 ]] || return 0
		moment
	done
	echo "states $letters, not $1" >&2
	return 1
}

@test "piperun: Ctrl-C stops a loop of a shell" {
	local options

	for options in '' '-t 50' -l; do
		loop_stops "piperun $options sh -c 'echo >started; exec sleep 5' -- cat"
	done
}

@test "piperun: Ctrl-Z stops the commands, and fg continues them" {
	local shell options

	[ -d /proc/self ] || skip "needs /proc"
	mkfifo started over
	for shell in 'bash --norc -i' 'dash -i'; do
		for options in '' '-t 50'; do
			: >pids
			terminal "$shell" "piperun $options sh -c 'echo \$PPID >>pids; echo \$\$ >>pids; exec sleep 50' -- \
				sh -c 'echo \$\$ >>pids; echo >started; exec cat'"
			read -r _ <started
			until [ "$(grep -c '' pids)" = 3 ]; do moment; done
			printf '\032' >&9
			states TTT
			printf 'fg\n' >&9
			states SSS
			printf '\003echo >over\n' >&9
			timeout 10 cat over
			states ''
			terminal_ends
		done
	done
}

@test "piperun: as process 1 reaps any child, forwards signals, and ends with the status of a signal" {
	need_namespace
	[ "$PLAT" = linux ] || skip "only Linux knows WINCH by name"
	local first

	mkfifo ready
	# The orphan is a child of process 1, and no zombie of it stays.
	try timeout 20 unshare -pf --mount-proc piperun sh -c '
		mkfifo hold
		sh -c "cat <hold & echo \$! >orphan"
		: >hold
		while [ -e "/proc/$(cat orphan)" ]; do sleep 0.01; done; exit 5' -- cat
	status 5
	background unshare -pf --mount-proc piperun sh -c 'exec sigrecv -n 2 -R ready WINCH RTMIN' -- cut -f 1 >out
	read -r _ <ready
	first=$(cat "/proc/$PID/task/$PID/children")
	sigsend -s RTMIN $first
	sigsend -s WINCH $first
	ends 0
	[ "$(sort out)" = $'RTMIN\nWINCH' ]
	try timeout 20 unshare -pf --mount-proc piperun sh -c 'kill -TERM $$' -- cat
	status 143
}

@test "piperun: a signal that arrives while commands are being started reaches the first" {
	for i in {1..20}; do
		try run_ sh -c 'kill -TERM "$PPID"; exec sleep 1000' -- cat -- cat
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
		[[ $output == 'usage: piperun [-Flv] '* ]]
	done
	try piperun -V
	output "piperun (ipc7) $(version)"
}
