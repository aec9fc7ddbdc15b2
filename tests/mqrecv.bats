load helper

# fill TEXT...: create queue Q with these messages.
fill() {
	mqsend -c $SMALL "$Q" "$@"
}

# until_ended COMMAND...: repeat COMMAND until the background command has ended. Fail if that takes a minute.
until_ended() {
	local limit=$((SECONDS + 60))

	while kill -0 "$PID" 2>/dev/null; do
		[ $SECONDS -lt $limit ] || { echo "process $PID has not ended" >&2; return 1; }
		"$@" 2>/dev/null || true
	done
}

receives() {
	fill one two three four
	try mqrecv "$Q"
	status 0
	output one
	try mqrecv -n 2 "$Q"
	output $'two\nthree'
	try mqrecv -n 0 "$Q"
	status 0
	output ''
	try mqrecv -a "$Q"
	status 0
	output four
	try mqrecv -a "$Q"
	status 0
	output ''
	try mqrecv -a -n 1 "$Q"
	status 0
}
@test "mqrecv: receives one message, COUNT messages with -n, or all queued messages with -a" {
	both receives
}

receives_forms() {
	mqsend -c -r $SMALL "$Q" < <(printf 'a\nb')
	mqsend "$Q" ''
	mqrecv -a -0 "$Q" | od -c | cmp - <(printf 'a\nb\0\0' | od -c)
	mqsend "$Q" ab '' c
	mqrecv -a -r "$Q" | cmp - <(printf 'abc')
	mqsend -p 3 "$Q" ab ''
	mqrecv -a -N "$Q" | cmp - <(printf '2:ab,0:,')
	mqsend -p 3 "$Q" ab ''
	mqrecv -a -N -P "$Q" | cmp - <(printf '4:3\tab,2:3\t,')
	mqsend -p 3 "$Q" ab ''
	mqrecv -a -P "$Q" | cmp - <(printf '3\tab\n3\t\n')
}
@test "mqrecv: -0, -N, -r and -P shape the output, and an empty message is a record" {
	both receives_forms
}

round_trips() {
	head -c 8000 /bin/sh >data
	mqsend -c -r "$Q" <data
	mqrecv -r "$Q" | cmp - data
	mqsend -r "$Q" <data
	mqrecv -N "$Q" | mqsend -N "$Q"
	mqrecv -r "$Q" | cmp - data
}
@test "mqrecv: returns binary data unchanged" {
	both round_trips
}

times_out() {
	fill one
	try mqrecv -n 2 -t 0 "$Q"
	status 124
	output one
	error "mqrecv: $Q: no message in time (-t)"
	before=$(date +%s%N)
	try mqrecv -t 0.25 "$Q"
	took=$((($(date +%s%N) - before) / 1000000))
	status 124
	output ''
	[ $took -ge 250 ]
	try mqrecv -f -t 1ms "$Q"
	status 124
}
@test "mqrecv: -t bounds the wait for each message, and -t 0 never waits" {
	both times_out
}

@test "mqrecv: a wait on a System V queue needs neither timers nor queued signals" {
	new_name sysv
	mqsend -c "$Q" </dev/null
	for output in file pipe command; do
		command=()
		case $output in
		pipe) exec 8> >(cat >got 3>&-) ;;
		command) command=(-- sh -c 'cat >got') ;;
		esac
		[ $output = pipe ] || exec 8>got
		(ulimit -i 0; exec mqrecv "$Q" "${command[@]}" >&8 2>err 3>&- 8>&-) &
		PID=$!
		JOBS+=("$PID")
		exec 8>&-
		asleep
		mqsend "$Q" $output
		ends 0
		until grep -qx $output got; do moment; done
	done
	(ulimit -i 0; try mqrecv -t 0.2 "$Q"; status 124)
	[ "$PLAT" = linux ] && [ -z "${SANITIZED:-}" ] || return 0 # not under strace
	need strace strace -V
	for output in '>got' '| cat >got'; do
		: >trace
		background sh -c "strace -f -o trace mqrecv $Q $output"
		until [ "$(grep -c msgrcv trace)" -ge 2 ]; do moment; done
		mqsend "$Q" x
		ends 0
		[ "$(grep -c -e timer_ -e nanosleep -e alarm trace)" -eq 0 ]
	done
}

stops_at_mark() {
	fill a b END c
	try mqrecv -f -e END "$Q"
	status 0
	output $'a\nb'
	try mqrecv -e END "$Q"
	output c
	fill END x
	try mqrecv -e END "$Q"
	status 0
	output ''
	try mqrecv -n 5 -e x "$Q"
	status 0
	fill ENDE END ''
	try mqrecv -f -e '' "$Q"
	output $'ENDE\nEND'
}
@test "mqrecv: -e stops at the mark and does not print it" {
	both stops_at_mark
}

prompt() {
	pipe
	ready mqrecv -c -R ready -f -e END $SMALL "$Q" >&6
	exec 6>&-
	for text in one two; do
		mqsend "$Q" $text
		read -r line <&4
		[ "$line" = $text ]
	done
	mqsend "$Q" END
	ends 0
	exec 4<&-
}
@test "mqrecv: writes each message at once, even while it waits for the next message" {
	both prompt
}

four_workers() {
	local i

	mqsend -c $SMALL "$Q" </dev/null
	for i in 1 2 3 4; do
		mqrecv -f -e END "$Q" >got$i 3>&- &
	done
	seq 5000 | mqsend "$Q"
	mqsend "$Q" END END END END
	wait
	cat got? | sort -n | cmp - <(seq 5000)
}
@test "mqrecv: four workers share the messages, without loss or duplicates" {
	both four_workers
}

shared_output() {
	local i

	mqsend -c $SMALL "$Q" </dev/null
	for i in 1 2 3 4; do
		mqrecv -f -e END "$Q" 3>&- &
	done | cat >got 3>&- &
	seq -f "%08g $(printf '%0200d' 0)" 2000 | mqsend "$Q"
	mqsend "$Q" END END END END
	wait
	sort got | cmp - <(seq -f "%08g $(printf '%0200d' 0)" 2000)
}
@test "mqrecv: receivers that share a pipe do not mix their records" {
	both shared_output
}

@test "mqrecv: -p selects the types of a System V queue" {
	local i

	new_name sysv
	for i in 3 1 2 1 3; do mqsend -c -p $i $SMALL "$Q" "type $i"; done
	try mqrecv -p 2 "$Q"
	output 'type 2'
	try mqrecv -p -2 -P "$Q"
	output $'1\ttype 1'
	if [ "$PLAT" = linux ]; then
		try mqrecv -p ^1 -P "$Q"
		output $'3\ttype 3'
	else
		try mqrecv -p ^1 "$Q"
		status 1
		error "mqrecv: $Q: -p cannot be used here: *"
		mqrecv "$Q"
	fi
	try mqrecv -p 2 -t 0 "$Q"
	status 124
	try mqrecv -a -p -9 "$Q"
	output $'type 1\ntype 3'
	for i in 0 -0 x ^ - ^0 -x 99999999999999999999 '' '1 '; do
		try mqrecv -p "$i" "$Q"
		status 2
		error 'mqrecv: -p takes N, -N or ^N, where N is a type of 1 or more'
	done
}

@test "mqrecv: refuses -p for a POSIX queue" {
	new_name posix
	fill one
	try mqrecv -p 1 "$Q"
	status 1
	error "mqrecv: $Q: -p cannot be used here: a POSIX queue always gives its highest priority, oldest first (*"
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqrecv: -k copies messages without removing them" {
	local i

	new_name sysv
	for i in 3 1 2 1; do mqsend -c -p $i $SMALL "$Q" "type $i"; done
	if [ "$PLAT" != linux ]; then
		try mqrecv -k "$Q"
		status 1
		return
	fi
	try mqrecv -k "$Q"
	status 0
	output 'type 3'
	try mqrecv -k -a -P "$Q"
	output $'3\ttype 3\n1\ttype 1\n2\ttype 2\n1\ttype 1'
	try mqrecv -k -a -p 1 "$Q"
	output $'type 1\ntype 1'
	try mqrecv -k -a -p -2 "$Q"
	output $'type 1\ntype 1\ntype 2'
	try mqrecv -k -a -p ^1 "$Q"
	output $'type 3\ntype 2'
	try mqrecv -k -a -e 'type 2' "$Q"
	output $'type 3\ntype 1'
	try mqrecv -k -n 5 -t 0 "$Q"
	status 124
	[ "$(wc -l <<<"$output")" -eq 4 ]
	try mqrecv -k -a "$Q" -- cat
	output 'type 3type 1type 2type 1'
	try mqrecv -k "$Q" -- false
	status 1
	error "mqrecv: $Q: false ended with status 1"
	[ "$(depth "$Q")" -eq 4 ]
	mqsend "$Q" "$(printf '%08000d' 0)"
	[ "$(mqrecv -k -a "$Q" | wc -c)" -eq 8029 ]
	try mqrecv -k -f "$Q"
	status 2
}

