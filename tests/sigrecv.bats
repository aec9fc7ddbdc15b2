load helper

# comes FILE LINES: wait until FILE has at least LINES lines.
comes() {
	until [ "$(wc -l <"$1")" -ge "$2" ]; do
		moment
	done
}

@test "sigrecv: blocks the signal, writes its process id to -R, and prints a line when the signal arrives" {
	ready sigrecv -R ready USR1 >out
	[ "$LINE" = "$PID" ]
	sh -c "echo \$\$ >sender; exec sigsend -s USR1 $PID"
	ends 0
	[ "$(cat out)" = "USR1"$'\t'"USER"$'\t'"$(cat sender)"$'\t'"$(id -u)" ]
}

@test "sigrecv: never loses a signal that is sent as soon as it is ready" {
	local i

	for i in {1..40}; do
		ready sigrecv -R ready USR1 >out
		kill -USR1 "$PID"
		ends 0
		[[ $(cat out) == USR1$'\t'USER$'\t'$$$'\t'* ]]
	done
}

@test "sigrecv: -R writes to a file or a descriptor, and fails if FILE cannot be written" {
	try sigrecv -n 0 -R file USR1
	status 0
	[[ $(cat file) =~ ^[1-9][0-9]*$ ]]
	try sh -c 'sigrecv -n 0 -R /dev/fd/3 USR1 3>descriptor'
	status 0
	[[ $(cat descriptor) =~ ^[1-9][0-9]*$ ]]
	try sigrecv -n 0 -R /nonexistent/file USR1
	status 1
	error 'sigrecv: /nonexistent/file: No such file or directory'
	try sigrecv -n 0 -R /dev/full USR1
	status 1
	error 'sigrecv: /dev/full: No space left on device'
}

