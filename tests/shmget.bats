load helper

gets_parts() {
	printf 0123456789 >input
	shmput -c "$S" <input
	[ "$(shmget -o 0,3 "$S")" = 012 ]
	[ "$(shmget -o 7 "$S")" = 789 ]
	[ "$(shmget -o 4,2 "$S")" = 45 ]
	[ -z "$(shmget -o 0,0 "$S")" ]
	[ -z "$(shmget -o 10 "$S")" ]
	for part in 0,11 11 10,1 9,2 11,1 8589934591G,8589934591G; do
		try shmget -o $part "$S"
		status 1
		output ''
		error "shmget: $S: the segment has 10 bytes, and not the part asked for (-o); nothing was written"
	done
}
@test "shmget: -o OFFSET,LENGTH selects a part, and a part outside the segment is an error" {
	segments gets_parts
}

@test "shmget: writes parts across pages, at any offset" {
	local offset

	seq 100000 >input
	for KIND in posix file sysv; do
		new_segment $KIND
		shmput -c "$S" <input
		for offset in 1 4095 4096 65537 131071 500000; do
			shmget -o $offset,70001 "$S" | cmp - <(tail -c +$((offset + 1)) input | head -c 70001)
			shmget -z -o $offset,70001 "$S" | cmp - <(tail -c +$((offset + 1)) input | head -c 70001)
		done
	done
}

no_segment() {
	try shmget "$S"
	status 1
	output ''
	case $KIND in
	file) error "shmget: $S: no such file" ;;
	*) error "shmget: $S: no such segment (shmput -c creates one)" ;;
	esac
}
@test "shmget: names a missing segment and does not create it" {
	segments no_segment
	segments no_segment
	try shmget sysv:@2147483647
	status 1
	error 'shmget: sysv:@2147483647: no such segment (an identifier names one that exists; ipcs -m lists them)'
	try shmget sysv:./nosuch
	status 1
	error 'shmget: sysv:./nosuch: no key from this path: No such file or directory'
}

to_all_outputs() {
	seq 60000 >input
	shmput -c "$S" <input
	for option in '' -z; do
		# shellcheck disable=SC2086
		{
			shmget $option "$S" >file
			cmp file input
			echo first >file
			shmget $option "$S" >>file
			tail -n +2 file | cmp - input
			shmget $option "$S" | cmp - input
			shmget $option "$S" | cat | cmp - input
			shmget $option "$S" >/dev/null
		}
	done
}
@test "shmget: writes to files, even in append mode, to pipes and to devices, with and without -z" {
	segments to_all_outputs
}

@test "shmget: writes to a socket and to a non-blocking pipe" {
	need socat socat -V
	seq 60000 >input
	for KIND in posix sysv; do
		new_segment $KIND
		shmput -c "$S" <input
		for option in '' -z; do
			socat -u "SYSTEM:shmget $option '$S'" - | cmp - input
			socat -u "EXEC:shmget $option '$S',nofork" - 2>/dev/null | cmp - input || true
			perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL, O_NONBLOCK | fcntl(STDOUT, F_GETFL, 0)); exec @ARGV' \
				shmget $option "$S" | { shmget -V >/dev/null; cmp - input; }
		done
	done
}

output_fails() {
	seq 600000 >input
	shmput -c "$S" <input
	try sh -c "shmget '$S' >/dev/full"
	status 1
	error "shmget: $S: standard output: No space left on device; nothing was written"
	try sh -c "shmget '$S' >&-"
	status 1
	error "shmget: $S: standard output: Bad file descriptor; nothing was written"
	try sh -c "{ shmget '$S'; echo \$? >status; } | head -c 10 >/dev/null"
	[ "$(cat status)" -eq 0 ]
	[ -z "$stderr" ]
	# With -u the segment stays.
	shmget -u "$S" | head -c 10 >/dev/null
	shmget "$S" | cmp - input
	try sh -c "shmget -u '$S' >/dev/full"
	status 1
	shmget "$S" | cmp - input
	try sh -c "shmget -u -z '$S' >&-"
	status 1
	shmget -u "$S" | cmp - input
	gone "$S"
}
@test "shmget: fails if the output fails, and -u then keeps the segment" {
	segments output_fails
}

@test "shmget: a reader that goes is no failure even if standard error is closed and SIGPIPE is ignored" {
	new_segment posix
	seq 600000 | shmput -c "$S"
	peer ignore 13 sh -c "{ shmget '$S' 2>&-; echo \$? >status; } | :"
	[ "$(cat status)" -eq 0 ]
}

