load helper

# cat_ ARG...: run fifocat with a time limit, because without the other end it would block until stopped.
cat_() {
	timeout 120 fifocat "$@"
}

# comes FILE LINES: wait until FILE has at least LINES lines.
comes() {
	until [ "$(wc -l <"$1")" -ge "$2" ]; do
		moment
	done
}

@test "fifocat: passes all bytes from the writer to the reader unchanged" {
	mkfifo fifo
	head -c 3000000 /dev/urandom >file
	background fifocat -w fifo <file
	try cat_ fifo
	status 0
	ends 0
	cat_ fifo >back &
	fifocat -w fifo <file
	wait $!
	cmp file back
	# Pipes as input and output; then other programs as writer and as reader.
	cat file | fifocat -w fifo &
	fifocat fifo | cmp - file
	wait $!
	cat file >fifo &
	fifocat fifo | cmp - file
	background dd if=fifo of=back bs=1000 2>/dev/null
	cat file | fifocat -w fifo
	ends 0
	cmp file back
	need socat socat -V
	background socat -u OPEN:fifo,rdonly OPEN:back,creat,trunc
	fifocat -w fifo <file
	ends 0
	cmp file back
	: >empty
	background fifocat -w fifo <empty
	try cat_ fifo
	status 0
	output ''
	ends 0
}

@test "fifocat: reads from a file at its current offset, and writes to a file, even in append mode, with and without -z" {
	mkfifo fifo
	seq 100000 >file
	for option in '' -z; do
		# shellcheck disable=SC2086
		background fifocat $option -w fifo <file
		fifocat $option fifo >out
		ends 0
		cmp file out
		# shellcheck disable=SC2086
		background fifocat $option -w fifo <file
		fifocat $option fifo >>out
		ends 0
		cat file file | cmp - out
		# shellcheck disable=SC2086
		background fifocat $option -w fifo <file
		fifocat $option fifo >/dev/null
		ends 0
		# The file is not read from its beginning.
		exec 8<file
		read -r -u 8 _
		# shellcheck disable=SC2086
		fifocat $option -w fifo <&8 8<&- 3>&- &
		PID=$!
		fifocat fifo 8<&- >out
		ends 0
		exec 8<&-
		tail -n +2 file | cmp - out
	done
}

@test "fifocat: -c creates the FIFO with an exact mode, and -u unlinks it" {
	umask 077
	for mode in 600 640 666 622; do
		try fifocat -c -m $mode -t 0 fifo
		status 124
		[ "$(stat -c '%a %F' fifo)" = "$mode fifo" ]
		rm fifo
	done
	try fifocat -c -t 0 fifo
	[ "$(stat -c %a fifo)" = 600 ]
	# An existing FIFO keeps its mode.
	try fifocat -c -m 666 -t 0 fifo
	[ "$(stat -c %a fifo)" = 600 ]
	background fifocat -u fifo >out
	echo x | fifocat -w fifo
	ends 0
	[ "$(cat out)" = x ]
	[ ! -e fifo ]
	background fifocat -c -u -w fifo <out
	try cat_ -c fifo
	output x
	ends 0
	[ ! -e fifo ]
	# After a failure, -u unlinks the FIFO only if this run has created it.
	try fifocat -c -u -t 0 fifo
	status 124
	[ ! -e fifo ]
	mkfifo fifo
	try fifocat -c -u -t 0 fifo
	status 124
	[ -p fifo ]
}

@test "fifocat: -u unlinks even if a signal ends fifocat, but never another FIFO of the same name" {
	for signal in TERM:143 HUP:129 USR1:138; do
		background fifocat -c -u fifo
		until [ -p fifo ]; do
			moment
		done
		asleep
		kill -"${signal%:*}" "$PID"
		ends "${signal#*:}"
		[ ! -e fifo ]
		mkfifo fifo
		background fifocat -f -u fifo
		asleep
		kill -"${signal%:*}" "$PID"
		ends "${signal#*:}"
		[ ! -e fifo ]
	done
	mkfifo fifo
	background fifocat -u fifo >out
	exec 8>fifo
	mv fifo other
	echo data >fifo
	echo x >&8
	exec 8>&-
	ends 0
	[ "$(cat fifo)" = data ]
	[ -p other ]
}

@test "fifocat: -u never removes a file of a directory that somebody has exchanged" {
	[ "$PLAT" = linux ] || skip "renameat2(2) is Linux's"
	exchange
	for ((i = 0; i < 100; i++)); do
		echo data >precious/fifo
		timeout 10 fifocat -c -u -t 0 att/d/fifo 2>/dev/null || true
		[ -e precious/fifo ]
	done
	kill "$PID"
	# A FIFO that was created was removed.
	[ -z "$(find . -type p)" ]
}

