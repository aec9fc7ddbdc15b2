load helper

# waits [PROGRAM]: wait until the background command, semop by default, blocks. semop sleeps in no other call.
waits() {
	local name state

	while read -r _ name state _ <"/proc/$PID/stat" && [ "$state" != Z ]; do
		[ "$name$state" != "(${1:-semop})S" ] || return 0
	done
	echo "it ended instead of waiting" >&2
	return 1
}

takes_and_gives() {
	semop -c -i 2 "$S" >/dev/null
	try semop "$S"
	output 2
	semop "$S" -1
	try semop "$S"
	output 1
	semop "$S" +1
	semop "$S" +1
	try semop "$S"
	output 3
	try semop "$S" +1
	status 0
	output ''
}
@test "semop: -1 takes, +1 gives, and no OP prints the value" {
	semaphores takes_and_gives
}

@test "semop: =N sets the value, and 0 waits for zero" {
	new_semaphore sysv
	semop -c "$S" >/dev/null
	semop "$S" =7
	try semop "$S"
	output 7
	try semop -t 0 "$S" 0
	status 124
	semop "$S" =0
	try semop -t 0 "$S" 0
	status 0
	output ''
}

would_wait() {
	semop -c -i 0 "$S" >/dev/null
	for time in 0 0.05 50ms; do
		try semop -t $time "$S" -1
		status 124
		error "semop: $S: the semaphore was not available in time (-t)"
		try semop -t $time "$S" -- echo not run
		status 124
		output ''
		error "semop: $S: the semaphore was not available in time (-t)"
	done
	semop "$S" +1
	semop -t 0 "$S" -1
	[ $KIND = sysv ] || return 0
	semop -t 0 "$S" 0
	semop "$S" +1
	for time in 0 0.05; do
		try semop -t $time "$S" 0
		status 124
	done
	try semop "$S"
	output 1
}
@test "semop: -t bounds the wait, -t 0 never waits, and an operation that is possible at once always succeeds" {
	semaphores would_wait
}

waiters() {
	semop -c -i 0 "$S" >/dev/null
	background semop "$S" -1
	waits
	semop "$S" +1
	ends 0
	try semop "$S"
	output 0
	[ $KIND = sysv ] || return 0
	semop "$S" =1
	background semop -t 1m "$S" 0
	waits
	semop "$S" -1
	ends 0
	background semop -t 1m "$S" -1
	waits
	semop "$S" =1
	ends 0
	try semop "$S"
	output 0
}
@test "semop: +1, =N and the last -1 wake the processes that wait for them" {
	semaphores waiters
}

missing_semaphore() {
	try semop "$S" -1
	status 1
	error "semop: $S: no such semaphore (create it with -c)"
	try semop "$S"
	status 1
	try semop "$S" -- echo not run
	status 125
	output ''
	error "semop: $S: no such semaphore (create it with -c)"
	try semop -c "$S"
	output 1
	try semop -x "$S"
	status 1
	error "semop: $S: the semaphore exists already (leave out -x to use it)"
	try semop -c "$S"
	output 1
	semop -u "$S" >/dev/null
	try semop -x -i 5 "$S"
	output 5
}
@test "semop: creates nothing without -c or -x, -c uses an existing semaphore, and -i applies only on creation" {
	semaphores missing_semaphore
}

@test "semop: performs all OPs on the members of a set at once, or none of them" {
	new_semaphore sysv
	semop -c -i 0,1,2 "$S" >/dev/null
	try semop "$S"
	output $'0\n1\n2'
	semop "$S" 0:+5 2:-2 1:-1
	try semop "$S"
	output $'5\n0\n0'
	try semop -t 0 "$S" 0:-5 1:-1
	status 124
	try semop "$S"
	output $'5\n0\n0'
	semop "$S" 0:-5 0:0 0:+3 1:0
	try semop "$S"
	output $'3\n0\n0'
	background semop -t 1m "$S" 0:-1 1:-1 2:-1
	waits
	semop "$S" 1:+1
	waits
	try semop "$S"
	output $'3\n1\n0'
	semop "$S" 2:+1
	ends 0
	try semop "$S"
	output $'2\n0\n0'
}

@test "semop: =N sets one, some or all members, and wakes waiting processes" {
	new_semaphore sysv
	semop -c -i 1,2,3 "$S" >/dev/null
	semop "$S" 1:=20
	try semop "$S"
	output $'1\n20\n3'
	semop "$S" 2:=0 0:=9
	try semop "$S"
	output $'9\n20\n0'
	semop "$S" 0:=1 1:=2 2:=3
	try semop "$S"
	output $'1\n2\n3'
	semop "$S" 0:=1 0:=5
	try semop "$S"
	output $'5\n2\n3'
	background semop -t 1m "$S" 0:-6 1:-7
	waits
	semop -t 0 "$S" 0:=6 1:=9
	ends 0
	try semop "$S"
	output $'0\n2\n3'
}

