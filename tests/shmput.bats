load helper

# binary SIZE FILE: make a file with bytes of all kinds and no newline at its end.
binary() {
	head -c "$1" /dev/urandom >"$2"
}

# hold read|write: have another program, HOLDER, hold the lock of segment S until let_go.
hold() {
	mkfifo end
	exec 7<>end
	background peer lock "$(object "$S")" "$1" <end >locked
	HOLDER=$PID
	until [ -s locked ]; do shmget -V >/dev/null; done
}

let_go() {
	exec 7>&-
	rm end locked
}

puts_exactly() {
	local size

	for size in 1 10 4095 4096 4097 65536 65537 1000003; do
		binary $size input
		shmput -c "$S" <input
		shmget "$S" | cmp - input
		shmget -u "$S" >output
		cmp output input
		gone "$S"
	done
}
@test "shmput: stores an input of any size unchanged" {
	segments puts_exactly
}

@test "shmput: an empty input makes an empty segment, but no System V segment" {
	for KIND in posix file; do
		new_segment $KIND
		shmput -c "$S" </dev/null
		[ "$(shmget "$S" | wc -c)" -eq 0 ]
		printf hello | shmput "$S"
		: >empty
		shmput "$S" <empty
		[ "$(shmget "$S" | wc -c)" -eq 0 ]
	done
	new_segment sysv
	try shmput -c "$S" <empty
	status 2
	error "shmput: $S: the input is empty (give the size with -s)"
	gone "$S"
}

puts_again() {
	seq 30000 >long
	echo short >short
	shmput -c "$S" <long
	shmput "$S" <short
	if [ $KIND = sysv ]; then
		[ "$(shmget "$S" | wc -c)" -eq "$(wc -c <long)" ]
		shmget -o 0,6 "$S" | cmp - short
		[ "$(shmget -o 6 "$S" | tr -d '\0' | wc -c)" -eq 0 ]
	else
		shmget "$S" | cmp - short
		shmput "$S" <long
		shmget "$S" | cmp - long
	fi
}
@test "shmput: a put replaces the previous one, and zeros fill the rest of a System V segment" {
	segments puts_again
}

puts_through_pipes() {
	binary 300000 input
	cat input | shmput -c -s 300000 "$S"
	shmget "$S" | cmp - input
	seq 50000 | cat >lines
	seq 50000 | shmput "$S"
	shmget -o 0,"$(wc -c <lines)" "$S" | cmp - lines
}
@test "shmput: stores an input of unknown length whole" {
	segments puts_through_pipes
}

@test "shmput: stores files in /proc, which do not tell their size" {
	new_segment posix
	shmput -c "$S" </proc/self/limits
	shmget "$S" | grep -q 'Max open files'
}

puts_from_here() {
	seq 1000 >input
	{
		read -r line
		shmput -c "$S"
	} <<<"$(cat input)"
	# The shell gives back the bytes that it has read ahead, so the input is put from the second line.
	[ "$(shmget "$S" | head -n 1 | tr -d '\0')" = 2 ]
}
@test "shmput: stores an ordinary file from its current offset to its end" {
	new_segment posix
	puts_from_here
	seq 20000 >input
	{
		head -c 0
		shmput "$S"
		[ "$(wc -c)" -eq 0 ]
	} <input
}

writes_part() {
	printf 0123456789 >input
	shmput -c "$S" <input
	printf ab | shmput -o 3 "$S"
	[ "$(shmget "$S")" = 012ab56789 ]
	printf xy | shmput -o 8 "$S"
	[ "$(shmget "$S")" = 012ab567xy ]
	printf '' | shmput -o 10 "$S"
	printf Z | shmput -o 0 "$S"
	[ "$(shmget "$S")" = Z12ab567xy ]
}
@test "shmput: -o overwrites in place, and keeps the other bytes and the size" {
	segments writes_part
}

refuses_what_does_not_fit() {
	printf 0123456789 >input
	shmput -c "$S" <input
	printf abc >three
	for source in file pipe; do
		if [ $source = file ]; then
			try shmput -o 8 "$S" <three
		else
			try shmput -o 8 "$S" < <(cat three)
		fi
		status 1
		error "shmput: $S: the input has 3 bytes, and from byte 8 on there is room for 2; nothing was changed"
	done
	try shmput -o 11 "$S" </dev/null
	status 1
	error "shmput: $S: the input has 0 bytes, and from byte 11 on there is room for 0; nothing was changed"
	try shmput -o 8 "$S" < <(seq 100000)
	status 1
	error "shmput: $S: the input has more than the 2 bytes that there is room for; nothing was changed"
	[ "$(shmget "$S")" = 0123456789 ]
}
@test "shmput: refuses input that does not fit before a byte changes, even from a pipe" {
	segments refuses_what_does_not_fit
}

@test "shmput: refuses input that is larger than a System V segment" {
	new_segment sysv
	printf 0123456789 >input
	shmput -c "$S" <input
	seq 10 >long
	try shmput "$S" <long
	status 1
	error "shmput: $S: the input has 21 bytes, and there is room for 10; nothing was changed"
	try shmput "$S" < <(yes)
	status 1
	error "shmput: $S: the input has more than the 10 bytes that there is room for; nothing was changed"
	[ "$(shmget "$S")" = 0123456789 ]
}

creates_with_size() {
	printf hello | shmput -c -s 4K "$S"
	[ "$(shmget "$S" | wc -c)" -eq 4096 ]
	[ "$(shmget "$S" | tr -d '\0')" = hello ]
	# A shorter put: zeros fill the rest again.
	printf ab | shmput -c -s 4096 "$S"
	[ "$(shmget "$S" | wc -c)" -eq 4096 ]
	[ "$(shmget "$S" | tr -d '\0')" = ab ]
	try shmput -s 4096 "$S" < <(seq 10000)
	status 1
	error "shmput: $S: the input has 48894 bytes, and there is room for 4096; nothing was changed"
	[ "$(shmget "$S" | tr -d '\0')" = ab ]
}
@test "shmput: -s sets the size of a new segment, and zeros follow the input" {
	segments creates_with_size
}

creates_in_the_middle() {
	printf hello | shmput -c -s 20 -o 10 "$S"
	shmget "$S" | od -An -c >got
	printf '\0\0\0\0\0\0\0\0\0\0hello\0\0\0\0\0' | od -An -c | cmp - got
	shmget -u "$S" >/dev/null
	printf hello >input
	shmput -c -o 3 "$S" <input
	shmget "$S" | od -An -c >got
	printf '\0\0\0hello' | od -An -c | cmp - got
	shmget -u "$S" >/dev/null
	try shmput -c -s 5 -o 3 "$S" <input
	status 1
	error "shmput: $S: the input has 5 bytes, and from byte 3 on there is room for 2; nothing was changed"
	gone "$S"
}
@test "shmput: -c with -o fills the bytes before the input with zeros" {
	segments creates_in_the_middle
}