@test "fifocat: refuses a path that is not a FIFO and leaves it unchanged" {
	echo data >file
	mkdir directory
	ln -s nowhere dangling
	ln -s directory/loop directory/loop
	for options in '' -w -c '-c -w' '-u -c -w' -f '-w -f'; do
		# shellcheck disable=SC2086
		try cat_ $options file </etc/passwd
		status 1
		error 'fifocat: file: an ordinary file, not a FIFO; it was left as it is'
		[ "$(cat file)" = data ]
		# shellcheck disable=SC2086
		try cat_ $options directory </etc/passwd
		status 1
		error 'fifocat: directory: a directory, not a FIFO; it was left as it is'
		# shellcheck disable=SC2086
		try cat_ $options /dev/null </etc/passwd
		status 1
		error 'fifocat: /dev/null: not a FIFO; it was left as it is'
		# shellcheck disable=SC2086
		try cat_ $options dangling </etc/passwd
		status 1
		error 'fifocat: dangling: a dangling symbolic link*'
		[ ! -e nowhere ]
		[ -L dangling ]
		# shellcheck disable=SC2086
		try cat_ $options directory/loop </etc/passwd
		status 1
		error 'fifocat: directory/loop: *'
		# shellcheck disable=SC2086
		try cat_ $options file/fifo </etc/passwd
		status 1
		error 'fifocat: file/fifo: *Not a directory'
	done
	try cat_ missing
	status 1
	error 'fifocat: missing: no such FIFO (create it with -c)'
	try cat_ -c directory/none/fifo
	status 1
	error 'fifocat: directory/none/fifo: its directory does not exist'
	try cat_ directory/none/fifo
	status 1
	error 'fifocat: directory/none/fifo: its directory does not exist'
	# A symbolic link to a FIFO is followed, because nothing is created.
	mkfifo fifo
	ln -s fifo link
	background fifocat link >out
	echo x | fifocat -w link
	ends 0
	[ "$(cat out)" = x ]
}

@test "fifocat: -c refuses a FIFO of another user in a sticky directory, but not elsewhere" {
	need_root
	mkdir -m 1777 sticky
	mkdir -m 777 plain
	mkfifo sticky/fifo plain/fifo
	chown 65534 sticky/fifo plain/fifo
	ln -s ../plain/fifo sticky/link
	for path in sticky/fifo sticky/link; do
		try fifocat -c -t 0 "$path"
		status 1
		error "fifocat: $path: another user owns the FIFO and may have planted it, so -c does not use it (leave out -c to use it)"
		try fifocat -t 0 "$path"
		status 124
	done
	try fifocat -c -t 0 plain/fifo
	status 124
	chown 0 sticky/fifo
	try fifocat -c -t 0 sticky/fifo
	status 124
}

@test "fifocat: reports a FIFO that it may not open, and -f reads a FIFO that it may not write" {
	need_root
	local fifo

	as_user true
	fifo=$USER_BIN/fifo
	mkfifo -m 600 "$fifo"
	for option in '' -w -f; do
		# shellcheck disable=SC2086
		try as_user fifocat -t 5 $option "$fifo" </dev/null
		status 1
		error "fifocat: $fifo: Permission denied"
	done
	try as_user fifocat -c -t 5 "$USER_BIN/new" </dev/null
	status 1
	error "fifocat: $USER_BIN/new: cannot be created: Permission denied"
	# The user may read but not write the FIFO. -f then has no writer of its own, and goes on nevertheless.
	chmod 644 "$fifo"
	as_user timeout 120 fifocat -f -n 3 "$fifo" >out 3>&- 4>&- &
	PID=$!
	for i in 1 2 3; do
		echo $i | timeout 120 fifocat -w "$fifo"
		comes out $i
	done
	ends 0
	[ "$(cat out)" = $'1\n2\n3' ]
}

@test "fifocat: -t bounds the wait for the other end, and -t 0 never waits" {
	mkfifo fifo
	for time in 0 0.05 50ms; do
		try cat_ -w -t $time fifo </dev/null
		status 124
		error 'fifocat: fifo: no reader in time (-t)'
	done
	for time in 0.05 50ms; do
		try cat_ -t $time fifo
		status 124
		error 'fifocat: fifo: no writer in time (-t)'
	done
	try cat_ -t 0 fifo
	status 124
	error 'fifocat: fifo: no byte in time (-t); 0 bytes were written'
	# The other end is open.
	exec 8<>fifo
	try sh -c 'echo x | fifocat -t 0 -w fifo'
	status 0
	try cat_ -t 0 fifo
	status 124
	output x
	error 'fifocat: fifo: no byte in time (-t); 2 bytes were written'
	try cat_ -t 0.05 fifo
	status 124
	error 'fifocat: fifo: no byte in time (-t); 0 bytes were written'
	try cat_ -f -t 0.05 fifo
	status 124
	# The FIFO is full.
	try sh -c 'head -c 1000000 /dev/zero | timeout 120 fifocat -t 0.05 -w fifo'
	status 124
	error 'fifocat: fifo: no room in time (-t); * bytes were written*'
	exec 8<&-
}

@test "fifocat: ends when the last writer closes, unless -f is given" {
	mkfifo fifo
	background fifocat fifo >out
	exec 8>fifo 9>fifo
	echo 1 >&8
	comes out 1
	exec 8>&-
	asleep
	echo 2 >&9
	comes out 2
	exec 9>&-
	ends 0
	background fifocat -f fifo >out
	for i in 1 2 3; do
		echo $i | fifocat -w fifo
		comes out $i
	done
	[ "$(cat out)" = $'1\n2\n3' ]
	asleep
	kill -TERM "$PID"
	ends 143
	# -f ends when the FIFO is removed.
	background fifocat -f fifo >out
	echo 1 >fifo
	comes out 1
	rm fifo
	ends 3
}

