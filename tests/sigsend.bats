load helper

# target COMMAND...: start a process that waits until a signal ends it; its process id is in PID. COMMAND can change its signal
# dispositions: target sigmask -i TERM.
target() {
	ready "$@" sigrecv -f -R ready USR1
}

# listener SIGNAL...: start a receiver of the signals, in PID. Each call of heard reads one of its lines into HEARD.
listener() {
	[ -p heard ] || mkfifo heard
	exec 9<>heard
	ready sigrecv -f -R ready "$@" >heard 9<&-
}

heard() {
	read -r -t 20 HEARD <&9
}

# alive PID: whether the process exists.
alive() {
	kill -0 "$1" 2>/dev/null
}

@test "sigsend: sends TERM to each PID of the operands or of standard input" {
	local first second third

	target
	first=$PID
	target
	second=$PID
	target
	third=$PID
	try sigsend "$first" "$second"
	status 0
	output ''
	[ -z "$stderr" ]
	PID=$first ends 143
	PID=$second ends 143
	try sh -c "echo '  $third' | sigsend"
	status 0
	ends 143
}

@test "sigsend: standard input separates PIDs by blanks and newlines, and its last line may be unterminated" {
	local pids=() pid i

	for i in 1 2 3 4 5; do
		target
		pids+=("$PID")
	done
	printf '%s %s\t%s\n\n%s \n%s' "${pids[@]}" >list
	try sigsend -s HUP <list
	status 0
	for pid in "${pids[@]}"; do
		PID=$pid ends 129
	done
}

@test "sigsend: an operand may begin with the blanks of ps, and PIDs are not read from a terminal" {
	target
	try sigsend -s 0 "  $PID"
	status 0
	need "a terminal" script -qec true /dev/null
	try script -qec 'sigsend -s 0' /dev/null </dev/null
	status 2
	[[ $output == 'sigsend: PID is missing, and standard input, which may name them, is a terminal'* ]]
}

@test "sigsend: accepts every spelling of a signal" {
	listener all
	for spelling in TERM SIGTERM term sigterm SigTerm 15 015; do
		try sigsend -s $spelling "$PID"
		status 0
		heard
		[[ $HEARD == TERM$'\t'USER$'\t'*$'\t'"$(id -u)" ]]
	done
	for spelling in RTMIN SIGRTMIN rtmin+0 34; do
		sigsend -s $spelling "$PID"
		heard
		[[ $HEARD == RTMIN$'\t'USER* ]]
	done
	for spelling in RTMIN+3:RTMIN+3 sigrtmin+3:RTMIN+3 37:RTMIN+3 RTMAX:RTMAX RTMAX-0:RTMAX 64:RTMAX RTMAX-2:RTMAX-2 RTMIN+28:RTMAX-2; do
		sigsend -s ${spelling%:*} "$PID"
		heard
		[[ $HEARD == "${spelling#*:}"$'\t'USER* ]]
	done
	for spelling in IOT:ABRT CLD:CHLD SIGPOLL:$(sigsend -l 29) IO:$(sigsend -l 29); do
		sigsend -s ${spelling%:*} "$PID"
		heard
		[[ $HEARD == "${spelling#*:}"$'\t'USER* ]]
	done
}

@test "sigsend: sends every signal of its table, and sigrecv prints it by the same name" {
	listener all
	sigsend -l >table
	while read -r number name _; do
		[ $name != KILL ] && [ $name != STOP ] || continue
		sigsend -s $number "$PID"
		heard
		[[ $HEARD == "$name"$'\t'USER* ]]
		sigsend -s $name "$PID"
		heard
		[[ $HEARD == "$name"$'\t'USER* ]]
	done <table
	[ "$(wc -l <table)" -ge 58 ]
}

@test "sigsend: uses the names and numbers of bash's kill" {
	local number name

	for number in {1..31} {34..64}; do
		name=$(kill -l $number)
		# POSIX does not define these signals; they have numbers only.
		[[ $PLAT != portable || " STKFLT WINCH PWR " != *" ${name#SIG} "* ]] || continue
		[ "$(sigsend -l "$name")" = "$number" ]
		[ $PLAT = portable ] || [ "$(sigsend -l $number)" = "${name#SIG}" ]
	done
}