@test "shmput: a new System V segment needs -s if the size of the input is unknown" {
	new_segment sysv
	try shmput -c "$S" < <(echo hello)
	status 2
	error "shmput: $S: the size of the input is not known (give the size with -s)"
	gone "$S"
	echo hello >input
	shmput -c "$S" <input
	echo again | shmput "$S"
	[ "$(shmget "$S")" = again ]
}

@test "shmput: fails if a System V segment exists with another size than -s" {
	new_segment sysv
	echo hello | shmput -c -s 100 "$S"
	try shmput -c -s 200 "$S" <<<hi
	status 1
	error "shmput: $S: the segment exists with 100 bytes, not 200 (leave out -s, or remove it first)"
	[ "$(shmget "$S" | tr -d '\0')" = hello ]
}

missing_segment() {
	try shmput "$S" <<<hello
	status 1
	error "shmput: $S: no such [sf][ei][gl][me]*create it with -c)"
	gone "$S"
}
@test "shmput: creates nothing without -c or -x" {
	segments missing_segment
}

exclusive() {
	echo one >one
	echo two >two
	shmput -x "$S" <one
	try shmput -x "$S" <two
	status 1
	error "shmput: $S: the segment exists already (leave out -x to use it)"
	[ "$(shmget "$S")" = one ]
	shmput -c "$S" <two
	[ "$(shmget "$S")" = two ]
}
@test "shmput: -x creates a segment and fails if it exists, and -c uses an existing segment" {
	segments exclusive
}

one_wins() {
	local i

	echo same >input
	for i in 1 2 3 4 5 6 7 8; do
		(
			if shmput -x "$S" <input 2>/dev/null; then echo won; fi 3>&-
		) >>winners &
	done
	wait
	[ "$(wc -l <winners)" -eq 1 ]
	[ "$(shmget "$S")" = same ]
	rm winners
	for i in 1 2 3 4 5 6 7 8; do
		remove "$S"
		for i in 1 2 3 4 5 6 7 8; do
			shmput -c "$S" <input 3>&- &
		done
		wait
		[ "$(shmget "$S")" = same ]
	done
}
@test "shmput: of eight processes that create at the same time, one succeeds with -x and all with -c" {
	segments one_wins
}

appears() {
	mkfifo input
	exec 7<>input
	background shmput "$@" "$S" <input 2>lines
	asleep
	echo other | shmput -c "$S"
	echo mine >&7
	exec 7>&-
	rm input
}
@test "shmput: -c uses a segment that appears while it reads, and -x neither uses nor removes it" {
	for KIND in posix file; do
		new_segment $KIND
		appears -c
		ends 0
		[ "$(shmget -u "$S")" = mine ]
		appears -x -u
		ends 1
		[ "$(cat lines)" = "shmput: $S: the segment exists already (leave out -x to use it); nothing was changed" ]
		[ "$(shmget "$S")" = other ]
	done
}

mode_of() {
	case $KIND in
	posix) stat -c %a "/dev/shm$S" ;;
	file) stat -c %a "${S#file:}" ;;
	sysv) ipcs -m | awk -v key="${S#sysv:}" '$1 == key { print $4 }' ;;
	esac
}

makes_mode() {
	local mode

	echo hello >input
	for mode in 600 666 640 400 0; do
		(umask 077 && shmput -c -m $mode "$S" <input)
		[ "$(mode_of)" = $mode ]
		if [ $KIND = posix ] || [ $KIND = file ]; then
			rm "$(object "${S/#\//\/dev\/shm\/}")"
		else
			ipcrm -M "${S#sysv:}"
		fi
	done
	(umask 0 && shmput -c "$S" <input)
	[ "$(mode_of)" = 600 ]
	shmput -m 666 "$S" <input
	[ "$(mode_of)" = 600 ]
}
@test "shmput: -m sets the exact mode of a new segment whatever the umask, and the default is 0600" {
	segments makes_mode
}

@test "shmput: an ordinary user can create a segment that he may not read himself" {
	local mode

	for KIND in posix sysv; do
		new_segment $KIND
		for mode in 000 400 200; do
			as_user sh -c "echo hello >/tmp/ipc7-in-$$; shmput -c -m $mode '$S' </tmp/ipc7-in-$$; s=\$?; rm /tmp/ipc7-in-$$; exit \$s"
			try as_user sh -c "echo other | shmput '$S'"
			status 1
			error "shmput: $S: no permission to read and write this segment (its owner or root can change its mode)"
			if [ $mode != 400 ]; then
				try as_user shmget "$S"
				status 1
				error "shmget: $S: no permission to read this segment*"
			fi
			case $KIND in
			posix) as_user rm -f "/dev/shm$S" ;;
			sysv) as_user ipcrm -M "${S#sysv:}" ;;
			esac
		done
	done
}

@test "shmput: writes to a segment of another user if the mode permits, but cannot remove it" {
	need_root
	for KIND in posix sysv; do
		new_segment $KIND
		echo mine >input
		shmput -c -m 666 "$S" <input
		as_user sh -c "echo his | shmput -c '$S'"
		[ "$(shmget -o 0,4 "$S")" = his ]
		try as_user shmget -u "$S"
		status 1
		[[ $stderr == "shmget: $S: no permission to remove the segment (only its owner or root may)" ]]
		[ "$(shmget -o 0,4 "$S")" = his ]
	done
}

@test "shmput: sysv:new prints the name of the private segment" {
	local name

	seq 10 >input
	name=$(shmput -c sysv:new <input)
	SEGMENTS+=("$name")
	[[ $name == sysv:@* ]]
	shmget "$name" | cmp - input
	echo 0 | shmput -o 0 "$name"
	shmget -u "$name" >/dev/null
	try shmput sysv:new <input
	status 2
	error 'shmput: sysv:new: creating a segment needs -c'
}

@test "shmput: creates no private segment if its name cannot be printed" {
	seq 10 >input
	try sh -c 'shmput -c sysv:new <input >/dev/full'
	status 1
	error 'shmput: standard output: No space left on device; no segment was made'
	[ "$(makes -m 'shmput -c sysv:new <input >/dev/full 2>&1')" -eq 0 ]
	[ "$(makes -m 'shmget -u "$(shmput -c sysv:new <input)" >/dev/null')" -eq 0 ]
}