@test "fifocat: a waiting reader or writer notices the removal of the FIFO" {
	for option in '' -w '-w -f'; do
		mkfifo fifo
		# shellcheck disable=SC2086
		background fifocat $option fifo </dev/null 2>said
		asleep_once=$PID
		until grep -q 'S' <(awk '{ print $3 }' "/proc/$asleep_once/stat"); do
			moment
		done
		rm fifo
		ends 3
		grep -q 'fifocat: fifo: the FIFO was removed' said
	done
}

@test "fifocat: -f delivers all data of a removed FIFO before it ends, and counts the data that a signal leaves behind" {
	mkfifo fifo output gate
	{ read -r line <gate; cat; } <output >out &
	background fifocat -f fifo >output 2>err
	exec 8>fifo
	head -c 120000 /dev/zero >&8
	asleep
	rm fifo
	exec 8>&-
	echo >gate
	ends 3
	wait
	[ "$(wc -c <out)" -eq 120000 ]
	[ "$(cat err)" = 'fifocat: fifo: the FIFO was removed; 120000 bytes were written' ]
	[ "$PLAT" = linux ] || return 0
	# A signal ends fifocat at once. What a writer may still take care of is no loss; what nobody holds is one.
	mkfifo fifo
	exec 8<>output
	background fifocat -f fifo >output 2>err
	exec 9>fifo
	head -c 120000 /dev/zero >&9
	asleep
	kill "$PID"
	ends 143
	[ ! -s err ]
	background fifocat -f fifo >output 2>err 9>&-
	asleep
	exec 9>&-
	kill "$PID"
	ends 143
	[[ $(cat err) == 'fifocat: fifo: stopped by a signal; '*' bytes were written, '*' are left in the FIFO' ]]
	exec 8<&-
}

@test "fifocat: a signal prints nothing if no byte is lost" {
	local options

	mkfifo fifo input
	exec 8<>input
	for options in '' -f -w '-w -f' '-w -L 5s'; do
		# shellcheck disable=SC2086
		background fifocat $options fifo <input 2>err
		asleep
		kill "$PID"
		ends 143
		[ ! -s err ]
	done
	# Bytes that were read and cannot be written are lost.
	exec 9<>fifo
	head -c 65536 /dev/zero >&9
	echo lost >&8
	background fifocat -l -w fifo <input 2>err
	asleep
	kill "$PID"
	ends 143
	grep -q '^fifocat: fifo: stopped by a signal; 0 bytes were written' err
	exec 8<&- 9<&-
}

@test "fifocat: -w -f counts the bytes written and taken if no reader comes back or the FIFO is removed" {
	local taken=

	[ "$PLAT" = portable ] || taken=', 2 of them taken'
	mkfifo fifo gate
	{ printf abcdef; read -r line <gate; printf ghi; } | fifocat -f -w -t 0.2 fifo 2>err &
	[ "$(timeout 120 dd bs=2 count=1 status=none <fifo)" = ab ]
	echo >gate
	wait
	[ "$(cat err)" = "fifocat: fifo: no reader in time (-t); 6 bytes were written$taken" ]
	{ printf abc; read -r line <gate; printf def; } | { cat_ -f -w fifo 2>err || echo "$?" >code; } &
	exec 8<fifo
	[ "$(timeout 120 dd bs=3 count=1 status=none <&8)" = abc ]
	exec 8<&-
	rm fifo
	echo >gate
	wait
	[ "$(cat err)" = 'fifocat: fifo: the FIFO was removed; 3 bytes were written' ]
	[ "$(cat code)" -eq 3 ]
}

@test "fifocat: -f without write permission notices the last writer, -t and the removal of the FIFO" {
	need_root
	local ours

	ours=$(mktemp -d)
	chmod 755 "$ours"
	mkfifo -m 644 "$ours/fifo"
	exec 8<>"$ours/fifo"
	head -c 60000 /dev/zero >&8
	as_user timeout 120 fifocat -f -t 0 "$ours/fifo" >out 2>err && false
	[ "$(wc -c <out)" -eq 60000 ]
	grep -q '(-t); 60000 bytes were written' err
	exec 8<&-
	{ as_user timeout 120 fifocat -f "$ours/fifo" >out 2>err || echo "$?" >code; } &
	echo one >"$ours/fifo"
	comes out 1
	echo two >"$ours/fifo"
	comes out 2
	exec 8>"$ours/fifo"
	rm -r "$ours"
	wait
	exec 8>&-
	[ "$(cat code)" -eq 3 ]
	[ "$(cat err)" = "fifocat: $ours/fifo: the FIFO was removed; 8 bytes were written" ]
}