copies() {
	head -c 60000 /dev/zero | tr '\0' a >a
	head -c 60000 /dev/zero | tr '\0' b >b
	shmput -c "$S" <a
	mkfifo slow
	exec 7<>slow
	# The data fits into the pipe, so shmget ends before anybody reads.
	shmget "$@" "$S" >slow
	shmput "$S" <b
	head -c 60000 <&7 >got
	exec 7>&-
	rm slow
}
@test "shmget: data in a pipe does not change with the next put" {
	for KIND in posix file sysv; do
		new_segment $KIND
		copies
		cmp got a
	done
}

@test "shmget: -z passes live pages, which change with the next put" {
	[ "$PLAT" = linux ] || skip "POSIX passes no pages"
	new_segment posix
	copies -z
	cmp got b
}

@test "shmget: a slow reader delays the next put and gets the segment as it was at the start" {
	new_segment posix
	head -c 3000000 /dev/zero | tr '\0' a >a
	echo b >b
	shmput -c "$S" <a
	pipe
	background shmget "$S" >&6
	GET=$PID
	exec 6>&-
	asleep
	try shmput -t 0.1 "$S" <b
	status 124
	background shmput "$S" <b
	cmp a <&4
	wait "$GET"
	ends 0
	[ "$(shmget "$S")" = b ]
	exec 4<&-
}

