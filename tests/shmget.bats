load helper

gets_parts() {
	printf 0123456789 >input
	shmput -c "$S" <input
	[ "$(shmget -n 3 "$S")" = 012 ]
	[ "$(shmget -o 7 "$S")" = 789 ]
	[ "$(shmget -o 4 -n 2 "$S")" = 45 ]
	[ -z "$(shmget -n 0 "$S")" ]
	[ -z "$(shmget -o 10 "$S")" ]
	for part in '-n 11' '-o 11' '-o 10 -n 1' '-o 9 -n 2' '-o 11 -n 1' '-o 8589934591G -n 8589934591G'; do
		# shellcheck disable=SC2086
		try shmget $part "$S"
		status 1
		output ''
		error "shmget: $S: the segment has 10 bytes, and not the part asked for (-o, -n); nothing was written"
	done
}
@test "shmget: -o and -n select a part, and a part outside the segment is an error" {
	segments gets_parts
}

@test "shmget: writes parts across pages, at any offset" {
	local offset

	seq 100000 >input
	for KIND in posix file sysv; do
		new_segment $KIND
		shmput -c "$S" <input
		for offset in 1 4095 4096 65537 131071 500000; do
			shmget -o $offset -n 70001 "$S" | cmp - <(tail -c +$((offset + 1)) input | head -c 70001)
			shmget -z -o $offset -n 70001 "$S" | cmp - <(tail -c +$((offset + 1)) input | head -c 70001)
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
	[ "$(cat status)" -eq 1 ]
	[[ $stderr == "shmget: $S: standard output: Broken pipe; "*" written" ]]
	# With -u the segment stays.
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

@test "shmget: fails with status 1 even if standard error is closed and SIGPIPE is ignored" {
	new_segment posix
	seq 600000 | shmput -c "$S"
	peer ignore 13 sh -c "{ shmget '$S' 2>&-; echo \$? >status; } | :"
	[ "$(cat status)" -eq 1 ]
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
	try shmget -n 6 "$S"
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
	error 'shmget: SEGMENT is missing; usage: shmget \[-uvz\]*'
	try shmget a b
	status 2
	error 'shmget: there is one SEGMENT, after the options; what it holds goes to standard output'
	try shmget -n -1 a
	status 2
	try shmget -n 1X a
	status 2
	error 'shmget: -n "1X": not a number of bytes (with optional K, M or G)'
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
	[[ $output == 'usage: shmget [-uvz] '* ]]
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