@test "fifocat: -n and -l report a bad record by its number" {
	mkfifo fifo gate other
	exec 8<>fifo
	for given in '3:abc,5:hel' '3:abc,xyz' '3:abc,3:abcd'; do
		try sh -c 'printf %s "$1" | timeout 120 fifocat -w -N -n 5 fifo' sh "$given"
		status 1
		error 'fifocat: fifo: record 2 is not a netstring; *'
		try cat_ -t 0 fifo
		printf %s "$given" >&8
		# The netstring turns out to be incomplete only when the last writer closes.
		if [ "$given" != 3:abc,5:hel ]; then
			try cat_ -N -n 5 fifo
			status 1
			error 'fifocat: fifo: record 2 is not a netstring; *, and 1 were taken that are lost*'
		fi
		try cat_ -t 0 fifo
	done
	exec 8<&-
	# Records that the reader left in the FIFO are not counted twice.
	{ printf '1\n2\n3\n'; read -r line <gate; printf '4\n5\n6\n'; read -r line <other; printf '%5000s\n' x; } |
		fifocat -w -f -l fifo 2>err &
	exec 8<fifo
	[ "$(cat_ -n 1 fifo)" = 1 ]
	exec 8<&-
	echo >gate
	exec 8<fifo
	[ "$(cat_ -n 5 fifo)" = $'2\n3\n4\n5\n6' ]
	echo >other
	wait
	[[ $(cat err) == 'fifocat: fifo: record 7 has 5001 bytes with its terminator, '* ]]
	exec 8<&-
}

@test "fifocat: -w passes packets of a socket whole" {
	need python3 python3 -c 0
	mkfifo fifo
	cat_ fifo >out &
	try timeout 120 python3 -c "
import socket, subprocess
one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
for size in 3000, 7000, 100:
    one.send(b'x' * size)
one.close()
subprocess.run(['fifocat', '-w', 'fifo'], stdin=other, check=True)"
	status 0
	wait
	[ "$(wc -c <out)" -eq 10100 ]
}

@test "fifocat: -n reports that the last record is incomplete" {
	mkfifo fifo
	exec 8<>fifo
	printf 'x\nhalf' >&8
	try cat_ -t 0.1 -n 2 fifo
	status 124
	[ "$output" = $'x\nhalf' ]
	error 'fifocat: fifo: no byte in time (-t); 6 bytes were written, and the last record is not whole'
	exec 8<&-
}

@test "fifocat: -s names the limit on all pipes of an ordinary user" {
	[ "$PLAT" = linux ] || skip "POSIX has no way to set the capacity"
	need_root
	local i ours

	ours=$(mktemp -d)
	chmod 777 "$ours"
	soft=$(cat /proc/sys/fs/pipe-user-pages-soft)
	max=$(cat /proc/sys/fs/pipe-max-size)
	[ "$soft" -le 16384 ] && [ "$soft" -gt 0 ] && [ "$max" -ge 1048576 ] || skip "this machine has other limits"
	for ((i = 0; i < 70; i++)); do
		mkfifo -m 666 "$ours/$i"
		echo "exec $((i + 20))<>$ours/$i; fifocat -n 0 -s 1M $ours/$i || exit"
	done >script
	try as_user bash -c "$(cat script)"
	rm -r "$ours"
	status 1
	error "fifocat: $ours/*: -s: fs.pipe-user-pages-soft is $soft pages in all pipes of this user; with 1048576 bytes more that would be exceeded (raise it with sysctl, or use fewer or smaller pipes)"
}

@test "fifocat: -w -f outlives its readers and loses nothing" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell what is unread, so the last of it may be lost"
	mkfifo fifo
	seq 50000 >file
	background fifocat -w -f fifo <file
	: >out
	until [ "$(wc -c <out)" -ge "$(wc -c <file)" ]; do
		timeout 120 dd if=fifo bs=1 count=7000 2>/dev/null >>out
	done
	ends 0
	cmp file out
}

@test "fifocat: -w -f waits until all bytes are taken, at most for -t" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell what is unread"
	mkfifo fifo
	exec 8<>fifo
	try sh -c 'echo x | timeout 120 fifocat -w -f -t 0.1 fifo'
	status 124
	error 'fifocat: fifo: no room in time (-t); 2 bytes were written, 0 of them taken'
	background sh -c 'echo y | exec timeout 120 fifocat -w -f fifo'
	[ "$(cat_ -n 2 fifo)" = $'x\ny' ]
	ends 0
	exec 8<&-
}

@test "fifocat: -w succeeds even if the reader goes as soon as it has taken all bytes" {
	mkfifo fifo
	for i in {1..60}; do
		background fifocat -n 2 fifo >/dev/null
		printf 'a\nb\n' | timeout 120 fifocat -w fifo
		ends 0
	done
}

@test "fifocat: -w succeeds even if the reader takes the last bytes and goes while fifocat looks for them" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell how many bytes are in a FIFO"
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	need strace strace -V
	mkfifo fifo go
	echo a >file
	{ read -r _ <go; head -n 1; } <fifo >got &
	reader=$!
	background strace -qq -o calls -e trace=ioctl -e inject=ioctl:signal=STOP:when=1 fifocat -w fifo <file
	until grep -q 'stopped by SIGSTOP' calls; do moment; done
	echo >go
	wait "$reader"
	[ "$(<got)" = a ]
	kill -CONT "$(cat "/proc/$PID/task/$PID/children")"
	ends 0
}