@test "sigsend: RTMIN is the RTMIN of programs that use the system's C library" {
	need python3 /usr/bin/python3 -V
	cat >receiver.py <<-'END'
		import os, signal
		signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN, signal.SIGRTMAX])
		open("ready", "w").write("%d\n" % os.getpid())
		info = signal.sigwaitinfo([signal.SIGRTMIN])
		print(info.si_signo == signal.SIGRTMIN, info.si_code, info.si_pid)
		info = signal.sigwaitinfo([signal.SIGRTMAX])
		print(info.si_signo == signal.SIGRTMAX)
	END
	ready /usr/bin/python3 receiver.py >out
	sh -c "echo \$\$ >sender; exec sigsend -s RTMIN $PID"
	sigsend -s RTMAX "$PID"
	ends 0
	[ "$(cat out)" = "True 0 $(cat sender)
True" ]
	exec 8< <(exec peer await 2 RTMIN)
	read -r PID <&8
	sigsend -s RTMIN -q 17 "$PID"
	sigsend -s RTMIN "$PID"
	[ "$(cat <&8)" = "$(printf '34 1 17\n34 0 0')" ]
}

@test "sigsend: -s 0 sends no signal and tells whether the process exists" {
	target
	try sigsend -s 0 "$PID"
	status 0
	[ -z "$stderr" ]
	alive "$PID"
	kill -KILL "$PID"
	ends 137
	try sigsend -s 0 "$PID"
	status 1
	error "sigsend: $PID: no such process"
}

@test "sigsend: reports a bad operand or option before it sends a signal" {
	listener USR1,USR2
	for bad in abc '' 0 -1 1x 0x1 1.5 99999999999 2147483648 '1 2' $'\n'; do
		try sigsend -s USR1 -- "$PID" "$bad"
		status 2
		error 'sigsend: PID "'*'": not a PID, a number from 1'
	done
	try sigsend TERM "$PID"
	status 2
	error 'sigsend: PID "TERM": not a PID (a signal is given with -s)'
	for bad in 0 1 -5 x; do
		try sigsend -g -s USR1 -- "$bad"
		status 2
		error 'sigsend: PID "'*'": not the number of a process group, from 2'
	done
	for bad in FOO '' SIG 65 -1 TERMS RTMIN-1 RTMAX+1 RTMIN+31 SIGSIGINT 'TERM ' all INT,TERM; do
		try sigsend -s "$bad" "$PID"
		status 2
		error 'sigsend: -s "'*'": there is no such signal (sigsend -l lists them)'
	done
	try sigsend -s USR1 -w -t 1 -k FOO "$PID"
	status 2
	error 'sigsend: -k "FOO": there is no such signal (sigsend -l lists them)'
	try sigsend -s USR1 -w -t 1 -k 0 "$PID"
	status 2
	error 'sigsend: -k "0": 0 is no signal'
	for bad in 9 KILL TERM USR1; do
		try sigsend -$bad "$PID"
		status 2
		error "sigsend: there is no option -${bad::1}; a signal is given with -s, a group with -g (see sigsend -h)"
	done
	for bad in 2147483648 -2147483649 99999999999999999999 x '' 1.5 0x10 +1 ' 1'; do
		try sigsend -s USR1 -q "$bad" "$PID"
		status 2
		error 'sigsend: -q "'*'": not a number from -2147483648 to 2147483647 (or - for those of standard input)'
	done
	for bad in x -1 1h ''; do
		try sigsend -s USR1 -w -t "$bad" "$PID"
		status 2
		error 'sigsend: -t "'*'": not a time (as 0.25, 250ms, 2s or 5m)'
	done
	try sigsend -s USR1 -k KILL "$PID"
	status 2
	error 'sigsend: -k needs -t TIME, after which it sends'
	try sigsend -s USR1 -t 1 "$PID"
	status 2
	error 'sigsend: -t needs -w, -k or -q'
	try sigsend -s USR1 -q 1 -g "$PID"
	status 2
	error 'sigsend: -q sends to processes; a value cannot be sent to a group (-g)'
	try sigsend -s USR1 -q -
	status 2
	error 'sigsend: PID is missing; with -q - standard input has the values'
	try sigsend "$PID" -s USR1
	status 2
	error 'sigsend: PID "-s": not a PID (options come first)'
	try sigsend -y "$PID"
	status 2
	error 'sigsend: there is no option -y (see sigsend -h)'
	try sigsend -s
	status 2
	error 'sigsend: -s needs an argument (see sigsend -h)'
	try sigsend --signal=USR1 "$PID"
	status 2
	error 'sigsend: the only long options are --help and --version (see sigsend -h)'
	# USR1 would arrive first.
	sigsend -s USR2 "$PID"
	heard
	[[ $HEARD == USR2* ]]
}