@test "semop: =N of some members is one call, which fails if a value has changed since it was read" {
	local call

	new_semaphore sysv
	semop -c -i 1,20,3 "$S" >/dev/null
	semop -v "$S" 2:=0 0:=9 2>trace
	sed -E 's/(semop|semctl)\([0-9]+/\1(ID/; s/= [0-9]+$/= N/' trace >got
	call=
	for op in 0,-1 0,0 0,9 2,-3 2,0 2,0; do
		call+=", {sem_num=${op%,*}, sem_op=${op#*,}, sem_flg=IPC_NOWAIT}"
	done
	diff - got <<-T
		semop: semget(${S#sysv:}, 0, 0) = N
		semop: semctl(ID, 0, GETALL, {1, 20, 3}) = N
		semop: semop(ID, {${call#, }}, 6) = N
	T
	semop -v "$S" 0:=1 1:=2 2:=3 2>trace
	[ "$(grep -c 'semctl(.*SETALL, {1, 2, 3}) = 0' trace)" -eq 1 ]
}

@test "semop: refuses =N together with other OPs and changes nothing" {
	new_semaphore sysv
	semop -c -i 1,2 "$S" >/dev/null
	for ops in '=1 -1' '+1 =1' '0:=1 1:0' '=1 =2 +1'; do
		# shellcheck disable=SC2086
		try semop "$S" $ops
		status 2
		error "semop: $S: =N cannot be combined with other OPs"
	done
	try semop "$S"
	output $'1\n2'
}

@test "semop: refuses an INDEX outside the set and changes nothing" {
	new_semaphore sysv
	semop -c -i 1,1 "$S" >/dev/null
	for op in 2:+1 2:=5 '0:-1 7:+1' '0:=5 2:=5' '0:=3 1:=3 2:=3'; do
		# shellcheck disable=SC2086
		try semop "$S" $op
		status 1
		error "semop: $S: the set has 2 members, so INDEX goes from 0 to 1"
	done
	try semop "$S"
	output $'1\n1'
}

@test "semop: refuses an operation that a POSIX semaphore does not offer, and changes nothing" {
	new_semaphore posix
	semop -c "$S" >/dev/null
	try semop "$S" -1 -1
	status 2
	error "semop: $S: a POSIX semaphore takes one OP a call (sysv: takes several as one)"
	try semop "$S" 0:-1
	status 2
	error "semop: $S: a POSIX semaphore has no INDEX (sysv: has sets)"
	try semop "$S" -2
	status 2
	error "semop: $S: a POSIX semaphore goes up and down by 1 (sysv: by any number)"
	try semop "$S" +2
	status 2
	for op in 0 =1 =0; do
		try semop "$S" $op
		status 2
		error "semop: $S: a POSIX semaphore takes one OP of -1 or +1 (sysv: also waits for zero and sets)"
	done
	try semop -c -i 1,2 "$S"
	status 2
	error "semop: $S: -i takes one VALUE for a POSIX semaphore"
	try semop "$S"
	output 1
}

bad_values() {
	semop -c "$S" >/dev/null
	try semop "$S" -t 0
	status 2
	error 'semop: OP "-t": not an OP (options come before SEM)'
	for op in 1 +0 -0 x = - + '' 0:x :1 x:+1 0:1:+1 =-1 =+1 00 -1x 0x1; do
		try semop "$S" "$op"
		status 2
		error "semop: OP \"$op\": not -N, +N, 0 or =N, with INDEX: in front for a member of a set (a COMMAND comes after --)"
	done
	for op in =99999999999 -2147483648 +99999999999999999999 =2147483648; do
		try semop "$S" "$op"
		status 2
		error "semop: OP \"$op\": the number is too large"
	done
	for values in '' x 1, ,1 1,,2 -1 99999999999 ' 1'; do
		try semop -c -i "$values" "$S"
		status 2
		error "semop: -i \"$values\": not a number, or several with commas between them"
	done
	try semop "$S"
	output 1
}
@test "semop: refuses malformed OPs and -i values" {
	semaphores bad_values
}

@test "semop: refuses a value above the maximum" {
	new_semaphore sysv
	try semop -c -i 32768 "$S"
	status 2
	error "semop: $S: -i 32768: a System V semaphore goes up to 32767"
	semop -c -i 32767 "$S" >/dev/null
	try semop "$S" +1
	status 1
	error "semop: $S: the value would exceed 32767, the largest of a semaphore"
	try semop "$S" =32768
	status 2
	error "semop: $S: =32768: a System V semaphore goes up to 32767"
	try semop "$S"
	output 32767
	new_semaphore posix
	semop -c -i 2147483647 "$S" >/dev/null
	try semop "$S" +1
	status 1
	error "semop: $S: the value would exceed 2147483647, the largest of a semaphore"
	try semop "$S"
	output 2147483647
}

wrong_usage() {
	try semop
	status 2
	error 'semop: SEM is missing; usage: semop \[-cuvx\]*'
	try semop "$S" --
	status 2
	error 'semop: -- is followed by a COMMAND'
	try semop -c -m 9 "$S"
	status 2
	try semop -c -t x "$S"
	status 2
	try semop -k "$S"
	status 2
	error 'semop: there is no option -k (see semop -h)'
	try semop "$S" -1 --
	status 2
	error 'semop: -- is followed by a COMMAND'
	for status_of in 256 -1 x ''; do
		try semop -E "$status_of" "$S" -1
		status 2
		error "semop: -E \"$status_of\": not a number from 0 to 255"
	done
	try semop sysv:new
	status 2
	error 'semop: sysv:new: creating a semaphore needs -c'
	try semop -x sysv:@1
	status 2
	try semop "$S"
	status 1
}
@test "semop: wrong usage creates nothing" {
	semaphores wrong_usage
}

@test "semop: reports an unknown identifier, a path without a key, and a name that is too long" {
	try semop sysv:@2147483647
	status 1
	error 'semop: sysv:@2147483647: no such semaphore (an identifier names one that exists; ipcs -s lists them)'
	try semop -c sysv:./nosuch
	status 1
	error 'semop: sysv:./nosuch: no key from this path: No such file or directory'
	for length in 252 253 254 255; do
		try semop -c "/$(printf "%0${length}d" 0)"
		status 2
		error 'semop: /0*: the name of a semaphore has at most 251 bytes after its slash'
	done
	longest=/$$$(printf '%0240d' 0)
	SEMAPHORES+=("$longest")
	try semop -c "$longest"
	output 1
	touch path
	SEMAPHORES+=(sysv:./path)
	semop -c -i 3 sysv:./path >/dev/null
	try semop sysv:./path
	output 3
}

@test "semop: sysv:new prints the name of the private semaphore" {
	local name

	name=$(semop -c -i 1,2 sysv:new)
	SEMAPHORES+=("$name")
	[[ $name == sysv:@* && $name != *$'\n'* ]]
	try semop "$name"
	output $'1\n2'
	try semop -u "$name"
	try semop "$name"
	status 1
	[ "$(makes -s 'semop -c sysv:new >/dev/full')" -eq 0 ]
	[ "$(makes -s 'semop -c -u sysv:new -- true')" -eq 0 ]
	try semop -c -u sysv:new -- echo run
	status 0
	[[ $output == sysv:@*$'\nrun' ]]
}

fewer_members() {
	semop -c -i 1,1 "$S" >/dev/null
	try semop -c -i 1,1,1 "$S" 2:-1
	status 1
	error "semop: $S: it exists with 2 members, not the 3 of -i (leave out -i, or remove it first)"
	try semop -c -i 5 "$S" -1
	status 1
	error "semop: $S: it exists with 2 members, not the 1 of -i (leave out -i, or remove it first)"
	try semop "$S"
	output $'1\n1'
}
@test "semop: fails if the set exists with another number of members than -i has values" {
	new_semaphore sysv
	fewer_members
}

mode_of() {
	case $KIND in
	posix) stat -c %a "/dev/shm/sem.${S#/}" ;;
	sysv) ipcs -s | awk -v key="${S#sysv:}" '$1 == key { print $4 }' ;;
	esac
}

makes_mode() {
	local mode

	for mode in 600 666 640 400 0; do
		(umask 077 && semop -c -i 3 -m $mode "$S" +1)
		[ "$(mode_of)" = $mode ]
		semop -u "$S" >/dev/null
	done
	(umask 0 && semop -c "$S" +1)
	[ "$(mode_of)" = 600 ]
}
@test "semop: -m sets the exact mode whatever the umask, and the default is 0600" {
	need_root
	semaphores makes_mode
}

no_permission() {
	semop -c -m 600 "$S" >/dev/null
	for op in '' -1 +1 0 =5; do
		case $KIND$op in
		posix0 | posix=*) continue ;;
		esac
		# shellcheck disable=SC2086
		try as_user semop -t 0 "$S" $op
		status 1
		error "semop: $S: no permission to *e* this semaphore (its owner or root can change its mode)"
	done
	try as_user semop -c "$S" -- true
	status 125
	try semop "$S"
	output 1
	semop -u "$S" >/dev/null
	semop -c -m 666 "$S" >/dev/null
	as_user semop -c "$S" -1
	try as_user semop -u "$S" +1
	status 1
	error "semop: $S: no permission to remove the semaphore (only its owner or root may)"
	try semop "$S"
	output 1
}
@test "semop: needs permission to use the semaphore of another user, and never removes it" {
	need_root
	semaphores no_permission
}

@test "semop: fails if the mode of a new set denies access to its creator" {
	new_semaphore sysv
	try as_user semop -c -m 0 "$S" -1
	status 1
	try as_user semop -c -m 0 "$S"
	status 1
	as_user ipcrm -S "${S#sysv:}"
}

removed_under() {
	local op

	for op in -1 0 --; do
		[ $KIND$op != posix0 ] || continue
		if [ $op = 0 ]; then semop -c -i 1 "$S" >/dev/null; else semop -c -i 0 "$S" >/dev/null; fi
		if [ $op = -- ]; then
			background semop "$S" -- echo not run 2>lines >out
		else
			background semop -v "$S" $op 2>lines >out
		fi
		waits
		semop -u "$S" >/dev/null
		ends 3
		[ "$(tail -n 1 lines)" = "semop: $S: the semaphore was removed while in use" ]
		[ ! -s out ]
	done
	# A new semaphore of the same name is another semaphore.
	semop -c -i 0 "$S" >/dev/null
	background semop "$S" -1 2>lines
	waits
	semop -u "$S" >/dev/null
	semop -x -i 5 "$S" >/dev/null
	ends 3
	try semop "$S"
	output 5
}
@test "semop: exits with status 3 if the semaphore is removed while it waits" {
	semaphores removed_under
}

signals() {
	local signal

	semop -c -i 0 "$S" >/dev/null
	for signal in TERM HUP USR1; do
		for what in -1 '-- echo not run' '-t 20 -1'; do
			# shellcheck disable=SC2086
			case $what in
			-t*) background semop -t 20 "$S" -1 2>lines ;;
			*) background semop "$S" $what 2>lines >out ;;
			esac
			waits
			kill -$signal "$PID"
			ends $((128 + $(kill -l $signal)))
			[ ! -s lines ]
		done
	done
	[ ! -s out ]
	try semop "$S"
	output 0
}
@test "semop: a signal ends the wait without a line, as nothing is lost" {
	semaphores signals
}

