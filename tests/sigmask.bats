load helper

# look: write a program that prints its blocked and ignored signals: "blocked: ... ignored: ...". Python itself ignores PIPE and
# XFSZ, and catches INT unless INT was ignored.
look() {
	cat >look.py <<-'END'
		import signal
		numbers = list(range(1, 32)) + list(range(34, 65))
		blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
		ignored = [n for n in numbers if n not in (9, 19) and signal.getsignal(n) == signal.SIG_IGN]
		print("blocked:", *[n for n in numbers if n in blocked], "ignored:", *ignored)
	END
	need python3 /usr/bin/python3 -V
}

@test "sigmask: -b blocks and -i ignores signals for the command that it becomes" {
	look
	try peer ignore 3 sigmask -d INT,QUIT /usr/bin/python3 look.py
	status 0
	output 'blocked: ignored: 13 25'
	try sigmask -d QUIT -b USR1,term,RTMIN -i HUP,SIGINT,RTMAX-1 /usr/bin/python3 look.py
	status 0
	output 'blocked: 10 15 34 ignored: 1 2 13 25 63'
	# An option can be given more than once.
	try sigmask -d QUIT,INT -b USR1 -b USR2 -i HUP -i 15 /usr/bin/python3 look.py
	output 'blocked: 10 12 ignored: 1 13 15 25'
}

@test "sigmask: -d resets inherited blocks and dispositions, and only those of the signals that it names" {
	look
	try sigmask -d QUIT,INT -b USR1,USR2,RTMIN -i HUP,TERM,RTMIN+1 sigmask -d USR1,HUP,RTMIN,RTMIN+1 /usr/bin/python3 look.py
	status 0
	output 'blocked: 12 ignored: 13 15 25'
	try sigmask -b USR1 -i HUP sigmask -d all /usr/bin/python3 look.py
	output 'blocked: ignored: 13 25'
}

@test "sigmask: applies -d, then -i, then -b, whatever the order of the options" {
	look
	for options in '-b USR1 -d USR1,QUIT,INT' '-d USR1,QUIT,INT -b USR1'; do
		# shellcheck disable=SC2086
		try sigmask -i USR1 sigmask $options /usr/bin/python3 look.py
		output 'blocked: 10 ignored: 13 25'
	done
	try sigmask -b HUP sigmask -i HUP,RTMAX -d all -b USR2 /usr/bin/python3 look.py
	output 'blocked: 12 ignored: 1 13 25 64'
	try sigmask -d QUIT,INT -b USR1 -i USR1 /usr/bin/python3 look.py
	output 'blocked: 10 ignored: 10 13 25'
}

@test "sigmask: all means every signal except KILL, STOP and those of the C library" {
	look
	try sigmask -b all /usr/bin/python3 look.py
	status 0
	[[ $output == "blocked: $(seq -s ' ' 1 8) $(seq -s ' ' 10 18) $(seq -s ' ' 20 31) $(seq -s ' ' 34 64) ignored:"* ]]
	try sigmask -d INT,QUIT sigmask -i all /usr/bin/python3 look.py
	[[ $output == "blocked: ignored: $(seq -s ' ' 1 8) $(seq -s ' ' 10 18) $(seq -s ' ' 20 31) $(seq -s ' ' 34 64)" ]]
}

@test "sigmask: a blocked signal is pending, and is delivered when it is unblocked" {
	try sigmask -b USR1 bash -c 'kill -USR1 $$; echo alive; exec sigmask -d USR1 echo not reached'
	status 138
	[[ $output == alive ]]
	try sigmask -i TERM sh -c 'kill -TERM $$; echo alive'
	status 0
	output alive
	try sigmask -i PIPE sh -c 'sigmask -d PIPE sh -c "kill -PIPE \$\$; echo not reached"; echo $?'
	output 141
}

@test "sigmask: -d PIPE gives SIGPIPE back to a whole script, whose endless writers then end" {
	local shell

	# The shell's echo reports the error and goes on.
	echo 'while :; do echo y; done | head -n 1' >step.sh
	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		try timeout 20 sigmask -i PIPE sigmask -d PIPE $shell step.sh
		status 0
		output y
		[ -z "$stderr" ]
	done
}

