load helper

# What all commands promise alike: -R, -u, and clear lines where descriptors, memory, files or a part of the kernel are missing.

# injected FAULT COMMAND...: try COMMAND while strace makes a system call fail, as CALL:error=NAME[:when=N].
injected() {
	try strace -qq -f -o /dev/null -e inject="$1" "${@:2}"
}

need_strace() {
	need strace strace -V
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	[ "$PLAT" = linux ] || skip "other system calls"
}

@test "every command names RLIMIT_NOFILE if there is no descriptor left" {
	local n command wrong=0

	new_name posix
	mqsend -c $SMALL "$Q"  </dev/null
	while IFS=$'\t' read -r n command; do
		[ -n "$command" ] || continue
		try lone bash -c "ulimit -n $n; exec $command" </dev/null
		# A dynamic program does not even start.
		[[ $stderr != *'shared libraries'* ]] || continue
		[[ $stderr == *"too many open files: "*" is $n (raise it with ulimit -n)"* || $stderr == *"RLIMIT_NOFILE does not allow"* ]] &&
			[[ $status -eq 1 || $status -eq 125 ]] || {
			echo "$command: $status $stderr" >&2
			wrong=1
		}
	done <<END
3	mqsend $Q x
3	mqrecv $Q
3	mqrecv $Q -- true
3	shmput -c /ipc7-$$-none
3	shmget /ipc7-$$-none
3	shmput -c file:none
3	semop -c /ipc7-$$-none
3	semop -c /ipc7-$$-none -- true
3	piperun true -- true
3	mqrecv -R /dev/stderr $Q
3	sockcat -l -t 0 unix:none
3	fdsend unix:none
3	fdrecv unix:none -- true
3	ipcdel mq:$Q
$([ "$PLAT" = linux ] && [ "$(id -u)" -eq 0 ] && printf '4\t%s\n' 'ipcls mq')
$([ "$PLAT" = linux ] && printf '3\t%s\n' 'sigrecv -t 0 USR1' 'sigmask -p 1' 'sigsend -s 0 -w -t 0 1' "sh -c 'mkfifo f; exec fifocat f'")
END
	[ ! -e none ]
	return $wrong
}

@test "shmput: names the limit if it cannot make the file that holds its input" {
	[ "$PLAT" = linux ] || skip "Linux needs another descriptor"
	try lone bash -c 'seq 100000 | (ulimit -n 4; exec shmput -c file:none)'
	[[ $stderr == *'shared libraries'* ]] || error 'shmput: file:none: the input cannot be held: too many open files: *; nothing was changed'
}

@test "every command that starts with a closed descriptor and without /dev/null names that file" {
	need_namespace
	[ -z "${SANITIZED:-}" ] || skip "sanitizers need /dev and /proc"
	# shellcheck disable=SC2016 # for that shell
	try unshare -m bash -c 'mount -t tmpfs none /dev; mqsend /none x <&-'
	status 1
	error 'mqsend: cannot start: /dev/null, which stands for a closed descriptor: No such file or directory'
}

# least COMMAND: print the lowest limit of the address space, in KiB, at which COMMAND -V runs.
least() {
	local low=0 high=20000 middle

	while [ $((high - low)) -gt 4 ]; do
		middle=$(((low + high) / 2))
		(ulimit -v $middle; exec "$1" -V) >/dev/null 2>&1 && high=$middle || low=$middle
	done
	echo $high
}