# A lock around a COMMAND.

passes_status() {
	local status_of

	semop -c "$S" >/dev/null
	for status_of in 0 1 2 3 7 124 125 126 127 200; do
		for option in '' -u; do
			# shellcheck disable=SC2086
			try semop -c $option "$S" -- sh -c "semop '$S'; exit $status_of"
			status $status_of
			output 0
			error ''
		done
	done
	semop -c "$S" >/dev/null
	try semop "$S" -- sh -c 'kill -TERM $$'
	status 143
	try semop "$S" -- sh -c 'kill -KILL $$'
	status 137
	try semop "$S"
	output 1
	try semop -u "$S" -- sh -c 'kill -KILL $$'
	status 137
	try semop "$S"
	status 1
}
@test "semop: runs COMMAND with the semaphore taken, and passes on its status" {
	semaphores passes_status
}

no_command() {
	semop -c "$S" >/dev/null
	try semop "$S" -- nosuchcommand
	status 127
	error 'semop: nosuchcommand: no such command'
	try semop "$S" -- ./nosuchcommand
	status 127
	try semop "$S" -- /
	status 126
	error 'semop: /: cannot be executed: Permission denied'
	: >script
	chmod +x script
	try semop "$S" -- ./script
	status 126
	error 'semop: ./script: cannot be executed: Exec format error (a script starts with #!)'
	try semop -u "$S" -- ./script
	status 126
	try semop "$S"
	status 1
	printf '#!/nowhere/sh\n' >inner
	printf '#! ./inner\n' >outer
	chmod +x inner outer
	for file in inner ./inner outer; do
		PATH=$PATH:. try semop -c "$S" -- $file
		status 127
		error "semop: $file: its interpreter /nowhere/sh does not exist"
	done
	try semop "$S"
	output 1
}
@test "semop: gives the semaphore back if COMMAND cannot be executed" {
	semaphores no_command
}