@test "fifocat: -w reports a reader that goes early, and the number of bytes that it took" {
	mkfifo fifo
	seq 100000 >file
	for option in '' -z -l; do
		# shellcheck disable=SC2086
		background fifocat $option -w fifo <file 2>said
		dd if=fifo bs=1 count=10 of=/dev/null 2>/dev/null
		ends 1
		if [ "$PLAT" = linux ]; then
			grep -qx 'fifocat: fifo: the reader has gone; [0-9]* bytes were written, 10 of them taken' said
		else
			grep -qx 'fifocat: fifo: the reader has gone; [0-9]* bytes were written' said
		fi
	done
	# A reader that has taken all bytes is no failure. A byte that is written later has no reader.
	background sh -c 'echo x | fifocat -w fifo'
	try cat_ -n 1 fifo
	ends 0
	mkfifo input
	exec 7<>input
	background fifocat -w fifo <input 2>said
	exec 8<fifo
	echo x >&7
	read -r -u 8 line
	[ "$line" = x ]
	exec 8<&-
	echo y >&7
	ends 1
	grep -q 'fifocat: fifo: the reader has gone; 2 bytes were written' said
	exec 7<&-
}

@test "fifocat: -n takes COUNT records and not a byte more" {
	mkfifo fifo
	exec 8<>fifo
	printf 'one\ntwo\nthree\nfour' >&8
	for expected in one two; do
		try cat_ -n 1 fifo
		status 0
		output $expected
	done
	# The rest is still complete.
	try cat_ -t 0 fifo
	status 124
	[ "$output" = $'three\nfour' ]
	printf 'a\0b\0c' >&8
	cat_ -0 -n 2 fifo | od -An -c | grep -q 'a  \\0   b  \\0'
	[ "$(cat_ -t 0 fifo 2>/dev/null)" = c ]
	printf '5:he\nlo,0:,3:abc,x' >&8
	try cat_ -N -n 2 fifo
	output $'5:he\nlo,0:,'
	try cat_ -N -n 1 fifo
	output 3:abc,
	try cat_ -N -n 1 fifo
	status 1
	error 'fifocat: fifo: record 1 is not a netstring; 0 bytes were written, and 1 were taken that are lost'
	try cat_ -n 0 fifo
	status 0
	exec 8<&-
	# From a file into the FIFO, and back.
	seq 10 >file
	exec 8<>fifo 9<file
	fifocat -w -n 3 fifo <&9 8<&-
	read -r -u 9 line
	[ "$line" = 4 ]
	[ "$(cat_ -n 3 fifo 9<&-)" = $'1\n2\n3' ]
	# The input ends before COUNT records.
	exec 9<&-
	printf 'a\nb' | fifocat -w -n 5 fifo
	try cat_ -t 0 fifo
	output $'a\nb'
	exec 8<&-
}

@test "fifocat: -w -n leaves the rest of the input in its pipe" {
	mkfifo fifo input
	exec 7<>input 8<>fifo
	seq 5 >&7
	timeout 120 fifocat -w -n 2 fifo <input 8<&-
	read -r -u 7 line
	[ "$line" = 3 ]
	[ "$(cat_ -n 2 fifo)" = $'1\n2' ]
	exec 7<&- 8<&-
}

@test "fifocat: -l keeps the lines of several writers whole, and without -l long lines mix" {
	local i jobs=()

	mkfifo fifo
	for i in 1 2 3 4; do
		yes "$(printf '%04000d' 0 | tr 0 $i)" | head -n 300 >lines$i
	done
	exec 8<>fifo
	fifocat -n 1200 fifo >out 8<&- 3>&- &
	PID=$!
	for i in 1 2 3 4; do
		fifocat -l -w fifo <lines$i 8<&- 3>&- &
		jobs+=($!)
	done
	wait "${jobs[@]}"
	ends 0
	exec 8<&-
	sort out | cmp - <(cat lines?)
	# Without -l, lines longer than PIPE_BUF are torn: at least one line differs from all four.
	for i in 1 2 3 4; do
		yes "$(printf '%09000d' 0 | tr 0 $i)" | head -n 300 >lines$i
	done
	exec 8<>fifo
	timeout 120 cat fifo >out 8<&- 3>&- &
	PID=$!
	jobs=()
	for i in 1 2 3 4; do
		cat lines$i | fifocat -w fifo 8<&- 3>&- &
		jobs+=($!)
	done
	wait "${jobs[@]}"
	exec 8<&-
	ends 0
	[ "$(sort -u out | wc -l)" -gt 4 ]
}