@test "every command says that memory has run out, with status 1 or 125, and prints no part of its result" {
	local want command limit usual wrong=0

	[ -z "${SANITIZED:-}" ] || skip "sanitizers need far more"
	while IFS=$'\t' read -r want command; do
		limit=$(least "${command%% *}")
		try bash -c "exec $command" 3>&-
		usual=$status$output$stderr
		try bash -c "ulimit -v $limit; exec $command" 3>&-
		# Some C libraries have memory left, and then COMMAND may have none.
		[[ $status -eq 0 || $status -eq 124 ]] && [ -n "$output$stderr" ] && continue
		[[ $status$output$stderr == "$usual" || $stderr == *'shared libraries'* ]] && continue
		[[ $status -eq $want && -z $output && ${stderr,,} =~ (out of|allocate)' memory' && $stderr != *$'\n'* ]] || {
			echo "$command: $status $output $stderr" >&2
			wrong=1
		}
	done <<'END'
1	sigsend -l
1	sigsend -s 0 1
1	sigmask -p 1
125	sigmask -b INT true
125	piperun true
125	mqrecv -t 0 sysv:./none -- true
125	mqrecv -t 0 /none -- true
1	mqrecv -t 0 sysv:./none
1	sigrecv -t 0 USR1
1	ipcls -o name
END
	return $wrong
}

@test "-R writes to a descriptor of the caller as it stands, and never empties its file" {
	local file

	for file in /dev/stdout /dev/fd/1 /proc/self/fd/1 log; do
		echo one >log
		status=0
		sigrecv -t 0 -R $file USR1 >>log 2>err || status=$?
		[ "$status" -eq 124 ]
		[ "$(head -n 1 log)" = one ]
		[[ $(sed 1d log) =~ ^[0-9]+$ ]]
	done
	for file in /dev/stderr /dev/fd/2 /proc/self/fd/2 log; do
		echo one >log
		sockcat -l -n 0 -R $file tcp:127.0.0.1:0 2>>log
		[[ $(<log) == $'one\ntcp:127.0.0.1:'* ]]
	done
	new_name posix
	echo one >log
	mqrecv -n 0 -c $SMALL -R /proc/self/fd/5 "$Q" 5>>log
	[[ $(<log) =~ ^one$'\n'[0-9]+$ ]]
	# A file that is no descriptor's is emptied.
	mqrecv -n 0 -R log "$Q"
	[[ $(<log) =~ ^[0-9]+$ ]]
}

@test "-R with - is wrong usage" {
	local command

	new_name posix
	for command in "mqrecv -n 0 -c -R - $Q" 'sigrecv -t 0 -R - USR1' 'sockcat -l -n 0 -R - unix:socket'; do
		try $command
		status 2
		error '*: -R "-": not a file (/dev/stdout or /dev/fd/N name a descriptor)'
	done
	[ ! -e ./- ]
	missing "$Q"
}

@test "-t bounds the wait for the reader of the FIFO of -R" {
	local command

	new_name posix
	mqsend -c $SMALL "$Q" </dev/null
	mkfifo fifo
	for command in "mqrecv -t 100ms -R fifo $Q" "mqrecv -t 0 -R fifo $Q -- cat" 'sigrecv -t 100ms -R fifo USR1' \
		'sockcat -l -t 100ms -R fifo unix:socket'; do
		try timeout 60 $command
		status 124
		error '*: fifo: no reader in time (-t)'
	done
	[ ! -e socket ]
	# A reader that comes in time gets the line.
	background sigrecv -t 60 -n 0 -R fifo USR1
	read -r LINE <fifo
	[ "$LINE" = "$PID" ]
	ends 0
}

@test "the reader of the FIFO of -R sees its end if there is no COMMAND of that name, or no standard output" {
	local command

	new_name posix
	mqsend -c $SMALL "$Q" kept
	mkfifo fifo
	for command in "mqrecv -R fifo $Q" 'sockcat -l -u -R fifo unix:socket' 'fdrecv -u -R fifo unix:socket'; do
		background $command -- nosuch-command 2>err
		timeout 60 cat fifo >line
		[ ! -s line ]
		ends 127
		[ "$(cat err)" = "${command%% *}: nosuch-command: no such command" ]
	done
	[ ! -e socket ]
	for command in "mqrecv -R fifo $Q" 'sigrecv -R fifo USR1'; do
		background $command >&- 2>err
		timeout 60 cat fifo >line
		[ ! -s line ]
		ends 1
	done
	[ "$(mqrecv -u "$Q")" = kept ]
}