arguments_as_they_are() {
	try semop -c "$S" -- printf '%s|' 'a b' '' '*' "-n" '$(x)'
	output 'a b||*|-n|$(x)|'
	try semop "$S" -- cat <<<input
	output input
}
@test "semop: passes arguments and standard input to COMMAND unchanged" {
	semaphores arguments_as_they_are
}

inherits() {
	semop -c "$S" >/dev/null
	grep -E '^Sig(Blk|Ign)' /proc/self/status >expected
	semop "$S" -- grep -E '^Sig(Blk|Ign)' /proc/self/status >got
	diff expected got
	peer ignore 13 peer block 10 grep -E '^Sig(Blk|Ign)' /proc/self/status >expected
	peer ignore 13 peer block 10 semop "$S" -- grep -E '^Sig(Blk|Ign)' /proc/self/status >got
	diff expected got
	lone ls /proc/self/fd >expected
	lone semop "$S" -- ls /proc/self/fd >got
	diff expected got
}
@test "semop: COMMAND inherits the descriptors and the signal dispositions of semop" {
	semaphores inherits
}

@test "semop: with a System V semaphore it becomes COMMAND, and leaves no other process" {
	new_semaphore sysv
	try semop -c "$S" -- sh -c 'echo $$; echo $PPID'
	output "$output"
	# shellcheck disable=SC2016
	sh -c 'echo $$ >pid; exec semop "$1" -- sh -c "echo \$\$"' sh "$S" >got
	diff pid got
}

@test "semop: the kernel gives a System V semaphore back however COMMAND dies" {
	new_semaphore sysv
	semop -c "$S" >/dev/null
	mkfifo never
	exec 7<>never
	for option in '' -c; do
		# shellcheck disable=SC2086
		ready semop $option "$S" -- sh -c 'echo ready >ready; exec cat never'
		try semop -t 0 "$S" -1
		status 124
		kill -KILL "$PID"
		wait "$PID" || true
		semop -t 1m "$S" -- true
		try semop "$S"
		output 1
	done
	exec 7>&-
}

@test "semop: with -u on System V, COMMAND and not its parent holds the semaphore" {
	new_semaphore sysv
	semop -c "$S" >/dev/null
	mkfifo never
	exec 7<>never
	ready semop -u "$S" -- sh -c 'echo $$ >ready; exec cat never'
	kill -KILL "$PID"
	wait "$PID" || true
	try semop -t 0 "$S" -1
	status 124
	kill -KILL "$LINE"
	semop -t 1m "$S" -1
	exec 7>&-
}

@test "semop: -u unlinks whatever the status of COMMAND, and a creator that waits notices the removal" {
	for KIND in posix sysv; do
		new_semaphore $KIND
		try semop -c -u "$S" -- sh -c 'exit 3'
		status 3
		try semop "$S"
		status 1
		background semop -c -i 0 "$S" -1 2>lines
		waits
		semop -u "$S" >/dev/null
		ends 3
	done
}

done_or_not() {
	local i

	semop -c -i 0 "$S" >/dev/null
	for i in 1 2 3 4 5 6 7 8; do
		background semop "$S" -1 2>/dev/null
		waits
		semop "$S" +1
		kill -TERM "$PID" 2>/dev/null || true
		status=0
		wait "$PID" || status=$?
		try_value=$(semop "$S")
		[ $status -eq 0 ] && [ "$try_value" -eq 0 ] || { [ $status -eq 143 ] && [ "$try_value" -eq 1 ]; }
		[ "$try_value" -eq 0 ] || semop "$S" -1
	done
	JOBS=()
}
@test "semop: a signal at the moment of success gives status 0 if the operation was done, and 143 if it was not" {
	semaphores done_or_not
}

@test "semop: a signal that ends COMMAND ends semop as well" {
	for KIND in posix sysv; do
		new_semaphore $KIND
		semop -c "$S" >/dev/null
		mkfifo never
		exec 7<>never
		ready semop -u "$S" -- sh -c 'echo ready >ready; exec cat never'
		kill -TERM "$PID"
		ends 143
		try semop "$S"
		status 1
		exec 7>&-
		rm never
	done
}

@test "semop: a signal ends the wait even if SIGALRM is ignored or blocked at the start" {
	new_semaphore sysv
	semop -c -i 0 "$S" >/dev/null
	for what in ignore block; do
		background peer $what 14 semop "$S" -1 2>lines
		waits
		kill -TERM "$PID"
		ends 143
	done
	semop "$S" =1
	peer ignore 14 grep -E '^Sig(Blk|Ign)' /proc/self/status >expected
	peer ignore 14 semop "$S" -- grep -E '^Sig(Blk|Ign)' /proc/self/status >got
	diff expected got
}

not_mine() {
	semop -c -i 0 "$S" >/dev/null
	for what in '-- echo not run' -1; do
		# shellcheck disable=SC2086
		try semop -c -u -t 0 "$S" $what
		status 124
		output ''
	done
	try semop "$S"
	output 0
	for what in '-- echo not run' -1; do
		# shellcheck disable=SC2086
		background semop -u "$S" $what
		waits
		kill -TERM "$PID"
		ends 143
	done
	try semop "$S"
	output 0
}
@test "semop: -u does not remove a lock that another process holds" {
	semaphores not_mine
}

@test "semop: a plain -1 is not undone when semop ends" {
	new_semaphore sysv
	semop -c "$S" -1
	try semop "$S"
	output 0
}

parent_passes_signals() {
	semop -c "$S" >/dev/null
	mkfifo never
	exec 7<>never
	# The shell notices a signal just before wait, but not just before read.
	ready semop "$@" "$S" -- sh -c 'trap "echo got >caught; exit 9" TERM; cat <never & echo ready >ready; wait'
	kill -TERM "$PID"
	ends 9
	[ "$(cat caught)" = got ]
	exec 7>&-
	rm never caught
}
@test "semop: passes a signal on to COMMAND, exits with the status of COMMAND and gives the semaphore back" {
	new_semaphore posix
	parent_passes_signals
	try semop "$S"
	output 1
	parent_passes_signals -u
	try semop "$S"
	status 1
	new_semaphore sysv
	parent_passes_signals
	parent_passes_signals -u
	try semop "$S"
	status 1
}

