load helper

EXAMPLES=$ROOT/examples

# example SHELL NAME [ARG...]: run an example in a session of its own. The directory for its files is empty before and after.
example() {
	local shell=$1 name=$2

	shift 2
	mkdir -p files
	status=0
	output=$(TMPDIR=$PWD/files setsid sh -c 'echo $$ >session; exec "$@"' sh "$shell" "$EXAMPLES/$name.sh" "$@" \
		2>stderr.txt </dev/null 3>&-) || status=$?
	stderr=$(cat stderr.txt)
	[ "$status" -eq 0 ] || { echo "$name: status $status: $stderr" >&2; return 1; }
	nothing_left
}

# nothing_left: check that the session has left no process, no file and no object. A process that was killed may take a moment to
# disappear.
nothing_left() {
	local session

	need procps command -v ps
	session=$(cat session)
	while [ -n "$(ps -o pid= -s "$session")" ]; do moment; done
	[ -z "$(ls -A files)" ] || { ls -AR files >&2; return 1; }
	[ "$PLAT" != linux ] || ! ipcls -H -o kind,name | grep -e "-$session\$" >&2
}

# shows NAME TEXT: check that the example prints TEXT in each shell, and nothing on standard error.
shows() {
	local shell

	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		example $shell "$1"
		output "$2"
		[ -z "$stderr" ] || { echo "$1: $stderr" >&2; return 1; }
	done
}

# stand_in COMMAND [TEXT]: put a stand-in for COMMAND into PATH. The stand-in writes its process id to the FIFO gate, waits for a
# line from the FIFO stop and then becomes the real command. With TEXT, it waits only if its arguments contain TEXT. The test keeps
# both FIFOs open, so a reader never sees end of file between two lines. Descriptor 8 reads from gate.
stand_in() {
	mkdir -p bin
	mkfifo gate stop
	exec 8<>gate 9<>stop
	cat >"bin/$1" <<-END
		#!/bin/sh
		case \$* in
		*'${2:-}'*) [ ! -p "$PWD/gate" ] || { echo \$\$ >"$PWD/gate"; read -r _ <"$PWD/stop"; } ;;
		esac
		exec $(command -v "$1") "\$@"
	END
	chmod +x "bin/$1"
}

# release: let all stand-ins continue, present and future.
release() {
	yes 2>/dev/null | head -n 100 >&9
}

# midway NAME: start the example, with its standard error in the file error, and wait until the example has called the stand-in,
# whose process id is then in CALLER.
midway() {
	mkdir files
	PATH=$PWD/bin:$PATH TMPDIR=$PWD/files background "$ROOT/build/bin/sigmask" -d INT,QUIT \
		setsid sh -c 'echo $$ >session; exec sh "$1"' sh "$EXAMPLES/$1.sh" >output 2>error 8>&- 9>&-
	read -r -u 8 CALLER
}

# interrupted NAME SIGNAL COMMAND [TEXT]: send SIGNAL after the example has called COMMAND. The example must die by the signal at
# once and leave nothing behind.
interrupted() {
	rm -rf gate stop bin files
	stand_in "$3" "${4:-}"
	midway "$1"
	sigsend -s "$2" $(cat session)
	[ "$1" != request-response ] || sigsend -g -s "$2" $(cat session) || true
	release
	ends $((128 + $(sigsend -l "$2")))
	nothing_left || { echo "after $2 to $1" >&2; return 1; }
	exec 8>&- 9>&-
}

@test "examples: every script except the demo has fewer than 60 lines" {
	local file

	for file in "$EXAMPLES"/*.sh; do
		[ "${file##*/}" = demo.sh ] || [ "$(wc -l <"$file")" -lt 60 ] || { echo "$file" >&2; return 1; }
	done
}