@test "a signal that ends the wait for the reader of the FIFO of -R is not blamed on the FIFO" {
	local command

	new_name posix
	mqsend -c $SMALL "$Q" </dev/null
	mkfifo fifo
	for command in "mqrecv -R fifo $Q" "mqrecv -t 100 -R fifo $Q" 'sigrecv -R fifo USR1' 'sockcat -l -R fifo unix:socket' \
		'sockcat -l -t 100 -R fifo unix:socket'; do
		background $command 2>err
		asleep
		kill -TERM "$PID"
		ends 143
		[ ! -s err ]
	done
}

@test "-u leaves a queue that the run did not create and took nothing from" {
	try_to_remove() {
		mqsend -c $SMALL -d 2 "$Q" a b
		try mqsend -u -t 0 "$Q" c
		status 124
		try mqrecv -u -R /dev/full "$Q"
		status 1
		try mqrecv -u -D /none/none "$Q" -- true
		status 2
		try mqrecv -u -D "/ipc7-$$-none" "$Q" -- true
		status 125
		pipe
		exec 4<&-
		mqrecv -u "$Q" >&6 2>err || true
		exec 6>&-
		[ "$(mqrecv -a "$Q")" = $'a\nb' ]
		# A run that takes a message, or is stopped by a signal, removes the queue.
		mqsend "$Q" a
		try mqrecv -u -t 0 -n 2 "$Q"
		status 124
		output a
		missing "$Q"
	}
	new_name posix
	try_to_remove
	new_name sysv
	SMALL='-s 1'
	try_to_remove
}

@test "-u removes a queue that the run created, even if it then fails" {
	new_name posix
	try mqsend -c -u -d 1 -s 8 -t 0 "$Q" a b
	status 124
	missing "$Q"
	try mqrecv -c -u $SMALL -t 0 "$Q"
	status 124
	missing "$Q"
}

@test "semop: -u removes a semaphore that the run created, even if it then times out" {
	for KIND in posix sysv; do
		new_semaphore $KIND
		for what in -1 '-- true'; do
			# shellcheck disable=SC2086 # two words
			try semop -c -u -i 0 -t 0 "$S" $what
			status 124
			try semop "$S"
			status 1
		done
	done
}

@test "-u does not touch another object that has the name by now" {
	mkfifo never
	exec 7<>never
	# POSIX has no way to tell two queues with one name apart.
	if [ "$PLAT" = linux ]; then
		new_name posix
		mqsend -c $SMALL "$Q" </dev/null
		background mqsend -u "$Q" <never
		asleep
		ipcdel "mq:$Q"
		mqsend -c $SMALL "$Q" other
		kill -TERM "$PID"
		ends 143
		[ "$(mqrecv "$Q")" = other ]
	fi
	for KIND in posix file; do
		new_segment $KIND
		shmput -c "$S" </dev/null
		background shmput -u "$S" <never
		asleep
		shmget -u "$S"
		echo other | shmput -c "$S"
		kill -TERM "$PID"
		ends 143
		[ "$(shmget "$S")" = other ]
	done
	new_semaphore posix
	semop -c "$S" >/dev/null
	background semop -u "$S" -- cat never
	until [ "$(semop "$S")" = 0 ]; do moment; done
	semop -u "$S"  >/dev/null
	semop -c -i 7 "$S" >/dev/null
	kill -TERM "$PID"
	ends 143
	[ "$(semop "$S")" = 7 ]
	exec 7>&-
}

@test "shmput: -u removes a file only in the directory that was opened" {
	mkdir directory victim
	echo secret >victim/file
	echo old >directory/file
	mkfifo input
	exec 7<>input
	background shmput -u file:directory/file <input
	asleep
	mv directory moved
	ln -s victim directory
	kill -TERM "$PID"
	ends 143
	[ "$(<victim/file)" = secret ]
	[ ! -e moved/file ]
	exec 7>&-
}