@test "sigsend: reports bad standard input before it sends a signal" {
	listener USR1,USR2
	for bad in abc 0 -1 1x 99999999999 '1,2'; do
		printf '%s\n%s\n' "$PID" "$bad" >list
		try sigsend -s USR1 <list
		status 1
		error "sigsend: standard input: \"$bad\": not a PID, a number from 1; no signal was sent"
	done
	printf '%s\n1\0002\n' "$PID" >list
	try sigsend -s USR1 <list
	status 1
	error 'sigsend: standard input: "1?x002": not a PID, a number from 1; no signal was sent'
	{ echo "$PID" && head -c 2M /dev/zero | tr '\0' 1; } >list
	try sigsend -s USR1 <list
	status 1
	error 'sigsend: standard input: record 2 has 2097152 bytes, and a record at most 1048576; no signal was sent'
	for empty in '' '\n' ' \n\t\n'; do
		# shellcheck disable=SC2059
		printf "$empty" >list
		try sigsend -s USR1 <list
		status 1
		error 'sigsend: standard input: no PID; no signal was sent'
	done
	try sh -c 'sigsend -s USR1 <&-'
	status 1
	error 'sigsend: standard input: Bad file descriptor; no signal was sent'
	try sigsend -s USR1 <.
	status 1
	error 'sigsend: standard input: Is a directory; no signal was sent'
	sigsend -s USR2 "$PID"
	heard
	[[ $HEARD == USR2* ]]
}

@test "sigsend: goes on with the other processes if a process has ended" {
	local gone

	target
	gone=$PID
	kill -KILL "$gone"
	ends 137
	for options in '' '-q 1'; do
		target
		# shellcheck disable=SC2086
		try sigsend $options "$gone" "$PID"
		status 1
		error "sigsend: $gone: no such process"
		ends 143
		target
		# shellcheck disable=SC2086
		try sigsend $options "$PID" "$gone"
		status 1
		ends 143
	done
	target
	printf '%s\n%s\n' "$gone" "$PID" >list
	try sigsend <list
	status 1
	error "sigsend: $gone: no such process"
	ends 143
}

@test "sigsend: with -w or -k, a process or group that is gone has ended" {
	local gone options

	target
	gone=$PID
	kill -KILL "$gone"
	ends 137
	for options in -w '-w -s 0' '-w -q 1' '-t 5 -k KILL' '-g -w' '-g -t 5 -k KILL'; do
		# shellcheck disable=SC2086
		try sigsend $options "$gone"
		status 0
		output ''
		[ -z "$stderr" ]
	done
	for options in '' '-s 0' '-q 1'; do
		# shellcheck disable=SC2086
		try sigsend $options "$gone"
		status 1
		error "sigsend: $gone: no such process"
	done
	for options in -w '-t 20 -k KILL' '-w -q 1'; do
		target
		# shellcheck disable=SC2086
		try sigsend $options "$gone" "$PID"
		status 0
		[ -z "$stderr" ]
		ends 143
	done
	# What may not be signalled is still a failure, and so are values that a process did not take.
	ready sigrecv -q -n 3 -R ready RTMIN >out
	try sh -c "seq 1000000 | sigsend -w -s RTMIN -q - $PID"
	status 1
	error "sigsend: $PID: no such process; * values were sent"
}

@test "sigsend: -n stops once COUNT processes have ended, and prints them in that order" {
	local first second third i

	[ "$PLAT" = linux ] || skip "POSIX takes a process that nobody has waited for as one that runs"
	mkfifo ended
	exec 8<>ended
	for i in first second third; do
		target
		printf -v $i %s "$PID"
	done
	background sigsend -w -s 0 -n 2 "$first" "$second" "$third" >ended 8<&-
	kill -KILL "$third"
	read -r -t 20 line <&8
	[ "$line" = "$third" ]
	kill -KILL "$first"
	read -r -t 20 line <&8
	[ "$line" = "$first" ]
	ends 0
	alive "$second"
	# A process that is gone has ended first, and the others get the signal all the same.
	try sigsend -w -n 1 "$first" "$second"
	status 0
	output "$first"
	PID=$second ends 143
	# If there are fewer, the wait is for all.
	target sigmask -i TERM
	try sigsend -t 0.1 -k KILL -n 9 "$PID" "$first"
	status 0
	output "$first"$'\n'"$PID"
	target sigmask -i TERM
	try sigsend -w -t 0.1 -n 2 "$first" "$PID"
	status 124
	output "$first"
	error "sigsend: $PID: still there when time ran out (-t)*"
	try sigsend -w -n 0 "$PID"
	status 0
	output ''
	alive "$PID"
	try sigsend -n 1 "$PID"
	status 2
	error 'sigsend: -n needs -w or -k'
}

@test "sigsend: -n keeps the order of processes that ended while it could not look" {
	[ "$PLAT" = linux ] || skip "POSIX cannot tell which process ended first"
	local waiter pids=() i

	for i in 1 2 3 4; do
		target
		pids+=("$PID")
	done
	background sigsend -w -s 0 -n 3 "${pids[@]}" >order
	waiter=$PID
	asleep
	stop "$waiter"
	for i in 2 0 3; do
		kill -KILL "${pids[i]}"
		PID=${pids[i]} ends 137
	done
	kill -CONT "$waiter"
	PID=$waiter ends 0
	[ "$(xargs <order)" = "${pids[2]} ${pids[0]} ${pids[3]}" ]
}