@test "fifocat: -l terminates the last record, and refuses a record that is too long after writing the earlier records" {
	mkfifo fifo
	exec 8<>fifo
	printf 'a\nb' | fifocat -l -w fifo
	[ "$(cat_ -n 2 fifo)" = $'a\nb' ]
	printf 'a\0b' | fifocat -0 -l -w fifo
	cat_ -0 -n 2 fifo | od -An -c | grep -q 'a  \\0   b  \\0'
	{ echo first && head -c 100000 /dev/zero | tr '\0' x && echo && echo last; } >file
	try sh -c 'timeout 120 fifocat -l -w fifo <file'
	error 'fifocat: fifo: record 2 has 100001 bytes with its terminator, and -l allows at most 4096; 6 bytes were written*'
	try cat_ -t 0 fifo
	output first
	try sh -c 'head -c 40000000 /dev/zero | timeout 120 fifocat -l -w fifo'
	error 'fifocat: fifo: record 1 has 16* bytes or more with its terminator, and -l allows at most 4096; 0 bytes were written (use a queue, or semop file:LOCK -- fifocat -w)'
	{ echo first && head -c 4096 /dev/zero | tr '\0' x && echo && echo last; } >file
	try sh -c 'timeout 120 fifocat -l -w fifo <file'
	status 1
	error 'fifocat: fifo: record 2 has 4097 bytes with its terminator, and -l allows at most 4096; 6 bytes were written*'
	try cat_ -t 0 fifo
	output first
	# A record of exactly the limit.
	{ head -c 4095 /dev/zero | tr '\0' x && echo; } >file
	timeout 120 fifocat -l -w fifo <file
	cat_ -n 1 fifo | cmp - file
	head -c 4096 /dev/zero | tr '\0' x | { try sh -c 'timeout 120 fifocat -l -w fifo'; status 1; }
	printf '3:abc,2:d' >file
	try sh -c 'timeout 120 fifocat -N -l -w fifo <file'
	status 1
	error 'fifocat: fifo: record 2 is not a netstring; 6 bytes were written*'
	exec 8<&-
}

@test "fifocat: fails if standard output fails, and takes nothing if standard output has lost its reader" {
	mkfifo fifo
	exec 8<>fifo
	printf 'data\n' >&8
	try sh -c 'timeout 120 fifocat fifo >/dev/full'
	status 1
	error 'fifocat: fifo: standard output: No space left on device; 0 bytes were written*'
	printf 'data\n' >&8
	try sh -c 'timeout 120 fifocat fifo >&-'
	status 1
	error 'fifocat: fifo: standard output: Bad file descriptor; 0 bytes were written*'
	try sh -c 'timeout 120 fifocat -n 1 fifo >&-'
	status 1
	[ "$(cat_ -n 1 fifo)" = data ]
	exec 8<&-
	# It does not wait for a writer either.
	try sh -c 'timeout 120 fifocat -c -u another >&-'
	status 1
	[ ! -e another ]
}

@test "fifocat: a reader of its output that has gone is no failure, unless bytes are lost" {
	local options

	mkfifo fifo
	exec 8<>fifo
	pipe
	exec 4<&-
	for options in '' -f '-n 1' '-t 5'; do
		# Nothing more is taken.
		printf 'kept\n' >&8
		# shellcheck disable=SC2086
		try sh -c 'timeout 120 fifocat $1 fifo >&6' sh "$options"
		status 0
		[ -z "$stderr" ]
		[ "$(cat_ -n 1 fifo)" = kept ]
	done
	exec 6>&-
	# It ends even while no byte comes.
	background fifocat fifo > >(read -r line; echo "$line" >line)
	echo first >&8
	ends 0
	exec 8<&-
	[ "$PLAT" = linux ] || return 0
	# The last writer has gone too: its bytes are lost.
	mkfifo output
	exec 8<>output
	background fifocat -f fifo >output 2>err 8<&-
	head -c 120000 /dev/zero >fifo
	asleep
	exec 8<&-
	ends 1
	[ "$(cat err)" = 'fifocat: fifo: standard output has lost its reader; 65536 bytes were written, 54464 are left in the FIFO' ]
}

@test "fifocat: an idle reader or writer wakes up at most twice a second" {
	[ -d /proc/self ] || skip "needs /proc"
	local options first second

	mkfifo fifo
	for options in '' -f -w; do
		# shellcheck disable=SC2086
		background fifocat $options fifo </dev/null
		asleep
		first=$(awk '/^voluntary/ { print $2 }' "/proc/$PID/status")
		try fifocat -c -t 0.5 other
		second=$(awk '/^voluntary/ { print $2 }' "/proc/$PID/status")
		[ $((second - first)) -le 2 ]
		kill "$PID"
		ends 143
	done
}

@test "fifocat: the end of the input is noticed even if the pipe is full" {
	[ "$PLAT" = linux ] || skip "the pipe has places on Linux only"
	local i options

	mkfifo fifo
	exec 8<>fifo
	for options in '' '-t 5'; do
		for ((i = 0; i < 16; i++)); do
			# shellcheck disable=SC2086
			echo x | timeout 10 fifocat $options -s 64K -w fifo
		done
		# shellcheck disable=SC2086
		timeout 10 fifocat $options -s 64K -w fifo < <(:)
		echo x | { try timeout 10 fifocat -s 64K -t 0.1 -w fifo; status 124; }
		try cat_ -t 0 fifo
		[ "$(grep -c x <<<"$output")" -eq 16 ]
		# shellcheck disable=SC2086
		head -c 65536 /dev/zero | timeout 10 fifocat $options -s 64K -w fifo
		cat_ -t 0 fifo >/dev/null 2>&1 || true
	done
	exec 8<&-
}