@test "mqrecv: refuses -k for a POSIX queue" {
	new_name posix
	fill one
	try mqrecv -k "$Q"
	status 1
	error "mqrecv: $Q: -k cannot be used here: *"
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqrecv: -k waits for a message" {
	[ "$PLAT" = linux ] || skip "no -k"
	new_name sysv
	ready mqrecv -c -R ready -k $SMALL "$Q" >got
	mqsend "$Q" one
	ends 0
	[ "$(cat got)" = one ]
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqrecv: -R writes the process id to a FIFO, a file or a descriptor" {
	new_name posix
	ready mqrecv -c -R ready $SMALL "$Q" >got
	[ "$LINE" = "$PID" ]
	mqsend "$Q" x
	ends 0
	echo 'a longer line that was there before' >file
	mqsend "$Q" x
	mqrecv -R file "$Q"
	[[ $(cat file) =~ ^[0-9]+$ ]]
	mqsend "$Q" x
	mqrecv -R /dev/fd/5 "$Q" 5>five
	[[ $(cat five) =~ ^[0-9]+$ ]]
	mqsend "$Q" x
	mqrecv -R new "$Q"
	[[ $(cat new) =~ ^[0-9]+$ ]]
}

@test "mqrecv: takes and creates nothing if the -R FILE cannot be written" {
	new_name posix
	try mqrecv -c -d 10 -s 256 -R no/such/directory/file "$Q"
	status 1
	error 'mqrecv: no/such/directory/file: *'
	missing "$Q"
	try mqrecv -c -d 10 -s 256 -R /dev/fd/99 "$Q"
	status 1
	missing "$Q"
	fill x
	try mqrecv -R /dev/full "$Q"
	status 1
	error 'mqrecv: /dev/full: *'
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqrecv: a reader of the -R FIFO gets end of file if mqrecv fails" {
	mkfifo ready
	background mqrecv -R ready /ipc7-no-such-queue 2>err
	read -r line <ready || line=end
	[ "$line" = end ]
	ends 1
}

@test "mqrecv: sysv:new writes the name of the queue to the -R FILE, and needs -R" {
	try mqrecv -c sysv:new
	status 2
	error 'mqrecv: sysv:new needs -R FILE, which gets the name of the new queue'
	ready mqrecv -c -u -R ready sysv:new >got
	[[ $LINE =~ ^sysv:@[0-9]+$ ]]
	mqsend "$LINE" hello
	ends 0
	[ "$(cat got)" = hello ]
	missing "$LINE"
}

creates() {
	umask 077
	mqrecv -c -m 0664 -d 3 -s 50 -n 0 "$Q"
	exists "$Q"
	[ "$KIND" = sysv ] || [ "$(peer attributes "$Q")" = '3 50 0 664' ]
	try mqrecv -x -n 0 "$Q"
	status 1
	error "mqrecv: $Q: the queue exists already (leave out -x to use it)"
	try mqrecv -d 4 -s 50 -n 0 "$Q"
	status 1
	try mqrecv -u -n 0 "$Q"
	status 0
	missing "$Q"
	try mqrecv -n 0 "$Q"
	status 1
	error "mqrecv: $Q: no such queue (create it with -c)"
	mqrecv -x -u -n 0 "$Q"
}
@test "mqrecv: -c and -x create a queue with the attributes of -m, -d and -s, and -u unlinks it" {
	both creates
}

output_full() {
	mqsend -c -p 3 $SMALL "$Q" three
	mqsend -p 2 "$Q" 'two' last
	# shellcheck disable=SC2016
	try sh -c 'mqrecv -a "$1" >/dev/full' sh "$Q"
	status 1
	error "mqrecv: $Q: standard output: No space left on device; 3 messages were put back"
	try sh -c 'mqrecv "$1" >/dev/full' sh "$Q"
	status 1
	error "mqrecv: $Q: standard output: No space left on device; 1 message was put back"
	try mqrecv -a -P "$Q"
	case $KIND in
	posix) output $'3\tthree\n2\ttwo\n2\tlast' ;;
	sysv) output $'2\ttwo\n2\tlast\n3\tthree' ;; # it went back behind the others
	esac
}
@test "mqrecv: puts messages back with their priority or type if standard output is full" {
	both output_full
}

output_closed() {
	fill one two
	# shellcheck disable=SC2016
	try sh -c 'mqrecv "$1" >&-' sh "$Q"
	status 1
	error 'mqrecv: standard output is closed, or not open for writing'
	try sh -c 'mqrecv "$1" 1</dev/null' sh "$Q"
	status 1
	error 'mqrecv: standard output is closed, or not open for writing'
	try sh -c 'mqrecv -a "$1" <&- 2>&-' sh "$Q"
	status 0
	output $'one\ntwo'
}
@test "mqrecv: takes no message if standard output is closed" {
	both output_closed
}

reader_gone() {
	fill one two three
	pipe
	exec 4<&-
	background mqrecv -a "$Q" >&6 2>err
	exec 6>&-
	ends 0
	[ ! -s err ]
	try mqrecv -a "$Q"
	output $'one\ntwo\nthree'
}
@test "mqrecv: Ctrl-C stops a loop of a shell" {
	new_name posix
	loop_stops "mqrecv -c $SMALL -R started $Q"
	mqsend "$Q" job
	loop_stops "mqrecv -f $Q -- sh -c 'echo >started; exec sleep 5'"
	loop_stops "mqrecv -f -j 2 $Q -- sh -c 'echo >started; exec sleep 5'"
	[ "$(depth "$Q")" = 1 ]
}

@test "mqrecv: Ctrl-C ends a worker of -j that did not exist yet" {
	need strace strace -V
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	new_name posix
	mqsend -c $SMALL "$Q" job
	mkfifo started go over
	# COMMAND lasts until the signal has been noticed.
	printf '%s\n' 'trap "read _ <go; trap - INT; kill -INT \$\$" INT' 'echo >started' 'while :; do :; done' >job
	terminal 'dash -i' "strace -qq -o trace -e trace=?fork,clone,clone3 -e inject=?fork,clone,clone3:delay_enter=500000:when=2 mqrecv -f -j 2 $Q -- sh job"
	read -r _ <started
	printf '\003echo >over\n' >&9
	until grep -q SIGINT trace; do moment; done
	echo >go
	timeout 10 cat over
	terminal_ends
	[ "$(depth "$Q")" = 1 ]
}

@test "mqrecv: takes no message if standard output has lost its reader" {
	both reader_gone
}

reader_goes() {
	pipe
	ready mqrecv -c -R ready -f $SMALL "$Q" >&6 2>err
	exec 6>&-
	mqsend "$Q" one
	read -r line <&4
	[ "$line" = one ]
	exec 4<&-
	ends 0
	[ ! -s err ]
	mqsend "$Q" two
	try mqrecv "$Q"
	output two
}
@test "mqrecv: stops waiting when standard output loses its reader" {
	both reader_goes
}

takes_none() {
	pipe
	dd if=/dev/zero of=/dev/fd/6 bs=4096 count=1024 oflag=nonblock 2>/dev/null || true
	fill one
	background mqrecv "$Q" >&6
	exec 6>&-
	asleep
	[ "$(depth "$Q")" -eq 1 ]
	[ "$(tr -d '\0' <&4)" = one ]
	ends 0
	exec 4<&-
}
@test "mqrecv: takes a message only if standard output accepts it" {
	[ -r /proc/self/status ] || skip "needs /proc"
	both takes_none
}

# killed_in_write LENGTH SIZE: kill a receiver that nobody reads; the messages have LENGTH bytes, in a queue of SIZE bytes each.
killed_in_write() {
	new_name $KIND
	pipe
	mqsend -c -d 10 -s "$2" "$Q" </dev/null
	ready mqrecv -R ready -f "$Q" >&6
	exec 6>&-
	seq -f "%0$1g" 2000 | mqsend "$Q" 2>sent 3>&- 4<&- &
	sender=$!
	stuck 10
	kill -KILL $PID
	ends 137
	kill -TERM $sender
	wait $sender || true
	sent=$(sed -n 's/.* \([0-9]*\) messages were sent$/\1/p' sent)
	{ cat <&4; mqrecv -a -u "$Q"; } >got
	exec 4<&-
	seq -f "%0$1g" "$sent" | cmp - got
}
@test "mqrecv: a receiver that is killed while nobody reads its output holds no message" {
	[ -r /proc/self/status ] || skip "needs /proc"
	for KIND in posix sysv; do
		killed_in_write 100 100
		[ $KIND = sysv ] || killed_in_write 300 8192
	done
}

signalled() {
	local signal

	for signal in TERM INT HUP; do
		ready mqrecv -c -u -R ready -f $SMALL "$Q" >got 2>err
		kill -$signal $PID
		ends $((128 + $(kill -l $signal)))
		[ ! -s err ]
		missing "$Q"
	done
}
@test "mqrecv: a signal that arrives during the wait ends mqrecv, and -u unlinks" {
	set -m
	both signalled
}

@test "mqrecv: a signal that is ignored at the start stays ignored" {
	new_name posix
	ready peer ignore 1 mqrecv -c -R ready $SMALL "$Q" >got
	kill -HUP $PID
	mqsend "$Q" x
	ends 0
	[ "$(cat got)" = x ]
}