# ended NUMBER: kill semop by a signal that it has no handler for, and check that semop and COMMAND have died by it.
ended() {
	kill -"$1" "$PID"
	ends $((128 + $1))
	dead "$LINE"
}

@test "semop: passes on any signal that would end it, so no COMMAND runs on alone" {
	local signal

	mkfifo never
	exec 7<>never
	for KIND in posix sysv; do
		new_semaphore $KIND
		semop -c "$S" >/dev/null
		# 34 is SIGRTMIN of the C library, 16 SIGSTKFLT and 30 SIGPWR of Linux.
		for signal in 34 40 $([ "$PLAT" != linux ] || echo 16 30) 6; do
			[ $KIND = posix ] || semop -c "$S" >/dev/null
			# shellcheck disable=SC2016
			ready semop $([ $KIND = posix ] || echo -u) "$S" -- sh -c 'echo $$ >ready; exec cat never'
			ended $signal
			[ $KIND = sysv ] || [ "$(semop "$S")" -eq 1 ]
		done
	done
	new_semaphore posix
	ready semop -c "$S" -- bash -c 'trap "exit 9" RTMIN; echo $$ >ready; read -r x <never'
	kill -RTMIN "$PID"
	ends 9
	ready shmput -c "file:$PWD/segment" -- sh -c 'echo $$ >ready; exec cat never'
	ended 34
	exec 7>&-
}

counts() {
	local i

	echo 0 >number
	for i in 1 2 3 4; do
		(for i in $(seq 10); do
			semop -c "$S" -- sh -c 'read -r n <number; echo $((n + 1)) >number'
		done) 3>&- &
	done
	wait
	[ "$(cat number)" -eq 40 ]
	try semop "$S"
	output 1
}
@test "semop: four processes that count under a lock which the first of them creates get the right sum" {
	semaphores counts
}

limits() {
	local i

	mkfifo never
	exec 7<>never
	for i in 1 2 3; do
		ready semop -c -i 3 "$S" -- sh -c 'echo ready >ready; exec cat never'
	done
	try semop -c -i 3 -t 0 "$S" -- echo not run
	status 124
	kill -TERM "$PID"
	ends 143
	try semop -c -i 3 -t 1m "$S" -- echo run
	output run
	kill -TERM "${JOBS[@]:0:2}"
	wait "${JOBS[@]}" || true
	exec 7>&-
	rm never
	JOBS=()
	: >log
	for i in 1 2 3 4 5 6 7 8 9 10; do
		background semop -c -i 3 "$S" -- sh -c 'echo + >>log; echo - >>log'
	done
	wait "${JOBS[@]}"
	JOBS=()
	[ "$(awk '{ n += $1 == "+" ? 1 : -1; if (n > most) most = n } END { print NR, n, most <= 3 }' log)" = '20 0 1' ]
	try semop "$S"
	output 3
}
@test "semop: -c -i 3 admits three processes at once" {
	semaphores limits
}

first_use() {
	local i j

	for i in 1 2 3 4; do
		: >won
		for j in 1 2 3 4 5 6 7 8; do
			(semop -c -i 3 -t 0 "$S" -1 2>/dev/null && echo won >>won) 3>&- &
		done
		wait
		[ "$(wc -l <won)" -eq 3 ]
		try semop "$S"
		output 0
		semop -u "$S" >/dev/null
	done
}
@test "semop: a semaphore of 3 that eight processes create at the same time admits three of them" {
	semaphores first_use
}

reads_whole() {
	local i

	for i in 1 2 3 4 5 6 7 8; do
		semop -c -i 5 "$S" >/dev/null 3>&- &
		until semop "$S" >got 2>/dev/null; do :; done
		[ "$(cat got)" = 5 ]
		wait
		semop -u "$S" >/dev/null
	done
}
@test "semop: a new semaphore is never seen without its initial value" {
	semaphores reads_whole
}

killed() {
	local i

	semop -c -i 2 "$S" >/dev/null
	for i in $(seq 30); do
		background semop "$S" -- sh -c 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done'
		[ $((i % 3)) -eq 0 ] || semop -V >/dev/null
		[ $((i % 2)) -eq 0 ] || kill -KILL "$PID" 2>/dev/null || true
	done
	wait "${JOBS[@]}" || true
	JOBS=()
	try semop "$S"
	output 2
}
@test "semop: SIGKILL at any moment neither loses nor duplicates a System V lock" {
	new_semaphore sysv
	killed
}

@test "semop: =N makes the kernel forget the undo operations of the members that it sets" {
	new_semaphore sysv
	semop -c -i 1,1 "$S" >/dev/null
	mkfifo never
	exec 7<>never
	ready semop "$S" -- sh -c 'echo ready >ready; exec cat never'
	semop "$S" 0:=1
	kill -KILL "$PID"
	wait "$PID" || true
	try semop "$S"
	output $'1\n1'
	ready semop "$S" -- sh -c 'echo ready >ready; exec cat never'
	semop "$S" 0:=4 1:=5
	kill -KILL "$PID"
	wait "$PID" || true
	try semop "$S"
	output $'4\n5'
	exec 7>&-
}

# Exchange with other programs.

@test "semop: shares POSIX semaphores with a C program" {
	new_semaphore posix
	peer semaphore "$S" 2 0600
	try semop "$S"
	output 2
	semop "$S" -1
	[ "$(peer value "$S")" -eq 1 ]
	background peer wait "$S"
	ends 0
	background semop "$S" -1
	waits
	peer post "$S"
	ends 0
	background peer wait "$S"
	waits peer
	semop "$S" +1
	ends 0
	semop -u "$S" >/dev/null
	try peer value "$S"
	status 1
	semop -c -i 4 "$S" >/dev/null
	[ "$(peer value "$S")" -eq 4 ]
	peer forget "$S"
	try semop "$S"
	status 1
}