@test "fifocat: needs no timer" {
	[ "$PLAT" = linux ] || skip "RLIMIT_SIGPENDING is Linux's"
	mkfifo fifo
	need prlimit prlimit -V
	background prlimit --sigpending=0 timeout 10 fifocat fifo >out
	echo x | prlimit --sigpending=0 timeout 10 fifocat -w fifo
	ends 0
	[ "$(cat out)" = x ]
	try prlimit --sigpending=0 timeout 10 fifocat -t 0.1 fifo
	status 124
}

@test "fifocat: -L drops and counts what nobody reads, and delivers whole records to any reader" {
	local i writer

	mkfifo fifo gate
	for i in 0 0.05; do
		try sh -c 'seq 5 | timeout 10 fifocat -w -L $1 fifo' sh "$i"
		status 0
		error 'fifocat: fifo: 5 records were dropped (-L)'
	done
	try sh -c 'echo x | timeout 10 fifocat -w -L 0 fifo'
	error 'fifocat: fifo: 1 record was dropped (-L)'
	# A reader comes, goes, and another comes. What is written meanwhile is dropped.
	exec 8<>gate
	background fifocat -v -w -L 0 -f fifo <gate 2>err
	writer=$PID
	for i in one two; do
		background fifocat -n 1 fifo >line
		asleep
		echo $i >&8
		ends 0
		[ "$(cat line)" = $i ]
		[ $i = one ] || break
		echo nobody >&8
		until grep -q ENXIO err; do moment; done
	done
	PID=$writer
	kill "$PID"
	ends 143
	[ "$(tail -n 1 err)" = 'fifocat: fifo: 1 record was dropped (-L)' ]
	exec 8<&-
	# The FIFO is full. Records that were written are whole, and the others were dropped.
	exec 8<>fifo
	try sh -c 'seq 100000 | timeout 10 fifocat -w -L 0 fifo'
	status 0
	error 'fifocat: fifo: * records were dropped (-L)'
	i=${stderr//[!0-9]/}
	cat_ -t 0 fifo >out 2>/dev/null || true
	[ $(($(grep -c '' out) + i)) -eq 100000 ]
	! grep -vqx '[0-9]*' out || false
	# A reader that is late, but not too late, gets all.
	exec 8<&-
	background timeout 20 fifocat -w -L 20s fifo < <(seq 100000) 2>err
	asleep
	cat_ fifo | cmp - <(seq 100000)
	ends 0
	[ ! -s err ]
	try sh -c "printf '%5000s\\n' x | timeout 10 fifocat -w -L 0 fifo"
	status 1
	error 'fifocat: fifo: record 1 has 5001 bytes with its terminator, and -L allows at most 4096; 0 bytes were written (use a queue, or semop file:LOCK -- fifocat -w)'
	try fifocat -L 0 fifo
	status 2
	error 'fifocat: -L goes with -w: only a writer drops records'
}

@test "fifocat: -L counts the bytes that the last reader has left" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell what is unread"
	mkfifo fifo gate
	exec 8<>fifo
	{ echo one; echo two; read -r _ <gate; } 8<&- | fifocat -w -L 0 fifo 2>err 8<&- &
	PID=$!
	[ "$(cat_ -n 1 fifo)" = one ]
	exec 8<&-
	echo >gate
	ends 0
	[ "$(cat err)" = 'fifocat: fifo: 0 records were dropped (-L), 4 bytes in the FIFO were not taken' ]
}

@test "fifocat: -s sets the capacity of the FIFO, and names the limit" {
	[ "$PLAT" = linux ] || skip "POSIX has no way to set it"
	mkfifo fifo
	exec 8<>fifo
	head -c 200000 /dev/zero >file
	fifocat -s 256K -t 5 -w fifo <file
	[ "$(cat_ -t 0 fifo 2>/dev/null | wc -c)" -eq 200000 ]
	if [ "$(id -u)" -ne 0 ]; then
		try fifocat -s 1G -t 5 -w fifo </dev/null
		status 1
		error 'fifocat: fifo: -s: fs.pipe-max-size is * bytes; asked for 1073741824 (raise it with sysctl -w fs.pipe-max-size=1073741824)'
	fi
	fifocat -t 5 -w fifo <file
	try fifocat -s 4K -t 5 fifo
	status 1
	error 'fifocat: fifo: -s: there is more in it than 4096 bytes'
	exec 8<&-
}

@test "fifocat: -s fails where the system offers only POSIX" {
	[ "$PLAT" = portable ] || skip "Linux can set it"
	mkfifo fifo
	exec 8<>fifo
	try fifocat -s 4K -t 5 fifo
	status 1
	error 'fifocat: fifo: -s: this system has no way to change the capacity of a pipe'
	exec 8<&-
}