# Nobody reads the receiver's output pipe, so the receiver is blocked in a write when the signal arrives.
signalled_in_write() {
	pipe
	mqsend -c -d 8 -s 1024 "$Q" </dev/null
	ready mqrecv -R ready -f "$Q" >&6 2>err
	exec 6>&-
	seq -f "%01000g" 100 | mqsend "$Q" 3>&- 4<&- &
	sender=$!
	# The sender ends, or blocks on a full queue. The second means that the pipe is full and the receiver is blocked.
	stuck 8
	kill -TERM $PID
	ends 143
	cat <&4 >got
	exec 4<&-
	sed -n 's/.*not put back.*priority [01]: "\(.*\)"$/\1/p' err >>got
	mqrecv -t 60 -n $((100 - $(wc -l <got))) "$Q" >>got
	wait $sender
	sort got | cmp - <(seq -f "%01000g" 100)
}
@test "mqrecv: a signal in the middle of a write neither loses nor duplicates a message" {
	[ -r /proc/self/status ] || skip "needs /proc"
	both signalled_in_write
}

killed_at_random() {
	local i got

	mkfifo never
	mqsend -c $SMALL "$Q" </dev/null
	seq 20000 | mqsend "$Q" 3>&- &
	sender=$!
	exec 4<>never
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		ready mqrecv -R ready -f "$Q" >>got 2>>err
		read -rt "0.00$((RANDOM % 10))" <&4 || true # a random moment, not a wait for anything
		kill -TERM $PID
		got=0
		wait $PID || got=$?
		[ $got -eq 143 ] || { echo "got $got: $(cat err)" >&2; return 1; }
	done
	mqsend_done=0
	mqrecv -f -e END "$Q" >>got 3>&- &
	last=$!
	wait $sender
	mqsend "$Q" END
	wait $last
	exec 4>&-
	rm never
	sort -n got | cmp - <(seq 20000)
	rm got
}
@test "mqrecv: receivers that end at random moments under load neither lose nor duplicate messages" {
	both killed_at_random
}

unlink_keeps() {
	fill one
	# shellcheck disable=SC2016
	try sh -c 'mqrecv -u "$1" >/dev/full' sh "$Q"
	status 1
	try mqrecv "$Q"
	output one
}
@test "mqrecv: -u keeps a queue into which messages were put back" {
	both unlink_keeps
}

removed() {
	ready mqrecv -c -R ready -f $SMALL "$Q" >got 2>err
	mqsend "$Q" one
	mqrecv -u -n 0 "$Q"
	ends 3
	[ "$(cat err)" = "mqrecv: $Q: the queue was removed while in use" ]
}
@test "mqrecv: exits with status 3 if the queue is removed while it waits" {
	both removed
}

@test "mqrecv: receives the messages that are left in an unlinked POSIX queue before it ends" {
	new_name posix
	mkfifo go
	exec 7<>go
	fill one two
	# COMMAND holds up the receiver while the queue is unlinked.
	ready mqrecv -f -R ready "$Q" -- sh -c 'read -r line <go; cat; echo' >got 2>err
	mqsend "$Q" three
	mqrecv -u -n 0 "$Q"
	printf '\n\n\n' >&7
	ends 3
	exec 7>&-
	[ "$(cat got)" = $'one\ntwo\nthree' ]
}

runs_command() {
	mqsend -c -p 4 $SMALL "$Q" one
	# shellcheck disable=SC2016
	try mqrecv "$Q" -- sh -c 'cat; echo " $IPC7_PRIO $IPC7_QUEUE"'
	status 0
	output "one 4 $Q"
	mqsend -p 4 "$Q" a '' 'b c'
	try mqrecv -a "$Q" -- wc -c
	[ "$(tr -d ' ' <<<"$output")" = $'1\n0\n3' ]
	mqsend "$Q" x
	mqrecv -N "$Q" -- cat | cmp - <(printf '1:x,')
	mqsend -p 4 "$Q" x
	mqrecv -P -0 "$Q" -- cat | cmp - <(printf '4\tx\0')
	mqsend "$Q" a b END c
	try mqrecv -f -e END "$Q" -- sh -c 'cat; echo'
	output $'a\nb'
	try mqrecv -n 1 "$Q" -- cat
	output c
	try mqrecv -t 0 "$Q" -- cat
	status 124
	try mqrecv -a "$Q" -- cat
	status 0
}
@test "mqrecv: runs COMMAND for each message, with the message as its input, byte for byte" {
	both runs_command
}

large_input() {
	mqsend -c "$Q" </dev/null
	head -c 8192 /bin/sh | mqsend -r "$Q"
	mqrecv "$Q" -- cat | cmp - <(head -c 8192 /bin/sh)
	head -c 8192 /bin/sh | mqsend -r "$Q"
	mqrecv "$Q" -- true
	mqsend "$Q" x
	mqrecv "$Q" -- true
	[ "$(depth "$Q")" -eq 0 ]
}
@test "mqrecv: COMMAND gets a large message whole, and may leave it unread" {
	both large_input
}

command_fails() {
	fill one two
	try mqrecv -n 2 "$Q" -- sh -c 'exit 7'
	status 7
	error "mqrecv: $Q: sh ended with status 7; its message was put back"
	# shellcheck disable=SC2016
	try mqrecv -n 2 "$Q" -- sh -c 'kill -KILL $$'
	status 137
	error "mqrecv: $Q: sh ended with status 137; its message was put back"
	try mqrecv "$Q" -- no-such-command
	status 127
	error 'mqrecv: no-such-command: no such command'
	try mqrecv "$Q" -- ./no-such-command
	status 127
	try mqrecv "$Q" -- /
	status 126
	error 'mqrecv: /: cannot be executed: *'
	echo 'echo hi' >script
	try mqrecv "$Q" -- ./script
	status 126
	chmod +x script
	try mqrecv "$Q" -- ./script
	status 126
	error "mqrecv: $Q: ./script cannot be run: * (a script starts with #!); its message was put back"
	printf '#!/no/such/interpreter\n' >script
	try mqrecv "$Q" -- ./script
	status 127
	[ "$(mqrecv -a "$Q" | sort)" = $'one\ntwo' ]
	try mqrecv /ipc7-no-such-queue -- cat
	status 125
	error 'mqrecv: /ipc7-no-such-queue: no such queue (create it with -c)'
	try mqrecv -f -a "$Q" -- cat
	status 2
}
@test "mqrecv: puts the message back if COMMAND fails or cannot be executed" {
	both command_fails
}

@test "mqrecv: reports a missing COMMAND before it creates the queue or waits" {
	new_name posix
	try mqrecv -c $SMALL "$Q" -- no-such-command
	status 127
	missing "$Q"
}

dead_letters() {
	dead=$Q
	new_name "$KIND"
	fill good bad good bad END
	try mqrecv -c -f -e END -D "$dead" "$Q" -- sh -c 'read -r x; echo "$x"; [ "$x" = good ]'
	status 0
	output $'good\nbad\ngood\nbad'
	[ "$(depth "$Q")" -eq 0 ]
	try mqrecv -a "$dead"
	output $'bad\nbad'
	mqsend -p 5 "$Q" bad
	mqrecv -D "$dead" "$Q" -- false
	try mqrecv -P "$dead"
	output $'5\tbad'
	try mqrecv -D "$Q" "$Q" -- false
	status 2
	try mqrecv -D "$dead" "$Q"
	status 2
	error 'mqrecv: -D needs a COMMAND'
	mqrecv -u -n 0 "$dead"
	fill bad
	try mqrecv -D "$dead" "$Q" -- false
	status 125
	error "mqrecv: $dead: no such queue (create it with -c)"
	[ "$(depth "$Q")" -eq 1 ]
}
@test "mqrecv: -D moves each message whose COMMAND fails to another queue, and mqrecv goes on" {
	both dead_letters
}

@test "mqrecv: -D accepts a queue of the other kind, and a message that does not fit there is put back" {
	new_name posix
	dead=$Q
	new_name sysv
	mqsend -c -p 40000 $SMALL "$Q" high
	mqrecv -c -D "$dead" "$Q" -- false
	try mqrecv -P "$dead"
	output $'32767\thigh'
	mqsend -c "$dead" low
	mqrecv -D "$Q" "$dead" -- false
	try mqrecv -P "$Q"
	output $'1\tlow'

	mqsend "$dead" 1 2 3 4 5 6 7 8 9 10
	mqsend "$Q" bad
	try mqrecv -t 0.1 -D "$dead" "$Q" -- false
	status 125
	error "mqrecv: $dead: the queue stayed full, no room in time (-t); a COMMAND failed; its message was put back"
	[ "$(depth "$Q")" -eq 1 ]
	mqrecv -u -n 0 "$dead"

	mqsend -c -s 10 "$dead" </dev/null
	mqsend "$Q" 'a longer one'
	try mqrecv -a -D "$dead" "$Q" -- false
	status 125
	error "mqrecv: $dead: the queue takes messages of up to 10 bytes (*); a COMMAND failed; its message was put back"
	try mqrecv -a "$Q"
	output 'a longer one'
	try mqrecv -a "$dead"
	output bad
}

# working DEPTH ARG...: start mqrecv with a COMMAND that says that it runs, and ends with the status in the FIFO called go.
working() {
	[ -p go ] || mkfifo go started
	background mqrecv "$@" "$Q" -- sh -c 'echo >started; read -r status <go; echo done; exit "$status"' >got 2>err
	read -r _ <started
}

