load helper

sends_operands() {
	try mqsend -c $SMALL "$Q" one 'two words' '' -1 -- '%s%n'
	status 0
	output ''
	try mqrecv -a "$Q"
	output $'one\ntwo words\n\n-1\n--\n%s%n'
}
@test "mqsend: sends each operand as a message, in order, even if it looks like an option" {
	both sends_operands
}

sends_lines() {
	printf 'one\n\ntwo\r\nlast' | mqsend -c $SMALL "$Q"
	[ "$(depth "$Q")" -eq 4 ]
	mqrecv -a "$Q" >got
	printf 'one\n\ntwo\r\nlast\n' | cmp - got
}
@test "mqsend: sends each line as a message, even an empty line and an unterminated last line" {
	both sends_lines
}

sends_nothing() {
	mqsend -c $SMALL "$Q" </dev/null
	[ "$(depth "$Q")" -eq 0 ]
}
@test "mqsend: sends nothing if the input is empty" {
	both sends_nothing
}

sends_forms() {
	printf 'a\nb\0\0c' | mqsend -c -0 $SMALL "$Q"
	[ "$(depth "$Q")" -eq 3 ]
	mqrecv -a -0 "$Q" | od -c >got
	printf 'a\nb\0\0c\0' | od -c | cmp - got

	printf '3:a\0\n,0:,' | mqsend -N "$Q"
	[ "$(depth "$Q")" -eq 2 ]
	mqrecv -a -N "$Q" | od -c >got
	printf '3:a\0\n,0:,' | od -c | cmp - got

	printf 'a\n\0b\n' | mqsend -r "$Q"
	mqsend -r "$Q" </dev/null
	[ "$(depth "$Q")" -eq 2 ]
	mqrecv -a -r "$Q" | od -c >got
	printf 'a\n\0b\n' | od -c | cmp - got
}
@test "mqsend: -0 and -N split the input at NUL bytes and into netstrings, and -r sends it as one message" {
	both sends_forms
}

@test "mqsend: accepts only one of -0, -N and -r" {
	new_name posix
	try mqsend -c -0 -N $SMALL "$Q" x
	status 2
	error 'mqsend: only one of -0 and -N can be given'
	try mqsend -c -r -0 $SMALL "$Q" x
	status 2
	error 'mqsend: only one of -r and -0 can be given'
	missing "$Q"
}

sends_priorities() {
	mqsend -c -p 7 $SMALL "$Q" seven
	printf '3\tthree\n9\tnine\ttab\n' | mqsend -P "$Q"
	mqsend -P "$Q" $'5\tfive'
}
@test "mqsend: -p and -P set the priority, and a POSIX queue delivers the highest priority first" {
	new_name posix
	sends_priorities
	try mqrecv -a -P "$Q"
	output $'9\tnine\ttab\n7\tseven\n5\tfive\n3\tthree'
}
@test "mqsend: -p and -P set the type, and a System V queue delivers the oldest message first" {
	new_name sysv
	sends_priorities
	try mqrecv -a -P "$Q"
	output $'7\tseven\n3\tthree\n9\tnine\ttab\n5\tfive'
}

default_priorities() {
	mqsend -c $SMALL "$Q" x
	try mqrecv -P "$Q"
	case $KIND in
	posix) output $'0\tx' ;;
	sysv) output $'1\tx' ;;
	esac
}
@test "mqsend: the default priority is 0 and the default type is 1" {
	both default_priorities
}

bad_prefix() {
	mqsend -c $SMALL "$Q"
	try mqsend -P "$Q" <<<$'2\tgood\nbad'
	status 1
	error "mqsend: $Q: record 2 does not start with a priority and a tab (-P); 1 message was sent"
	try mqsend -P "$Q" $'2\tgood' $'x\tbad'
	status 1
	error "mqsend: $Q: MESSAGE 2 does not start with a priority and a tab (-P); no message was sent"
	[ "$(depth "$Q")" -eq 1 ]
	try mqsend -P "$Q" $'99999999999999999999\tbad'
	status 1
	[ "$(depth "$Q")" -eq 1 ]
}
@test "mqsend: -P requires a number and a tab before each message" {
	both bad_prefix </dev/null
}

@test "mqsend: -P refuses a priority or type that is out of range" {
	new_name posix
	try mqsend -c -P $SMALL "$Q" $'32768\tx'
	status 1
	error "mqsend: $Q: MESSAGE 1 has priority 32768, which is not from 0 to 32767; no message was sent"
	new_name sysv
	try mqsend -c -P $SMALL "$Q" $'0\tx'
	status 1
	error "mqsend: $Q: MESSAGE 1 has priority 0, which is not from 1 to $(long_max); no message was sent"
}