@test "a kernel without System V IPC, or without POSIX queues, is named" {
	local call command wrong=0

	need_strace
	while IFS=$'\t' read -r call command line; do
		# shellcheck disable=SC2086 # words
		injected "$call:error=ENOSYS" $command </dev/null
		[[ $status -eq 1 && $stderr == "${command%% *}: $line" ]] || {
			echo "$command: $status $stderr" >&2
			wrong=1
		}
	done <<'END'
mq_open	mqsend /none x	/none: this system has no POSIX message queues (use a sysv: name)
mq_open	mqrecv -c /none	/none: this system has no POSIX message queues (use a sysv: name)
msgget	mqsend -c sysv:7 x	sysv:0x7: this kernel has no System V message queues (CONFIG_SYSVIPC; use a POSIX name)
msgctl	mqrecv sysv:@7	sysv:@7: this kernel has no System V message queues (CONFIG_SYSVIPC; use a POSIX name)
semget	semop -c sysv:7	sysv:0x7: this kernel has no System V semaphores (CONFIG_SYSVIPC; use a POSIX name)
shmget	shmput -c -s 1 sysv:7	sysv:0x7: this kernel has no System V shared memory (CONFIG_SYSVIPC; use a POSIX name or file:)
shmget	shmget sysv:7	sysv:0x7: this kernel has no System V shared memory (CONFIG_SYSVIPC; use a POSIX name or file:)
shmctl	ipcls shm	System V segments cannot be listed: this kernel has no System V IPC (CONFIG_SYSVIPC)
msgget	ipcls mq:sysv:7	mq:sysv:7: this kernel has no System V IPC (CONFIG_SYSVIPC)
mq_open	ipcls mq:/none	mq:/none: this kernel has no POSIX message queues (CONFIG_POSIX_MQUEUE)
mq_open	ipcdel mq:/none	mq:/none: this kernel has no POSIX message queues (CONFIG_POSIX_MQUEUE)
semget,msgget,shmget	ipcls sysv:7	sysv:7: no such queue, segment or semaphore
END
	injected msgctl:error=ENOSYS ipcls mq
	status 1
	[[ $stderr == *'ipcls: System V queues cannot be listed: this kernel has no System V IPC (CONFIG_SYSVIPC)' ]]
	injected mq_open,fsopen:error=ENOSYS ipcls mq
	status 1
	[[ $stderr == 'ipcls: POSIX queues cannot be listed: '* ]]
	return $wrong
}

@test "mqrecv: puts a message back if it cannot be written to COMMAND's standard input" {
	need_strace
	new_name posix
	mqsend -c $SMALL "$Q" one
	injected write:error=ENOMEM:when=1 mqrecv "$Q" -- cat
	status 125
	output ''
	[ "$(mqrecv -t 0 "$Q")" = one ]
}

@test "semop: a negative decimal number is a System V key" {
	new_semaphore sysv
	number=$((0xfffffff0 - RANDOM))
	S=sysv:$((number - (1 << 32)))
	SEMAPHORES+=("$S")
	semop -c "$S" >/dev/null
	[ "$(ipcls -H -o name,key "sem:$S")" = "$(printf 'sysv:0x%x\t0x%x' $number $number)" ]
	semop "$S" -1
	[ "$(semop "sysv:$number")" = 0 ]
}

@test "a TIME beyond the longest wait is the longest wait" {
	local time

	new_name posix
	mqsend -c $SMALL "$Q" a b c d e f
	for time in 76861433 4611686019 99999999999999999999 99999999999999999999m; do
		mqrecv -t $time "$Q" >/dev/null
		semop -c -u -t $time "$(key 61)" -1
	done
}

@test "as process 1 a command exits with 128 and the number of the signal that stops it" {
	need_root
	unshare -fp true 2>/dev/null || skip "needs process namespaces"
	new_name posix
	mqsend -c $SMALL "$Q"
	mkfifo ready
	for command in "mqrecv -R ready $Q" "mqrecv -j 2 -R ready $Q -- cat" 'sigrecv -R ready USR1' \
		'sockcat -l -u -R ready unix:socket' 'fdrecv -u -R ready unix:socket -- cat'; do
		try timeout -s KILL 20 unshare -fp sh -c "(read -r _ <ready; kill -TERM 1) & exec $command"
		status 143
		output ''
		[ -z "$stderr" ]
	done
	[ ! -e socket ]
}