@test "shmput: takes a key from a path" {
	touch path
	SEGMENTS+=("sysv:./path,J")
	seq 10 >input
	shmput -c sysv:./path,J <input
	shmget sysv:./path,J | cmp - input
	try shmput -c sysv:./nosuch <input
	status 1
	error 'shmput: sysv:./nosuch: no key from this path: No such file or directory*'
}

@test "shmput: refuses a path that is not an ordinary file and leaves it unchanged" {
	echo hello >input
	mkfifo fifo
	try shmput file:fifo <input
	status 1
	error 'shmput: file:fifo: not an ordinary file but a FIFO'
	try shmput -c file:/dev/null <input
	status 1
	error 'shmput: file:/dev/null: not an ordinary file but a device'
	try shmput file:. <input
	status 1
	error 'shmput: file:.: not an ordinary file but a directory'
	try shmput -c file:nosuch/file <input
	status 1
	error 'shmput: file:nosuch/file: its directory does not exist; nothing was changed'
	ln -s nowhere link
	try shmput -c file:link <input
	status 1
	error 'shmput: file:link: a dangling symbolic link; nothing was changed'
	[ ! -e nowhere ]
	try shmput 'file:' <input
	status 2
}

@test "shmput: follows a symbolic link to a file, and keeps the hard links of the file" {
	echo one >file
	ln file other
	ln -s file link
	echo two | shmput file:link
	[ "$(cat other)" = two ]
	[ -L link ]
}

@test "shmput: refuses the name of a semaphore" {
	try shmput -c /sem.lock <<<x
	status 2
	error 'shmput: /sem.lock: names that start with sem. are those of semaphores'
	try shmget sem.lock
	status 2
}

@test "shmput: wrong usage gets an error line and changes nothing" {
	new_segment posix
	try shmput
	status 2
	error 'shmput: SEGMENT is missing; usage: shmput \[-cuvx\]*'
	try shmput "$S" other <<<x
	status 2
	error 'shmput: there is one SEGMENT, after the options, and what goes into it is standard input'
	try shmput -c -s 0 "$S" <<<x
	status 2
	error 'shmput: -s "0": not a size*'
	try shmput -c -o -1 "$S" <<<x
	status 2
	error 'shmput: -o "-1": not a number of bytes*'
	try shmput -c -o 99999999999G "$S" <<<x
	status 2
	try shmput -c -o 8388607T "$S" <<<x
	status 2
	try shmput -c -m 8 "$S" <<<x
	status 2
	try shmput -c -t x "$S" <<<x
	status 2
	try shmput -q "$S" <<<x
	status 2
	error 'shmput: there is no option -q (see shmput -h)'
	try shmput -x sysv:@1 <<<x
	status 2
	gone "$S"
	try shmput -c a/b <<<x
	status 2
}

@test "shmput: refuses an offset or a size beyond all limits" {
	new_segment posix
	try shmput -c -o 8589934591G "$S" < <(echo x)
	status 1
	gone "$S"
	new_segment sysv
	try shmput -c -s 8589934591G "$S" < <(echo x)
	status 1
	gone "$S"
}

input_fails() {
	echo old >input
	shmput -c "$S" <input
	try shmput "$S" <.
	status 1
	error "shmput: $S: standard input cannot be read: Is a directory; nothing was changed"
	try sh -c "shmput '$S' <&-"
	status 1
	error "shmput: $S: standard input cannot be read: Bad file descriptor; nothing was changed"
	exec 7>writable
	try shmput "$S" <&7
	status 1
	[ "$(shmget "$S")" = old ]
	exec 7>&-
}
@test "shmput: changes nothing if standard input cannot be read" {
	segments input_fails
}