@test "examples: no script hides what sigsend says" {
	! grep -n 'sigsend [^;]*2>/dev/null' "$EXAMPLES"/*.sh "$EXAMPLES"/bats/* >&2
}

@test "examples: work-queue.sh completes every valid job and gives up the others" {
	shows work-queue "$(printf '%s\n' done: '12: 2 2 3' '13: 13' '14: 2 7' '15: 3 5' '16: 2 2 2 2' '91: 7 13' '97: 97' \
		'1001: 7 11 13' '65537: 65537' 'given up:' many ninety)"
}

@test "examples: work-queue.sh loses no job if the process of a job is killed" {
	local expected

	example sh work-queue
	expected=$output
	rm -r files
	stand_in factor 1001
	midway work-queue
	kill -KILL "$CALLER"
	# The job is tried again.
	read -r -u 8 CALLER
	release
	ends 0
	diff output - <<<"$expected"
	nothing_left
}

@test "examples: progress-board.sh shows the last state, and only whole lines" {
	shows progress-board "$(printf '%s\n' 'copy           100%' 'index          100%' 'check          100%' 'each line whole')"
}

@test "examples: limiter.sh never runs more jobs at once than its limit" {
	shows limiter '6 were compressed, never more than 2 at a time'
	seq 1000 >one
	seq 2000 >two
	example sh limiter 1 one two
	output '2 were compressed, never more than 1 at a time'
	[ "$(ls one* two*)" = $'one.gz\ntwo.gz' ]
}

@test "examples: limiter.sh runs two jobs and keeps the others waiting" {
	need procps command -v ps
	stand_in gzip
	midway limiter
	read -r -u 8 CALLER
	until [ "$(ps -o args= -s "$(cat session)" | grep -c '^semop')" -eq 4 ]; do moment; done
	[ "$(cat files/*/log)" = $'+\n+' ]
	release
	ends 0
	[ "$(cat output)" = '6 were compressed, never more than 2 at a time' ]
	nothing_left
}

@test "examples: shutdown.sh ends processes by TERM, and a process that ignores TERM by KILL" {
	shows shutdown "$(printf '%s\n' 'polite: saved' 'polite: ended with 0' 'slow: finished its work' 'slow: ended with 0' \
		'deaf: ended with signal KILL')"
}

@test "examples: log-collector.sh keeps every line whole" {
	shows log-collector "$(printf '%s: 40 whole lines\n' alpha beta gamma)"
}

@test "examples: request-response.sh answers each request, and never executes client input" {
	shows request-response "$(printf '%s\n' 'set colour green; rm -rf / -> ok' 'get colour -> green; rm -rf /' \
		'set colour blue -> ok' 'get colour -> blue' 'get size -> error: no such name' \
		'set ../passwd x -> error: a name has small letters' 'hello -> error: set NAME VALUE, or get NAME' \
		'the server was ended by TERM')"
}

@test "examples: chat.sh sends each message to all other clients" {
	shows chat "$(printf '%s\n' 'the room heard ann: is anybody here?' 'the room heard bob: I am' 'ann heard bob: I am' \
		'bob heard ann: is anybody here?')"
}

@test "examples: event-bus.sh delivers to each subscriber only the chosen events" {
	shows event-bus "$(printf '%s\n' 'storage team: disk sdb replaced' 'storage team: disk sda full' 'on call: disk sda full')"
}

@test "examples: talk-back.sh finds every number from 1 to 1000, and refuses other arguments" {
	local number

	for number in 1 500 1000; do
		example sh talk-back $number
		[[ $output == *"$number? yes"$'\nfound after '* ]]
	done
	for number in 0 1001 x '' 99999999999999999999; do
		try sh "$EXAMPLES/talk-back.sh" "$number"
		[ "$number" = '' ] || { status 2; error 'talk-back: a number from 1 to 1000'; }
	done
}

@test "examples: handover.sh replaces a server while clients connect, and none is refused" {
	[ "$PLAT" = linux ] || skip "a server does not learn whether its successor has the socket"
	need perl perl -MIO::Socket::INET -e 0
	example sh handover
	output '500 clients, 500 answers, of: new old'
	[ -z "$stderr" ] || { echo "$stderr" >&2; return 1; }
	example bash handover 40
	output '40 clients, 40 answers, of: new old'
}

@test "examples: a script that is ended by a signal leaves nothing behind" {
	interrupted work-queue TERM factor
	interrupted work-queue INT factor
	interrupted progress-board HUP wc
	interrupted limiter TERM gzip
	interrupted shutdown INT sigmask
	interrupted log-collector HUP seq
	interrupted request-response TERM cat value
	interrupted request-response INT cat value
	interrupted chat HUP sockcat bob
	interrupted chat INT sockcat bob
	interrupted event-bus TERM sockcat on-call
	interrupted handover HUP sockcat -I
}

@test "examples: the comparisons of the demo hold, and the demo leaves nothing behind" {
	example sh demo
	[[ $output == *'All comparisons held.' ]]
}