@test "sigmask: becomes COMMAND with its arguments and its status, and leaves no other process" {
	try sigmask -b INT printf '%s\n' -b -v -- 'a b'
	status 0
	output $'-b\n-v\n--\na b'
	try sigmask -- sh -c 'exit 7'
	status 7
	try sigmask sh -c 'kill -KILL $$'
	status 137
	try sh -c 'echo $$; exec sigmask -b USR1 sh -c "echo \$\$"'
	[ "$(sort -u <<<"$output" | wc -l)" -eq 1 ]
}

@test "sigmask: exits with status 126 or 127 if COMMAND cannot be executed" {
	try sigmask -b INT nosuch-command
	status 127
	error 'sigmask: nosuch-command: no such command'
	try sigmask /nonexistent/command
	status 127
	echo data >file
	try sigmask ./file
	status 126
	error 'sigmask: ./file: cannot be executed: Permission denied'
	chmod +x file
	try sigmask ./file
	status 126
	error 'sigmask: ./file: cannot be executed: Exec format error (a script starts with #!)'
	pipe
	exec 4<&-
	try sh -c 'sigmask nosuch-command 2>&6'
	status 127
}

@test "sigmask: a bad option gets one error line, and nothing is run" {
	for signal in KILL STOP; do
		for option in -b -d -i; do
			try sigmask $option INT,$signal touch ran
			status 2
			error "sigmask: $signal cannot be blocked or ignored"
			try sigmask $option "$(sigsend -l $signal)" touch ran
			status 2
		done
	done
	for option in -b -d -i; do
		for bad in FOO '' 0 65 INT, INT,,TERM 'INT TERM'; do
			try sigmask $option "$bad" touch ran
			status 2
			error "sigmask: $option \"*\": there is no such signal (sigsend -l lists them)"
		done
		try sigmask $option 32 touch ran
		status 2
		error "sigmask: $option \"32\": the C library keeps this signal for itself"
	done
	try sigmask -b INT
	status 2
	error 'sigmask: COMMAND is missing; usage: *'
	try sigmask -p
	status 2
	error 'sigmask: PID is missing; usage: *'
	try sigmask -p -b INT $$
	status 2
	error 'sigmask: -p cannot be combined with -b, -d or -i'
	try sigmask -y touch ran
	status 2
	error 'sigmask: there is no option -y (see sigmask -h)'
	for bad in abc 0 -1 99999999999; do
		try sigmask -p -- $$ "$bad"
		status 2
		output ''
		error "sigmask: PID \"$bad\": not a PID, a number from 1"
	done
	[ ! -e ran ]
}

@test "sigmask: -p shows the pending, blocked, ignored and caught signals of a process" {
	ready sigmask -d all sigmask -b TERM,USR1,RTMIN+1 -i HUP,TERM,RTMAX sigrecv -R ready -f USR2
	sigsend -s USR1 "$PID"
	sigsend -s RTMIN+1 -q 1 "$PID"
	try sigmask -p "$PID"
	# Sanitizers catch some signals themselves.
	output=$(grep -vE '	(BUS|FPE|SEGV)	caught' <<<"$output" || true)
	if [ "$PLAT" = portable ]; then
		status 1
		error 'sigmask: this system does not show how other processes treat signals (Linux does, in a /proc of the same PID namespace)'
		return
	fi
	status 0
	output "$PID	HUP	ignored
$PID	USR1	pending,blocked
$PID	USR2	blocked
$PID	PIPE	ignored
$PID	TERM	blocked,ignored
$PID	XFSZ	ignored
$PID	RTMIN+1	pending,blocked
$PID	RTMAX	ignored"
	# Of its own process, -p shows the inherited dispositions.
	try sigmask -d all sigmask -b USR1 -i HUP sh -c 'exec sigmask -p $$'
	[ "$(cut -f 2,3 <<<"$output" | grep -v caught)" = $'HUP\tignored\nUSR1\tblocked' ]
	mkfifo hold
	exec 7<>hold
	ready bash -c 'trap : USR1; echo >ready; read x' <hold
	try sigmask -p "$PID"
	[[ $output == *"$PID	USR1	caught"* ]]
}