shrinks() {
	head -c 3000000 /dev/zero >zeros
	shmput -c "$S" <zeros
	pipe
	background shmget "$S" >&6 2>lines
	exec 6>&-
	asleep
	# A program that does not know the lock shortens the file.
	truncate -s 1000 "$(object "${S/#\//\/dev\/shm\/}")"
	cat <&4 >got
	ends 1
	cmp -n "$(wc -c <got)" got zeros
	[[ $(cat lines) == "shmget: $S: the segment became smaller while it was read; "*" bytes were written" ]]
	exec 4<&-
}
@test "shmget: a segment that shrinks during the read is an error, not a SIGBUS" {
	locked shrinks
}

@test "shmget: a System V segment has the size that was asked for, not that of its pages" {
	new_segment sysv
	printf hello >input
	shmput -c "$S" <input
	[ "$(shmget "$S" | wc -c)" -eq 5 ]
	try shmget -o 0,6 "$S"
	status 1
}

@test "shmget: -u unlinks after the segment is written, or if a signal ends shmget" {
	for KIND in posix file sysv; do
		new_segment $KIND
		head -c 3000000 /dev/zero >zeros
		shmput -c "$S" <zeros
		shmget -u "$S" | cmp - zeros
		gone "$S"
		shmput -c "$S" <zeros
		pipe
		background shmget "$S" >&6 2>lines
		asleep
		kill -TERM "$PID"
		ends 143
		[ ! -s lines ]
		exec 4<&- 6>&-
		pipe
		background shmget -u "$S" >&6 2>lines
		exec 6>&-
		asleep
		kill -TERM "$PID"
		ends 143
		[[ $(cat lines) == "shmget: $S: stopped by signal 15; "*" bytes were written" ]]
		gone "$S"
		exec 4<&-
	done
}

@test "shmget: a put that waits for a segment which -u unlinks changes nothing and exits with status 3" {
	new_segment posix
	head -c 3000000 /dev/zero >zeros
	shmput -c "$S" <zeros
	pipe
	background shmget -u "$S" >&6
	GET=$PID
	exec 6>&-
	asleep
	background shmput "$S" <<<new 2>lines
	asleep
	cat <&4 | cmp - zeros
	wait "$GET"
	ends 3
	[ "$(cat lines)" = "shmput: $S: the segment was removed while in use; nothing was changed" ]
	exec 4<&-
}

@test "shmget: wrong usage gets one error line and status 2" {
	try shmget
	status 2
	error 'shmget: SEGMENT is missing; usage: shmget \[-fuvz\]*'
	try shmget a b
	status 2
	error 'shmget: there is one SEGMENT, after the options; what it holds goes to standard output'
	for part in '' , 1, ,1 1,-1 1,2,3 x 11111111111111111111111111111111,1; do
		try shmget -o "$part" a
		status 2
	done
	try shmget -n 1 a
	status 2
	error 'shmget: -n needs -f (-o OFFSET,LENGTH writes a part)'
	for options in -f '-f -n 1'; do
		# shellcheck disable=SC2086
		try shmget $options a
		status 2
		error 'shmget: -f needs -0 or -N, which tell where a record ends'
	done
	try shmget -o 0,1X a
	status 2
	error 'shmget: -o "0,1X": not a number of bytes (with optional K, M or G)'
	try shmget -c a
	status 2
	error 'shmget: there is no option -c (see shmget -h)'
	try shmget sysv:new
	status 2
	error 'shmget: sysv:new makes a new segment, and shmget creates nothing'
	try shmget -o
	status 2
	error 'shmget: -o needs an argument (see shmget -h)'
}

@test "shmget: --help and -V print usage and version" {
	try shmget --help
	status 0
	[[ $output == 'usage: shmget [-fuvz] '* ]]
	try shmget -V
	[[ $output == 'shmget (ipc7) '* ]]
}

@test "shmget: -v prints the calls" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	new_segment posix
	echo hello | shmput -c "$S"
	lone shmget -v "$S" 2>trace | cat >got
	cat >expected <<-T
		shmget: shm_open("$S", O_RDONLY, 0) = 3
		shmget: fcntl(3, F_SETLK, {l_type=F_RDLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0
		shmget: pread(3, "hello\n", 6, 0) = 6
	T
	diff expected trace
	lone shmget -v -z -u "$S" 2>trace | cat >got
	cat >expected <<-T
		shmget: shm_open("$S", O_RDONLY, 0) = 3
		shmget: fcntl(3, F_SETLK, {l_type=F_RDLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0
		shmget: splice(3, [0], 1, NULL, 6, 0) = 6
		shmget: shm_unlink("$S") = 0
	T
	diff expected trace
}

@test "shmget: reads a segment of another program, even after the program has enlarged it" {
	new_segment posix
	peer resize "$S" 5
	[ "$(shmget "$S" | od -An -c | tr -d ' ')" = '\0\0\0\0\0' ]
	peer resize "$S" 70000
	[ "$(shmget "$S" | wc -c)" -eq 70000 ]
}

writes_records() {
	printf 'a\nb' >input
	shmput -c "$S" <input
	[ "$(shmget -N "$S")" = $'3:a\nb,' ]
	[ "$(shmget -N -o 1,0 "$S")" = '0:,' ]
	[ "$(shmget -0 -o 2,1 "$S" | od -An -c | tr -d ' ')" = 'b\0' ]
}
@test "shmget: -0 and -N write the segment as a record" {
	segments writes_records
}

# follow [OPTION...]: start shmget -f in the background, with its netstrings at descriptor 4.
follow() {
	pipe
	background shmget -f -N "$@" "$S" >&6 2>lines
	exec 6>&-
}

# next TEXT: check the next netstring of shmget -f.
next() {
	local length got

	IFS= read -r -t 10 -d : length <&4
	IFS= read -r -t 10 -N "$((length + 1))" got <&4
	[ "$got" = "$1," ] || { printf 'record %q\n   not %q\n' "$got" "$1," >&2; return 1; }
}

follows() {
	printf one | shmput -c "$S"
	follow
	next one
	printf two | shmput "$S"
	next two
	# The same bytes are put: a put is a record.
	printf two | shmput "$S"
	next two
	printf 2 | shmput -o 0 "$S"
	next 2wo
	printf 'longer than before' | shmput "$S"
	next 'longer than before'
	shmput "$S" </dev/null
	next ''
	# A put that is refused, a read, and a new mode are no changes.
	try shmput -o 5 "$S" <<<x
	status 1
	shmget "$S" >copy
	if [ $KIND = posix ]; then chmod 640 "/dev/shm$S"; else chmod 640 "${S#file:}"; fi
	printf last | shmput "$S"
	remove "$S"
	next last
	ends 3
	[[ $(cat lines) == "shmget: $S: the segment was removed while in use; "*" bytes were written" ]]
	exec 4<&-
}
@test "shmget: -f writes a segment now and after each put, and ends with status 3 when it is removed" {
	[ "$PLAT" = linux ] || skip "POSIX does not report a put of the same bytes"
	locked follows
}

follows_part() {
	printf 0123456789 | shmput -c "$S"
	follow -o 3,4 -n 2
	next 3456
	# A put that leaves out the part is passed over.
	printf abc | shmput "$S"
	asleep
	printf 0123abc789 | shmput "$S"
	next 3abc
	ends 0
	[ ! -s lines ]
	exec 4<&-
	[ -z "$(shmget -f -N -n 0 "$S")" ]
}
@test "shmget: -f -n COUNT ends after COUNT records, and -o selects the part to follow" {
	locked follows_part
}

@test "shmget: -f ends with status 124 if the segment does not change within -t" {
	new_segment posix
	echo hello | shmput -c "$S"
	try shmget -f -N -t 0 "$S"
	status 124
	output $'6:hello\n,'
	error "shmget: $S: the segment did not change in time (-t); 9 bytes were written"
	try shmget -f -N -t 0.05 "$S"
	status 124
}

@test "shmget: -f ends without a line once its reader has gone, or by a signal" {
	new_segment posix
	echo hello | shmput -c "$S"
	follow
	next $'hello\n'
	exec 4<&-
	ends 0
	[ ! -s lines ]
	follow
	next $'hello\n'
	kill -TERM "$PID"
	ends 143
	[ ! -s lines ]
	exec 4<&-
}

@test "shmget: -f refuses a System V segment, which cannot be watched" {
	new_segment sysv
	echo hello | shmput -c -s 6 "$S"
	try shmget -f -0 "$S"
	status 1
	output ''
	error "shmget: $S: a System V segment cannot be watched (a POSIX segment or file: can); nothing was written"
}

@test "shmget: -f writes what a program stored through a mapping, once it has unmapped the segment" {
	new_segment posix
	printf '%-20s' hello | shmput -c "$S"
	follow -o 0,5
	next hello
	coproc PEER { exec peer map "$S" 3>&-; }
	echo 'put 0 world' >&"${PEER[1]}"
	echo 'get 0 5' >&"${PEER[1]}"
	read -r line <&"${PEER[0]}"
	[ "$line" = world ]
	kill "$PEER_PID"
	next world
	exec 4<&-
}

@test "shmget: -f writes what another program wrote without the lock" {
	new_segment file
	echo one | shmput -c "$S"
	follow
	next $'one\n'
	echo two >"${S#file:}"
	next $'two\n'
	exec 4<&-
}

follows_slowly() {
	local i

	shmput -c "$S" <zeros
	pipe
	background shmget -f -N -n 2 "$S" >&6
	exec 6>&-
	# The pipe is full, and nobody reads: no put waits.
	asleep
	for i in 1 2 3 4 5 6 7 8 9; do
		shmput -t 0 "$S" <zeros
	done
	printf 'the last' | shmput -t 0 "$S"
	head -c 200008 <&4 | cmp - <(printf 200000: && cat zeros && printf ,)
	[ "$(cat <&4)" = '8:the last,' ]
	exec 4<&-
	ends 0
}
@test "shmget: -f delays no put if its reader is slow, and then writes the newest state" {
	head -c 200000 /dev/zero >zeros
	locked follows_slowly
}

@test "shmget: -f keeps no older states for a reader that is slow" {
	local i

	[ "$PLAT" = linux ] || skip "POSIX does not tell what a pipe holds"
	new_segment posix
	echo 0 | shmput -c "$S"
	follow
	next $'0\n'
	for i in $(seq 50); do
		echo $i | shmput "$S"
	done
	# One state may have been written before the reader turned out to be slow.
	IFS= read -r -d , record <&4
	[ "$record" = $'3:50\n' ] || next $'50\n'
	kill "$PID"
	[ -z "$(cat <&4)" ]
	exec 4<&-
	ends 143
}

@test "shmget: -f keeps no older states for the slow reader of a Unix socket" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell what a socket holds"
	need python3 python3 -c 'import socket'
	new_segment posix
	printf 0 | shmput -c "$S"
	cat >slow.py <<-'P'
		import socket, subprocess, sys
		ours, theirs = socket.socketpair()
		shmget = subprocess.Popen(['shmget', '-f', '-0', sys.argv[1]], stdout=theirs)
		theirs.close()
		assert ours.recv(100) == b'0\0'
		for i in range(1, 51):
		    subprocess.run(['shmput', sys.argv[1]], input=b'%d' % i, check=True)
		seen = b''
		while not seen.endswith(b'50\0'):
		    seen += ours.recv(1000)
		assert seen.count(b'\0') <= 2, seen
		shmget.terminate()
		shmget.wait()
	P
	timeout 20 python3 slow.py "$S"
}

# puts COUNT SEGMENT: put the numbers up to COUNT, each by a write under the lock, as shmput does.
puts() {
	python3 - "$1" "$(object "${2/#\//\/dev\/shm\/}")" <<-'P'
		import fcntl, os, sys
		for i in range(1, int(sys.argv[1]) + 1):
		    fd = os.open(sys.argv[2], os.O_RDWR)
		    fcntl.lockf(fd, fcntl.LOCK_EX)
		    os.pwrite(fd, b'%06d' % i, 0)
		    os.close(fd)
	P
}

sees_the_last() {
	local last

	last=6:$(printf %06d "${PUTS:-10000}"),
	printf 000000 | shmput -c "$S"
	background shmget -f -N "$S" >seen 2>lines
	until [ -s seen ]; do moment; done
	puts "${PUTS:-10000}" "$S"
	until [ "$(tail -c 9 seen)" = "$last" ]; do moment; done
	# No state comes after a newer one, nor twice.
	tr , '\n' <seen | sort -c -u
	remove "$S"
	ends 3
}
@test "shmget: -f always writes the last of many puts, and never an older state after a newer one" {
	need python3 python3 -c 'import fcntl'
	locked sees_the_last
}

@test "shmget: -f compares the segment where changes cannot be watched" {
	new_segment posix
	printf one | shmput -c "$S"
	need_namespace
	unshare -U true 2>/dev/null || skip "needs a user namespace"
	pipe
	# shellcheck disable=SC2016
	background unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_instances; exec shmget -v -f -N -n 2 "$1"' sh "$S" >&6 2>lines
	exec 6>&-
	next one
	printf two | shmput "$S"
	next two
	ends 0
	if grep inotify_add_watch lines; then false; fi
	exec 4<&-
}

planted() {
	local path=/dev/shm$S made

	local python='python3 -c "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"'

	for made in 'a FIFO:mkfifo' 'a directory:mkdir' 'a symbolic link:ln -s /etc/passwd' \
		"a socket:$python" 'a device:sh -c "mknod \"\$0\" c 1 3"'; do
		eval "${made#*:} \"\$path\"" || return 1
		for command in "shmget -t 0.2" "shmput -t 0.2" "shmput -t 0.2 -c"; do
			# shellcheck disable=SC2086
			try "$@" $command "$S" </dev/null
			status 1
			error "${command%% *}: $S: ${made%%:*} has this name, not a segment (remove it first)"
		done
		rm -rf "$path"
	done
}
@test "shmget: a FIFO, directory, link, socket or device with the name of a segment is refused at once" {
	[ "$PLAT" = linux ] || skip "only Linux tells where POSIX segments are"
	need_root
	need python3 python3 -c 'import socket'
	new_segment posix
	planted
	planted as_user
}

@test "shmget: -t bounds an open that waits for a lease" {
	[ "$PLAT" = linux ] || skip "POSIX has no leases"
	need python3 python3 -c 'import fcntl; fcntl.F_SETLEASE'
	cat >lease.py <<-'P'
		import fcntl, os, signal, sys
		signal.signal(signal.SIGIO, signal.SIG_IGN)
		fd = os.open(sys.argv[1], os.O_RDWR)
		fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
		print('leased', flush=True)
		sys.stdin.read()
	P
	for KIND in posix file; do
		new_segment $KIND
		echo hello | shmput -c "$S"
		mkfifo end
		exec 7<>end
		background python3 lease.py "$(object "${S/#\//\/dev\/shm\/}")" <end >said
		HOLDER=$PID
		until [ -s said ]; do moment; done
		try shmget -t 0.1 "$S"
		status 124
		error "shmget: $S: another process has a lease on the file, not given up in time (-t)"
		try shmput -c -t 0 "$S" <<<x
		status 124
		error "shmput: $S: another process has a lease on the file, not given up in time (-t)"
		try sigrecv -t 0.1 -R "$(object "${S/#\//\/dev\/shm\/}")" USR1
		status 124
		error "sigrecv: *$(object "$S"): another process has a lease on the file, not given up in time (-t)"
		background shmget "$S" >got 2>lines
		asleep
		kill -TERM "$PID"
		ends 143
		[ ! -s lines ]
		background shmget "$S" >got
		asleep
		kill -KILL "$HOLDER"
		ends 0
		[ "$(cat got)" = hello ]
		exec 7>&-
		rm end said
	done
}