# inner [OPTION...] FILE: start a separate bats in the background. Its PATH omits the directory of bats's internal programs, one of
# which is also called bats.
inner() {
	local directory path=

	while IFS= read -r -d : directory; do
		[ -e "$directory/bats-exec-test" ] || path=$path$directory:
	done <<<"$PATH:$BATS_ROOT/bin:"
	background env -i PATH="${path%:}" HOME="$PWD" TMPDIR="$PWD/inner" IPC7_TIMEOUT="${IPC7_TIMEOUT:-600}" bats --tap "$@" </dev/null
}

# suite: write a test file around the test body that standard input gives.
suite() {
	mkdir -p inner
	{
		echo "setup() { load '$EXAMPLES/bats/ipc7'; ipc7_setup; }"
		echo 'teardown() { ipc7_teardown; }'
		echo '@test "inner" {'
		cat
		echo '}'
	} >inner.bats
}

# OBJECTS: the body of a test that makes one object of each kind, starts a process, and lists both in the file MADE.
OBJECTS='
	for kind in mq shm sem; do for back in posix sysv; do
		ipc7_name $kind $back
		echo "$kind:$NAME" >>'\''MADE'\''
		case $kind in
		mq) mqsend -c "$NAME" hello ;;
		shm) echo hello | shmput -c -s 10 "$NAME" ;;
		sem) semop -c "$NAME" ;;
		esac
	done; done
	ipc7_start sigrecv -R @READY USR1
	echo "$PID $LINE $IPC7_DIR" >>'\''MADE'\''.pids
'

# all_gone COUNT [killed]: check that the inner tests made COUNT objects and that none is left. The guard may take a moment.
all_gone() {
	local name pid

	[ "$(wc -l <made)" -eq "$1" ]
	while read -r name; do
		while ipcls -H -o name "$name" >/dev/null 2>&1; do moment; done
	done <made
	while read -r pid name directory; do
		[ "$pid" = "$name" ]
		while kill -0 "$pid" 2>/dev/null || [ -e "$directory" ]; do moment; done
	done <made.pids
	[ -z "$(ls inner)" ] || [ "${2:-}" = killed ] || { ls inner >&2; return 1; }
}

@test "examples: two runs of the counter suite at the same time pass" {
	mkdir inner
	inner "$EXAMPLES/bats/counter.bats" >output1
	first=$PID
	inner "$EXAMPLES/bats/counter.bats" >output2
	ends 0
	PID=$first
	ends 0
	cmp output1 output2
	[ "$(head -n 1 output1)" = 1..5 ]
	[ "$(grep -c '^ok' output1)" -eq 5 ]
	[ -z "$(ls inner)" ]
}

@test "examples: the tests of a suite can run in parallel" {
	need "GNU parallel" sh -c 'parallel --version | grep -q GNU'
	mkdir inner
	inner --jobs 2 "$EXAMPLES/bats/counter.bats" >output
	ends 0
	[ "$(grep -c '^ok' output)" -eq 5 ]
}

@test "examples: a test that passes and a test that fails leave nothing behind" {
	suite <<<"${OBJECTS//MADE/$PWD/made}"
	inner inner.bats >output
	ends 0
	all_gone 6
	suite <<<"${OBJECTS//MADE/$PWD/made} false"
	inner inner.bats >output
	ends 1
	grep -q '^not ok 1 inner' output
	all_gone 12
}

@test "examples: the guard removes all objects after kill -9 of bats or of the test" {
	local count=0 victim

	mkfifo stop
	for victim in bats test; do
		rm -f gate
		mkfifo gate
		exec 8<>gate
		count=$((count + 6))
		suite <<<"${OBJECTS//MADE/$PWD/made} echo \$\$ >'$PWD/gate'; read -r _ <'$PWD/stop'"
		inner inner.bats >output 2>&1 8>&-
		read -r -u 8 pid
		case $victim in
		bats) sigsend -s KILL "$PID" ;;
		test) sigsend -s KILL "$pid" ;;
		esac
		all_gone $count killed
		# bats does not end the shell of the test, which is still waiting.
		kill -KILL "$pid" 2>/dev/null || true
		wait "$PID" || true
	done
}

@test "examples: ipc7_start reports a program that ends early, with its status and its output" {
	suite <<<"ipc7_start sh -c 'echo out of order >&2; exit 7' @READY"
	inner inner.bats >output
	ends 1
	grep -q 'out of order' output
	grep -q 'sh ended with status 7 before it was ready' output
	suite <<<"ipc7_start no-such-program @READY"
	inner inner.bats >output
	ends 1
	grep -q 'no-such-program ended with status 12[67] before it was ready' output
}