@test "sigrecv: as process 1 too it receives a blocked signal that came before it started" {
	need_root
	unshare -fp true 2>/dev/null || skip "needs process namespaces"
	for signal in URG ALRM CHLD; do
		try timeout -s KILL 20 unshare -fp sigmask -b $signal -- sh -c "kill -$signal \$\$; exec sigrecv -t 0 $signal"
		status 0
		[[ $output == $signal* ]]
	done
}

@test "fifocat: a FIFO that is gone as soon as it was made is a removed FIFO" {
	need_strace
	# The call says that it succeeded, and makes nothing.
	try strace -qq -o /dev/null -e inject=mknod,mknodat:retval=0 fifocat -c fifo
	status 3
	error 'fifocat: fifo: the FIFO was removed'
}

# traced FILE: check that each line of a trace is whole.
traced() {
	if grep -vE '^[0-9]+\.[0-9]{6} [0-9]+ [0-9]+\.[0-9]{6} [a-z]+: [a-z0-9_]+\(.*\) = (-1 E[A-Z0-9]+|-?[0-9]+|0x[0-9a-f]+|SEM_FAILED E[A-Z0-9]+)$' "$1"; then
		return 1
	fi
}

# took CALL: print the duration of the last call whose line in the trace matches.
took() {
	awk -v call="$1" '$0 ~ call { took = $3 } END { print took }' trace
}

@test "every command appends its calls to the file of IPC7_TRACE" {
	local command

	new_name posix
	new_semaphore sysv
	export IPC7_TRACE=$PWD/trace
	umask 0777
	semop -c "$S" >/dev/null
	umask 022
	[ "$(mqsend -c $SMALL "$Q" hello; mqrecv "$Q")" = hello ]
	new_segment posix
	echo 1 | shmput -c "$S"
	shmget "$S" >/dev/null
	mkfifo fifo
	echo x | fifocat -w fifo &
	fifocat fifo >/dev/null
	wait $!
	try sigsend -s 0 2147483647
	sigmask -b USR1 true
	try sigrecv -t 0 USR1
	piperun true -- true
	ready sockcat -l -u -R ready unix:socket -- cat
	echo x | sockcat unix:socket >/dev/null
	ends 0
	ready fdrecv -u -R ready unix:socket -- cat
	fdsend unix:socket 0 </dev/null
	ends 0
	ipcls "mq:$Q" >/dev/null
	try ipcset -m 0640 "shm:$S"
	ipcdel "mq:$Q"
	unset IPC7_TRACE
	traced trace
	[ "$(stat -c %a trace)" = 600 ]
	for command in mqsend mqrecv shmput shmget semop fifocat sigsend sigmask sigrecv piperun sockcat fdsend fdrecv ipcls ipcset ipcdel; do
		grep -q "[0-9] $command: " trace || { echo "$command left no line" >&2; return 1; }
	done
}

@test "IPC7_TRACE=FILE: -v prints the lines too, a name without a slash and a file that cannot be opened are named" {
	new_name posix
	IPC7_TRACE=./trace try mqsend -c $SMALL -v "$Q" hello
	[ "$(sed 's/^[^ ]* [^ ]* [^ ]* //' trace)" = "$stderr" ]
	IPC7_TRACE=./trace try mqsend "$Q" hello
	error ''
	ln -s trace link
	IPC7_TRACE=./link mqsend "$Q" hello
	[ "$(grep -c 'send.*"hello"' trace)" -eq 3 ]
	IPC7_TRACE=name try mqsend "$Q" hello
	status 0
	error 'mqsend: name: no trace (IPC7_TRACE): the path of a file needs a slash (./FILE)'
	[ ! -e name ]
	IPC7_TRACE=./no/trace try mqsend "$Q" hello
	status 0
	error 'mqsend: ./no/trace: no trace (IPC7_TRACE): No such file or directory'
	mkfifo fifo
	IPC7_TRACE=./fifo try timeout 60 mqsend "$Q" hello
	status 0
	error 'mqsend: ./fifo: no trace (IPC7_TRACE): a FIFO without a reader'
	exec 4<>fifo
	IPC7_TRACE=./fifo timeout 60 mqrecv -a -u "$Q" >/dev/null
	read -r line <&4
	[[ $line == *' mqrecv: mq_open('* ]]
	exec 4>&-
}