@test "semop: shares System V semaphores with Python and perl" {
	need 'python3-sysv-ipc' /usr/bin/python3 -c 'import sysv_ipc'
	new_semaphore sysv
	# Python creates the semaphore and never operates on it, so sem_otime stays 0.
	/usr/bin/python3 -c "import sysv_ipc; s = sysv_ipc.Semaphore(${S#sysv:}, sysv_ipc.IPC_CREX, 0o600); s.value = 2"
	try semop -c "$S"
	output 2
	semop -t 0 "$S" -1
	/usr/bin/python3 -c "import sysv_ipc; s = sysv_ipc.Semaphore(${S#sysv:}); assert s.value == 1; s.acquire(0)"
	try semop -t 0 "$S" -1
	status 124
	background semop "$S" -1
	waits
	perl -e 'semop(semget(hex $ARGV[0], 0, 0), pack("s!3", 0, 1, 0)) or die' "${S#sysv:}"
	ends 0
	semop "$S" +3
	perl -e 'print semctl(semget(hex $ARGV[0], 0, 0), 0, 12, 0), "\n"' "${S#sysv:}" >got
	[ "$(cat got)" -eq 3 ]
}

@test "semop: refuses a POSIX semaphore whose file is too short or not an ordinary file" {
	new_semaphore posix
	: >"/dev/shm/sem.${S#/}"
	try semop "$S" -1
	status 1
	error "semop: $S: something that is no semaphore has this name (remove it first)"
	try semop -c "$S" -- true
	status 125
	if [ "$PLAT" = linux ]; then
		printf abcde >"/dev/shm/sem.${S#/}"
		try semop "$S"
		status 1
		error "semop: $S: something that is no semaphore has this name (remove it first)"
	fi
	rm "/dev/shm/sem.${S#/}"
}

@test "semop: says what has the name of a POSIX semaphore, and waits for none of it" {
	[ "$PLAT" = linux ] || skip "POSIX does not show the file of a semaphore"
	local file kind

	new_semaphore posix
	file=/dev/shm/sem.${S#/}
	for kind in 'a directory' 'a FIFO' 'a socket' 'a symbolic link' 'a device'; do
		case $kind in
		*directory) mkdir "$file" ;;
		*FIFO) mkfifo "$file" ;;
		*socket) python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$file" ;;
		*link) ln -s "$PWD/elsewhere" "$file" ;;
		*device) mknod "$file" c 1 3 2>/dev/null || continue ;;
		esac
		for options in '' -c '-t 0'; do
			# shellcheck disable=SC2086 # words
			try semop $options "$S" -1
			[ "$status $stderr" = "1 semop: $S: $kind has this name, not a semaphore (remove it first)" ] || break
		done
		rm -r "$file"
		status 1
		error "semop: $S: $kind has this name, not a semaphore (remove it first)"
	done
	[ ! -e elsewhere ]
}