@test "sigsend: -n fails if standard output fails" {
	target
	try sh -c "sigsend -w -n 2 $PID >/dev/full"
	status 1
	error 'sigsend: standard output: No space left on device'
	ends 143
}

@test "sigsend: reports a process of another user, and still signals the others" {
	need_root
	local theirs

	chmod 755 "$BATS_TEST_TMPDIR"
	target
	theirs=$PID
	try as_user sigsend "$theirs"
	status 1
	error "sigsend: $theirs: not permitted (its own user may signal it, and root)"
	alive "$theirs"
	try as_user sigsend -s 0 "$theirs"
	status 1
	try as_user sigsend -w -s USR2 "$theirs"
	status 1
	error "sigsend: $theirs: not permitted*"
	try as_user sh -c "sigsend $theirs \$\$"
	status 143
	# The wait for the end of a process needs no permission.
	as_user sigsend -v -w -s 0 "$theirs" 2>trace 3>&- 4>&- &
	PID=$!
	until [ -s trace ]; do
		sigsend -V >/dev/null
	done
	sigsend "$theirs"
	ends 0
}

@test "sigsend: -g sends to all processes of a group" {
	local group first second

	need setsid setsid true
	mkfifo first second
	background setsid sh -c 'echo $$ >group; sigrecv -f -R first USR1 & exec sigrecv -f -R second USR1'
	read -r first <first
	read -r second <second
	read -r group <group
	try sigsend -g -s 0 "$group"
	status 0
	try sigsend -g -s HUP "$group"
	status 0
	try sigsend -g -w -s 0 "$group"
	[ "$status" -le 1 ]
	dead "$first"
	ends 129
	try sigsend -g 2147483647
	status 1
	error "sigsend: 2147483647: no such process group"
}

@test "sigsend: -g -w waits for all processes of a group, and -k ends those that are left" {
	local group first

	need setsid setsid true
	mkfifo first
	# The leader ends at once and leaves a process in the group that ignores TERM.
	setsid sh -c 'echo $$ >group; sigmask -i TERM sigrecv -f -R first USR1' 3>&- 4>&- &
	read -r first <first
	read -r group <group
	try sigsend -g -w -t 0.1 "$group"
	status 124
	error "sigsend: $group: a process of the group was still there when time ran out (-t)"
	alive "$first"
	background sigsend -g -w -s 0 "$group"
	asleep
	try sigsend -g -w -t 0.1 -k KILL "$group"
	status 0
	[ -z "$stderr" ]
	dead "$first"
	ends 0
}