@test "shmput: accepts the segment itself as its input" {
	for KIND in posix file; do
		new_segment $KIND
		seq 30000 >input
		shmput -c "$S" <input
		shmput "$S" <"$(object "${S/#\//\/dev\/shm\/}")"
		shmget "$S" | cmp - input
		shmget "$S" | shmput "$S"
		shmget "$S" | cmp - input
	done
}

waits_for_lock() {
	echo old >input
	shmput -c "$S" <input
	hold write
	try shmput -t 0 "$S" <<<new
	status 124
	error "shmput: $S: the segment stayed locked by another process, not free in time (-t); nothing was changed"
	try shmput -t 0.15 "$S" <<<new
	status 124
	try shmget -t 0 "$S"
	status 124
	error "shmget: $S: the segment stayed locked by another process, not free in time (-t); nothing was written"
	background shmput "$S" <<<new
	asleep
	[ "$(cat "$(object "${S/#\//\/dev\/shm\/}")")" = old ]
	kill -KILL "$HOLDER"
	ends 0
	[ "$(shmget "$S")" = new ]
	let_go
}
@test "shmput: waits at most -t for the lock of another program, and gets it if that program is killed" {
	locked waits_for_lock
}

@test "shmput: nothing interrupts it once it has the lock for which it waited" {
	[ "$PLAT" = linux ] || skip "other calls"
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	need strace strace -V
	new_segment posix
	echo old | shmput -c "$S"
	hold write
	background timeout 20 strace -qq -o trace -e trace=/^timer_settime,fallocate shmput "$S" <<<new
	until [ -s trace ]; do moment; done
	let_go
	ends 0
	grep -B 1 '^fallocate' trace | grep 'it_value={tv_sec=0, tv_nsec=0}'
}

@test "shmput: readers share the lock and keep a writer out" {
	local reader

	new_segment posix
	echo old | shmput -c "$S"
	hold read
	[ "$(shmget -t 0 "$S")" = old ]
	try shmput -t 0 "$S" <<<new
	status 124
	exec 7>&-
}

@test "shmput: exits with status 3 if the segment is removed while it waits" {
	for KIND in posix file; do
		new_segment $KIND
		echo old >input
		shmput -c "$S" <input
		hold write
		background shmput "$S" <<<new 2>lines
		PUT=$PID
		background shmget "$S" 2>lines2
		asleep
		PID=$PUT
		asleep
		rm "$(object "${S/#\//\/dev\/shm\/}")"
		ends 3
		[ "$(cat lines)" = "shmput: $S: the segment was removed while in use; nothing was changed" ]
		PID=${JOBS[-1]}
		ends 3
		[ "$(cat lines2)" = "shmget: $S: the segment was removed while in use; nothing was written" ]
		let_go
	done
}

# stopped COMMAND...: start COMMAND, end it by SIGTERM once it waits, and check that it prints nothing.
stopped() {
	background "$@" 2>lines
	asleep
	kill -TERM "$PID"
	ends 143
	[ ! -s lines ]
}

signals_while_waiting() {
	echo old >input
	shmput -c "$S" <input
	hold write
	stopped env shmput -u "$S" <<<new
	# While another process holds the lock, -u leaves the segment to it, even if the input has not ended.
	stopped shmput -u "$S" <never
	stopped shmget -u "$S"
	stopped shmput -u "$S" -- touch started
	let_go
	[ "$(shmget "$S")" = old ]
	[ ! -e started ]
}
@test "shmput: a signal during the wait for the lock or for the input changes nothing and prints nothing, and -u removes nothing that is locked" {
	mkfifo never
	exec 8<>never
	new_segment file
	signals_while_waiting
	new_segment posix
	echo old | shmput -c "$S"
	stopped shmput "$S" <never
	[ "$(shmget "$S")" = old ]
	exec 8>&-
}

@test "shmput: -u unlinks at the end, even on a signal, but not after a failed put" {
	for KIND in posix file sysv; do
		new_segment $KIND
		echo hello >input
		shmput -c -u "$S" <input
		gone "$S"
		shmput -c "$S" <input
		mkfifo never
		exec 7<>never
		background shmput -u "$S" <never 2>/dev/null
		asleep
		kill -TERM "$PID"
		ends 143
		gone "$S"
		exec 7>&-
		rm never
		try shmput -u "$S" <input
		status 1
		shmput -c "$S" <input
		try shmput -u -o 1000 "$S" <input
		status 1
		[ "$(shmget "$S")" = hello ]
	done
}

@test "shmput: a full file system of shared memory is an error, not a SIGBUS, and changes nothing" {
	need_root
	unshare -m true || skip "needs a private mount namespace"
	new_segment posix
	# shellcheck disable=SC2016
	try unshare -m sh -c '
		mount -t tmpfs -o size=1m none /dev/shm
		seq 1000 | shmput -c "$1"
		head -c 2000000 /dev/zero >big
		shmput "$1" <big; echo $?
		head -c 2000000 /dev/zero | shmput "$1"; echo $?
		shmput -c "$1-2" <big; echo $?
		head -c 900000 /dev/zero >half
		shmput -c "$1-3" <half; echo $?
		shmput "$1" <half; echo $?
		yes | shmput "$1"; echo $?
		if [ "$2" = linux ]; then yes; else head -c 2000000 /dev/zero; fi | shmput -c "$1-4"; echo $?
		shmget "$1" | cksum
		ls /dev/shm | wc -l' sh "$S" "$PLAT"
	[ "$output" = "1
1
1
0
1
1
1
$(seq 1000 | cksum)
2" ]
	[ "$(grep -c "shmput: $S[-234]*: the file system of shared memory has no room.*nothing was changed$" stderr.txt)" -eq 6 ]
	grep -q "shmput: $S: the file system of shared memory has no room for 2000000 bytes ([0-9]* are free) (make it larger with mount -o remount,size=... /dev/shm, or remove segments); nothing was changed" stderr.txt
}

@test "shmput: a limit on the file size is an error and changes nothing" {
	new_segment posix
	echo old | shmput -c "$S"
	seq 100000 >input
	# shellcheck disable=SC2016
	try bash -c 'ulimit -f 10; shmput "$1" <input' sh "$S"
	status 1
	error "shmput: $S: RLIMIT_FSIZE (ulimit -f) or the file system does not let files become so large; nothing was changed"
	[ "$(shmget "$S")" = old ]
	head -c 1000000 /dev/zero | shmput "$S"
	try bash -c 'ulimit -f 10; shmput "$1" <input' sh "$S"
	status 1
	[ "$(shmget "$S" | tr -d '\0' | wc -c)" -eq 0 ]
	try bash -c 'ulimit -f 10; shmput -c "$1-2" <input' sh "$S"
	status 1
	gone "$S-2"
}

@test "shmput: names the kernel's limits on System V segments" {
	need_namespace
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	seq 1000 >input
	# shellcheck disable=SC2016
	try unshare -i sh -c '
		echo 1000 >/proc/sys/kernel/shmmax; shmput -c sysv:1 <input; echo $?
		echo 100000 >/proc/sys/kernel/shmmax; echo 2 >/proc/sys/kernel/shmmni
		shmput -c sysv:1 <input; shmput -c sysv:2 <input; shmput -c sysv:3 <input; echo $?
		echo 100 >/proc/sys/kernel/shmmni; echo 2 >/proc/sys/kernel/shmall; shmput -c sysv:4 <input; echo $?
		ipcs -m | grep -c 0x'
	output '1
1
1
2'
	grep -q 'shmput: sysv:0x1: kernel.shmmax is 1000; asked for 3893 (raise it with sysctl -w kernel.shmmax=3893); nothing was changed' stderr.txt
	grep -q 'shmput: sysv:0x3: kernel.shmmni is 2; asked for 3 (raise it with sysctl -w kernel.shmmni=3, or look for leaked segments with ipcls shm); nothing was changed' stderr.txt
	grep -q 'shmput: sysv:0x4: kernel.shmall is 2 pages; asked for 3 (raise it with sysctl -w kernel.shmall=3, or look for leaked segments with ipcls shm); nothing was changed' stderr.txt
}

# Mappings of other programs.

@test "shmput: a C program sees each put in its mapping, and shmget sees the program's stores" {
	new_segment posix
	printf '%-100s|' hello | shmput -c "$S"
	coproc PEER { exec peer map "$S" 3>&-; }
	echo 'get 0 5' >&"${PEER[1]}"
	read -r line <&"${PEER[0]}"
	[ "$line" = hello ]
	printf world | shmput -o 0 "$S"
	echo 'get 0 5' >&"${PEER[1]}"
	read -r line <&"${PEER[0]}"
	[ "$line" = world ]
	printf '%-101s' 'put whole' | shmput "$S"
	echo 'get 0 9' >&"${PEER[1]}"
	read -r line <&"${PEER[0]}"
	[ "$line" = 'put whole' ]
	echo 'put 4 from C' >&"${PEER[1]}"
	echo 'get 0 3' >&"${PEER[1]}"
	read -r line <&"${PEER[0]}"
	[ "$(shmget -o 0,10 "$S")" = 'put from C' ]
	kill "$PEER_PID"
}

@test "shmput: shares System V segments with Python and perl" {
	need 'python3-sysv-ipc' /usr/bin/python3 -c 'import sysv_ipc'
	new_segment sysv
	printf 'a\0b\377 %100s' end >input
	shmput -c "$S" <input
	/usr/bin/python3 - "${S#sysv:}" <<-'P' | cmp - input
		import sysv_ipc, sys
		m = sysv_ipc.SharedMemory(int(sys.argv[1], 16))
		sys.stdout.buffer.write(m.read())
	P
	/usr/bin/python3 - "${S#sysv:}" <<-'P'
		import sysv_ipc, sys
		sysv_ipc.SharedMemory(int(sys.argv[1], 16)).write(b'python', 4)
	P
	[ "$(shmget -o 4,6 "$S")" = python ]
	perl -e 'shmread(shmget(hex $ARGV[0], 0, 0), $d, 4, 6) or die; print $d; shmwrite(shmget(hex $ARGV[0], 0, 0), "pe\0rl!", 4, 6) or die' "${S#sysv:}" >got
	[ "$(cat got)" = python ]
	shmget -o 4,6 "$S" | od -An -c | grep -q 'p   e  \\0   r   l   !'
}

@test "shmput: takes the same lock as Python's lockf" {
	need python3 python3 -c 'import fcntl'
	new_segment file
	echo old | shmput -c "$S"
	python3 - "${S#file:}" <<-'P'
		import fcntl, subprocess, sys
		with open(sys.argv[1], 'r+b') as f:
		    fcntl.lockf(f, fcntl.LOCK_EX)
		    assert subprocess.run(['shmput', '-t', '0', 'file:' + sys.argv[1]], input=b'x', stderr=subprocess.DEVNULL).returncode == 124
	P
	[ "$(shmget "$S")" = old ]
}

# Writers never mix, and no reader sees half a put.

hammered() {
	local i letter

	for letter in a b c; do
		head -c 300001 /dev/zero | tr '\0' $letter >put-$letter
	done
	shmput -c "$S" <put-a
	for letter in a b c; do
		(for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
			shmput "$S" <put-$letter || echo failed >failed
			cat put-$letter | shmput "$S" || echo failed >failed
		done) 3>&- &
	done
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		shmget "$S" | {
			# Read slowly: the next put begins meanwhile.
			head -c 70000
			shmget -V >/dev/null
			cat
		} >got
		letter=$(head -c 1 got)
		cmp got "put-$letter"
	done
	wait
	[ ! -e failed ]
}
@test "shmput: three writers never mix, and a slow reader never sees half a put" {
	locked hammered
}

@test "shmput: a reader sees a new segment whole or not at all" {
	local i

	head -c 200000 /dev/zero | tr '\0' x >input
	for KIND in posix file; do
		new_segment $KIND
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
			shmput -c "$S" <input 3>&- &
			until shmget "$S" >got 2>/dev/null; do :; done
			cmp got input
			wait
			remove "$S"
		done
	done
}

@test "shmput: semop around it protects a System V segment, which has no lock" {
	local i letter lock

	new_semaphore sysv
	lock=$S
	new_segment sysv
	for letter in a b; do
		head -c 300001 /dev/zero | tr '\0' $letter >put-$letter
	done
	semop -c "$lock" -- shmput -c "$S" <put-a
	for letter in a b; do
		(for i in 1 2 3 4 5 6 7 8 9 10; do
			semop "$lock" -- shmput "$S" <put-$letter || echo failed >failed
		done) 3>&- &
	done
	for i in 1 2 3 4 5 6 7 8 9 10; do
		semop "$lock" -- shmget "$S" >got
		cmp got "put-$(head -c 1 got)"
	done
	wait
	[ ! -e failed ]
	try semop "$lock"
	output 1
}

@test "shmput: SIGKILL leaves no lock behind, and no incomplete new segment" {
	local i

	head -c 20M /dev/urandom >big
	for KIND in posix file; do
		new_segment $KIND
		shmput -c "$S" <big
		for i in 1 2 3 4 5 6 7 8; do
			background shmput "$S" <big
			# shellcheck disable=SC2034
			for wait in $(seq $i); do shmget -V >/dev/null; done
			kill -KILL "$PID" 2>/dev/null || true
			wait "$PID" || true
			shmput -t 0 "$S" <<<after
			[ "$(shmget "$S")" = after ]
		done
		[ "$PLAT" = linux ] || continue
		remove "$S"
		for i in 1 2 3 4 5 6 7 8; do
			background shmput -c "$S" <big
			for wait in $(seq $i); do shmget -V >/dev/null; done
			kill -KILL "$PID" 2>/dev/null || true
			wait "$PID" || true
			if shmget "$S" >got 2>/dev/null; then
				cmp got big
				remove "$S"
			fi
		done
	done
}

@test "shmput: a signal during the change of a segment takes effect after the change" {
	local i

	head -c 30M /dev/zero | tr '\0' n >new
	for KIND in posix file sysv; do
		new_segment $KIND
		head -c 30M /dev/zero >old
		shmput -c "$S" <old
		for i in 1 3 5; do
			background shmput "$S" <new 2>/dev/null
			for wait in $(seq $((i * 2))); do shmget -V >/dev/null; done
			kill -TERM "$PID" 2>/dev/null || true
			wait "$PID" || true
			shmget "$S" >got
			cmp -s got old || cmp got new
			shmput "$S" <old
		done
	done
}

@test "shmput: 100 MiB through a pipe take little memory of the process" {
	[ -z "${SANITIZED:-}" ] || skip "sanitizers need far more"
	new_segment posix
	(
		ulimit -v 20000
		head -c 100M /dev/zero | shmput -c "$S"
		head -c 100M /dev/zero | shmput "$S"
		shmget "$S" | cmp -n 100M - /dev/zero
	)
	[ "$(shmget "$S" | wc -c)" -eq 104857600 ]
}

@test "shmput, shmget: use offsets beyond 4 GiB in a file dated 2040" {
	local free

	new_segment file
	free=$(df --output=avail -k . | tail -n 1)
	[ "$free" -gt 8000000 ] || skip "needs 8 GB of disk"
	truncate -s 5G sparse
	SEGMENTS+=(file:sparse)
	echo beyond | shmput -o 4500M file:sparse
	touch -d 2040-01-01 sparse
	[ "$(shmget -o 4500M,6 file:sparse)" = beyond ]
	[ "$(shmget -N -o 3G,1 file:sparse | tr '\0' 0)" = 1:0, ]
	[ "$(shmget -o 4499M,1M file:sparse | tr -d '\0' | wc -c)" -eq 0 ]
	touch -d 2040-01-01 sparse
	shmput -o 4500M file:sparse -- sh -c 'head -c 6 | tr a-z A-Z'
	[ "$(shmget -f -0 -n 1 -o 4500M,6 file:sparse | tr '\0' 0)" = BEYOND0 ]
	try shmget -o 5G,1 file:sparse
	status 1
	error 'shmget: file:sparse: the segment has 5368709120 bytes, and not the part asked for (-o); nothing was written'
	[ "$(stat -c %s sparse)" -eq $((5 * 1024 * 1024 * 1024)) ]
}

@test "shmput: -v prints the calls on Linux" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	new_segment posix
	echo hello >input
	lone shmput -c -v "$S" <input 2>trace
	cat >expected <<-T
		shmput: shm_open("$S", O_RDWR, 0) = -1 ENOENT
		shmput: open("/dev/shm", O_RDWR|O_TMPFILE, 0600) = 3
		shmput: ftruncate(3, 6) = 0
		shmput: fallocate(3, FALLOC_FL_KEEP_SIZE, 0, 6) = 0
		shmput: pwrite(3, "hello\n", 6, 0) = 6
		shmput: linkat(AT_FDCWD, "/proc/self/fd/3", AT_FDCWD, "/dev/shm$S", AT_SYMLINK_FOLLOW) = 0
	T
	diff expected trace
	echo hi >input
	IPC7_TRACE=1 lone shmput -u "$S" <input 2>trace
	cat >expected <<-T
		shmput: shm_open("$S", O_RDWR, 0) = 3
		shmput: fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0
		shmput: fallocate(3, FALLOC_FL_KEEP_SIZE, 0, 3) = 0
		shmput: pwrite(3, "hi\n", 3, 0) = 3
		shmput: ftruncate(3, 3) = 0
		shmput: shm_unlink("$S") = 0
	T
	diff expected trace
}

@test "shmput: -v prints the calls for a System V segment" {
	new_segment sysv
	echo hello >input
	shmput -c -v -u "$S" <input 2>trace
	sed -E 's/\([0-9]+, (NULL|IPC)/(ID, \1/; s/= 0x.*/= ADDRESS/; s/= [0-9]+$/= ID/' trace >got
	cat >expected <<-T
		shmput: shmget(${S#sysv:}, 0, 0) = -1 ENOENT
		shmput: shmget(${S#sysv:}, 6, IPC_CREAT|IPC_EXCL|0600) = ID
		shmput: shmat(ID, NULL, 0) = ADDRESS
		shmput: shmctl(ID, IPC_RMID) = ID
	T
	diff expected got
}

@test "shmput: -v prints the calls where the system offers only POSIX" {
	[ "$PLAT" = portable ] || skip "shows the calls of POSIX"
	new_segment posix
	echo hello >input
	lone shmput -c -v "$S" <input 2>trace
	grep -q "^shmput: shm_open(\"$S\", O_RDWR|O_CREAT|O_EXCL, 0600) = 3$" trace
	grep -q '^shmput: mmap(NULL, 6, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x' trace
}

@test "shmput: -h and --version print usage and version, and a failed write is an error" {
	try shmput -h
	status 0
	[[ $output == 'usage: shmput [-cuvx] '*'SEGMENT'* ]]
	try shmput --version
	[[ $output == 'shmput (ipc7) '* ]]
	try sh -c 'shmput -h >/dev/full'
	status 1
	error 'shmput: standard output: No space left on device'
}

@test "shmput: works even if standard error is closed and signals are ignored or blocked at the start" {
	new_segment posix
	echo hello >input
	sh -c 'shmput -c "$1" <input 2>&-' sh "$S"
	peer ignore 13 peer block 15 peer ignore 17 shmput "$S" <input
	[ "$(shmget "$S")" = hello ]
}

@test "shmput: a writer gets the lock even if readers overlap all the time" {
	local i

	head -c 300000 /dev/zero >zeros
	for KIND in posix file; do
		new_segment $KIND
		shmput -c "$S" <zeros
		for i in 1 2 3; do
			(until [ -e stop ]; do shmget "$S" | { head -c 100 >/dev/null; shmget -V >/dev/null; cat >/dev/null; }; done) 3>&- &
			JOBS+=($!)
		done
		for i in 1 2 3 4 5 6 7 8 9 10; do
			shmput -t 10 "$S" <zeros
		done
		touch stop
		wait
		rm -f stop
	done
}

@test "shmput: -c creates the segment again if it is removed between two calls" {
	local i

	for KIND in posix file; do
		new_segment $KIND
		(for i in $(seq 60); do shmget -u "$S" >/dev/null 2>&1; done) 3>&- &
		for i in $(seq 60); do
			try shmput -c "$S" <<<x
			[ "$status" -eq 0 ] || { status 3 && error "shmput: $S: the segment was removed while in use; *"; }
		done
		wait
	done
}

@test "shmput: creates a System V segment from a file in /proc" {
	cd /proc
	new_segment sysv
	shmput -c "$S" </proc/version
	shmget "$S" | grep -q Linux
}

@test "shmput: -c copies the data of a pipe once, into a segment that nobody sees until it is complete" {
	[ "$PLAT" = linux ] || skip "POSIX has no object without a name"
	for KIND in posix file; do
		new_segment $KIND
		seq 100000 >input
		cat input | shmput -c -v "$S" 2>trace
		if grep -qE 'pwrite|sendfile' trace; then cat trace; false; fi
		grep -q linkat trace
		shmget -u "$S" | cmp - input
		# At an offset, with space behind the input.
		cat input | shmput -c -o 5 -s 600000 "$S"
		[ "$(shmget "$S" | wc -c)" -eq 600000 ]
		shmget -o 5,588895 "$S" | cmp - input
		[ "$(shmget -o 588900 "$S" | tr -d '\0' | wc -c)" -eq 0 ]
		remove "$S"
		# Another process creates the segment first: the input goes into that segment.
		mkfifo fifo
		exec 7<>fifo
		background shmput -c "$S" <fifo
		cat input input >&7
		asleep
		echo other | shmput -c "$S"
		exec 7>&-
		ends 0
		shmget "$S" | cmp - <(cat input input)
		rm fifo
	done
}

# A COMMAND between the segment and the put.

updates() {
	printf 'pear\napple\n' >input
	shmput -c -s 11 "$S" <input
	shmput "$S" -- sort
	[ "$(shmget "$S" | tr -d '\0')" = $'apple\npear' ]
	shmput -s 11 "$S" -- sh -c 'read -r first; echo "$first"'
	[ "$(shmget "$S" | tr -d '\0')" = apple ]
	shmput -o 2 "$S" -- tr p q
	[ "$(shmget "$S" | tr -d '\0')" = apqle ]
	shmput -o 4 "$S" -- printf E
	[ "$(shmget "$S" | tr -d '\0')" = apqlE ]
	shmput "$S" -- true
	[ -z "$(shmget "$S" | tr -d '\0')" ]
}
@test "shmput: COMMAND reads the segment, or its part from -o on, and its output is put" {
	segments updates
	[ -z "$(ls -A | grep -v -e input -e segment -e stderr)" ]
}

large_updates() {
	head -c 3000000 /dev/urandom >input
	shmput -c "$S" <input
	shmput "$S" -- sh -c 'tr a-y b-z; cat input'
	tr a-y b-z <input | cat - input | cmp - <(shmget "$S")
}
@test "shmput: COMMAND can read and print any number of bytes" {
	locked large_updates
}

fails() {
	echo old >input
	shmput -c "$S" <input
	for code in 1 3 7 124 255; do
		try shmput "$S" -- sh -c "echo new; exit $code"
		status $code
		[ -z "$stderr$output" ]
	done
	try shmput -u "$S" -- sh -c 'echo new; kill -KILL $$'
	status 137
	try shmput "$S" -- ./nosuch
	status 127
	error 'shmput: ./nosuch: no such command'
	try shmput "$S" -- ./input
	status 126
	try shmput -t 0 "$S" --
	status 2
	error 'shmput: -- is followed by a COMMAND'
	try shmput "$S" echo x
	status 2
	try shmput -o 1 "$S" -- echo long
	status 125
	error "shmput: $S: the output of COMMAND has 5 bytes, and from byte 1 on there is room for 3; nothing was changed"
	try shmput -o 5 "$S" -- touch started
	status 125
	[ ! -e started ]
	[ "$(shmget "$S")" = old ]
	remove "$S"
	try shmput "$S" -- touch started
	status 125
	[ ! -e started ]
}
@test "shmput: a COMMAND that fails changes nothing and its status is passed on, and 125 is shmput's own failure" {
	segments fails
}

creates_for_command() {
	local size=()

	[ $KIND != sysv ] || size=(-s 20)
	try shmput "$S" -- echo x
	status 125
	shmput -c "${size[@]}" -m 640 "$S" -- sh -c 'tr -d "\0" | wc -c'
	[ "$(shmget "$S" | tr -d '\0 ')" = 0 ]
	[ "$(mode_of)" = 640 ]
	try shmput -x "${size[@]}" "$S" -- touch started
	status 125
	error "shmput: $S: the segment exists already (leave out -x to use it)"
	remove "$S"
	[ ! -e started ]
	try shmput -c "${size[@]}" "$S" -- sh -c 'echo x; exit 9'
	status 9
	gone "$S"
	try shmput -x "${size[@]}" "$S" -- sh -c 'echo 123456789012345678901; [ "$1" != sysv ] || exit 0; exit 1' sh $KIND
	[ "$status" -eq 1 ] || status 125
	gone "$S"
	shmput -x "${size[@]}" -o 2 "$S" -- sh -c 'cat >&2; echo abc' 2>given
	[ "$(shmget "$S" | tr '\0' . )" = "..abc$([ $KIND != sysv ] || printf '\n..............')" ]
}
@test "shmput: -c creates a segment for COMMAND, and removes it if COMMAND fails or its output is not put" {
	segments creates_for_command
	new_segment sysv
	try shmput -c "$S" -- touch started
	status 2
	error "shmput: $S: the size of the input is not known (give the size with -s)"
	[ ! -e started ]
	name=$(shmput -c -s 5 sysv:new -- printf hello)
	SEGMENTS+=("$name")
	[ "$(shmget "$name")" = hello ]
}

# held COMMAND...: start a shmput with a COMMAND that waits, in the background, until COMMAND runs.
held() {
	mkfifo started go
	# shellcheck disable=SC2016
	background shmput "$@" "$S" -- sh -c 'exec 5<>go; echo >started; read -r code <&5; cat; echo x; exit "$code"' 2>held.txt
	HOLDER=$PID
	read -r _ <started
}

waits_for_command() {
	held -c
	[ "$(wc -c <"$(object "${S/#\//\/dev\/shm\/}")")" -eq 0 ]
	try shmput -t 0 "$S" -- touch wrong
	status 124
	error "shmput: $S: the segment stayed locked by another process, not free in time (-t); nothing was changed"
	try shmput -t 0 -c "$S" <<<wrong
	status 124
	try shmget -t 0 "$S"
	status 124
	[ ! -e wrong ]
	background shmput -c "$S" -- sh -c 'cat; echo y' 2>lines
	SECOND=$PID
	asleep
	background shmput -c "$S" -- sh -c 'cat; echo y' 2>lines3
	THIRD=$PID
	asleep
	background shmput "$S" -- cat 2>lines4
	asleep
	# The first COMMAND fails, so the segment is removed; who would create it starts over.
	echo "${1:-4}" >go
	if [ "${1:-4}" -eq 4 ]; then
		ends 3
		[ "$(cat lines4)" = "shmput: $S: the segment was removed while in use; nothing was changed" ]
	else
		ends 0
	fi
	PID=$HOLDER
	ends "${1:-4}"
	PID=$SECOND
	ends 0
	PID=$THIRD
	ends 0
	[ "$(cat lines lines3)" = '' ]
	rm started go
}
@test "shmput: a segment is locked while COMMAND runs, and a waiter with -c starts over if the segment is removed" {
	for KIND in posix file; do
		new_segment $KIND
		waits_for_command
		[ "$(shmget "$S")" = $'y\ny' ]
		remove "$S"
		waits_for_command 0
		[ "$(shmget "$S")" = $'x\ny\ny' ]
	done
}

@test "shmput: a plain put with -c that waits for a segment which is then removed creates it again" {
	new_segment posix
	held -c
	background shmput -c "$S" <<<mine 2>lines
	asleep
	echo 1 >go
	ends 0
	[ "$(shmget "$S")" = mine ]
}

@test "shmput: shmget -f writes no state of a segment whose COMMAND fails" {
	for KIND in posix file; do
		new_segment $KIND
		held -c
		background shmget -f -N "$S" >seen 2>lines
		asleep
		echo 4 >go
		ends 3
		[ ! -s seen ]
		[ "$(cat lines)" = "shmget: $S: the segment was removed while in use; nothing was written" ]
		rm started go
	done
}

@test "shmput: Ctrl-C stops a loop of a shell" {
	local shell

	new_segment posix
	echo old | shmput -c "$S"
	loop_stops "shmput $S -- sh -c 'echo >started; exec sleep 5'"
}

signals_to_command() {
	local signal

	for signal in TERM INT HUP; do
		[ -z "$1" ] || shmput -c "$S" <<<old
		# shellcheck disable=SC2086
		held ${2-}
		kill -$signal "$HOLDER"
		ends $((128 + $(kill -l $signal)))
		[ ! -s held.txt ]
		if [ -n "$1" ]; then [ "$(shmget "$S")" = old ]; else gone "$S"; fi
		rm started go
	done
}
@test "shmput: a signal is passed on to COMMAND, and shmput dies by it with nothing changed" {
	for KIND in posix file; do
		new_segment $KIND
		set -m
		signals_to_command old
		remove "$S"
		signals_to_command '' -c
		set +m
		# A COMMAND that handles the signal decides.
		shmput -c "$S" <<<old
		mkfifo started
		# shellcheck disable=SC2016
		background shmput "$S" -- sh -c 'trap "echo handled; exit 0" TERM; echo >started; while :; do sleep 0.01; done'
		read -r _ <started
		kill -TERM "$PID"
		ends 0
		[ "$(shmget "$S")" = handled ]
		rm started
	done
}

counts_up() {
	local i

	for i in 1 2 3 4 5 6 7 8; do
		(for _ in $(seq "${TIMES:-20}"); do shmput -c "$S" -- awk 'END { print $1 + 1 }' || echo failed >failed; done) 3>&- &
	done
	wait
	[ ! -e failed ]
	[ "$(shmget "$S")" = $((8 * ${TIMES:-20})) ]
}
@test "shmput: eight processes count up by COMMANDs without another lock, and no update is lost" {
	locked counts_up
}

some_fail() {
	local i

	for i in 1 2 3 4 5 6; do
		# shellcheck disable=SC2016
		(for n in 1 2 3 4 5 6 7 8; do
			shmput -c "$S" -- sh -c 'cat; echo x; [ "$1" != fail ]' sh "$([ $((n % 2)) -eq 0 ] || echo fail)" 2>>lines
		done || true) 3>&- &
	done
	wait
	[ ! -s lines ]
	[ "$(shmget "$S" | wc -l)" -eq 24 ]
}
@test "shmput: no update is lost even if COMMANDs fail that would have created the segment" {
	locked some_fail
}

@test "shmput: -v shows the calls of an update" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	new_segment posix
	lone shmput -c -v "$S" -- sh -c 'echo 1' 2>trace
	cat >expected <<-T
		shmput: shm_open("$S", O_RDWR, 0) = -1 ENOENT
		shmput: open("/dev/shm", O_RDWR|O_TMPFILE, 0600) = 3
		shmput: fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0
		shmput: linkat(AT_FDCWD, "/proc/self/fd/3", AT_FDCWD, "/dev/shm$S", AT_SYMLINK_FOLLOW) = 0
		shmput: fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0
		shmput: ftruncate(3, 2) = 0
		shmput: fallocate(3, FALLOC_FL_KEEP_SIZE, 0, 2) = 0
		shmput: pwrite(3, "1\n", 2, 0) = 2
	T
	diff expected trace
}

# What others may have planted.

@test "shmput: -c refuses a segment that another user may have planted, and without -c it is used" {
	need_root
	new_segment posix
	as_user sh -c "echo his | shmput -c -m 666 '$S'"
	for option in -c '-c -u'; do
		# shellcheck disable=SC2086
		try shmput $option "$S" <<<mine
		status 1
		error "shmput: $S: another user owns the segment and may have planted it, so -c does not use it (leave out -c to use it)"
	done
	try shmput -c "$S" -- touch started
	status 125
	[ ! -e started ]
	try shmput -x "$S" <<<mine
	status 1
	error "shmput: $S: the segment exists already (leave out -x to use it)"
	[ "$(shmget "$S")" = his ]
	as_user sh -c "echo again | shmput -c '$S'"
	echo mine | shmput "$S"
	[ "$(shmget "$S")" = mine ]
}

@test "shmput: -c refuses a file of another user in a sticky directory, but not elsewhere" {
	need_root
	mkdir -m 1777 sticky
	mkdir -m 777 plain
	for directory in sticky plain; do
		echo his >$directory/file
		chown 65534 $directory/file
	done
	for path in sticky/file "$PWD/sticky/file"; do
		try shmput -c "file:$path" <<<mine
		status 1
		error "shmput: file:$path: another user owns the segment and may have planted it, so -c does not use it (leave out -c to use it)"
	done
	(
		cd sticky
		try shmput -c -u file:file <<<mine
		status 1
	)
	[ "$(cat sticky/file)" = his ]
	echo mine | shmput file:sticky/file
	echo mine | shmput -c file:plain/file
	[ "$(cat sticky/file plain/file)" = $'mine\nmine' ]
}

@test "shmput: -c follows no symbolic link to a file, and in a sticky directory shmput and shmget follow none" {
	mkdir -m 1777 sticky
	echo old >target
	ln -s target link
	ln -s ../target sticky/link
	for path in link sticky/link; do
		try shmput -c "file:$path" <<<new
		status 1
		error "shmput: file:$path: a symbolic link, which is not followed with -c or -x (name the file that it leads to)"
	done
	for command in shmput shmget; do
		try $command file:sticky/link <<<new
		status 1
		error "$command: file:sticky/link: a symbolic link, which is not followed in a sticky directory (name the file that it leads to)"
	done
	[ "$(cat target)" = old ]
	shmput file:link <<<new
	[ "$(cat target)" = new ]
	[ "$(shmget file:link)" = new ]
}

@test "shmput: the line about a full file system does not count the input as used" {
	need_root
	unshare -m true || skip "needs a private mount namespace"
	new_segment posix
	# shellcheck disable=SC2016
	try unshare -m sh -c '
		mount -t tmpfs -o size=64k none /dev/shm
		head -c 100000 /dev/zero | cat | shmput -c "$1"
		head -c 100000 /dev/zero >input
		shmput -c "$1" <input
		mkdir small
		mount -t tmpfs -o size=64k none small
		echo old >small/file
		head -c 100000 /dev/zero | cat | shmput file:small/file
		cat small/file
		head -c 30000 /dev/zero >small/file
		head -c 30000 /dev/zero | shmput -s 40000 file:small/file
		mount -o remount,size=128k small
		head -c 66000 /dev/zero | cat | shmput file:small/file' sh "$S"
	output old
	[ "$(grep -c "has no room.* (\(65536\|61440\) are free)" stderr.txt)" -eq 3 ] || { cat stderr.txt; false; }
	[ "$(grep -c "has no room for all bytes of the input ([0-9]* are free)" stderr.txt)" -ge 1 ]
	tail -n 1 stderr.txt | grep -q "has no room for 66000 bytes ([0-9]* are free beside a copy of the input); nothing was changed"
}

@test "shmput: input of unknown size is held where memfd_create(2) is missing or refused" {
	[ "$PLAT" = linux ] || skip "only Linux has memfd_create(2)"
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	need strace strace -V
	seq 100000 >input
	for error in ENOSYS EPERM; do
		new_segment posix
		shmput -c "$S" <input
		tac input | strace -qq -e inject=memfd_create:error=$error -o trace shmput -o 0 "$S"
		grep -q "^memfd_create.*INJECTED" trace
		shmget "$S" | cmp - <(tac input)
	done
}