@test "sigmask: -d all resets even the signals that the C library keeps" {
	[ "$PLAT" = linux ] || skip "POSIX has no way to them"
	need perl perl -v
	# The system call itself, because no library allows it: rt_sigaction(32, SIG_IGN).
	[ "$(uname -m)" = x86_64 ] || skip "knows the number of the system call for x86-64"
	try perl -e 'my $h = pack("Q4", 1, 0, 0, 0); syscall(13, 32, $h, 0, 8); exec @ARGV' sigmask -d all sh -c 'grep SigIgn /proc/self/status'
	(($((0x${output##*$'\t'} & 0x80000000)) == 0))
	try perl -e 'my $h = pack("Q4", 1, 0, 0, 0); syscall(13, 32, $h, 0, 8); exec @ARGV' sigmask -d INT sh -c 'grep SigIgn /proc/self/status'
	(($((0x${output##*$'\t'} & 0x80000000)) != 0))
}

@test "sigmask: -p goes on with the other processes if a process has ended" {
	[ "$PLAT" = linux ] || skip "POSIX does not show the signals of other processes"
	local first

	ready sigmask -i HUP sigrecv -R ready USR1
	first=$PID
	ready sigmask -i TERM sigrecv -R ready USR2
	try sigmask -p "$first" 2147483646 "$PID"
	status 1
	error 'sigmask: 2147483646: no such process'
	[[ $output == *"$first	HUP	ignored"*"$PID	TERM	ignored"* ]]
	try sh -c "sigmask -p $first >/dev/full"
	status 1
	error 'sigmask: standard output: No space left on device'
	pipe
	exec 4<&-
	try sh -c "sigmask -p $first $first >&6"
	status 0
	[ -z "$stderr" ]
}

@test "sigmask: -p shows a process with thousands of groups, and notices a /proc of another PID namespace" {
	[ "$PLAT" = linux ] || skip "POSIX does not show the signals of other processes"
	need_root
	need python3 /usr/bin/python3 -V
	try /usr/bin/python3 -c '
import os, signal
os.setgroups(range(100000, 103000))
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
os.execvp("sigmask", ["sigmask", "-p", str(os.getpid())])'
	status 0
	[[ $output == *"	USR1	ignored"* ]]
	unshare -pf true 2>/dev/null || skip "needs a PID namespace"
	try unshare -pf sigmask -p 1
	status 1
	error 'sigmask: this system does not show how other processes treat signals (Linux does, in a /proc of the same PID namespace)'
}

@test "sigmask: a pending signal stays pending for the command" {
	for signal in USR1 PIPE ALRM URG XFSZ RTMIN; do
		try sigmask -b $signal bash -c "kill -s $signal \$\$; exec sigmask -b INT sigrecv -t 10s $signal"
		status 0
		[[ $output == $signal* ]]
	done
}

@test "sigmask: the other commands pass an inherited signal mask on, even real-time signals" {
	look
	new_name sysv
	mqsend -c $SMALL "$Q" x
	try sigmask -d INT,QUIT -b USR1,ALRM,URG,RTMIN,RTMAX -i HUP,RTMIN+1 mqrecv "$Q" -- /usr/bin/python3 look.py
	status 0
	output 'blocked: 10 14 23 34 64 ignored: 1 13 25 35'
}

@test "sigmask: a blocked signal stays blocked in a command that handles signals" {
	new_name sysv
	mqsend -c $SMALL "$Q" </dev/null
	for signal in RTMIN RTMIN+1 USR1 RTMAX; do
		ready sigmask -b $signal mqrecv -R ready "$Q" >out
		sigsend -s $signal "$PID"
		mqsend "$Q" message
		ends 0
		[ "$(cat out)" = message ]
	done
}

@test "sigmask: -v prints the calls" {
	try sigmask -v -b INT -d TERM -i CHLD,HUP true
	status 0
	[ "$stderr" = 'sigmask: sigaction(SIGTERM, {sa_handler=SIG_DFL}, NULL) = 0
sigmask: sigprocmask(SIG_UNBLOCK, [TERM], NULL) = 0
sigmask: sigaction(SIGHUP, {sa_handler=SIG_IGN}, NULL) = 0
sigmask: sigaction(SIGCHLD, {sa_handler=SIG_IGN}, NULL) = 0
sigmask: sigprocmask(SIG_BLOCK, [INT], NULL) = 0' ]
	IPC7_TRACE=1 try sigmask -b INT true
	[ "$stderr" = 'sigmask: sigprocmask(SIG_BLOCK, [INT], NULL) = 0' ]
}

@test "sigmask: -h and -V print usage and version" {
	for option in -h --help; do
		try sigmask $option
		status 0
		[[ $output == 'usage: sigmask [-v] '* ]]
	done
	try sigmask -V
	output "sigmask (ipc7) $(version)"
}