@test "sigsend: -q sends a value that a C program and sigrecv receive" {
	exec 8< <(exec peer await 4 RTMIN)
	read -r PID <&8
	for value in 42 0 -2147483648 2147483647; do
		try sigsend -s RTMIN -q $value "$PID"
		status 0
	done
	[ "$(cat <&8)" = '34 1 42
34 1 0
34 1 -2147483648
34 1 2147483647' ]
	listener USR1
	sigsend -q -7 -s USR1 "$PID"
	heard
	[[ $HEARD == USR1$'\t'QUEUE$'\t'[1-9]*$'\t'"$(id -u)"$'\t'-7 ]]
}

@test "sigsend: -q - sends one signal for each line, in order, to each PID" {
	local first

	seq -500 500 >numbers
	ready sigrecv -q -n 1001 -R ready RTMIN >first
	first=$PID
	ready sigrecv -q -n 1001 -R ready RTMIN >second
	try sigsend -s RTMIN -q - "$first" "$PID" <numbers
	status 0
	ends 0
	PID=$first ends 0
	cmp numbers first
	cmp numbers second
	exec 8< <(exec peer await 1001 RTMIN)
	read -r PID <&8
	seq -500 500 | sigsend -s RTMIN -q - "$PID"
	cut -d' ' -f3 <&8 | cmp - numbers
}

@test "sigsend: -q - sends each line as it arrives, and an empty input is no failure" {
	ready sigrecv -q -f -R ready RTMIN >out
	mkfifo numbers lines
	exec 8<>lines
	try sigsend -s RTMIN -q - "$PID" </dev/null
	status 0
	[ -z "$stderr" ]
	sigsend "$PID"
	ends 143
	[ ! -s out ]
	ready sigrecv -q -f -R ready RTMIN >lines 8<&-
	RECEIVER=$PID
	exec 7<>numbers
	background sigsend -s RTMIN -q - "$RECEIVER" <numbers 7<&- 8<&-
	for value in 3 1 2; do
		echo $value >&7
		read -r -t 20 line <&8
		[ "$line" = $value ]
	done
	printf 9 >&7
	exec 7<&-
	ends 0
	read -r -t 20 line <&8
	[ "$line" = 9 ]
}

@test "sigsend: -q - stops at a line that is not a number, and the error line counts the values sent" {
	for bad in x 2147483648 '' '1 2' '1.5'; do
		ready sigrecv -q -f -R ready RTMIN >out
		printf '5\n6\n%s\n7\n' "$bad" >numbers
		try sigsend -s RTMIN -q - "$PID" <numbers
		status 1
		error "sigsend: standard input: record 3, \"$bad\": not a number from -2147483648 to 2147483647; 2 values were sent"
		sigsend "$PID"
		ends 143
		[ "$(cat out)" = $'5\n6' ] || [ "$(cat out)" = 5 ] || [ ! -s out ]
	done
	target
	try sh -c "sigsend -s RTMIN -q - $PID <&-"
	status 1
	error 'sigsend: standard input: Bad file descriptor; 0 values were sent'
	printf '1\n%05000d\n' 1 >numbers
	try sigsend -s 0 -q - "$PID" <numbers
	status 1
	error 'sigsend: standard input: record 2 has 5000 bytes, and a record at most 4096; 1 value was sent'
}

@test "sigsend: waits while the receiver's queue is full, and loses no value" {
	seq 400 >numbers
	alone
	ready "${ALONE[@]}" prlimit --sigpending=30 sigrecv -q -n 400 -R ready RTMIN >out
	stop "$PID"
	RECEIVER=$PID
	background sigsend -s RTMIN -q - "$RECEIVER" <numbers
	until [ "$(sed -n 's/^SigQ:.\([0-9]*\).*/\1/p' "/proc/$RECEIVER/status")" -ge 30 ]; do
		sigsend -V >/dev/null
	done
	alive "$PID"
	kill -CONT "$RECEIVER"
	ends 0
	PID=$RECEIVER ends 0
	cmp numbers out
}

@test "sigsend: -t bounds the wait for space in the receiver's queue, and the error line names the limit" {
	alone
	for time in 0 0.1; do
		ready "${ALONE[@]}" prlimit --sigpending=30 sigrecv -q -f -R ready RTMIN >out
		stop "$PID"
		seq 400 >numbers
		try sigsend -t $time -s RTMIN -q - "$PID" <numbers
		status 124
		if [ "$PLAT" = linux ]; then
			error "sigsend: $PID: its queue of signals stayed full, no room in time (-t): RLIMIT_SIGPENDING is 30 there (ulimit -i); * values were sent"
		else
			error "sigsend: $PID: its queue of signals stayed full, no room in time (-t); * values were sent"
		fi
		sent=${stderr% values*}
		sent=${sent##* }
		# Other processes of the same user may have freed space meanwhile, because their signals count as well.
		status=0
		while [ "$status" -eq 0 ]; do
			try sigsend -t $time -s RTMIN -q 5 "$PID"
		done
		status 124
		error "sigsend: $PID: its queue of signals stayed full, no room in time (-t)*"
		# The receiver has all values that were counted as sent.
		kill -CONT "$PID"
		until [ "$(wc -l <out)" -ge "$sent" ]; do
			sigsend -V >/dev/null
		done
		head -n "$sent" out >first
		head -n "$sent" numbers | cmp - first
		kill -KILL "$PID"
	done
}

@test "sigsend: reports a receiver that ends during -q -, and the others get all values" {
	local first

	ready sigrecv -q -n 3 -R ready RTMIN >out
	try sh -c "seq 1000000 | sigsend -s RTMIN -q - $PID"
	status 1
	error "sigsend: $PID: no such process; * values were sent"
	[ "$(cat out)" = $'1\n2\n3' ]
	seq 20000 >numbers
	ready sigrecv -q -n 20000 -R ready RTMIN >out
	first=$PID
	ready sigrecv -q -n 3 -R ready RTMIN >/dev/null
	try sigsend -s RTMIN -q - "$PID" "$first" <numbers
	status 1
	error "sigsend: $PID: no such process; * values were sent"
	PID=$first ends 0
	cmp numbers out
}

@test "sigsend: ordinary signals merge while a signal is pending, even with values" {
	ready sigrecv -f -R ready USR1,USR2 >out
	stop "$PID"
	seq 10 | sigsend -s USR1 -q - "$PID"
	sigsend -s USR2 "$PID"
	kill -CONT "$PID"
	until grep -q USR2 out; do
		sigsend -V >/dev/null
	done
	[ "$(cut -f 1,2,5 out)" = $'USR1\tQUEUE\t1\nUSR2\tUSER' ]
}

@test "sigsend: -w waits until each process has ended, and uses no CPU time" {
	local first second

	target
	first=$PID
	target
	second=$PID
	background sigsend -w -s USR1 "$first" "$second"
	asleep
	kill -KILL "$first"
	asleep
	kill -KILL "$second"
	ends 0
	target sigmask -i TERM
	first=$PID
	background sigsend -w "$first"
	asleep
	[ "$PLAT" != linux ] || [ "$(awk '{ print $14 + $15 }' "/proc/$PID/stat")" -le 10 ]
	kill -KILL "$first"
	ends 0
	# A process that ends by this signal.
	target
	try sigsend -w "$PID"
	status 0
	dead "$PID"
}

@test "sigsend: -w -t names each process that is left, and the reason if it is known" {
	local first because=

	[ "$PLAT" = portable ] || because='; it ignores TERM'
	target sigmask -i TERM
	first=$PID
	target sigmask -i TERM
	for time in 0 0.1 100ms; do
		try sigsend -w -t $time "$first" "$PID"
		status 124
		[ "$stderr" = "sigsend: $first: still there when time ran out (-t)$because
sigsend: $PID: still there when time ran out (-t)$because" ]
	done
	alive "$first"
	alive "$PID"
	if [ "$PLAT" = linux ]; then
		try sigsend -w -t 0 -s USR1 "$PID"
		status 124
		error "sigsend: $PID: still there when time ran out (-t); it blocks USR1"
		stop "$PID"
		try sigsend -w -t 0.1 -s USR2 "$PID"
		error "sigsend: $PID: still there when time ran out (-t); it is stopped (CONT lets it go on)"
		kill -KILL "$PID"
		mkfifo hold
		exec 7<>hold
		ready bash -c 'trap : USR1; echo >ready; read x' <hold
		try sigsend -w -t 0.1 -s USR1 "$PID"
		error "sigsend: $PID: still there when time ran out (-t); it handles USR1"
	fi
	kill -KILL "$first"
	PID=$first ends 137
}

@test "sigsend: -k ends a process that is left after -t, which gives status 0" {
	target sigmask -i TERM
	try sigsend -w -t 0.1 -k KILL "$PID"
	status 0
	[ -z "$stderr" ]
	ends 137
	# -k implies -w.
	for time in 0 50ms; do
		target sigmask -i TERM
		try sigsend -t $time -k KILL "$PID"
		status 0
		ends 137
	done
	# A process that ends by the first signal gets no second signal.
	target
	try sigsend -v -w -t 10s -k KILL "$PID"
	status 0
	[[ $stderr != *KILL* ]]
	ends 143
	# A process that ignores both signals is reported.
	target sigmask -i TERM,INT
	try sigsend -w -t 0.1 -k INT "$PID"
	status 124
	error "sigsend: $PID: still there when time ran out (-t)*"
	# One process ends by the first signal, the other by the second.
	target
	first=$PID
	target sigmask -i TERM
	try sigsend -w -t 0.3 -k KILL "$first" "$PID"
	status 0
	ends 137
	PID=$first ends 143
}

@test "sigsend: -k signals the process itself, by its process descriptor" {
	[ "$PLAT" = linux ] || skip "POSIX has no descriptors for processes"
	target sigmask -i TERM
	try lone sigsend -v -w -t 0.1 -k KILL "$PID"
	status 0
	[ "$stderr" = "sigsend: pidfd_open($PID, 0) = 3
sigsend: pidfd_send_signal(3, SIGTERM, NULL, 0) = 0
sigsend: poll([{fd=3, events=POLLIN}], 1, 100) = 0
sigsend: pidfd_send_signal(3, SIGKILL, NULL, 0) = 0
sigsend: poll([{fd=3, events=POLLIN}], 1, 2000) = 1" ]
	ready sigrecv -q -n 2 -R ready RTMIN >out
	printf '1\n-2\n' >numbers
	try lone sigsend -v -s RTMIN -q - "$PID" <numbers
	status 0
	[ "$stderr" = "sigsend: pidfd_open($PID, 0) = 3
sigsend: pidfd_send_signal(3, SIGRTMIN, {si_code=SI_QUEUE, sival_int=1}, 0) = 0
sigsend: pidfd_send_signal(3, SIGRTMIN, {si_code=SI_QUEUE, sival_int=-2}, 0) = 0" ]
}

@test "sigsend: -w treats a zombie as ended" {
	[ "$PLAT" = linux ] || skip "POSIX cannot tell a zombie from a process"
	mkfifo hold
	exec 7<>hold
	exec 8< <(exec peer zombie <hold 7<&-)
	read -r PID <&8
	try sigsend -w "$PID"
	status 0
	try sigsend -w -s 0 "$PID"
	status 0
	exec 7<&-
}

@test "sigsend: -w raises the limit on descriptors for many processes, or sends nothing" {
	local pids=() i

	[ "$PLAT" = linux ] || skip "takes no descriptors"
	target sigmask -i TERM
	for i in {1..30}; do
		pids+=("$PID")
	done
	try sh -c 'ulimit -Sn 16; exec sigsend -w -t 0.1 -k KILL "$@"' sh "${pids[@]}"
	status 0
	ends 137
	listener USR1,USR2
	for i in {1..30}; do
		pids[i]=$PID
	done
	try sh -c 'ulimit -n 16; exec sigsend -s USR1 -w "$@"' sh "${pids[@]:1}"
	status 1
	error "sigsend: $PID: too many processes to wait for: RLIMIT_NOFILE does not allow so many descriptors (raise it with ulimit -n); no signal was sent"
	sigsend -s USR2 "$PID"
	heard
	[[ $HEARD == USR2* ]]
}

@test "sigsend: refuses the number of a thread, which would signal its process" {
	[ "$PLAT" = linux ] || skip "POSIX cannot tell a thread from a process"
	need python3 /usr/bin/python3 -V
	cat >threads.py <<-'END'
		import threading, os
		def wait():
		    open("ready", "w").write("%d\n" % threading.get_native_id())
		    os.read(0, 1)
		thread = threading.Thread(target=wait)
		thread.start()
		thread.join()
	END
	mkfifo hold
	exec 7<>hold
	ready /usr/bin/python3 threads.py <hold
	[ "$LINE" != "$PID" ]
	for options in '' '-s 0' -w '-q 1' '-t 0.1 -k KILL'; do
		# shellcheck disable=SC2086
		try sigsend $options "$LINE"
		status 1
		error "sigsend: $LINE: a thread, not a process"
	done
	try sigsend -w "$PID"
	status 0
	ends 143
}

@test "sigsend: a signal ends it while it waits" {
	target sigmask -i TERM
	TARGET=$PID
	for signal in TERM:143 HUP:129 USR1:138; do
		background sigsend -w "$TARGET"
		asleep
		kill -"${signal%:*}" "$PID"
		ends "${signal#*:}"
	done
	stop "$TARGET"
	mkfifo numbers
	exec 7<>numbers
	background sigsend -q - -s RTMIN "$TARGET" <numbers 2>said
	asleep
	kill -TERM "$PID"
	ends 143
	[ ! -s said ]
	# A value that was read and cannot be sent is lost.
	alone
	ready "${ALONE[@]}" prlimit --sigpending=30 sigrecv -q -f -R ready RTMIN >/dev/null
	stop "$PID"
	TARGET=$PID
	background sigsend -q - -s RTMIN "$TARGET" < <(seq 400) 2>said
	until [ "$(sed -n 's/^SigQ:.\([0-9]*\).*/\1/p' "/proc/$TARGET/status")" -ge 30 ]; do moment; done
	kill -TERM "$PID"
	ends 143
	[[ $(cat said) == 'sigsend: stopped by a signal; '*' values were sent' ]]
}

@test "sigsend: refuses to wait for its own end" {
	try sh -c 'exec sigsend -w -s 0 $$'
	status 1
	error 'sigsend: *: sigsend cannot wait for its own end (-w); no signal was sent'
	need setsid setsid true
	# sigsend leaves itself out of its group where the system shows the members of a group.
	try setsid -w sh -c 'exec sigsend -g -w -s 0 $$'
	if [ "$PLAT" = linux ]; then
		status 0
	else
		status 1
		error 'sigsend: *: sigsend cannot wait for its own end (-w); no signal was sent'
	fi
}

@test "sigsend: a process that ends before the second signal is no failure" {
	need strace strace -V
	[ "$PLAT" = linux ] && [ -z "${SANITIZED:-}" ] || skip "strace delays pidfd_send_signal"
	target sigmask -i TERM
	TARGET=$PID
	background strace -f -qq -o /dev/null -e inject=pidfd_send_signal:delay_enter=1000000:when=2 sigsend -v -t 0.1 -k INT "$TARGET" 2>trace
	# The wait is over, and the second signal has not been sent yet.
	until grep -q '^sigsend: poll(.* = 0$' trace; do
		sigsend -V >/dev/null
	done
	kill -KILL "$TARGET"
	ends 0
	grep -q 'SIGINT, NULL, 0) = -1 ESRCH' trace
}

@test "sigsend: -g -w treats a group that consists of a zombie as ended" {
	[ "$PLAT" = linux ] || skip "POSIX cannot tell a zombie from a process"
	need perl perl -v
	mkfifo hold
	exec 7<>hold
	# A child that leads a group of its own, ends, and is not waited for.
	exec 8< <(exec perl -e '$| = 1; if (!($p = fork)) { setpgrp(0, 0); print "$$\n"; exit } <STDIN>' <hold 7<&-)
	read -r PID <&8
	until grep -q '^State:.Z' "/proc/$PID/status"; do
		sigsend -V >/dev/null
	done
	try sigsend -g -w -t 10s -s 0 "$PID"
	status 0
	try sigsend -g -t 10s -k KILL "$PID"
	status 0
	exec 7<&-
}

@test "sigsend: works even if RTMIN is blocked or pending at the start" {
	target
	try sigmask -b RTMIN bash -c "kill -RTMIN \$\$; exec sigsend $PID"
	status 0
	ends 143
}

@test "sigsend: -v prints the calls" {
	listener all
	try sigsend -v -s USR1 "$PID"
	error "sigsend: kill($PID, SIGUSR1) = 0"
	try sigsend -v -s 0 "$PID"
	error "sigsend: kill($PID, 0) = 0"
	try lone sigsend -v -s RTMIN+2 -q 7 "$PID"
	if [ "$PLAT" = linux ]; then
		[ "$stderr" = "sigsend: pidfd_open($PID, 0) = 3
sigsend: pidfd_send_signal(3, SIGRTMIN+2, {si_code=SI_QUEUE, sival_int=7}, 0) = 0" ]
	else
		error "sigsend: sigqueue($PID, SIGRTMIN+2, {sival_int=7}) = 0"
	fi
	IPC7_TRACE=1 try sigsend -g 2147483647
	[ "$stderr" = "sigsend: kill(-2147483647, SIGTERM) = -1 ESRCH
sigsend: 2147483647: no such process group" ]
}

@test "sigsend: -l lists number, name, default action and cause of each signal" {
	try sigsend -l
	status 0
	[ -z "$stderr" ]
	grep -Eq '^1 +HUP +terminate +the terminal' <<<"$output"
	grep -Eq '^9 +KILL +terminate +kill; cannot be caught, blocked or ignored' <<<"$output"
	grep -Eq '^11 +SEGV +core +hardware: ' <<<"$output"
	grep -Eq '^13 +PIPE +terminate +the kernel: a write to a pipe' <<<"$output"
	grep -Eq '^17 +CHLD +ignore +' <<<"$output"
	grep -Eq '^19 +STOP +stop +' <<<"$output"
	grep -Eq '^18 +CONT +continue +' <<<"$output"
	grep -Eq '^34 +RTMIN +terminate +' <<<"$output"
	grep -Eq '^64 +RTMAX +terminate +' <<<"$output"
	[ -z "$(grep -vE '^[0-9]+ +[A-Z0-9+-]+ +(terminate|core|ignore|stop|continue) +[a-zA-Z].{8,}$' <<<"$output")" ]
	[ "$(awk '{ print $1 }' <<<"$output")" = "$(awk '{ print $1 }' <<<"$output" | sort -nu)" ]
	[ "$(awk '{ print $2 }' <<<"$output" | sort -u | wc -l)" -eq "$(wc -l <<<"$output")" ]
}

@test "sigsend: -l converts names, numbers and exit statuses" {
	try sigsend -l TERM 15 sigterm 143 SIGRTMIN+1 35 137 1 RTMAX
	status 0
	output '15
TERM
15
TERM
35
RTMIN+1
KILL
HUP
64'
	for bad in 0 65 128 193 255 FOO '' -5; do
		try sigsend -l -- TERM "$bad"
		status 2
		output ''
		error 'sigsend: -l "'*'": no such signal or exit status (sigsend -l lists the signals)'
	done
	for options in -w '-s TERM' -g '-q 1' '-t 1'; do
		# shellcheck disable=SC2086
		try sigsend -l $options
		status 2
		error 'sigsend: -l cannot be combined with other options'
	done
}

@test "sigsend: fails if standard output fails" {
	try sh -c 'sigsend -l >/dev/full'
	status 1
	error 'sigsend: standard output: No space left on device'
	try sh -c 'sigsend -l >&-'
	status 1
	error 'sigsend: standard output: Bad file descriptor'
	try sh -c 'sigsend -l TERM >/dev/full'
	status 1
	error 'sigsend: standard output: No space left on device'
	pipe
	exec 4<&-
	try sh -c 'sigsend -l >&6'
	status 0
	[ -z "$stderr" ]
}

@test "sigsend: works even if descriptors are closed, or signals are ignored or blocked" {
	target
	sigsend "$PID" <&- >&- 2>&-
	ends 143
	for how in ignore block; do
		for number in 13 14 15 17 23 34; do
			target
			try peer $how $number sigsend -w "$PID"
			status 0
			ends 143
		done
	done
}

@test "sigsend: -h and -V print usage and version" {
	for option in -h --help; do
		try sigsend $option
		status 0
		[[ $output == 'usage: sigsend [-gvw] '* ]]
	done
	for option in -V --version; do
		try sigsend $option
		status 0
		output "sigsend (ipc7) $(version)"
	done
}