@test "semop: tells a semaphore of programs with another word size from a damaged one" {
	local bits=32 ours=64 size=16

	[ "$PLAT" = linux ] || skip "POSIX does not show the file of a semaphore"
	new_semaphore posix
	semop -c "$S" >/dev/null
	[ "$(stat -c %s "/dev/shm/sem.${S#/}")" -ne 16 ] || bits=64 ours=32 size=32
	truncate -s 0 "/dev/shm/sem.${S#/}"
	truncate -s $size "/dev/shm/sem.${S#/}"
	try semop "$S" -1
	status 1
	error "semop: $S: a semaphore of $bits-bit programs, which this $ours-bit program cannot use"
}

@test "semop: says why a POSIX semaphore cannot be created" {
	need_namespace
	cp "$ROOT/build/bin/semop" semop
	# shellcheck disable=SC2016
	try unshare -m sh -c '
		mount -t tmpfs -o mode=755 none /dev/shm
		cp semop /dev/shm/semop
		setpriv --reuid=65534 --regid=65534 --clear-groups /dev/shm/semop -c none
		mount -t tmpfs none /dev
		./semop -c none'
	status 1
	[ "$stderr" = "semop: /none: no permission to create /none
semop: /none: the system has no file system for shared memory (/dev/shm)" ]
}

@test "semop: -c refuses a semaphore that another user may have planted, which is used without -c" {
	[ "$PLAT" = linux ] || skip "POSIX does not show the file of a semaphore"
	need_root
	new_semaphore posix
	as_user semop -c -m 666 "$S" >/dev/null
	try semop -c "$S" -1
	status 1
	error "semop: $S: another user owns the semaphore and may have planted it, so -c does not use it (leave out -c to use it)"
	try semop -c "$S" -- echo not run
	status 125
	output ''
	as_user semop -c "$S" -1
	semop "$S" +1
	try semop "$S"
	output 1
}

# lease FILE: hold a write lease on a file, in the background, and wait for it.
lease() {
	need python3 python3 -c 'import fcntl; fcntl.F_SETLEASE'
	cat >lease.py <<-'EOF'
		import fcntl, os, signal, sys, time
		signal.signal(signal.SIGIO, signal.SIG_IGN)
		fcntl.fcntl(os.open(sys.argv[1], os.O_RDWR), fcntl.F_SETLEASE, fcntl.F_WRLCK)
		open('leased', 'w').close()
		time.sleep(60)
	EOF
	rm -f leased
	background python3 lease.py "$1"
	until [ -e leased ]; do moment; done
}

@test "semop: -t bounds the wait for a file on which another process has a lease" {
	[ "$PLAT" = linux ] || skip "POSIX does not show the file of a semaphore"
	new_semaphore posix
	semop -c "$S" >/dev/null
	: >lock
	for file in "/dev/shm/sem.${S#/}" lock; do
		lease "$file"
		[ $file != lock ] || S=file:lock
		for time in 0 0.05; do
			try timeout 5 semop -c -t $time "$S" -- echo not run
			status 124
			output ''
			error "semop: $S: another process has a lease on the file, not given up in time (-t)"
		done
		background semop "$S" -- true 2>/dev/null
		asleep
		kill -TERM "$PID"
		ends 143
		kill -KILL "${JOBS[@]}" 2>/dev/null || true
		wait "${JOBS[0]}" || true
		JOBS=()
		try semop "$S" -- echo run
		output run
	done
}

@test "semop: takes a POSIX semaphore whose mode changes while it waits" {
	need_root
	new_semaphore posix
	semop -c -i 0 -m 666 "$S" >/dev/null
	as_user true
	background as_user semop "$S" -- echo run >out
	until waiter=$(pgrep -P "$PID" -x semop); do moment; done
	parent=$PID PID=$waiter
	asleep
	PID=$parent
	chmod 600 "/dev/shm/sem.${S#/}"
	semop "$S" +1
	ends 0
	[ "$(<out)" = run ]
	try semop "$S"
	output 1
}

@test "semop: a damaged POSIX semaphore is a line, and COMMAND's status is kept" {
	[ "$PLAT" = linux ] || skip "POSIX does not show the file of a semaphore"
	local damage

	new_semaphore posix
	for damage in ": >/dev/shm/sem.${S#/}" "printf '%032d' 0 | tr 0 '\\377' >/dev/shm/sem.${S#/}"; do
		# With 32 bits such bytes are the largest value of a semaphore.
		! narrow || [[ $damage == :* ]] || continue
		semop -c "$S" >/dev/null
		try semop "$S" -- sh -c "$damage; exit 7"
		status 7
		error "semop: $S: another program has damaged the semaphore (remove it)"
		rm "/dev/shm/sem.${S#/}"
	done
	semop -c -i 0 "$S" >/dev/null
	background semop "$S" -1 2>lines
	waits
	: >"/dev/shm/sem.${S#/}"
	kill -URG "$PID"
	ends 1
	[ "$(<lines)" = "semop: $S: another program has damaged the semaphore (remove it)" ]
	rm "/dev/shm/sem.${S#/}"
	semop -c "$S" >/dev/null
	try peer block 7 semop "$S" -- sh -c ": >/dev/shm/sem.${S#/}; exit 7"
	status 7
	error "semop: $S: another program has damaged the semaphore (remove it)"
	rm "/dev/shm/sem.${S#/}"
	semop -c -i 0 "$S" >/dev/null
	background peer block 7 semop "$S" -1 2>lines
	waits
	kill -BUS "$PID"
	asleep
	semop "$S" +1
	ends 0
	! narrow || return 0
	printf '%032d' 0 | tr 0 '\377' >"/dev/shm/sem.${S#/}"
	for op in '' -1 +1; do
		# shellcheck disable=SC2086
		try semop "$S" $op
		status 1
		error "semop: $S: another program has damaged the semaphore (remove it)"
	done
}

@test "semop: a signal of another process that looks like damage ends it as ever" {
	local signal

	new_semaphore posix
	semop -c -i 0 "$S" >/dev/null
	for signal in ABRT BUS; do
		background semop "$S" -1 2>/dev/null
		waits
		kill -$signal "$PID"
		ends $((128 + $(kill -l $signal)))
	done
}

# OPs with a COMMAND.

@test "semop: performs the OPs for COMMAND, and the kernel undoes them however COMMAND ends" {
	new_semaphore sysv
	semop -c -i 5,1 "$S" >/dev/null
	try semop "$S" -3 -- semop "$S"
	output $'2\n1'
	try semop "$S" 0:-1 1:-1 -- semop "$S"
	output $'4\n0'
	try semop "$S" +2 1:-1 1:0 -- sh -c 'semop "$1"; kill -KILL $$' sh "$S"
	status 137
	output $'7\n0'
	try semop "$S" 0:-1 1:-1 -- semop -t 0 "$S" 0:-5 1:0 -- echo not run
	status 124
	output ''
	try semop "$S" -u -- true
	status 2
	try semop "$S"
	output $'5\n1'
	try semop -u "$S" -4 -- semop "$S"
	output $'1\n1'
	try semop "$S"
	status 1
}

@test "semop: refuses OPs that it cannot undo for COMMAND" {
	new_semaphore sysv
	semop -c -i 1,1 "$S" >/dev/null
	for ops in =1 '0:=1 1:=1'; do
		# shellcheck disable=SC2086
		try semop "$S" $ops -- echo not run
		status 2
		output ''
		error "semop: $S: =N cannot be used with a COMMAND, as nothing undoes it"
	done
	new_semaphore posix
	semop -c "$S" >/dev/null
	try semop "$S" +1 -- echo not run
	status 2
	error "semop: $S: with a COMMAND, a POSIX semaphore takes the OP -1 only (sysv: takes others)"
	try semop "$S" -1 -- semop "$S"
	output 0
	try semop "$S"
	output 1
}

late() {
	local number

	semop -c -i 0 "$S" >/dev/null
	for number in 0 7 75 255; do
		for what in -1 '-- echo not run'; do
			# shellcheck disable=SC2086
			try semop -u -t 0 -E $number "$S" $what
			status $number
			output ''
			if [ $number -eq 0 ]; then error ''; else error "semop: $S: the semaphore was not available in time (-t)"; fi
		done
	done
	semop "$S" +1
	try semop -E 7 -t 0 "$S" -- sh -c 'exit 124'
	status 124
}
@test "semop: -E gives the status when time runs out, 0 without a line, and unlinks no lock of others" {
	semaphores late
}

# still: check that the background command does nothing for a while: it is not scheduled.
still() {
	local i

	waits
	asleep
	grep -h ctxt "/proc/$PID/task/"*/status >before
	for i in {1..20}; do moment; done
	grep -h ctxt "/proc/$PID/task/"*/status | diff before - >&2
}

@test "semop: does nothing while it waits" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell of a removal"
	: >lock
	for name in posix sysv file:lock; do
		case $name in
		file:*)
			mkfifo never
			exec 7<>never
			S=$name
			ready semop "$S" -- sh -c 'echo ready >ready; exec cat never'
			;;
		*)
			new_semaphore $name
			semop -c -i 0 "$S" >/dev/null
			;;
		esac
		for time in '' '-t 1m'; do
			# shellcheck disable=SC2086
			background semop $time "$S" -- echo not run 2>/dev/null
			still
			kill -TERM "$PID"
			ends 143
		done
	done
	exec 7>&-
}