# TERM and HUP let COMMAND finish. A failure then counts as ever.
finishing() {
	dead=$Q
	new_name "$KIND"
	fill one two
	for signal in TERM HUP; do
		working -f
		kill -$signal $PID
		echo 0 >go
		ends $((128 + $(kill -l $signal)))
		[ "$(cat got)" = done ]
		[ ! -s err ]
	done
	[ "$(depth "$Q")" -eq 0 ]
	mqsend "$Q" one two
	working -f
	kill -TERM $PID
	echo 7 >go
	ends 7
	[ "$(cat err)" = "mqrecv: $Q: sh ended with status 7; its message was put back" ]
	[ "$(depth "$Q")" -eq 2 ]
	working -f -A 2
	kill -TERM $PID
	echo 7 >go
	ends 7
	[ "$(depth "$Q")" -eq 2 ]
	working -f -c -D "$dead"
	kill -TERM $PID
	echo 7 >go
	ends 143
	[ ! -s err ]
	[ "$(depth "$Q")" -eq 1 ]
	[ "$(mqrecv -u "$dead" | grep -c -x -e one -e two)" -eq 1 ]
	mqrecv -u -n 0 "$Q"
	rm go started
}
@test "mqrecv: on TERM or HUP, COMMAND finishes and no further message is taken" {
	both finishing
}

@test "mqrecv: a second signal is passed on to the group of COMMAND, and the message is put back" {
	new_name posix
	fill one
	working -c -D file:dead
	kill -HUP $PID
	asleep
	kill -TERM $PID
	ends 129
	[ "$(cat err)" = "mqrecv: $Q: sh ended with status 143; its message was put back" ]
	[ "$(depth "$Q")" -eq 1 ]
	[ ! -s dead ]
	# A COMMAND that succeeds all the same has done its message.
	background mqrecv "$Q" -- sh -c 'trap "read -r x <go; exit 0" TERM; echo >started; while :; do :; done' 2>err
	read -r _ <started
	kill -HUP $PID
	asleep
	kill -TERM $PID
	echo >go
	ends 129
	[ ! -s err ]
	[ "$(depth "$Q")" -eq 0 ]
}

@test "mqrecv: COMMAND inherits no descriptor of mqrecv and the original signal dispositions" {
	[ -r /proc/self/status ] || skip "needs /proc"
	new_name posix
	dead=$Q
	new_name posix
	fill one two
	grep -E 'Sig(Blk|Ign)' /proc/self/status >before
	try mqrecv -c -D "$dead" "$Q" -- sh -c 'ls /proc/self/fd | wc -l; grep -E "Sig(Blk|Ign)" /proc/self/status'
	status 0
	[ "$(tail -n 2 <<<"$output")" = "$(cat before)" ]
	inherited=$(ls /proc/self/fd | wc -l)
	[ "$(head -n 1 <<<"$output")" -le "$inherited" ]
	peer ignore 17 mqrecv "$Q" -- grep SigIgn /proc/self/status >got
	[ $((0x$(awk '{ print $2 }' got) & 0x10000)) -ne 0 ]
}

@test "mqrecv: works even if signals are ignored or blocked at the start" {
	new_name posix
	fill one two three four
	try peer ignore 17 mqrecv "$Q" -- cat
	status 0
	output one
	try peer block 17 mqrecv "$Q" -- cat
	status 0
	output two
	# shellcheck disable=SC2016
	try peer ignore 13 sh -c 'mqrecv "$1" >/dev/full' sh "$Q"
	status 1
	[ "$(depth "$Q")" -eq 2 ]
	try peer block 14 mqrecv -n 3 -t 0.2 "$Q"
	status 124
	output $'four\nthree'  || output $'three\nfour'
	new_name sysv
	try peer block 14 mqrecv -c -d 10 -s 256 -t 0.2 "$Q"
	status 124
}

@test "mqrecv: runs COMMAND even if the standard descriptors are closed" {
	new_name posix
	fill one two
	mqrecv "$Q" -- sh -c 'cat >file' <&- >&- 2>&-
	[ "$(cat file)" = one ]
	mqrecv "$Q" -- sh -c 'cat >file; echo x' >&- 2>err || got=$?
	[ "$(cat file)" = two ]
}

@test "mqrecv: waits for an output that another process has made non-blocking" {
	need python3 python3 -c 0
	new_name posix
	mqsend -c $SMALL "$Q" </dev/null
	seq 5000 | sed 's/$/ and so on, and so on, and so on, and so on/' | mqsend -e END "$Q" 3>&- &
	python3 - "$Q" >got <<-'END'
		import os, subprocess, sys
		read, write = os.pipe()
		os.set_blocking(write, False)
		child = subprocess.Popen(["mqrecv", "-f", "-e", "END", sys.argv[1]], stdout=write)
		os.close(write)
		while data := os.read(read, 512):
		    os.write(1, data)
		sys.exit(child.wait())
	END
	wait
	[ "$(tail -n 1 got)" = '5000 and so on, and so on, and so on, and so on' ]
	[ "$(wc -l <got)" -eq 5000 ]
}

@test "mqrecv: wrong usage gets one error line and status 2" {
	new_name posix
	try mqrecv
	status 2
	error 'mqrecv: QUEUE is missing; usage: mqrecv *'
	for options in -q '-n x' '-n -1' '-t x' '-t' '-m 9' '-d 0' '-s 0' '-0 -N' '-a -f' '-z'; do
		# shellcheck disable=SC2086
		try mqrecv -c -d 10 -s 256 $options "$Q"
		status 2
		error 'mqrecv: *'
		missing "$Q"
	done
	try mqrecv "$Q" cat
	status 2
	error 'mqrecv: QUEUE is followed by -- and a COMMAND, or by nothing'
	try mqrecv "$Q" --
	status 2
	try mqrecv a/b
	status 2
}