@test "sigrecv: receives values from the kill of procps, a C program and sigsend" {
	need procps sh -c '/bin/kill --version | grep procps'
	ready sigrecv -n 3 -R ready USR1,RTMIN+1 RTMIN >out
	/bin/kill -q 42 -s USR1 "$PID"
	comes out 1
	peer queue "$PID" RTMIN -9
	comes out 2
	sigsend -s RTMIN+1 -q 2147483647 "$PID"
	ends 0
	[ "$(cut -f 1,2,4,5 out)" = "USR1	QUEUE	$(id -u)	42
RTMIN	QUEUE	$(id -u)	-9
RTMIN+1	QUEUE	$(id -u)	2147483647" ]
}

@test "sigrecv: receives signals from bash, python and perl" {
	need python3 /usr/bin/python3 -V
	need perl perl -v
	ready sigrecv -n 4 -R ready USR1,USR2,RTMIN+2,TERM >out
	bash -c "kill -s RTMIN+2 $PID"
	comes out 1
	/usr/bin/python3 -c "import os, signal; os.kill($PID, signal.SIGTERM)"
	comes out 2
	perl -e "kill USR2 => $PID"
	comes out 3
	dash -c "kill -USR1 $PID" || sh -c "kill -USR1 $PID"
	ends 0
	[ "$(cut -f 1,2 out)" = 'RTMIN+2	USER
TERM	USER
USR2	USER
USR1	USER' ]
}

@test "sigrecv: shows that a timer's signal comes from the kernel, and how a child ended" {
	need python3 /usr/bin/python3 -V
	cat >timer.py <<-'END'
		import os, signal
		signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
		signal.setitimer(signal.ITIMER_REAL, 0.001)
		os.execvp("sigrecv", ["sigrecv", "ALRM"])
	END
	try /usr/bin/python3 timer.py
	status 0
	output 'ALRM	KERNEL	0	0'
	mkfifo go
	exec 7<>go
	for end in EXITED:'read x <go' KILLED:'read x <go; kill -KILL $$'; do
		ready sh -c "sh -c '${end#*:}' & echo \$! >child; exec sigrecv -R ready CHLD" >out
		echo >&7
		ends 0
		[ "$(cut -f 1-4 out)" = "CHLD	${end%%:*}	$(cat child)	$(id -u)" ]
	done
	ready sh -c 'sh -c "read x <go; kill -STOP \$\$; read x <go" & echo $! >child; exec sigrecv -n 3 -R ready CHLD' >out
	echo >&7
	comes out 1
	kill -CONT "$(cat child)"
	comes out 2
	echo >&7
	ends 0
	[ "$(cut -f 2 out)" = $'STOPPED\nCONTINUED\nEXITED' ]
}

@test "sigrecv: the value of CHLD is the child's status, its exit status or the signal" {
	mkfifo go
	exec 7<>go
	for end in $'EXITED\t7:read x <go; exit 7' $'EXITED\t0:read x <go' $'KILLED\t9:read x <go; kill -KILL $$'; do
		ready sh -c "sh -c '${end#*:}' & exec sigrecv -v -R ready CHLD" >out 2>trace
		echo >&7
		ends 0
		[ "$(cut -f 2,5 out)" = "${end%%:*}" ]
		grep -q "_code=CLD_${end%%$'\t'*}, .*_status=$(cut -f 5 out)}" trace
	done
	ready sh -c "sh -c 'read x <go; kill -STOP \$\$' & echo \$! >child; exec sigrecv -q -R ready CHLD" >out
	echo >&7
	ends 0
	[ "$(cat out)" = "$(sigsend -l STOP)" ]
	kill -KILL "$(cat child)"
	# A CHLD that a process sends has no status.
	ready sigrecv -n 2 -R ready CHLD >out
	sigsend -s CHLD "$PID"
	comes out 1
	sigsend -s CHLD -q 5 "$PID"
	ends 0
	[ "$(cut -f 1,2,5 out)" = $'CHLD\tUSER\nCHLD\tQUEUE\t5' ]
}

@test "sigrecv: ordinary signals merge, real-time signals queue, and the lowest number comes first" {
	ready sigrecv -n 8 -t 20s -R ready USR1,USR2,RTMIN,RTMIN+1 >out
	stop "$PID"
	for value in 3 1 2; do
		sigsend -s RTMIN+1 -q $value "$PID"
		sigsend -s USR2 "$PID"
		sigsend -s RTMIN -q -$value "$PID"
		sigsend -s USR1 "$PID"
	done
	kill -CONT "$PID"
	ends 0
	[ "$(cut -f 1,2,5 out)" = 'USR1	USER
USR2	USER
RTMIN	QUEUE	-3
RTMIN	QUEUE	-1
RTMIN	QUEUE	-2
RTMIN+1	QUEUE	3
RTMIN+1	QUEUE	1
RTMIN+1	QUEUE	2' ]
}

@test "sigrecv: -q prints the value alone, and an empty line for a signal without a value" {
	ready sigrecv -q -n 3 -R ready RTMIN >out
	sigsend -s RTMIN -q 5 "$PID"
	sigsend -s RTMIN "$PID"
	sigsend -s RTMIN -q -6 "$PID"
	ends 0
	[ "$(cat out)" = $'5\n\n-6' ]
}

@test "sigrecv: -n ends it after COUNT signals, and -f goes on until stopped" {
	ready sigrecv -n 2 -R ready USR1 >out
	sigsend -s USR1 "$PID"
	comes out 1
	sigsend -s USR1 "$PID"
	ends 0
	[ "$(wc -l <out)" -eq 2 ]
	try sigrecv -n 0 USR1
	status 0
	output ''
	ready sigrecv -f -R ready USR1 >out
	for i in 1 2 3; do
		sigsend -s USR1 "$PID"
		comes out $i
	done
	sigsend "$PID"
	ends 143
	for options in '-f -n 2' '-n 2 -f'; do
		# shellcheck disable=SC2086
		ready sigrecv $options -q -R ready RTMIN >out
		seq 2 | sigsend -s RTMIN -q - "$PID"
		ends 0
	done
	# At most COUNT signals are taken. The others stay pending.
	ready sigrecv -v -n 2 -R ready RTMIN >out 2>trace
	stop "$PID"
	seq 5 | sigsend -s RTMIN -q - "$PID"
	kill -CONT "$PID"
	ends 0
	[ "$(cut -f 5 out)" = $'1\n2' ]
	[[ $(cat trace) != *=3}* ]]
}

@test "sigrecv: -t bounds the wait for each signal" {
	for time in 0 0.05 50ms; do
		try sigrecv -t $time USR1
		status 124
		output ''
		error 'sigrecv: no signal in time (-t)'
		try sigrecv -f -t $time USR1
		status 124
	done
	ready sigrecv -n 3 -t 0.3 -R ready USR1 >out
	sigsend -s USR1 "$PID"
	ends 124
	try bash -c 'exec 2>&1; mkfifo again; sigrecv -n 3 -t 0.2 -R again USR1 >/dev/null & read pid <again; kill -USR1 $pid; wait $!'
	status 124
	output 'sigrecv: no further signal in time (-t); 1 came'
	# A pending signal is received even with -t 0.
	try sigmask -b USR1 sh -c 'kill -USR1 $$; exec sigrecv -t 0 USR1'
	status 0
	[[ $output == USR1* ]]
}

@test "sigrecv: reports a bad operand or option before it blocks a signal" {
	for bad in FOO '' 0 65 -1 'USR1 ' USR1,FOO USR1, ,USR1 SIGSIGINT; do
		try sigrecv -- "$bad"
		status 2
		error 'sigrecv: SIGNAL "'*'": there is no such signal (sigsend -l lists them)'
	done
	try sigrecv USR1 KILL
	status 2
	error 'sigrecv: KILL cannot be blocked, so nothing can wait for it'
	try sigrecv USR1,19
	status 2
	error 'sigrecv: STOP cannot be blocked, so nothing can wait for it'
	try sigrecv 32
	status 2
	error 'sigrecv: SIGNAL "32": the C library keeps this signal for itself'
	try sigrecv
	status 2
	error 'sigrecv: SIGNAL is missing; usage: *'
	try sigrecv -n x USR1
	status 2
	error 'sigrecv: -n "x": not a number from 0 to *'
	try sigrecv -t x USR1
	status 2
	error 'sigrecv: -t "x": not a time (as 0.25, 250ms, 2s or 5m)'
	try sigrecv -y USR1
	status 2
	error 'sigrecv: there is no option -y (see sigrecv -h)'
	try sigrecv -R
	status 2
	error 'sigrecv: -R needs an argument (see sigrecv -h)'
	try sigrecv USR1 -f
	status 2
	error 'sigrecv: SIGNAL "-f": there is no such signal (options come first)'
}

@test "sigrecv: receives signals that are ignored at the start" {
	local number

	for number in 10 1 13 14 17 25 28 34; do
		ready peer ignore $number sigrecv -R ready $number >out
		kill -s $number "$PID"
		ends 0
		[ "$(cut -f 1,2 out)" = "$(sigsend -l $number)	USER" ]
	done
	# The end of a child is reported even if SIGCHLD was ignored.
	mkfifo go
	exec 7<>go
	need perl perl -v
	ready perl -e '$SIG{CHLD} = "IGNORE"; fork or exec "sh", "-c", "read x <go"; exec @ARGV' sigrecv -t 20s -R ready CHLD >out
	echo >&7
	ends 0
	[ "$(cut -f 1,2 out)" = 'CHLD	EXITED' ]
}

@test "sigrecv: receives signals that are blocked and pending at the start" {
	for signal in USR1 PIPE ALRM URG TERM RTMIN RTMAX; do
		try sigmask -b $signal bash -c "kill -s $signal \$\$; exec sigrecv -t 10s $signal"
		status 0
		[[ $output == $signal$'\t'USER$'\t'* ]]
	done
	try sigmask -b RTMIN bash -c 'for i in 1 2 3; do sigsend -s RTMIN -q $i $$; done; exec sigrecv -q -n 3 -t 10s RTMIN'
	status 0
	output $'1\n2\n3'
}

@test "sigrecv: accepts all as a list, and a signal that is named twice" {
	ready sigrecv -f -R ready all >out
	for signal in INT TERM CHLD RTMAX USR1; do
		sigsend -s $signal "$PID"
	done
	comes out 5
	[ "$(cut -f 1 out | sort | xargs)" = 'CHLD INT RTMAX TERM USR1' ]
	kill -KILL "$PID"
	ends 137
	ready sigrecv -R ready USR1 SIGUSR1,10 >out
	sigsend -s USR1 "$PID"
	ends 0
}

@test "sigrecv: a signal that is not named keeps its disposition" {
	for signal in TERM:143 HUP:129 USR2:140 RTMAX:192; do
		ready sigrecv -R ready USR1 >out
		sigsend -s "${signal%:*}" "$PID"
		ends "${signal#*:}"
		[ ! -s out ]
	done
	ready peer ignore 1 sigrecv -R ready USR1 >out
	sigsend -s HUP "$PID"
	sigsend -s USR1 "$PID"
	ends 0
	[[ $(cat out) == USR1* ]]
}

@test "sigrecv: a signal that was taken but cannot be written stands in the error line" {
	ready sh -c 'exec sigrecv -R ready USR1 >/dev/full 2>said'
	sh -c "echo \$\$ >sender; exec sigsend -s USR1 $PID"
	ends 1
	[ "$(cat said)" = "sigrecv: standard output: No space left on device; taken and not written: \"USR1\\tUSER\\t$(cat sender)\\t$(id -u)\\n\"" ]
	try sh -c 'sigrecv -t 0 USR1 >&-'
	status 1
	error 'sigrecv: standard output: Bad file descriptor'
	ready sh -c 'ulimit -f 0; exec sigrecv -q -R ready RTMIN >file 2>/dev/null'
	sigsend -s RTMIN -q 3 "$PID"
	ends 1
}

@test "sigrecv: ends without a line once standard output has lost its reader, because no signal is lost" {
	pipe
	mkfifo ready
	sigrecv -f -R ready USR1 >&6 2>said 3>&- 4<&- 6>&- &
	PID=$!
	read -r LINE <ready
	sigsend -s USR1 "$PID"
	read -r line <&4
	[[ $line == USR1* ]]
	exec 4<&- 6>&-
	ends 0
	[ ! -s said ]
	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		try $shell -c '{ sigrecv -f -R ready USR1; echo "$?" >status; } | { while read -r name rest; do break; done; echo "$name"; } &
			read -r pid <ready
			sigsend -s USR1 "$pid"
			wait'
		output USR1
		[ -z "$stderr" ]
		[ "$(cat status)" = 0 ]
	done
}

@test "sigrecv: a signal that says stop ends it without a line" {
	for signal in TERM:143 INT:130 HUP:129; do
		ready sigmask -d INT sigrecv -f -R ready USR1 2>said
		sigsend -s "${signal%:*}" "$PID"
		ends "${signal#*:}"
		[ ! -s said ]
	done
}

@test "sigrecv: a loop over its lines runs for each signal, even if the signals come in quick succession" {
	local shell i

	mkfifo ready
	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		background $shell -c 'sigrecv -f -R ready RTMIN,RTMIN+1 | while read -r name code pid uid value; do
			[ "$name" = RTMIN ] || break
			sigmask true; echo "$value"
		done' >out
		read -r LINE <ready
		seq 100 | sigsend -s RTMIN -q - "$LINE"
		sigsend -s RTMIN+1 "$LINE"
		ends 0
		cmp out <(seq 100)
		# Ordinary signals merge, but a signal that comes while the command runs is not lost: the command runs again.
		background $shell -c 'sigrecv -f -R ready USR1,TERM | while read -r name rest; do
			[ "$name" = USR1 ] || break
			cat state
		done' >out
		read -r LINE <ready
		for i in {1..100}; do
			echo $i >state
			kill -USR1 "$LINE"
		done
		until [ "$(tail -n 1 out)" = 100 ]; do moment; done
		kill -TERM "$LINE"
		ends 0
	done
}

@test "sigrecv: uses no CPU time while it waits" {
	ready sigrecv -R ready USR1
	asleep
	[ "$PLAT" != linux ] || [ "$(awk '{ print $14 + $15 }' "/proc/$PID/stat")" -le 10 ]
	sigsend -s USR1 "$PID"
	ends 0
}

@test "sigrecv: goes on waiting after it was stopped and continued" {
	ready sigrecv -R ready -t 20s USR1 >out
	for i in 1 2 3; do
		kill -STOP "$PID"
		kill -CONT "$PID"
	done
	sigsend -s USR1 "$PID"
	ends 0
	[[ $(cat out) == USR1* ]]
}

@test "sigrecv: receives a hundred thousand values in order, with little memory" {
	seq 100000 >numbers
	ready bash -c 'ulimit -i; exec sigrecv -q -n 100000 -R ready RTMIN' >/dev/null
	kill -KILL "$PID"
	ends 137
	mkfifo pipe1
	background cat pipe1
	ready sigrecv -q -n 100000 -R ready RTMIN >out
	sigsend -s RTMIN -q - "$PID" <numbers
	# A process that has just ended shows no memory.
	peak=$(awk '/VmHWM/ { print $2 }' "/proc/$PID/status" 2>/dev/null) || true
	[ "${peak:-0}" -lt 20000 ] || [ -n "${SANITIZED:-}" ]
	ends 0
	cmp numbers out
}

@test "sigrecv: -v prints the calls" {
	ready sigrecv -v -R ready USR1,RTMIN >out 2>trace
	sh -c "echo \$\$ >sender; exec sigsend -s RTMIN -q 7 $PID"
	ends 0
	head -n 1 trace | grep -qF 'sigrecv: sigprocmask(SIG_BLOCK, [USR1 RTMIN], NULL) = 0'
	if [ "$PLAT" = linux ]; then
		grep -qx 'sigrecv: signalfd(-1, \[USR1 RTMIN\], SFD_CLOEXEC|SFD_NONBLOCK) = [0-9]*' trace
		grep -qx "sigrecv: read([0-9]*, {{ssi_signo=SIGRTMIN, ssi_code=SI_QUEUE, ssi_pid=$(cat sender), ssi_uid=$(id -u), ssi_int=7}}, 128) = 128" trace
	else
		grep -qx "sigrecv: sigtimedwait(\[USR1 RTMIN\], {si_signo=SIGRTMIN, si_code=SI_QUEUE, si_pid=$(cat sender), si_uid=$(id -u), sival_int=7}, {.*}) = 34" trace
	fi
	try peer ignore 10 sigrecv -v -n 0 USR1
	[[ $stderr == *'sigrecv: sigaction(SIGUSR1, {sa_handler=SIG_DFL}, NULL) = 0'* ]]
	IPC7_TRACE=1 try sigrecv -t 0 USR1
	status 124
	[[ $stderr == 'sigrecv: sigprocmask('* ]]
}

@test "sigrecv: -h and -V print usage and version, and a failed write is an error" {
	for option in -h --help; do
		try sigrecv $option
		status 0
		[[ $output == 'usage: sigrecv [-fqv] '* ]]
	done
	try sigrecv -V
	output "sigrecv (ipc7) $(version)"
	try sh -c 'sigrecv -h >/dev/full'
	status 1
	error 'sigrecv: standard output: No space left on device'
	pipe
	exec 4<&-
	try sh -c 'sigrecv -h >&6'
	status 0
	[ -z "$stderr" ]
	try sh -c 'sigrecv FOO 2>&6'
	status 2
}