@test "examples: ipc7_start starts a program that announces nothing, and ipc7_until waits until it is ready" {
	need socat command -v socat
	suite <<'END'
ipc7_start socat "UNIX-LISTEN:$IPC7_DIR/socket,fork" EXEC:cat
		[ "$LINE" = "" ]
		ipc7_until 5s sockcat -n 0 "unix:$IPC7_DIR/socket"
		[ "$(echo hello | sockcat "unix:$IPC7_DIR/socket")" = hello ]
		ipc7_stop
		ipc7_start sh -c 'exit 3'
		ipc7_ends 3
END
	inner inner.bats >output
	ends 0
}

@test "examples: ipc7_start and ipc7_wait give up after IPC7_TIMEOUT" {
	suite <<<"ipc7_start sh -c 'echo \$\$ >\"$PWD/pid\"; exec sigrecv USR1' @READY"
	IPC7_TIMEOUT=1 inner inner.bats >output
	ends 1
	grep -q 'sh was not ready after 1 seconds' output
	[ ! -e "/proc/$(cat pid)" ]
	suite <<<'ipc7_name mq; ipc7_wait "mq:$NAME" count 1'
	IPC7_TIMEOUT=1 inner inner.bats >output
	ends 1
	grep -q 'expected 1 as count of mq:.*, got nothing' output
}

@test "examples: the assertions of ipc7.bash print the value that they found, even under set -u" {
	suite <<<'set -u; ipc7_name mq sysv; mqsend -c "$NAME" a b; ipc7_depth "$NAME" 2; ipc7_wait "mq:$NAME" count 2
		ipc7_name sem; semop -c -i 3 "$NAME"; ipc7_value "$NAME" 3; ipc7_value "$NAME" 4'
	inner inner.bats >output
	ends 1
	grep -q 'expected 4 as the value of /sem-.*, got 3' output
	[ -z "$(ls inner)" ]
}

# passes: run the inner suite, which must pass and leave nothing behind.
passes() {
	inner inner.bats >output 2>&1
	ends 0 || { cat output >&2; return 1; }
	[ -z "$(ls inner)" ] || { ls inner >&2; return 1; }
}

@test "examples: ipc7_until waits for any condition without burning the processor, and prints what it said last" {
	suite <<-'END'
		ipc7_start sh -c 'sigrecv -R @READY USR1; echo started; exec sockcat -l -f unix:here -- true' >"$IPC7_DIR/log"
		cd "$IPC7_DIR"
		sigsend -s 0 "$PID"
		! ipc7_until 0 grep -q started log
		cd "$IPC7_DIR" && sigsend -s USR1 "$LINE"
		ipc7_until 20 grep -q started log
		ipc7_until 20s sockcat -n 0 unix:here
	END
	sed -i "s/unix:here/unix:${PWD//\//\\/}\/socket/g" inner.bats
	passes
	suite <<<'try() { echo "try $((++tries))"; echo >>"$IPC7_DIR/tries"; false; }
		! ipc7_until x true || false
		! ipc7_until 1.5h true || false
		code=0; ipc7_until 500ms try || code=$?
		[ "$code" = 1 ]; [ "$(wc -l <"$IPC7_DIR/tries")" -le 20 ]; echo "few tries"; false'
	inner inner.bats >output
	ends 1
	grep -q '"x": not a time (as 0.25, 250ms, 2s or 5m)' output
	grep -q 'try [0-9]' output
	grep -q 'ipc7_until: still false after 500ms: try$' output
	grep -q 'few tries' output
}