@test "semop: does nothing after the mode of a POSIX semaphore has changed, while it waits or COMMAND runs" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell of a removal"
	local file

	new_semaphore posix
	file=/dev/shm/sem.${S#/}
	mkfifo never
	exec 7<>never
	semop -c -i 0 "$S" >/dev/null
	background semop "$S" -- sh -c 'echo ready >ready; exec cat never'
	waits
	chmod 640 "$file"
	touch "$file"
	# The thread that is told of the change sleeps for a moment before it waits again.
	still || still || still
	[ -p ready ] || mkfifo ready
	semop "$S" +1
	read -r _ <ready
	chmod 600 "$file"
	still || still || still
	kill -TERM "$PID"
	ends 143
	exec 7>&-
}

@test "semop: names the limits of the kernel" {
	need_namespace
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	# shellcheck disable=SC2016
	try unshare -i sh -c '
		echo "3 7 5 2" >/proc/sys/kernel/sem
		semop -c -i 1,1,1,1 sysv:1; echo $?
		semop -c -i 1,1,1 sysv:1; semop -c -i 1,1,1 sysv:2; semop -c sysv:3; echo $?
		semop sysv:1 +1 +1 +1 +1 +1 +1; echo $?
		echo "100 7 5 9" >/proc/sys/kernel/sem
		semop -c -i 1,1 sysv:4; echo $?
		echo "100 100 5 9" >/proc/sys/kernel/sem
		semop -c -i 1,1,1,1,1,1,1 sysv:5; echo $?
		ipcs -s | grep -c 0x'
	output '1
1
1
1
1
1
1
1
1
1
1
2'
	diff <(grep -v '^$' stderr.txt) - <<-'T'
		semop: sysv:0x1: number 1 of kernel.sem (semaphores in a set) is 3; asked for 4 (raise it with sysctl -w kernel.sem='...')
		semop: sysv:0x3: number 4 of kernel.sem (sets) is 2; asked for 3 (raise it with sysctl -w kernel.sem='...', or look for leaked sets with ipcls sem)
		semop: sysv:0x1: number 3 of kernel.sem (operations of a call) is 5; asked for 6 (raise it with sysctl -w kernel.sem='...')
		semop: sysv:0x4: number 2 of kernel.sem (semaphores in all sets) is 7; asked for 8 (raise it with sysctl -w kernel.sem='...', or look for leaked sets with ipcls sem)
		semop: sysv:0x5: number 3 of kernel.sem (operations of a call) is 5; asked for 7 (raise it with sysctl -w kernel.sem='...')
	T
}

output_fails() {
	semop -c "$S" >/dev/null
	try sh -c "semop '$S' >/dev/full"
	status 1
	error 'semop: standard output: No space left on device'
	try sh -c "semop '$S' >&-"
	status 1
	error 'semop: standard output: Bad file descriptor'
	sh -c "semop '$S' -1 <&- >&- 2>&-"
	try semop "$S"
	output 0
}
@test "semop: fails if the output fails, and works even if all standard descriptors are closed" {
	semaphores output_fails
}

@test "semop: -v prints the calls for a POSIX semaphore" {
	new_semaphore posix
	semop -cv -i 2 "$S" -1 2>trace
	semop -v "$S" 2>>trace
	semop -v "$S" +1 2>>trace
	semop -vu "$S" -1 2>>trace
	sed -E 's/0x[0-9a-f]+/ADDRESS/' trace >got
	diff - got <<-T
		semop: sem_open("$S", 0) = SEM_FAILED ENOENT
		semop: sem_open("$S", O_CREAT|O_EXCL, 0600, 2) = ADDRESS
		semop: sem_trywait(ADDRESS) = 0
		semop: sem_open("$S", 0) = ADDRESS
		semop: sem_getvalue(ADDRESS, [1]) = 0
		semop: sem_open("$S", 0) = ADDRESS
		semop: sem_post(ADDRESS) = 0
		semop: sem_open("$S", 0) = ADDRESS
		semop: sem_trywait(ADDRESS) = 0
		semop: sem_unlink("$S") = 0
	T
}

@test "semop: -v prints the calls for a System V semaphore" {
	new_semaphore sysv
	semop -cv -i 2,0 "$S" 0:-1 1:+3 2>trace
	semop -v "$S" 2>>trace
	semop -v "$S" =5 2>>trace
	IPC7_TRACE=1 semop "$S" -- true 2>>trace
	semop -vu -t 0 "$S" -1 2>>trace
	sed -E 's/(semop|semtimedop|semctl)\([0-9]+/\1(ID/; s/= [0-9]+$/= N/' trace >got
	diff - got <<-T
		semop: semget(${S#sysv:}, 0, 0) = -1 ENOENT
		semop: semget(${S#sysv:}, 2, IPC_CREAT|IPC_EXCL|0600) = N
		semop: semop(ID, {{sem_num=0, sem_op=2, sem_flg=0}}, 1) = N
		semop: semop(ID, {{sem_num=0, sem_op=-1, sem_flg=0}, {sem_num=1, sem_op=3, sem_flg=0}}, 2) = N
		semop: semget(${S#sysv:}, 0, 0) = N
		semop: semctl(ID, 0, GETALL, {1, 3}) = N
		semop: semget(${S#sysv:}, 0, 0) = N
		semop: semctl(ID, 0, SETVAL, 5) = N
		semop: semget(${S#sysv:}, 0, 0) = N
		semop: semop(ID, {{sem_num=0, sem_op=-1, sem_flg=SEM_UNDO}}, 1) = N
		semop: semget(${S#sysv:}, 0, 0) = N
		semop: $([ "$PLAT" = linux ] && echo 'semtimedop(ID, {{sem_num=0, sem_op=-1, sem_flg=0}}, 1, {...})' || echo 'semop(ID, {{sem_num=0, sem_op=-1, sem_flg=IPC_NOWAIT}}, 1)') = N
		semop: semctl(ID, 0, IPC_RMID) = N
	T
}

@test "semop: -h and --version print usage and version" {
	try semop -h
	status 0
	[[ $output == 'usage: semop [-cuvx] '* ]]
	try semop --version
	[[ $output == 'semop (ipc7) '* ]]
}