@test "mqrecv: -v prints each call with arguments and result" {
	[ "$PLAT" = linux ] || skip "other calls"
	new_name posix
	mqsend -c -p 2 "$Q" hello
	try lone mqrecv -v -u "$Q"
	output hello
	[ "$stderr" = "mqrecv: mq_open(\"$Q\", O_RDWR) = 3
mqrecv: mq_receive(3, \"hello\", 8192, [2]) = 5
mqrecv: mq_unlink(\"$Q\") = 0" ]
	new_name sysv
	mqsend -c -p 2 "$Q" hello
	try lone mqrecv -v -u -p ^3 "$Q"
	[[ $stderr == "mqrecv: msgget(${Q#sysv:}, 0600) = "*"
mqrecv: msgrcv("*", {mtype=2, mtext=\"hello\"}, 8192, 3, MSG_EXCEPT|IPC_NOWAIT) = 5
mqrecv: msgctl("*", IPC_RMID) = 0" ]]
}

@test "mqrecv: -h and --version print usage and version" {
	try mqrecv -h
	status 0
	[[ $output == 'usage: mqrecv [-acfkuvx] [-0|-N|-r] [-P] [-A COUNT[,PAUSE]] [-b COUNT] [-d DEPTH] [-D QUEUE] [-e MARK] [-j MAX] [-m MODE] [-n COUNT] [-p SELECT] [-R FILE] [-s SIZE] [-t TIME] QUEUE [-- COMMAND [ARG...]]'* ]]
	try mqrecv --version
	status 0
	[[ $output == 'mqrecv (ipc7) '[0-9]* ]]
}

no_permission() {
	fill x
	try as_user mqrecv "$Q"
	status 1
	error "mqrecv: $Q: no permission to receive from this queue (its owner or root can change its mode)"
	[ "$(depth "$Q")" -eq 1 ]
}
@test "mqrecv: fails if the user has no permission to receive" {
	need_root
	both no_permission
}

may_receive_only() {
	mqsend -c -m 0644 $SMALL "$Q" one two
	try as_user mqrecv "$Q"
	status 0
	output one
	# shellcheck disable=SC2016
	try as_user sh -c 'mqrecv "$1" >/dev/full' sh "$Q"
	status 1
	[[ $stderr == "mqrecv: $Q: not put back ("*'), priority '[01]': "two"
mqrecv: '"$Q"': standard output: No space left on device; 1 message is printed above' ]]
}
@test "mqrecv: receives without write permission, and then prints a message that it cannot put back" {
	need_root
	both may_receive_only
}

@test "mqrecv: receives messages from a C program" {
	new_name posix
	peer create "$Q" 5 100 0600
	peer send "$Q" 3 'from C'
	peer send "$Q" 9 'more'
	try mqrecv -a -P "$Q"
	output $'9\tmore\n3\tfrom C'
}

@test "mqrecv: receives messages from Python and perl" {
	need python3-sysv-ipc /usr/bin/python3 -c 'import sysv_ipc'
	need IPC::SysV perl -MIPC::SysV -e 1
	new_name sysv
	/usr/bin/python3 -c "import sysv_ipc; sysv_ipc.MessageQueue(${Q#sysv:}, sysv_ipc.IPC_CREX, 0o600).send(b'from\\0Python', type=7)"
	mqrecv -0 -P "$Q" | cmp - <(printf '7\tfrom\0Python\0')
	# shellcheck disable=SC2016
	perl -e 'my $q = msgget(hex(shift), 0); msgsnd($q, pack("l! a*", 8, "from perl"), 0) or die' "${Q#sysv:}"
	try mqrecv -P "$Q"
	output $'8\tfrom perl'
	ipcrm -Q "${Q#sysv:}"
	try mqrecv "$Q"
	status 1
}

stream() {
	seq 200000 | mqsend -c $SMALL "$Q" 3>&- &
	(limit_memory 60000 && mqrecv -c -n 200000 $SMALL "$Q") | cmp - <(seq 200000)
	wait
}
@test "mqrecv: receives a long stream in constant memory" {
	both stream
}

@test "mqrecv: receives a System V message that is larger than its first buffer" {
	need_namespace
	[ "$PLAT" = linux ] || skip "sysctl"
	# shellcheck disable=SC2016
	try unshare -i sh -c 'echo 1000000 >/proc/sys/kernel/msgmax; echo 2000000 >/proc/sys/kernel/msgmnb
		head -c 300000 /dev/zero | mqsend -c -r sysv:1; mqrecv -r -k sysv:1 | wc -c; mqrecv -r sysv:1 | wc -c
		head -c 300000 /dev/zero | mqsend -r sysv:1; mqrecv sysv:1 -- wc -c'
	output $'300000\n300000\n300000'
}

@test "mqrecv: -k never puts back a message that it only copied" {
	[ "$PLAT" = linux ] || skip "no -k"
	new_name sysv
	fill a b c
	# shellcheck disable=SC2016
	try sh -c 'mqrecv -k -a "$1" >/dev/full' sh "$Q"
	status 1
	[ "$(depth "$Q")" -eq 3 ]
	try sh -c 'mqrecv -k -e b -a "$1" >/dev/full' sh "$Q"
	[ "$(depth "$Q")" -eq 3 ]
}

status_one() {
	fill x
	try mqrecv "$Q" -- false
	status 1
	error "mqrecv: $Q: false ended with status 1; its message was put back"
	try mqrecv -t 0 -n 2 "$Q" -- true
	status 124
}
@test "mqrecv: passes on status 1 of COMMAND unchanged" {
	both status_one
}

file_limit() {
	local i

	for i in 1 2 3 4 5 6 7 8; do mqsend -c $SMALL "$Q" "$i$(printf '%0500d' 0)"; done
	# A file of 1 KiB at most: two records fit.
	(ulimit -f 1 && mqrecv -a "$Q" >file 2>err) || got=$?
	[ "$got" -eq 1 ]
	grep -q 'standard output: File too large; [67] messages were put back' err
	mqrecv -a "$Q" >>rest
	[ "$(cat file rest | cut -c1 | sort -u | tr -d '\n')" = 12345678 ]
	rm file rest
}
@test "mqrecv: a limit on the file size loses no message" {
	[ -z "${SANITIZED:-}" ] || skip "the sanitizers' own files"
	both file_limit
}

@test "mqrecv: prints a message that cannot be put back because its queue was removed" {
	new_name posix
	fill m1
	# shellcheck disable=SC2016
	try mqrecv "$Q" -- sh -c 'mqrecv -u -n 0 "$IPC7_QUEUE"; exit 7'
	status 7
	[ "$stderr" = "mqrecv: $Q: not put back (the queue was removed), priority 0: \"m1\"
mqrecv: $Q: sh ended with status 7; its message is printed above" ]
	new_name sysv
	fill m1
	try mqrecv "$Q" -- sh -c 'mqrecv -u -n 0 "$IPC7_QUEUE"; exit 7'
	status 7
	[[ $stderr == "mqrecv: $Q: not put back ("*'), priority 1: "m1"'* ]]
}

# The output pipe takes part of a record, and nobody reads it. The signal must still end mqrecv.
partial_write() {
	pipe
	mqsend -c -d 8 -s 8192 "$Q" </dev/null 2>/dev/null || mqsend -c -d 2 -s 8192 "$Q" </dev/null
	ready mqrecv -R ready -f "$Q" >&6 2>err
	exec 6>&-
	seq -f "%08000g" 20 | mqsend "$Q" 3>&- 4<&- &
	sender=$!
	stuck 2
	kill -TERM $PID
	ends 143
	exec 4<&-
	# Receive the remaining messages, so the sender ends.
	background mqrecv -f "$Q" >/dev/null
	wait $sender
}
@test "mqrecv: a signal ends a partial write in the middle of a record" {
	[ -r /proc/self/status ] || skip "needs /proc"
	both partial_write
}

# full_again: take a message of a queue whose place is then taken, and put a message back that has no space.
full_again() {
	mqsend -c -d 1 -s 8 "$Q" aaaaaaaa
	# shellcheck disable=SC2016
	try mqrecv "$Q" -- sh -c 'mqsend "$IPC7_QUEUE" bbbbbbbb; exit 3'
	status 3
	error "mqrecv: $Q: sh ended with status 3; the queue is full, and process * waits to put its message back"
	[ "$(mqrecv "$Q")" = bbbbbbbb ]
	[ "$(mqrecv -t 60 "$Q")" = aaaaaaaa ]
	# Several messages, which were to be written.
	rm -f full
	mkfifo full
	mqsend "$Q" aaaaaaaa
	background mqsend "$Q" bbbbbbbb cccccccc
	stuck 1
	sender=$PID
	try sh -c 'exec mqrecv -n 1 "$1" >/dev/full' sh "$Q"
	status 1
	[ "$(mqrecv -t 60 -n 3 "$Q" | sort | tr '\n' ' ')" = 'aaaaaaaa bbbbbbbb cccccccc ' ]
	wait $sender
	mqrecv -u -n 0 "$Q"
}
@test "mqrecv: if the queue is full, a process that is left behind puts the message back" {
	both full_again
}

@test "mqrecv: a message that waits to be put back stands in the line of senders" {
	new_name posix
	mqsend -c -d 1 -s 8 "$Q" aaaaaaaa
	yes job | head -n 200 | mqsend "$Q" 2>/dev/null 3>&- &
	sender=$!
	# shellcheck disable=SC2016
	try mqrecv "$Q" -- sh -c 'until mqsend -t 0 "$IPC7_QUEUE" x 2>&1 | grep -q full; do :; done; exit 3'
	status 3
	mqrecv -t 60 -f -e END "$Q" >got 3>&- &
	receiver=$!
	wait $sender
	until grep -q aaaaaaaa got; do moment; done
	mqsend "$Q" END
	wait $receiver
}

@test "mqrecv: passes every signal after the first one on to COMMAND" {
	new_name posix
	fill a
	mkfifo started
	exec 7<>started # kept open, so that it never ends
	background mqrecv "$Q" -- sh -c 'trap "echo term >started" TERM; trap "echo usr1 >started; exit 0" USR1; echo >started; while :; do :; done'
	read -r line <&7
	kill -HUP $PID
	asleep
	kill -TERM $PID
	read -r line <&7
	[ "$line" = term ]
	kill -USR1 $PID
	read -r line <&7
	[ "$line" = usr1 ]
	ends 129
	[ "$(depth "$Q")" -eq 0 ]
}

@test "mqrecv: an alarm that was set before the start ends it" {
	need perl perl -e 1
	new_name posix
	mqsend -c $SMALL "$Q" </dev/null
	try perl -e 'alarm 1; exec @ARGV' mqrecv "$Q"
	status 142
}

@test "mqrecv: -R appends to a descriptor that is open for appending, and COMMAND does not inherit the descriptor" {
	new_name posix
	fill a b
	echo precious >log
	mqrecv -R /dev/fd/7 "$Q" 7>>log
	[[ $(cat log) =~ ^precious$'\n'[0-9]+$ ]]
	mqrecv -R /dev/fd/7 "$Q" -- sh -c '[ ! -e /dev/fd/7 ]' 7>>log
}

@test "mqrecv: removes a private queue whose name cannot be written to the -R FILE" {
	try makes -q 'mqrecv -c -R /dev/full sysv:new'
	output 0
	error 'mqrecv: /dev/full: *'
}

@test "mqrecv: refuses QUEUE as the queue of -D, even under another name" {
	new_name sysv
	fill x
	id=$(ipcs -q | awk -v key="$(printf '0x%08x' "${Q#sysv:}")" '$1 == key { print $2 }')
	try mqrecv -D "sysv:@$id" "$Q" -- false
	status 2
	error 'mqrecv: -D must name a queue other than QUEUE'
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqrecv: escapes odd bytes of COMMAND in its error line" {
	new_name posix
	fill x
	printf '#!/no/such\n' >$'a\e[31m\nfake'
	chmod +x $'a\e[31m\nfake'
	try mqrecv "$Q" -- $'./a\e[31m\nfake'
	status 127
	error "mqrecv: $Q: ./a\\\\x1b\[31m\\\\nfake cannot be run: *"
}

@test "mqrecv: exits with status 125 if the queue lacks a feature and a COMMAND is given" {
	new_name posix
	fill x
	try mqrecv -p 1 "$Q" -- cat
	status 125
	try mqrecv -k "$Q" -- cat
	status 125
}

@test "mqrecv: -v prints the calls of -k" {
	[ "$PLAT" = linux ] || skip "no -k"
	new_name sysv
	fill hello
	try lone mqrecv -k -v "$Q"
	[[ $stderr == *'msgrcv('*', {mtype=1, mtext="hello"}, 8192, 0, MSG_COPY|IPC_NOWAIT) = 5' ]]
}

interrupted() {
	local took

	mqsend -c $SMALL "$Q" </dev/null
	before=$(date +%s%N)
	background mqrecv -t 0.5 "$Q" 2>/dev/null
	# If each interrupted wait began anew, this loop would never end.
	until_ended kill -URG $PID
	ends 124
	took=$((($(date +%s%N) - before) / 1000000))
	[ $took -ge 500 ]
}
@test "mqrecv: an interrupted wait goes on for the time that is left" {
	both interrupted
}

@test "mqrecv: -a -u receives every message that is sent before the queue is unlinked" {
	local i

	for i in $(seq 100); do
		new_name posix
		mqsend -c $SMALL "$Q" </dev/null
		background mqsend "$Q" "x$i" 2>err
		mqrecv -a -u "$Q" >got
		got=0
		wait $PID || got=$?
		# Either the message was received, or the sender learned that it came too late.
		case $got in
		0) [ "$(cat got)" = "x$i" ] ;;
		1) grep -q 'no such queue' err ;;
		3) grep -q 'removed while in use' err ;;
		*) return 1 ;;
		esac
		: >got
	done
	new_name sysv
	mqsend -c $SMALL "$Q" a b
	try mqrecv -a -u "$Q"
	output $'a\nb'
	missing "$Q"
}

@test "mqrecv: refuses QUEUE as the queue of -D before it creates anything" {
	new_name posix
	try mqrecv -c -d 10 -s 256 -D "$Q" "posix:$Q" -- false
	status 2
	missing "$Q"
}

@test "mqrecv: searches PATH past directories that it may not read and files that cannot be executed" {
	new_name posix
	fill x y
	mkdir closed plain
	touch plain/tool
	chmod 0 closed
	PATH=$PWD/closed:$PWD/plain:$PATH try mqrecv "$Q" -- no-such-command
	status 127
	PATH=$PWD/closed:$PWD/plain:$PATH try mqrecv "$Q" -- tool
	status 126
	PATH=$PWD/closed:$PWD/plain:$PATH try mqrecv "$Q" -- cat
	status 0
	output x
	chmod 755 closed
}

# killed: kill the receiver of a message while its COMMAND runs.
killed() {
	fill one two
	background mqrecv -f "$Q" -- sh -c 'echo $$ >started; exec sleep 600' 2>err
	read -r command <started
	kill -KILL $PID
	ends 137
	until grep -q . err; do moment; done
	[ "$(cat err)" = "mqrecv: $Q: the receiver was killed; its message was put back" ]
	[ "$(mqrecv -t 60 -n 2 "$Q" | sort | tr '\n' ' ')" = 'one two ' ]
	# COMMAND has ended, even if nobody has waited for it.
	dead "$command"
	mqrecv -u -n 0 "$Q"
}
@test "mqrecv: the message of a receiver that is killed is put back, and its COMMAND ends" {
	mkfifo started
	both killed
}

@test "mqrecv: the messages of a killed receiver wait for space in a full queue" {
	mkfifo started
	new_name posix
	mqsend -c -d 1 -s 8 "$Q" aaaaaaaa
	background mqrecv -f "$Q" -- sh -c 'mqsend "$IPC7_QUEUE" bbbbbbbb; echo >started; exec sleep 600' 2>err
	read -r _ <started
	kill -KILL $PID
	until grep -q . err; do moment; done
	[[ $(cat err) == "mqrecv: $Q: the receiver was killed; the queue is full, and process "*" waits to put its message back" ]]
	[ "$(mqrecv "$Q")" = bbbbbbbb ]
	[ "$(mqrecv -t 60 "$Q")" = aaaaaaaa ]
}

# killed_inside alone|all MESSAGE: kill the receiver, or its guard too, while strace holds the call that has taken a message.
killed_inside() {
	local file victims

	mqsend -c $SMALL -p 3 "$Q" "$2"
	background strace -qq -o /dev/null -e inject=mq_timedreceive,msgrcv:delay_exit=600000000:when=1 \
		mqrecv -f "$Q" -- cat >got 2>err
	until [ "$(depth "$Q")" -eq 0 ]; do moment; done
	victims=$(cat /proc/$PID/task/$PID/children)
	if [ "$1" = all ]; then
		file=$(hands)
		victims=$(family $victims)
	fi
	kill -KILL $victims "$PID"
	ends 137
	[ ! -s got ]
	# The kernel unlocks the file once its last process has ended.
	[ "$1" = alone ] || flock "$file" true
	[ "$(mqrecv -P -t 60 "$Q")" = "3$TAB$2" ]
	mqrecv -u -n 0 "$Q"
}
@test "mqrecv: a message that the call of a killed receiver has taken is put back, although the call has not returned" {
	need strace strace -V
	TAB=$'\t'
	both killed_inside alone one
	both killed_inside alone ''
	# A message that fills the space for it.
	new_name posix
	killed_inside alone "$(printf '%0512d' 7)"
	[ "$PLAT" = portable ] || both killed_inside all one
}

# family PID: print the process and the processes that it started.
family() {
	echo "$1"
	cat /proc/"$1"/task/*/children 2>/dev/null
}

# all_killed: kill the receiver, its guard and its COMMAND at once. The next receiver puts the message back.
all_killed() {
	fill one
	background mqrecv -f "$Q" -- sh -c 'echo >started; exec sleep 600'
	read -r _ <started
	# shellcheck disable=SC2046
	kill -STOP $(family $PID)
	# shellcheck disable=SC2046
	kill -KILL $(family $PID)
	ends 137
	[ -n "$(hands)" ]
	[ "$(depth "$Q")" -eq 0 ]
	case $1 in
	plain) [ "$(mqrecv -t 60 "$Q")" = one ] ;;
	work) [ "$(mqrecv -t 60 "$Q" -- cat)" = one ] ;;
	esac
	[ -z "$(hands)" ]
	mqrecv -u -n 0 "$Q"
}
@test "mqrecv: the message of a receiver that is killed with its guard is put back by the next receiver" {
	[ "$PLAT" = linux ] || skip "POSIX shows no list of shared memory"
	mkfifo started
	both all_killed plain
	both all_killed work
}

# left_in_hand: kill a receiver and all its processes while COMMAND runs. The file that they leave is in the variable file.
left_in_hand() {
	mkfifo started
	background mqrecv -f "$Q" -- sh -c 'echo >started; exec sleep 600'
	read -r _ <started
	file=$(hands)
	# shellcheck disable=SC2046
	kill -KILL $(family $PID)
	ends 137
}

@test "mqrecv: a file with messages in hand is taken over only if it is sound and of this user and queue" {
	[ "$PLAT" = linux ] || skip "POSIX shows no list of shared memory"
	new_name posix
	mqsend -c $SMALL "$Q" one
	left_in_hand
	mv "$file" good
	# With the number of a process that lives, receivers of other queues leave it alone.
	file=${file%.*}.$$
	# Where the number of messages stands.
	at=24
	! narrow || at=16
	for bad in short long other link fifo; do
		case $bad in
		short) head -c 40 good >"$file" ;;
		long) { head -c $at good; printf '\377\377\377\177'; tail -c +$((at + 5)) good; } >"$file" ;;
		other) sed "s,$Q,${Q%?}x," good >"$file" ;;
		link) ln -s "$PWD/good" "$file" ;;
		fifo) mkfifo "$file" ;;
		esac
		try timeout 10 mqrecv -t 0 "$Q"
		rm "$file"
		status 124
	done
	[ "$(depth "$Q")" -eq 0 ]
}

@test "mqrecv: a file that a killed receiver made and did not begin is removed by the next receiver" {
	[ "$PLAT" = linux ] || skip "POSIX shows no list of shared memory"
	need strace strace -V
	new_name posix
	mqsend -c $SMALL "$Q" one
	left_in_hand
	rm "$file"
	file=${file%.*}.$$
	for bad in empty blank locked; do
		case $bad in
		blank) head -c 4096 /dev/zero >"$file" ;;
		*) : >"$file" ;;
		esac
		exec 7<"$file"
		[ $bad != locked ] || flock 7
		try timeout 10 mqrecv -t 0 "$Q"
		exec 7<&-
		status 124
		[ $bad = locked ] || [ ! -e "$file" ]
	done
	rm "$file"
	# A receiver that lives, but has not locked its file yet, makes another one.
	background sh -c 'exec strace -D -qq -o /dev/null -P "$0.$$" -e "inject=?open,openat:signal=STOP:when=1" \
		mqrecv -f "$1" -- sh -c "echo >started; exec sleep 600"' "${file%.*}" "$Q"
	file=${file%.*}.$PID
	until [ -e "$file" ]; do moment; done
	try timeout 10 mqrecv -t 0 "$Q"
	status 124
	[ ! -e "$file" ]
	mqsend "$Q" two
	kill -CONT "$PID"
	read -r _ <started
	[ "$(hands)" = "$file.1" ]
	# shellcheck disable=SC2046
	kill -STOP $(family $PID)
	# shellcheck disable=SC2046
	kill -KILL $(family $PID)
	ends 137
	# The kernel unlocks the file once its last process has ended.
	flock "$file.1" true
	[ "$(mqrecv -t 60 "$Q")" = two ]
	[ -z "$(hands)" ]
}

# nothing_in_hand: kill a waiting receiver of a queue with its guard, and remove the queue. Add the file that they leave to empty.
nothing_in_hand() {
	mqrecv -c -n 0 $SMALL "$Q"
	background mqrecv -f "$Q" -- cat
	until file=$(hands) && [ -n "$file" ]; do moment; done
	empty+=("$file")
	asleep
	# shellcheck disable=SC2046
	kill -STOP $(family $PID)
	# shellcheck disable=SC2046
	kill -KILL $(family $PID)
	ends 137
	# The kernel unlocks the file once its last process has ended.
	flock "$file" true
	mqrecv -u -n 0 "$Q"
}

@test "mqrecv: a receiver of any queue removes the empty files of killed receivers, and no other file" {
	[ "$PLAT" = linux ] || skip "POSIX shows no list of shared memory"
	empty=()
	both nothing_in_hand
	new_name posix
	mqsend -c $SMALL "$Q" one
	left_in_hand
	full=$file held=$Q
	new_name posix
	mqrecv -c -n 0 $SMALL "$Q"
	background mqrecv -f "$Q" -- cat
	until live=$(hands) && [ -n "$live" ]; do moment; done
	# The process that the name tells is in another namespace.
	mv "$live" "${live%.*}.4194305"
	live=${live%.*}.4194305
	other=$Q
	# The file of a program that lays it out differently.
	strange=/dev/shm/ipc7.hand.$(id -u).$(printf %016x $$).4194305
	# It is never seen empty.
	{ printf 'ipc7han\0' && head -c 4088 /dev/zero; } >"/dev/shm/ipc7-$$"
	mv "/dev/shm/ipc7-$$" "$strange"
	for command in '' '-- cat'; do
		new_name posix
		mqrecv -c -n 0 $SMALL "$Q"
		# shellcheck disable=SC2086
		try mqrecv -t 0 "$Q" $command
		status 124
		[ -e "$full" ]
		[ -e "$live" ]
		[ -e "$strange" ]
		for file in "${empty[@]}"; do
			[ ! -e "$file" ]
			: >"$file"
		done
	done
	rm -f "$strange" "${empty[@]}"
	[ "$(mqrecv -t 60 "$held")" = one ]
	Q=$other
	[ "$(hands)" = "$live" ]
	rm "$live"
}

@test "mqrecv: the file of a batch of small messages grows by whole pages, not with each message" {
	[ "$PLAT" = linux ] || skip "POSIX shows no call"
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	need strace strace -V
	new_name posix
	fill 1 2 3 4 5 6 7 8
	strace -qq -e trace=fallocate -o trace mqrecv -0 -b 8 -n 8 "$Q" -- cat >/dev/null
	[ "$(grep -c ^fallocate trace)" -le 2 ]
}

@test "mqrecv: leaves no file, no process and no line behind" {
	new_name posix
	fill one two three
	lone mqrecv -f -e three "$Q" -- cat >got 2>err
	[ "$(cat got)" = onetwo ]
	[ ! -s err ]
	[ -z "$(hands)" ]
	# A guard that was killed is replaced before the next message.
	mkfifo started go
	fill one two
	background mqrecv -n 2 "$Q" -- sh -c 'echo >started; read -r _ <go'
	for i in 1 2; do
		read -r _ <started
		until [ -n "${guards[i]:-}" ]; do
			for child in $(cat /proc/$PID/task/*/children); do
				[ "$(cat /proc/"$child"/comm)" != mqrecv ] || [ "$child" = "${guards[1]:-}" ] || guards[i]=$child
			done
		done
		kill -KILL "${guards[i]}"
		echo >go
	done
	ends 0
	[ "${guards[1]}" -ne "${guards[2]}" ]
	[ -z "$(hands)" ]
}

@test "mqrecv: the guard holds no descriptor but the queue, standard error, its pipe and its file" {
	[ "$PLAT" = linux ] || skip "reads /proc"
	mkfifo started go
	new_name posix
	fill one
	exec 8<>go
	background mqrecv "$Q" -- sh -c 'echo >started; read -r _ <go' 8<>go
	read -r _ <started
	for child in $(cat /proc/$PID/task/*/children); do
		[ "$(cat /proc/"$child"/comm)" != mqrecv ] || guard=$child
	done
	[ "$(ls /proc/"$guard"/fd | wc -l)" -eq 6 ]
	[ "$(readlink /proc/"$guard"/fd/0 /proc/"$guard"/fd/1 | sort -u)" = /dev/null ]
	[ "$(ps -o sid= -p "$guard")" -eq "$guard" ]
	grep -q '^SigBlk:.ffffffff*' /proc/"$guard"/status
	echo >&8
	ends 0
}

@test "mqrecv: -A tries COMMAND again, and IPC7_ATTEMPT counts" {
	new_name posix
	fill one
	# shellcheck disable=SC2016
	try mqrecv -N -A 5,10ms "$Q" -- sh -c 'cat; echo " $IPC7_ATTEMPT $IPC7_SIZE"; [ "$IPC7_ATTEMPT" -eq 3 ]'
	status 0
	output $'3:one, 1 3\n3:one, 2 3\n3:one, 3 3'
	[ "$(depth "$Q")" -eq 0 ]
	mqsend "$Q" one
	try mqrecv -A 2,1ms "$Q" -- sh -c 'echo x; exit 4'
	status 4
	output $'x\nx'
	error "mqrecv: $Q: sh ended with status 4; its message was put back"
	try mqrecv -A 0,1ms "$Q" -- sh -c '[ "$IPC7_ATTEMPT" -eq 9 ]'
	status 0
	mqsend "$Q" one
	# A COMMAND that cannot be found or executed is not tried again.
	try mqrecv -A 3,600 "$Q" -- sh -c 'exit 127'
	status 127
	try mqrecv -A 3,600 "$Q" -- sh -c 'exit 126'
	status 126
	# After the last attempt the message is a dead letter.
	try mqrecv -A 2,1ms -D file:dead "$Q" -- sh -c 'echo x; exit 4'
	status 0
	output $'x\nx'
	[ "$(cat dead)" = '5:0	one,' ]
	try env IPC7_ATTEMPT=7 mqrecv -t 0 "$Q" -- true
	status 124
	mqsend "$Q" one
	# shellcheck disable=SC2016
	[ "$(IPC7_ATTEMPT=7 mqrecv "$Q" -- sh -c 'echo $IPC7_ATTEMPT')" = 1 ]
}

@test "mqrecv: a signal in a pause between attempts puts the message back at once" {
	new_name posix
	fill one
	mkfifo started
	background mqrecv -A 2,600 -D file:dead "$Q" -- sh -c 'echo >started; exit 5' 2>err
	read -r _ <started
	asleep
	kill -TERM $PID
	ends 143
	[ "$(cat err)" = "mqrecv: $Q: sh ended with status 5; its message was put back" ]
	[ "$(depth "$Q")" -eq 1 ]
	[ ! -s dead ]
}

@test "mqrecv: -D file:PATH appends dead letters that mqsend sends again" {
	new_name posix
	mqsend -c -p 3 $SMALL "$Q" $'a\nb' ''
	mqsend -p 2 "$Q" last
	try mqrecv -a -D file:dead "$Q" -- false
	status 0
	[ ! "$stderr" ]
	[ "$(stat -c %a dead)" = 600 ]
	[ "$(cat dead)" = $'5:3\ta\nb,2:3\t,6:2\tlast,' ]
	mqsend -N -P "$Q" <dead
	[ "$(mqrecv -n 3 -P "$Q")" = $'3\ta\nb\n3\t\n2\tlast' ]
	# What cannot be written is put back, and the file stays whole.
	mqsend "$Q" one
	try mqrecv -D file:/dev/full "$Q" -- false
	status 125
	error 'mqrecv: file:/dev/full: not an ordinary file but a device'
	(
		trap '' XFSZ
		ulimit -f 100
		mqsend -c -d 5 -s 4096 "$Q-large" "$(head -c 3000 /dev/zero | tr '\0' a)"
		cp dead large
		head -c 101000 /dev/zero >>large
		try mqrecv -u -D file:large "$Q-large" -- false
		status 125
		error "mqrecv: file:large: *; a COMMAND failed; its message was put back"
	)
	[ "$(stat -c %s large)" -eq $(($(stat -c %s dead) + 101000)) ]
	mqrecv -u -n 0 "$Q-large"
	ln -s dead link
	try mqrecv -D file:link "$Q" -- false
	status 125
	error 'mqrecv: file:link: not an ordinary file but a symbolic link'
	mkfifo fifo
	try timeout 10 mqrecv -D file:fifo "$Q" -- false
	status 125
	try mqrecv -D file:missing/dead "$Q" -- false
	status 125
	error 'mqrecv: file:missing/dead: No such file or directory'
	[ "$(depth "$Q")" -eq 1 ]
}

@test "mqrecv: -D file:PATH starts a new file when the file was renamed or removed" {
	new_name posix
	mqsend -c $SMALL "$Q" one
	background mqrecv -f -e END -D file:dead "$Q" -- false
	until [ -s dead ]; do moment; done
	mv dead again
	mqsend "$Q" two
	until [ -s dead ]; do moment; done
	[ "$(cat again dead)" = $'5:0\tone,5:0\ttwo,' ]
	rm dead
	mqsend "$Q" three END
	ends 0
	[ "$(cat again dead)" = $'5:0\tone,7:0\tthree,' ]
}

@test "mqrecv: waits for space in a full queue of dead letters, and says so once" {
	new_name posix
	dead=$Q
	new_name posix
	mqsend -c -d 1 -s 8 "$dead" old
	fill one two
	mqsend "$Q" END
	background mqrecv -f -e END -D "$dead" "$Q" -- false 2>err
	until grep -q . err; do moment; done
	[ "$(cat err)" = "mqrecv: $dead: the queue is full; the message of a failed COMMAND waits for space (receive from it, or use -D file:PATH)" ]
	[ "$(mqrecv -n 3 -t 60 "$dead" | tr '\n' ' ')" = 'old one two ' ]
	ends 0
	[ "$(wc -l <err)" -eq 1 ]
	mqsend "$dead" old
	mqsend "$Q" one
	background mqrecv -f -D "$dead" "$Q" -- false 2>err
	until grep -q . err; do moment; done
	kill -TERM $PID
	ends 143
	[ "$(tail -n 1 err)" = "mqrecv: $Q: a COMMAND failed; its message was put back" ]
	[ "$(depth "$Q")" -eq 1 ]
}

# batches: what COMMAND gets with -b.
batches() {
	mqsend -c $SMALL "$Q" 1 2 3 4 5 END 6
	# shellcheck disable=SC2016
	try mqrecv -f -b 2 -N -e END "$Q" -- sh -c 'cat; echo " $IPC7_COUNT $IPC7_SIZE"'
	status 0
	output $'1:1,1:2, 2 2\n1:3,1:4, 2 2\n1:5, 1 1'
	[ "$(depth "$Q")" -eq 1 ]
	mqsend "$Q" 7 8
	# shellcheck disable=SC2016
	try mqrecv -n 2 -b 10 -0 "$Q" -- sh -c 'tr "\0" " "; echo "$IPC7_COUNT"'
	output '6 7 2'
	# They fail together.
	mqsend "$Q" 9
	try mqrecv -b 10 -0 -a -A 2,1ms "$Q" -- sh -c 'tr "\0" " "; exit 3'
	status 3
	output '8 9 8 9 '
	error "mqrecv: $Q: sh ended with status 3; its 2 messages were put back"
	try mqrecv -a -b 10 -0 -D file:dead "$Q" -- false
	status 0
	[ "$(cat dead)" = "3:$1	8,3:$1	9," ]
	rm dead
	# The mark is put back with them.
	mqsend "$Q" 1 END 2
	try mqrecv -f -b 10 -0 -e END "$Q" -- false
	status 1
	error "mqrecv: $Q: false ended with status 1; its 2 messages were put back"
	[ "$(mqrecv -a "$Q" | sort | tr '\n' ' ')" = '1 2 END ' ]
	mqrecv -u -n 0 "$Q"
}
@test "mqrecv: -b gives COMMAND up to COUNT messages, which succeed or fail together" {
	KIND=posix
	new_name posix
	batches 0
	new_name sysv
	batches 1
}

@test "mqrecv: IPC7_PRIO is set if all messages of a batch have one priority" {
	new_name posix
	mqsend -c -p 3 $SMALL "$Q" a b
	mqsend -p 2 "$Q" c d
	# shellcheck disable=SC2016
	try mqrecv -a -b 3 -0 "$Q" -- sh -c 'echo "${IPC7_PRIO-unset} $IPC7_COUNT"'
	output $'unset 3\n2 1'
}

@test "mqrecv: a batch of large System V messages stays whole" {
	new_name sysv
	head -c 5000 /dev/urandom | base64 -w 0 >large
	mqsend -c "$Q" small "$(cat large)" "$(cat large)" x
	try mqrecv -a -b 10 -0 "$Q" -- sh -c 'cat >got'
	status 0
	printf '%s\0' small "$(cat large)" "$(cat large)" x | cmp - got
}

@test "mqrecv: -j runs as many COMMANDs at once, and -n counts the whole pool" {
	new_name posix
	mkfifo started go
	exec 7<>started 8<>go
	mqsend -c $SMALL "$Q" 1 2 3 4 5
	background mqrecv -j 3 -n 4 "$Q" -- sh -c 'echo >started; read -r _ <go; cat >>got; echo >>got' 7>&- 8>&-
	for i in 1 2 3; do read -r _ <&7; done
	[ "$(depth "$Q")" -eq 2 ]
	for i in 1 2 3 4; do echo >&8; done
	ends 0
	[ "$(depth "$Q")" -eq 1 ]
	[ "$(wc -l <got)" -eq 4 ]
	# The mark ends the whole pool.
	mqrecv "$Q"
	mqsend "$Q" a END
	try timeout 60 mqrecv -f -j 3 -e END "$Q" -- true
	status 0
	[ "$(depth "$Q")" -eq 0 ]
}

@test "mqrecv: the first failure in a pool stops the others, and is the status" {
	new_name posix
	mkfifo started go
	exec 7<>started 8<>go
	mqsend -c $SMALL "$Q" slow bad
	# shellcheck disable=SC2016
	background mqrecv -f -j 2 "$Q" -- sh -c 'read -r m; echo "$m" >started; [ "$m" = bad ] && exit 6; read -r _ <go; echo "$m" >got' 2>err 7>&- 8>&-
	read -r _ <&7
	read -r _ <&7
	until grep -q . err; do moment; done
	echo >&8
	ends 6
	[ "$(cat err)" = "mqrecv: $Q: sh ended with status 6; its message was put back" ]
	[ "$(cat got)" = slow ]
	[ "$(mqrecv "$Q")" = bad ]
}

@test "mqrecv: a pool passes signals on, and ends with its workers" {
	new_name posix
	mkfifo started
	exec 7<>started
	mqsend -c $SMALL "$Q" </dev/null
	ready mqrecv -R ready -f -u -j 3 "$Q" -- true
	[ "$LINE" -eq "$PID" ]
	kill -TERM $PID
	ends 143
	missing "$Q"
	# Workers do not outlive a pool that is killed.
	[ "$PLAT" = linux ] || return 0
	mqsend -c $SMALL "$Q" one
	background mqrecv -f -j 2 "$Q" -- sh -c 'echo >started; exec sleep 600' 7>&-
	read -r _ <&7
	workers=$(cat /proc/$PID/task/*/children)
	kill -KILL $PID
	ends 137
	for worker in $workers; do
		[ "$(cat /proc/"$worker"/comm 2>/dev/null)" = mqrecv ] || continue
		# The end of the pool is SIGTERM for its workers. Another one that comes before they look is the same one.
		while lives "$worker"; do
			kill -TERM "$worker" 2>/dev/null || true
			moment
		done
	done
	until [ "$(depth "$Q")" -eq 1 ]; do moment; done
}

@test "mqrecv: COMMAND is stopped and continued with mqrecv" {
	new_name posix
	fill one
	mkfifo started
	background mqrecv "$Q" -- sh -c 'echo $$ >started; read -r _ <go; exit 0'
	mkfifo go
	read -r command <started
	kill -TSTP $PID
	until grep -q '^State:.T' "/proc/$PID/status"; do moment; done
	until grep -q '^State:.T' "/proc/$command/status"; do moment; done
	kill -CONT $PID
	until grep -q '^State:.S' "/proc/$command/status"; do moment; done
	echo >go
	ends 0
}

@test "mqrecv: loses no message if the input of COMMAND cannot be made" {
	need strace strace -V
	new_name posix
	fill one
	try strace -o /dev/null -e inject=write:error=ENOMEM:when=1 mqrecv "$Q" -- cat
	[ "$(depth "$Q")" -eq 1 ]
	[ "$status" -ne 0 ]
}

@test "mqrecv: -a -u with a pool receives every message that is sent before the queue is unlinked" {
	[ "$PLAT" = linux ] || skip "other system calls"
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	need strace strace -V
	new_name posix
	mqsend -c $SMALL "$Q" a
	background timeout 60 strace -o trace -e trace=mq_unlink -e inject=mq_unlink:delay_enter=1000000 mqrecv -a -u -j 2 "$Q" -- sh -c 'cat; echo' >got
	until grep -q . got; do moment; done
	until grep -q mq_unlink trace; do moment; done
	mqsend "$Q" late
	ends 0
	[ "$(sort got | tr '\n' ' ')" = 'a late ' ]
	missing "$Q"
}

@test "mqrecv: -u keeps the queue of a pool of which a worker is killed, and ipcls does not list its files" {
	new_name posix
	mkfifo started
	mqsend -c $SMALL "$Q" one two three
	exec 7<>started
	background mqrecv -c -u -f -j 2 "$Q" -- sh -c 'echo >started; exec sleep 600' 7>&- 2>err
	read -r _ <&7
	read -r _ <&7
	[ "$PLAT" = portable ] || ! ipcls shm | grep ipc7.hand
	workers=$(cat /proc/$PID/task/$PID/children)
	kill -KILL "${workers%% *}"
	until grep -q killed err; do moment; done
	# The other COMMAND has to be told to end.
	kill -KILL $PID
	until [ "$(depth "$Q")" -ge 2 ]; do moment; done
	# Only Linux ends workers with their parent.
	# shellcheck disable=SC2086
	kill -KILL $workers 2>/dev/null || true
	exec 7>&-
}