@test "examples: ipc7_setup says that the commands of ipc7 are missing" {
	suite <<<true
	PATH=${PATH//"$ROOT/build/bin:"/} inner inner.bats >output
	ends 1
	grep -q 'ipc7_setup: the commands of ipc7 are not in PATH' output
}

@test "examples: run ipc7_start says at once what is wrong, and run ipc7_stop works" {
	suite <<<'run ipc7_start sigrecv -R @READY USR1
		[ "$status" = 2 ]
		[[ $output == "ipc7_start: PID and LINE would be lost in a subshell"* ]]
		ipc7_start sigrecv -R @READY USR1
		run ipc7_stop
		[ "$status" = 0 ]
		[ -z "$output" ]
		ipc7_start sh -c "sigrecv -R @READY USR1; exit 3"
		run ipc7_stop 0
		[ "$status" = 1 ]
		[ "$output" = "expected 0 as the status, got 143" ]
		ipc7_start sigrecv -R @READY USR1
		sigsend -s USR1 "$PID"
		ipc7_ends
		ipc7_stop 0
		[ -z "$(ls "$IPC7_DIR")" ]'
	passes
	grep -q '^# ipc7_start: PID and LINE would be lost in a subshell' output
}

@test "examples: stopping a wrapper stops what it started, also a child that has called setsid" {
	[ "$PLAT" = linux ] || skip "finds such children by their environment"
	suite <<-END
		ipc7_start sh -c 'sigrecv -f -R "$PWD/first" USR1 & setsid sigrecv -f -R "$PWD/second" USR1 & echo up >"\$1"; wait' sh @READY
		read -r first <'$PWD/first'
		read -r second <'$PWD/second'
		ipc7_stop
		! grep -qs . "/proc/\$first/cmdline" "/proc/\$second/cmdline" || false
		# The teardown finds them too.
		ipc7_start sh -c 'setsid sigrecv -f -R "$PWD/third" USR1 & echo up >"\$1"' sh @READY
		read -r third <'$PWD/third'
		echo "\$third" >'$PWD/left'
	END
	mkfifo first second third
	passes
	! grep -qs . "/proc/$(cat left)/cmdline"
}

@test "examples: ipc7_start passes the caller's standard input on, and no descriptor of its own" {
	[ "$PLAT" = linux ] || skip "needs /proc"
	suite <<<'show="readlink /proc/\$\$/fd/*; [ ! -e /proc/\$\$/fd/3 ] || echo three"
		ipc7_start bash -c "cat; $show; echo >@READY" <<<"the input" >"$IPC7_DIR/out"
		ipc7_ends
		[ "$(head -n 1 "$IPC7_DIR/out")" = "the input" ]
		[ "$(grep -cF "$IPC7_DIR" "$IPC7_DIR/out")" = 1 ]
		! grep three "$IPC7_DIR/out" || false
		ipc7_start bash -c "exec 9>@READY; readlink /proc/self/fd/7 >&9; exec sigrecv USR1" 7</dev/null
		[ "$LINE" = /dev/null ]'
	passes
}

@test "examples: a stop by KILL prints nothing of the shell's" {
	suite <<<'ipc7_start sigmask -i TERM sigrecv -f -R @READY USR1
		IPC7_TIMEOUT=1 ipc7_stop 137
		ipc7_start sigmask -i TERM sigrecv -f -R @READY USR1
		kill -KILL "$PID"
		ipc7_ends 137
		echo the end
		false'
	inner inner.bats >output
	ends 1
	grep -q 'the end' output
	! grep -i killed output >&2
}

@test "examples: ipc7_private skips the test in a command substitution as well" {
	local body

	# Not in a pipeline: bash may end the test for the pipeline's status before it runs the trap that skips.
	for body in '[ "$(ipc7_private echo 7)" = 7 ]' 'text=$(ipc7_private echo 7)' 'run ipc7_private echo 7; false' 'ipc7_private echo 7'; do
		echo "$body"
	done >bodies
	{
		suite <<<'true'
		while read -r body; do
			printf '@test "%s" {\nunshare() { false; }\n%s\nfalse\n}\n' private "$body"
		done <bodies
	} >>inner.bats
	awk '/^@test/ { $2 = "\"test" NR "\"" } { print }' inner.bats >renamed && mv renamed inner.bats
	passes
	[ "$(grep -c '^ok .* # skip cannot create an IPC namespace' output)" -eq 4 ]
}

@test "examples: the suite that ipc7-bats(7) shows passes" {
	mkdir -p inner suite
	cp "$EXAMPLES/bats/ipc7.bash" suite/
	awk '/^\.Bd -literal/ { open = 1; next } /^\.Ed/ { open = 0 } open { print }' "$ROOT/man/ipc7-bats.7" |
		sed 's/\\e/\\/g; s/\\&//g; s/\\-/-/g' >suite/suite.bats
	grep -q '^setup() {' suite/suite.bats
	inner suite/suite.bats >output
	ends 0 || { cat output >&2; return 1; }
	[ -z "$(ls inner)" ]
}

@test "examples: the bridges have at most 30 lines and refuse wrong usage with status 2" {
	local file

	for file in "$EXAMPLES"/bridge/*.sh; do
		[ "$(wc -l <"$file")" -le 30 ] || { echo "$file" >&2; return 1; }
		try sh "$file" one
		status 2
		error "usage: ${file##*/} *"
	done
}