@test "IPC7_TRACE=FILE is ignored by a program with rights that its caller lacks" {
	need_root
	new_name posix
	mqsend -c $SMALL "$Q" hello
	as_user true
	: >"$USER_BIN/trace"
	chmod 666 "$USER_BIN/trace"
	chmod u+s "$USER_BIN/mqsend"
	as_user env IPC7_TRACE="$USER_BIN/trace" mqsend "$Q" hello || skip "no set-user-ID programs here"
	[ ! -s "$USER_BIN/trace" ]
	# Any other program writes the file.
	as_user env IPC7_TRACE="$USER_BIN/trace" sigmask -b USR1 true
	grep -q sigprocmask "$USER_BIN/trace"
}

@test "IPC7_TRACE=FILE: the lines of 50 processes at once stay whole" {
	local i

	new_segment file
	printf '%0100d' 0 >"${S#file:}"
	for i in $(seq 50); do
		IPC7_TRACE=./trace shmget -o "$i",40 "$S" >/dev/null &
		JOBS+=($!)
	done
	wait "${JOBS[@]}"
	traced trace
	[ "$(awk '{ print $2 }' trace | sort -u | wc -l)" -eq 50 ]
	[ "$(grep -c 'open(' trace)" -eq 50 ]
}

@test "IPC7_TRACE: no system call is made for a trace that is off" {
	local value

	need_strace
	new_name posix
	mqsend -c $SMALL "$Q" hello
	for value in '' 0 ./trace; do
		# What a line of a trace takes: the time, the process, and the write.
		IPC7_TRACE=$value strace -qq -o "calls${value#*/}" -e trace=umask,fcntl,clock_gettime,getpid,write mqsend "$Q" hello
	done
	[ -s callstrace ]
	[ ! -s calls ] && [ ! -s calls0 ]
}

@test "IPC7_TRACE=FILE: the duration of a call includes its wait, and a wait that is interrupted goes on" {
	local i

	[ "$PLAT" = linux ] || skip "other calls"
	export IPC7_TRACE=./trace
	both eval 'mqrecv -c $SMALL -n 0 "$Q"
		background mqrecv -u "$Q" >/dev/null
		until grep -q "$PID .*\(EAGAIN\|ENOMSG\)" trace; do moment; done
		for i in 1 2 3 4 5; do moment; done
		mqsend "$Q" "$KIND"
		ends 0
		awk -v took="$(took "(receive|msgrcv).*$KIND")" "BEGIN { exit !(took > 0.04) }"'
	# The timer of an open that waits interrupts it every half second.
	background fifocat -c -u fifo
	until grep -q mkfifo trace; do moment; done
	asleep
	for i in $(seq 60); do moment; done
	fifocat -w fifo </dev/null
	ends 0
	awk -v took="$(took 'open.*O_RDONLY')" 'BEGIN { exit !(took > 0.55) }'
}