@test "fifocat: -w fails if standard input cannot be read" {
	mkfifo fifo
	exec 8<>fifo
	try sh -c 'timeout 120 fifocat -w fifo <&-'
	status 1
	error 'fifocat: fifo: standard input: Bad file descriptor; 0 bytes were written'
	try sh -c 'timeout 120 fifocat -w fifo <.'
	status 1
	error 'fifocat: fifo: standard input: Is a directory; 0 bytes were written'
	exec 8<&-
}

@test "fifocat: a pair of FIFOs carries a question and its answer" {
	mkfifo there back
	{ read -r question && echo "answer to $question"; } < <(timeout 120 fifocat there) > >(timeout 20 fifocat -w back) &
	echo hello | timeout 120 fifocat -w there
	[ "$(cat_ back)" = 'answer to hello' ]
	wait
}

@test "fifocat: -v prints the calls" {
	try lone fifocat -v -c -u -t 0 fifo
	[ "$stderr" = 'fifocat: mkfifo("fifo", 0600) = 0
fifocat: open("fifo", O_RDONLY|O_NONBLOCK) = 3
fifocat: fifo: no byte in time (-t); 0 bytes were written
fifocat: unlink("fifo") = 0' ]
	mkfifo fifo
	exec 8<>fifo
	echo hello | IPC7_TRACE=1 fifocat -l -w fifo 2>trace
	grep -q 'fifocat: open("fifo", O_WRONLY) = ' trace
	grep -q 'fifocat: write([0-9]*, "hello\\n", 6) = 6' trace
	exec 8<&-
	try fifocat -v -w -t 0 fifo
	[[ $stderr == 'fifocat: open("fifo", O_WRONLY|O_NONBLOCK) = -1 ENXIO
fifocat: fifo: no reader in time (-t)' ]]
}

# A splice(2) that waits for a socket or a terminal holds the lock of the pipe, and a process at the other end cannot be killed.
@test "fifocat: reads and writes sockets and terminals without splice(2)" {
	need python3 python3 -c 0
	mkfifo fifo
	exec 8<>fifo
	for kind in socket.socketpair pty.openpty; do
		try timeout 120 python3 -c "
import os, pty, socket, subprocess
one, other = $kind()
if type(one) is int:
    os.write(one, b'x' * 700 + b'\n\4')
else:
    one.send(b'x' * 700 + b'\n')
    one.shutdown(socket.SHUT_WR)
subprocess.run(['fifocat', '-v', '-w', 'fifo'], stdin=other, check=True)
subprocess.run(['fifocat', '-v', '-t', '0', 'fifo'], stdout=other)
subprocess.run(['fifocat', '-v', '-w', 'fifo'], input=b'y' * 700, check=True)
subprocess.run(['fifocat', '-v', '-t', '0', 'fifo'], stdout=other)"
		status 0
		[[ $stderr == *'fifocat: read(0, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"..., '*') = 701'* ]]
		[[ $stderr == *'fifocat: write(1, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"..., 700) = 700'* ]]
		[[ $stderr != *', 1, NULL'* ]]
	done
}

@test "fifocat: wrong usage gets one error line and status 2" {
	for case in '|PATH is missing; usage: *' 'a b|there is one PATH, after the options' '-s 0 a|-s "0": not a size*' \
		'-s x a|-s "x": not a size*' '-t x a|-t "x": not a time*' '-m 9 a|-m "9": not an octal mode*' \
		'-n -1 a|-n "-1": not a number*' '-0 -N a|only one of -0 and -N can be given' '-y a|there is no option -y*'; do
		# shellcheck disable=SC2086
		try fifocat ${case%%|*}
		status 2
		error "fifocat: ${case#*|}"
	done
	try fifocat ''
	status 2
	error 'fifocat: PATH is empty'
	[ -z "$(ls | grep -v stderr.txt)" ]
}

@test "fifocat: SIGKILL at any moment leaves the FIFO and its contents intact" {
	local i

	mkfifo fifo
	exec 8<>fifo
	for i in {1..10}; do
		background fifocat -w fifo < <(yes 2>/dev/null) 2>/dev/null
		timeout 120 dd if=fifo bs=$((i * 700)) count=1 of=/dev/null 2>/dev/null
		kill -KILL "$PID" 2>/dev/null || true
		wait "$PID" 2>/dev/null || true
	done
	[ -p fifo ]
	cat_ -t 0 fifo >rest 2>/dev/null || true
	# Only whole lines were written, except the first line, of which dd took a part.
	[ -z "$(tail -n +2 rest | head -n -1 | grep -v '^y$')" ]
	exec 8<&-
}

@test "fifocat: -h and -V print usage and version" {
	for option in -h --help; do
		try fifocat $option
		status 0
		[[ $output == 'usage: fifocat [-cfluvz] '* ]]
	done
	try fifocat -V
	output "fifocat (ipc7) $(version)"
}

@test "fifocat: a signal ends -w from a file while the FIFO is full" {
	local option

	mkfifo line
	exec 8<>line
	head -c 1000000 /dev/zero >big
	for option in -c -z; do
		background fifocat -w $option line <big 2>err
		asleep "$PID"
		kill "$PID"
		ends 143
	done
	exec 8<&-
}