sends_mark() {
	printf 'a\nb\n' | mqsend -c -e END $SMALL "$Q"
	mqsend -e '' "$Q" c
	try mqrecv -a "$Q"
	output $'a\nb\nEND\nc'
}
@test "mqsend: -e sends the mark after the last line or operand" {
	both sends_mark
}

@test "mqsend: names a missing queue and the remedy, and does not create the queue" {
	new_name posix
	try mqsend "$Q" x
	status 1
	error "mqsend: $Q: no such queue (create it with -c)"
	missing "$Q"
	try mqsend "${Q#/}" x
	error "mqsend: $Q: no such queue (create it with -c)"
	new_name sysv
	try mqsend "$Q" x
	status 1
	error "mqsend: $Q: no such queue (create it with -c)"
	try mqsend sysv:@2147483647 x
	status 1
	error 'mqsend: sysv:@2147483647: no such queue (*)'
	try mqsend sysv:./nofile x
	status 1
	error 'mqsend: sysv:./nofile: no key from this path: No such file or directory'
}

@test "mqsend: refuses a malformed queue name as wrong usage" {
	local name

	for name in '' / /a/b a/b/ . .. posix: kind:x SYSV:1 sysv: sysv:0 sysv:x sysv:@ sysv:@x sysv:0x sysv:0x123456789 \
		sysv:/etc,JJ sysv:/etc, file:x "$(printf '%0256d' 0)"; do
		try mqsend -c "$name" x
		status 2
		error 'mqsend: *'
	done
	try mqsend sysv:new x
	status 2
	error 'mqsend: sysv:new: creating a queue needs -c'
	try mqsend -x sysv:@1 x
	status 2
}

@test "mqsend: escapes odd bytes of a name in its error line" {
	try mqsend $'a\033[31m\nb' x
	status 1
	error 'mqsend: /a\\x1b\[31m\\nb: no such queue (create it with -c)'
}

@test "mqsend: a bad option gets one error line and status 2, and creates nothing" {
	local options

	new_name posix
	for options in '-q' '-t x' '-t -1' '-t 1h' '-m 8' '-m 1000' '-m u+r' '-p -1' '-p x' '-p 32768' '-d 0' '-d x' '-d 99999999999' \
		'-s 0' '-s 1k' '-s -1' '-s 99999999999999999999' '-n 1'; do
		# shellcheck disable=SC2086
		try mqsend -c -d 10 -s 256 $options "$Q" x
		status 2
		error 'mqsend: *'
		missing "$Q"
	done
	try mqsend
	status 2
	error 'mqsend: QUEUE is missing; usage: mqsend *'
	try mqsend --priority=3 "$Q" x
	status 2
	error 'mqsend: the only long options are --help and --version (see mqsend -h)'
	try mqsend -t
	status 2
	error 'mqsend: -t needs an argument (see mqsend -h)'
	new_name sysv
	try mqsend -c -p 0 $SMALL "$Q" x
	status 2
	try mqsend -c -d 5 "$Q" x
	status 2
	error "mqsend: $Q: a System V queue takes -d and -s together (its capacity is their product)"
	missing "$Q"
}

@test "mqsend: -c creates 10 messages of 8192 bytes with mode 0600, unless -d, -s or -m is given, whatever the umask" {
	new_name posix
	umask 077
	mqsend -c "$Q" x
	[ "$(peer attributes "$Q")" = '10 8192 1 600' ]
	new_name posix
	mqsend -c -d 3 "$Q" x
	[ "$(peer attributes "$Q")" = '3 8192 1 600' ]
	new_name posix
	mqsend -c -s 1K -m 0666 "$Q" x
	[ "$(peer attributes "$Q")" = '10 1024 1 666' ]
	new_name posix
	umask 0
	mqsend -x -d 2 -s 5 -m 0640 "$Q" x
	[ "$(peer attributes "$Q")" = '2 5 1 640' ]
	mqsend -c -m 0600 "$Q" y
	[ "$(peer attributes "$Q")" = '2 5 2 640' ]
}