@test "IPC7_TRACE=FILE: COMMAND has the descriptors and the trace of any other command, and the guard of mqrecv is traced" {
	local plain

	[ "$PLAT" = linux ] || skip "other calls"
	# shellcheck disable=SC2016
	plain=$(lone semop -c file:lock -- sh -c 'ls /proc/$$/fd; echo "$IPC7_LOCK_FD"')
	export IPC7_TRACE=$PWD/trace
	# shellcheck disable=SC2016
	[ "$(lone semop -c file:lock -- sh -c 'ls /proc/$$/fd; echo "$IPC7_LOCK_FD"')" = "$plain" ]
	[[ $plain == *$'\n9' ]]
	new_name posix
	mqsend -c $SMALL "$Q" hello
	mkfifo up
	background mqrecv "$Q" -- sh -c 'echo >up; exec sleep 100' 2>err
	read -r _ <up
	kill -KILL "$PID"
	ends 137
	until grep -q 'put back' err; do moment; done
	[ "$(grep -c 'mqrecv: mq_send(.*"hello"' trace)" -eq 1 ]
	[ "$(lone mqrecv -v "$Q" 2>err)" = hello ]
	head -n 1 err | grep -q 'mq_open.* = 3$'
	semop file:lock -- mqrecv -a -u "$Q"
	grep -q 'mqrecv: mq_unlink' trace
}

@test "a signal that ends nothing does not end a call for good" {
	local fault

	need_strace
	new_name sysv
	injected msgsnd:error=EINTR:when=1 mqsend -c "$Q" one
	status 0
	injected msgrcv:error=EINTR:when=1 mqrecv "$Q"
	status 0
	output one
	for fault in open openat fallocate ftruncate pwrite64 fcntl; do
		echo old >segment
		injected $fault:error=EINTR:when=1+20 shmput -c file:segment <<<new
		[[ $stderr != *signal* ]] || { echo "$fault: $stderr" >&2; return 1; }
		[ "$fault" = openat ] || [ "$(<segment)" = new ]
	done
	new_name posix
	mqsend -c $SMALL "$Q" one
	injected fdatasync:error=EINTR:when=1 mqrecv -D file:dead "$Q" -- false
	status 0
	[ "$(<dead)" = '5:0	one,' ]
	ready fdrecv -R ready unix:s -- cat
	injected sendmsg:error=EINTR:when=1 fdsend unix:s <segment
	status 0
	ends 0
	background sockcat -T 5 unix:s </dev/null
	injected waitid:error=EINTR:when=1 timeout 5 sockcat -l -u unix:s -- echo answer
	status 0
	new_semaphore posix
	try timeout 5 strace -qq -o /dev/null -e inject=wait4:error=EINTR:when=2 semop -cu "$S" -- true
	status 0
}

@test "a process that cannot be started is a failure, and nothing is left behind" {
	need_strace
	new_name posix
	mqsend -c $SMALL "$Q" one
	injected fork,clone:error=EAGAIN:when=1 mqrecv -j 2 "$Q" -- cat
	status 125
	error "mqrecv: $Q: the workers cannot be started: Resource temporarily unavailable"
	[ "$(mqrecv -t 0 "$Q")" = one ]
	new_semaphore sysv
	injected fork,clone:error=EAGAIN:when=1 semop -cu "$S" -- true
	status 125
	try semop "$S"
	status 1
	injected poll,ppoll:error=ENOMEM:when=2+ timeout 5 sockcat -l -f -u unix:s -- cat
	status 125
	[[ $stderr == 'sockcat: unix:s: '*[Mm]emory ]]
	[ ! -e s ]
	try timeout 5 strace -qq -f -o /dev/null -e inject=wait4:error=ECHILD:when=1+ piperun sh -c 'exit 3' -- cat
	status 125
	error 'piperun: the end of a COMMAND cannot be learned: No child process*'
}

@test "fifocat: -n takes not a byte too many, even if a call fails" {
	local number

	need_strace
	mkfifo fifo
	for number in 1 2 3 4 5; do
		printf 'a\nb\nc\nd\n' >fifo &
		injected read:error=EIO:when=$number fifocat -n 2 fifo
		[[ $'a\nb' == "$output"* ]] || { echo "$number: $output" >&2; return 1; }
		kill $! 2>/dev/null || true
		wait $! || true
		injected fstat,newfstatat:error=ENOMEM:when=$number fifocat -t 0 fifo
		[[ $stderr != *removed* ]]
	done
}