@test "mqsend: -c creates a System V queue with the mode of -m and the capacity of -d and -s" {
	new_name sysv
	umask 077
	mqsend -c -m 0664 -d 5 -s 100 "$Q" x
	ipcs -q | grep -i "$(printf '0x%08x' "${Q#sysv:}") .* 664 .* 1 "
	id=$(ipcs -q | awk -v key="$(printf '0x%08x' "${Q#sysv:}")" '$1 == key { print $2 }')
	ipcs -q -i "$id" | grep 'qbytes=500'
}

differs() {
	mqsend -c -d 4 -s 100 "$Q" x
	try mqsend -d 5 -s 100 "$Q" y
	status 1
	error "mqsend: $Q: the queue exists with * (leave out -d and -s, or remove it first)"
	try mqsend -c -d 4 -s 101 "$Q" y
	status 1
	mqsend -d 4 -s 100 "$Q" z
	[ "$(depth "$Q")" -eq 2 ]
}
@test "mqsend: fails if the queue exists with other attributes than those of -d and -s" {
	both differs
}

@test "mqsend: names the attributes that differ from those of the existing queue" {
	new_name posix
	mqsend -c -d 4 -s 100 "$Q" x
	try mqsend -d 5 "$Q" y
	error "mqsend: $Q: the queue exists with depth 4 and message size 100, not depth 5 (leave out -d and -s, or remove it first)"
	new_name sysv
	mqsend -c -d 4 -s 100 "$Q" x
	try mqsend -d 5 -s 9 "$Q" y
	error "mqsend: $Q: the queue exists with room for 400 bytes, not 5 x 9 (leave out -d and -s, or remove it first)"
}

exclusive() {
	mqsend -x -d 10 -s 256 "$Q" x
	try mqsend -x "$Q" y
	status 1
	error "mqsend: $Q: the queue exists already (leave out -x to use it)"
	[ "$(depth "$Q")" -eq 1 ]
}
@test "mqsend: -x fails if the queue exists" {
	both exclusive
}

@test "mqsend: processes that create the queue at the same time all use it" {
	local i kind

	for kind in posix sysv; do
		for i in 1 2 3 4 5; do
			new_name $kind
			mqsend -c -d 8 -s 100 "$Q" a 3>&- & a=$!
			mqsend -c -d 8 -s 100 "$Q" b 3>&- & b=$!
			mqrecv -c -d 8 -s 100 -n 2 "$Q" >got
			wait $a
			wait $b
			[ "$(sort got)" = $'a\nb' ]
			mqrecv -u -n 0 "$Q"
		done
	done
}

oversize() {
	mqsend -c -d 4 -s 20 "$Q"
	case $KIND in
	posix) limit=20 why='the queue takes messages of up to 20 bytes (mq_msgsize, which -s sets when it is created)' ;;
	sysv) limit=80 why='the whole queue holds 80 bytes (msg_qbytes; make it larger with -d and -s)' ;;
	esac
	long=$(printf "%0$((limit + 1))d" 0)
	try mqsend "$Q" <<<"a"$'\n'"$long"$'\n'b
	status 1
	error "mqsend: $Q: $why; record 2 has $((limit + 1)) bytes; 1 message was sent"
	try mqsend "$Q" a "$long"
	status 1
	error "mqsend: $Q: $why; MESSAGE 2 has $((limit + 1)) bytes; no message was sent"
	try mqsend -N "$Q" <<<"$((limit + 1)):"
	status 1
	error "mqsend: $Q: $why; record 1 has $((limit + 1)) bytes; no message was sent"
	try mqsend -e "$long" "$Q" a
	status 1
	error "mqsend: $Q: $why; MARK 1 has $((limit + 1)) bytes; no message was sent"
	try mqrecv -a "$Q"
	output a
	mqsend "$Q" "${long%0}"
	[ "$(mqrecv "$Q" | wc -c)" -eq $((limit + 1)) ]
}
@test "mqsend: refuses a record that does not fit with its number, its size and the limit, and never truncates" {
	both oversize </dev/null
}

@test "mqsend: gives up on an endless record in bounded memory" {
	new_name posix
	mqsend -c $SMALL "$Q" </dev/null
	(limit_memory 300000 && try mqsend "$Q" </dev/zero && status 1 &&
		error "mqsend: $Q: * record 1 has at least 168*bytes; no message was sent")
}

@test "mqsend: refuses a bad netstring with its number" {
	new_name posix
	try mqsend -c -N $SMALL "$Q" < <(printf '1:a,2:bc;')
	status 1
	error "mqsend: $Q: record 2 is not a netstring: no comma follows its last byte; 1 message was sent"
	try mqsend -N "$Q" < <(printf '5:abc')
	status 1
	error "mqsend: $Q: record 1 is not a netstring: the input ends inside it; no message was sent"
	[ "$(depth "$Q")" -eq 1 ]
}

times_out() {
	mqsend -c -d 2 -s 1 "$Q"
	try mqsend -t 0 "$Q" a b c
	status 124
	error "mqsend: $Q: the queue stayed full, no room in time (-t); 2 messages were sent"
	before=$(date +%s%N)
	try mqsend -t 0.25 "$Q" d
	took=$((($(date +%s%N) - before) / 1000000))
	status 124
	error "mqsend: $Q: the queue stayed full, no room in time (-t); no message was sent"
	[ $took -ge 250 ]
	try mqsend -t 100ms "$Q" <<<$'e\nf'
	status 124
	try mqrecv -a "$Q"
	output $'a\nb'
	# Empty messages fill a queue too, although they have no bytes.
	mqsend "$Q" '' ''
	try mqsend -t 0 "$Q" ''
	status 124
}
@test "mqsend: -t bounds the wait for space, -t 0 never waits, and the error line counts the messages sent" {
	both times_out </dev/null
}

lossy() {
	mqsend -c -d 2 -s 1 "$Q"
	try mqsend -L 0 "$Q" a b c d
	status 0
	error "mqsend: $Q: 2 records were dropped (-L)"
	try mqsend -L 10ms -t 0 "$Q" e
	status 0
	error "mqsend: $Q: 1 record was dropped (-L)"
	try mqsend -L 0 "$Q" f "$(printf %01000d 0)"
	status 1
	error "mqsend: $Q: *; MESSAGE 2 has 1000 bytes; no message was sent"
	try mqsend -L 0 "$Q" < <(printf '%s\n' f "$(printf %01000d 0)")
	status 1
	error "mqsend: $Q: *; record 2 has 1000 bytes; no message was sent, 1 record was dropped (-L)"
	# The mark is never dropped.
	try mqsend -L 0 -t 0 -e M "$Q" g
	status 124
	error "mqsend: $Q: the queue stayed full, no room in time (-t); no message was sent, 1 record was dropped (-L)"
	background mqsend -L 0 -e M "$Q" g 2>err
	asleep
	[ "$(mqrecv -n 3 -t 60 "$Q" | tr -d '\n')" = abM ]
	ends 0
	[ "$(cat err)" = "mqsend: $Q: 1 record was dropped (-L)" ]
	try mqsend -L 0 "$Q" h i
	status 0
	[ ! "$stderr" ]
}
@test "mqsend: -L drops the records that find no space in time, and says how many, but never the mark" {
	both lossy </dev/null
}

@test "mqsend: a wait for a System V queue needs neither timers nor queued signals" {
	new_name sysv
	mqsend -c -d 1 -s 8 "$Q" first
	(ulimit -i 0; try mqsend -t 0.2 "$Q" second; status 124)
	(ulimit -i 0; exec mqsend "$Q" second 3>&-) &
	PID=$!
	JOBS+=("$PID")
	asleep
	[ "$(mqrecv -n 2 "$Q")" = $'first\nsecond' ]
	ends 0
	[ "$PLAT" = linux ] && [ -z "${SANITIZED:-}" ] || return 0 # not under strace
	need strace strace -V
	mqsend "$Q" first
	background strace -o trace mqsend "$Q" second
	until [ "$(grep -c msgsnd trace)" -ge 2 ]; do moment; done
	mqrecv "$Q"
	ends 0
	[ "$(grep -c -e timer_ -e nanosleep -e alarm trace)" -eq 0 ]
	# A user without a thread either.
	mqsend -c -m 0622 "$Q" 2>/dev/null </dev/null
	need_root
	ipcset -m 0622 "mq:$Q"
	# shellcheck disable=SC2016
	try as_user bash -c 'ulimit -i 0; ulimit -u 0; exec mqsend -t 9 "$1" third' bash "$Q"
	status 1
	error "mqsend: $Q: neither a timer nor a thread can be had (RLIMIT_SIGPENDING, RLIMIT_NPROC; raise one with ulimit -i or -u); no message was sent"
}

waits_for_room() {
	seq 1000 | mqsend -c -d 2 -s 8 -t 5m "$Q" 3>&- &
	mqrecv -c -d 2 -s 8 -n 1000 "$Q" >got
	wait $!
	seq 1000 | cmp - got
}
@test "mqsend: waits while the queue is full, with and without -t" {
	both waits_for_room
}

# blocked_sender OPTION...: start a sender that blocks on the full queue Q, as its trace shows. Q holds 1 message.
blocked_sender() {
	mqsend -c -d 1 -s 8 "$Q" first
	mkfifo trace
	mqsend -v "$@" "$Q" second 3>&- 2>trace &
	PID=$!
	JOBS+=("$PID")
	exec 4<trace
	while read -r line <&4 && [[ $line != *EAGAIN* ]] && [[ $line != *ETIMEDOUT* ]]; do :; done
	rm trace
}

sender_signalled() {
	local signal

	for signal in TERM INT HUP; do
		new_name $KIND
		blocked_sender
		kill -$signal $PID
		ends $((128 + $(kill -l $signal)))
		[[ $(cat <&4) == *"no message was sent" ]]
		[ "$(depth "$Q")" -eq 1 ]
	done
}
@test "mqsend: a signal ends the wait, and the error line counts the messages sent" {
	# In a script, bash starts background jobs with SIGINT ignored; a job of an interactive shell has the default disposition.
	set -m
	both sender_signalled
}

sender_removed() {
	blocked_sender
	mqrecv -u -n 0 "$Q"
	ends 3
	[[ $(cat <&4) == *"$Q: the queue was removed while in use; no message was sent" ]]
}
@test "mqsend: exits with status 3 if the queue is removed while it waits" {
	both sender_removed
}

unlinks() {
	mqsend -c -u $SMALL "$Q" x
	missing "$Q"
	try mqsend -c -u -d 1 -s 8 -t 0 "$Q" firstone second
	status 124
	missing "$Q"
	blocked_sender -u
	kill -TERM $PID
	ends 143
	missing "$Q"
	mqsend -c $SMALL "$Q" x
	try mqsend -x -u "$Q" y
	status 1
	exists "$Q"
}
@test "mqsend: -u unlinks at the end, after a failure and on a signal, but never a queue that it did not open" {
	both unlinks
}

@test "mqsend: exits with status 3 if its messages are left in a removed queue" {
	new_name posix
	mkfifo input
	mqsend -c $SMALL "$Q" <input 2>err 3>&- &
	PID=$!
	exec 4>input
	echo one >&4
	mqrecv -c $SMALL "$Q"
	mqrecv -u -n 0 "$Q"
	echo two >&4
	exec 4>&-
	ends 3
	[ "$(cat err)" = "mqsend: $Q: the queue was removed while in use; 1 message is left in it; 2 messages were sent" ]
}

closed_input() {
	mqsend -c $SMALL "$Q" </dev/null
	# shellcheck disable=SC2016
	try sh -c 'mqsend "$1" <&-' sh "$Q"
	status 1
	error "mqsend: $Q: standard input cannot be read: *; no message was sent"
	try mqsend "$Q" </
	status 1
	error "mqsend: $Q: standard input cannot be read: *; no message was sent"
	mqsend "$Q" operand <&-
	[ "$(depth "$Q")" -eq 1 ]
}
@test "mqsend: fails if standard input is closed or a directory, unlike an empty input" {
	both closed_input
}

@test "mqsend: works with all three standard descriptors closed" {
	new_name posix
	mqsend -c $SMALL "$Q" x <&- >&- 2>&-
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqsend: waits for an input that another process has made non-blocking" {
	need python3 python3 -c 0
	new_name posix
	mqsend -c $SMALL "$Q" </dev/null
	python3 - "$Q" <<-'END'
		import os, subprocess, sys
		read, write = os.pipe()
		os.set_blocking(read, False)
		child = subprocess.Popen(["mqsend", sys.argv[1]], stdin=read)
		os.write(write, b"one\ntwo\n")
		os.close(write)
		sys.exit(child.wait())
	END
	[ "$(depth "$Q")" -eq 2 ]
}

@test "mqsend: sysv:new prints the name of the private queue" {
	try mqsend -c sysv:new x y
	status 0
	[[ $output =~ ^sysv:@[0-9]+$ ]]
	NAMES+=("$output")
	handle=$output
	mqsend "$handle" z
	try mqrecv -a "$handle"
	output $'x\ny\nz'
}

@test "mqsend: creates no private queue if its name cannot be printed" {
	local out

	for out in '>/dev/full' '>&-'; do
		try makes -q "mqsend -c sysv:new x $out"
		output 0
		error 'mqsend: standard output: *; no queue was made, no message was sent'
	done
	try makes -q 'mqsend -c sysv:new x >handle'
	output 1
	mqrecv -u -n 0 "$(cat handle)" 2>/dev/null || true
}

@test "mqsend: takes a key from a path, and -v prints it" {
	touch file
	mqsend -c sysv:./file,J x
	NAMES+=(sysv:./file,J)
	try mqsend -v sysv:./file,J y
	[[ $stderr == 'mqsend: ftok("./file", 74) = 0x4a'* ]]
	key=$(sed -n 's/.* = \(0x[0-9a-f]*\)$/\1/p' <<<"$stderr" | head -n 1)
	[ "$(depth "sysv:$key")" -eq 2 ]
}

@test "mqsend: -v and IPC7_TRACE=1 print each call with arguments and result" {
	[ "$PLAT" = linux ] || skip "other calls"
	new_name posix
	try lone mqsend -c -v "$Q" hello
	[ "$stderr" = "mqsend: mq_open(\"$Q\", O_WRONLY|O_CREAT, 0600, {mq_maxmsg=10, mq_msgsize=8192}) = 3
mqsend: mq_send(3, \"hello\", 5, 0) = 0" ]
	IPC7_TRACE=1 try lone mqsend -p 3 -t 0 -u "$Q" $'\001"\\%n' "$(printf '%040d' 0)"
	[ "$stderr" = "mqsend: mq_open(\"$Q\", O_WRONLY) = 3
mqsend: mq_send(3, \"\\x01\\\"\\\\%n\", 5, 3) = 0
mqsend: mq_send(3, \"00000000000000000000000000000000\"..., 40, 3) = 0
mqsend: mq_unlink(\"$Q\") = 0" ]
	try lone mqsend -v "$Q" x
	[[ $stderr == "mqsend: mq_open(\"$Q\", O_WRONLY) = -1 ENOENT"$'\n'* ]]
	try lone mqsend -v "$Q\"\\" x
	[[ $stderr == "mqsend: mq_open(\"$Q"'\"\\", O_WRONLY) = -1 ENOENT'$'\n'* ]]
	new_name sysv
	try lone mqsend -c -v -p 5 -u "$Q" hello
	[[ $stderr == "mqsend: msgget(${Q#sysv:}, 0200) = -1 ENOENT
mqsend: msgget(${Q#sysv:}, IPC_CREAT|IPC_EXCL|0600) = "*"
mqsend: msgsnd("*", {mtype=5, mtext=\"hello\"}, 5, IPC_NOWAIT) = 0
mqsend: msgctl("*", IPC_RMID) = 0" ]]
	IPC7_TRACE=0 try lone mqsend -c -u "$Q" hello
	[ -z "$stderr" ]
}

@test "mqsend: -h, --help, -V and --version print usage and version" {
	try mqsend -h
	status 0
	[[ $output == 'usage: mqsend [-cuvx] [-0|-N|-r] [-P] [-d DEPTH] [-e MARK] [-L TIME] [-m MODE] [-p PRIO] [-s SIZE] [-t TIME] QUEUE [MESSAGE...]'* ]]
	help=$output
	try mqsend --help
	status 0
	output "$help"
	try mqsend -V
	status 0
	[[ $output == 'mqsend (ipc7) '[0-9]* ]]
	version=$output
	try mqsend --version
	output "$version"
	got=0
	mqsend -h >/dev/full 2>err || got=$?
	[ $got -eq 1 ]
	[[ $(cat err) == 'mqsend: standard output: '* ]]
}

@test "mqsend: fails if the user has no permission to send" {
	need_root
	both no_permission
}
no_permission() {
	mqsend -c $SMALL "$Q" x
	try as_user mqsend "$Q" y
	status 1
	error "mqsend: $Q: no permission to send to this queue (its owner or root can change its mode)"
	try as_user mqsend -u "$Q" y
	status 1
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqsend: sends without read permission, but only the owner can unlink the queue" {
	need_root
	both may_send_only
}
may_send_only() {
	mqsend -c -m 0622 $SMALL "$Q" x
	try as_user mqsend -c $SMALL "$Q" y
	status 0
	try as_user mqsend -u "$Q" z
	status 1
	error "mqsend: $Q: no permission to remove the queue (only its owner or root may); 1 message was sent"
	try mqrecv -a "$Q"
	output $'x\ny\nz'
}

@test "mqsend: names the limits on the depth and the message size of a POSIX queue" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	new_name posix
	depth=$(cat /proc/sys/fs/mqueue/msg_max) size=$(cat /proc/sys/fs/mqueue/msgsize_max)
	try as_user mqsend -c -d $((depth + 1)) "$Q" x
	status 1
	error "mqsend: $Q: fs.mqueue.msg_max is $depth; asked for $((depth + 1)) (raise it with sysctl -w fs.mqueue.msg_max=$((depth + 1)))"
	try as_user mqsend -c -s $((size + 1)) "$Q" x
	status 1
	error "mqsend: $Q: fs.mqueue.msgsize_max is $size; asked for $((size + 1)) (raise it with sysctl -w fs.mqueue.msgsize_max=$((size + 1)))"
	try mqsend -c -d 65537 "$Q" x
	status 1
	error "mqsend: $Q: fs.mqueue.msg_max can be 65536 at most; asked for 65537"
	try mqsend -c -s 16777217 "$Q" x
	status 1
	error "mqsend: $Q: fs.mqueue.msgsize_max can be 16777216 at most; asked for 16777217"
	missing "$Q"
}

@test "mqsend: names RLIMIT_MSGQUEUE, and does not confuse it with a lack of descriptors" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	new_name posix
	few() {
		ulimit -q 10000
		as_user mqsend -c "$Q" x
	}
	try few
	status 1
	error "mqsend: $Q: RLIMIT_MSGQUEUE allows 10000 bytes in all queues of this user; 81920 more were asked for, * (raise it with ulimit -q *)"
	few() {
		ulimit -n 3
		mqsend -c "$Q" x
	}
	try few
	if [[ $stderr != *'shared libraries'* ]]; then # a dynamic program does not even start
		status 1
		error "mqsend: $Q: too many open files: RLIMIT_NOFILE is 3 (raise it with ulimit -n)"
	fi
	missing "$Q"
}

# in_namespace SYSCTL=VALUE... -- COMMAND...: run COMMAND without privileges in an IPC namespace with these limits.
in_namespace() {
	local script=''

	while [ "$1" != -- ]; do
		script+="echo ${1#*=} >/proc/sys/${1%%=*}; "
		shift
	done
	shift
	as_user true
	# shellcheck disable=SC2016
	PATH=$USER_BIN:$PATH unshare -i sh -c "$script"'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"' sh "$@"
}

@test "mqsend: names the limits on the number of queues" {
	need_namespace
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	try in_namespace fs/mqueue/queues_max=1 -- sh -c 'mqsend -c /a x && mqsend -c /b x'
	status 1
	error "mqsend: /b: fs.mqueue.queues_max is 1; asked for 2 (raise it with sysctl -w fs.mqueue.queues_max=2)"
	try in_namespace kernel/msgmni=1 -- sh -c 'mqsend -c sysv:1 x && mqsend -c sysv:2 x'
	status 1
	error "mqsend: sysv:0x2: kernel.msgmni is 1; asked for 2 (raise it with sysctl -w kernel.msgmni=2, or look for leaked queues with ipcls mq)"
}

@test "mqsend: names the limits on System V messages and queues" {
	need_namespace
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	try in_namespace kernel/msgmax=10 -- mqsend -c sysv:1 12345678901
	status 1
	error "mqsend: sysv:0x1: kernel.msgmax lets a message have 10 bytes (raise it with sysctl -w kernel.msgmax=*); MESSAGE 1 has 11 bytes; no message was sent"
	try in_namespace kernel/msgmnb=1000 -- sh -c 'mqsend -c -d 11 -s 100 sysv:1 x; mqsend sysv:1 x'
	status 1
	[ "$stderr" = "mqsend: sysv:0x1: kernel.msgmnb is 1000; asked for 1100 (raise it with sysctl -w kernel.msgmnb=1100)
mqsend: sysv:0x1: no such queue (create it with -c)" ]
}

@test "mqsend: a C program receives its messages" {
	new_name posix
	mqsend -c -p 5 $SMALL "$Q" 'from the shell'
	[ "$(peer receive "$Q")" = '5 from the shell' ]
}

@test "mqsend: Python and perl receive its messages" {
	need python3-sysv-ipc /usr/bin/python3 -c 'import sysv_ipc'
	need IPC::SysV perl -MIPC::SysV -e 1
	new_name sysv
	printf 'from\0the shell\0' | mqsend -c -r -p 5 $SMALL "$Q"
	[ "$(/usr/bin/python3 -c "import sysv_ipc; print(sysv_ipc.MessageQueue(${Q#sysv:}).receive())")" = "(b'from\\x00the shell\\x00', 5)" ]
	mqsend -p 6 "$Q" again
	# shellcheck disable=SC2016
	[ "$(perl -MIPC::SysV -e 'my $q = msgget(hex(shift), 0); msgrcv($q, my $m, 100, 0, 0); print join " ", unpack("l! a*", $m)' "${Q#sysv:}")" = '6 again' ]
}

@test "mqsend: works even if signals are ignored or blocked at the start" {
	new_name posix
	peer ignore 13 mqsend -c $SMALL "$Q" x
	peer block 14 mqsend -c -t 0.1 "$Q" x
	set -m
	mqsend -c -u -d 1 -s 8 "$Q-full" first
	new_name posix
	mqsend -c -d 1 -s 8 "$Q" first
	try peer block 14 mqsend -t 0.2 "$Q" second
	status 124
	new_name sysv
	mqsend -c -d 1 -s 8 "$Q" firstone
	try peer block 14 mqsend -t 0.2 "$Q" second
	status 124
	mkfifo trace
	mqsend_ignoring() { trap '' HUP; exec mqsend -v -t 5m "$Q" second; }
	mqsend_ignoring 3>&- 2>trace &
	PID=$!
	JOBS+=("$PID")
	exec 4<trace
	while read -r line <&4 && [[ $line != *EAGAIN* ]]; do :; done
	kill -HUP $PID
	mqrecv -n 2 "$Q" >got
	ends 0
	[ "$(cat got)" = $'firstone\nsecond' ]
}

@test "mqsend: a signal under load ends it, and the error line counts the messages sent" {
	both signalled_under_load
}
signalled_under_load() {
	mqsend -c $SMALL "$Q" </dev/null
	mqrecv -f "$Q" 3>&- >got 2>/dev/null &
	receiver=$!
	mkfifo lines
	yes 2>/dev/null 3>&- >lines &
	yes=$!
	background mqsend "$Q" <lines 2>err
	until [ -s got ]; do moment; done
	kill -TERM $PID
	ends 143
	sent=$(sed -n "s|mqsend: $Q: stopped by signal 15; \([0-9]*\) messages* w[a-z]* sent|\1|p" err)
	mqsend "$Q" last
	until [ "$(tail -n 1 got)" = last ]; do moment; done
	kill $receiver
	wait $receiver $yes || true
	# Without a line, all records that were read were sent.
	[ -z "$sent" ] || [ "$(wc -l <got)" -eq $((sent + 1)) ]
	rm lines got
}

@test "mqsend: a signal between two reads ends it, without a line, as nothing is lost" {
	need strace strace -V
	new_name posix
	[ "$PLAT" = linux ] || skip "other calls"
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	mkfifo input
	exec 7<>input
	echo a >&7
	lone timeout 120 strace -o /dev/null -e inject=mq_timedsend:signal=TERM:when=1 mqsend -c $SMALL "$Q" <input 2>err || got=$?
	exec 7>&-
	[ "$got" -eq 143 ]
	! grep mqsend err || false
}

loses_nothing() {
	mkfifo input
	exec 7<>input
	background mqsend -c $SMALL "$Q" <&7 2>err
	printf 'a\n' >&7
	until [ "$(depth "$Q")" = 1 ]; do moment; done
	kill "$PID"
	ends 143
	[ ! -s err ]
	background mqsend "$Q" <&7 2>err
	printf 'b\nc' >&7
	until [ "$(depth "$Q")" = 2 ]; do moment; done
	kill "$PID"
	ends 143
	[ "$(cat err)" = "mqsend: $Q: stopped by signal 15; 1 message was sent" ]
	mqrecv -a -u "$Q" >/dev/null
	background mqsend -c -L 0 -d 1 -s 8 "$Q" <&7 2>err
	printf 'firstone\nsecond\n' >&7
	until [ "$(depth "$Q")" = 1 ]; do moment; done
	asleep
	kill "$PID"
	ends 143
	[ "$(cat err)" = "mqsend: $Q: 1 record was dropped (-L)" ]
	exec 7>&-
	rm input
}
@test "mqsend: a signal that loses nothing ends it without a line, and a part of a record that was read is a loss" {
	both loses_nothing
}

@test "mqsend: -e with -P sends the mark unchanged" {
	new_name posix
	printf '3\tx\n' | mqsend -c -P -e END $SMALL "$Q"
	try mqrecv -P -f -e END "$Q"
	status 0
	output $'3\tx'
}

@test "mqsend: sends to a System V queue that nobody may read" {
	need_root
	new_name sysv
	try as_user mqsend -c -m 0200 -d 2 -s 100 "$Q" hi
	status 0
	[ "$(depth "$Q")" -eq 1 ]
	ipcrm -Q "${Q#sysv:}"
	[ "$PLAT" = linux ] || return 0
	mqsend -c -m 0602 -d 1 -s 100 "$Q" </dev/null
	try as_user mqsend "$Q" "$(printf '%0200d' 0)"
	status 1
	error "mqsend: $Q: the whole queue holds 100 bytes (*); MESSAGE 1 has 200 bytes; no message was sent"
}

@test "mqsend: refuses an impossible System V message size before it creates a queue" {
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	new_name sysv
	max=$(cat /proc/sys/kernel/msgmax)
	try mqsend -c -d 1 -s $((max + 1)) "$Q" x
	status 1
	error "mqsend: $Q: kernel.msgmax is $max; asked for $((max + 1)) (raise it with sysctl -w kernel.msgmax=$((max + 1)))"
	missing "$Q"
	try mqsend -c -d 2147483647 -s "$(long_max)" "$Q" x
	status 1
	error "mqsend: $Q: no queue holds *"
	missing "$Q"
}

@test "mqsend: -c creates the largest queue that the system allows if the default is larger" {
	need_namespace
	[ "$PLAT" = linux ] || skip "POSIX does not tell limits"
	try in_namespace fs/mqueue/msg_max=5 -- sh -c 'mqsend -v -c /a x'
	status 0
	[[ $stderr == *'{mq_maxmsg=5, mq_msgsize=8192}'* ]]
}
