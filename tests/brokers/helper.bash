# Functions for the tests with real brokers. A file starts its broker once, on a loopback port, with all its data in the directory
# of the file, and ends it by its process id. A bridge is a script of examples/bridge; each of its processes has BRIDGE in its
# environment, so the tests find them all.

load ../helper
eval "common_$(declare -f teardown)"
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PATH=$ROOT/build/bin:$ROOT/build:/usr/sbin:$PATH
BRIDGES=$ROOT/examples/bridge
export LC_ALL=C

# in_time SECONDS COMMAND...: try COMMAND until it succeeds.
in_time() {
	local end=$((SECONDS + $1))

	shift
	until "$@" 2>/dev/null; do
		[ $SECONDS -lt $end ] || { echo "not in time: $*" >&2; return 1; }
		moment
	done
}

# free_port: print a TCP port of loopback that is free, and so are the two after it.
free_port() {
	python3 - <<-'END'
		import random, socket
		while True:
		    port, sockets = random.randrange(20000, 30000), []
		    try:
		        for number in range(3):
		            sockets.append(socket.create_server(('127.0.0.1', port + number)))
		        print(port)
		        break
		    except OSError:
		        pass
	END
}

# listens PORT: whether something accepts connections there.
listens() {
	sockcat -n 0 -t 5 "tcp:127.0.0.1:$1" 2>/dev/null
}

# broker: the file's setup_file defines start_broker, which starts the broker of directory DIR and port PORT in the background and
# writes its process id to $DIR/pid. The file loads this one, and exports DIR and PORT.
broker() {
	[ -p "$BATS_FILE_TMPDIR/moment" ] || mkfifo "$BATS_FILE_TMPDIR/moment"
	rm -f "$DIR/pid"
	start_broker >>"$DIR/out" 2>&1 3>&- 4>&- 5>&- 6>&-
	in_time 60 listens "$PORT" || { tail "$DIR/out" >&2; return 1; }
	in_time 10 [ -s "$DIR/pid" ]
}

# halt SIGNAL: end the broker, and wait until it is gone.
halt() {
	[ ! -s "$DIR/pid" ] || sigsend -w -s "$1" -t 30 -k KILL "$(cat "$DIR/pid")" >&2
}

# bridge NAME ARG...: start a script of examples/bridge in the background; its process id is in PID.
bridge() {
	local name=$1

	shift
	BRIDGE=$BATS_TEST_TMPDIR:$name background sh "$BRIDGES/$name.sh" "$@" >>"$BATS_TEST_TMPDIR/$name.log" 2>&1
}

# family [NAME]: print the process ids of all bridges of this test, or of those with NAME, a pattern. They include what was left behind.
family() {
	grep -Elsz "^BRIDGE=$BATS_TEST_TMPDIR:${1:-.*}$" /proc/[0-9]*/environ | cut -d / -f 3 | grep .
}

# kill_family [NAME]: kill all of them at once, and those that they start meanwhile.
kill_family() {
	in_time 10 no_family "$@"
}

no_family() {
	local pids

	pids=$(family "$@") || return 0
	# shellcheck disable=SC2086 # one word each
	kill -KILL $pids 2>/dev/null
	false
}

# send FIRST LAST, receive: send records to queue IN and receive them from queue OUT into the file got, in the background.
send() {
	python3 "$BATS_TEST_DIRNAME/records.py" make "$1" "$2" >records
	background mqsend -N "$IN" <records
	SENDER=$PID
}

receive() {
	background mqrecv -f -N "$OUT" >>got
	RECEIVER=$PID
}

# arrived COUNT: whether about COUNT records of the mean size have arrived.
arrived() {
	[ "$(stat -c %s got)" -ge $(($1 * 36)) ]
}

counts() {
	python3 "$BATS_TEST_DIRNAME/records.py" check 1 "$1" <got
}

# settle LABEL COUNT: wait until none has come for a second and no record is missing, for ten seconds and the queue IN is empty, or for
# 70 seconds, as a bridge pauses up to a minute. Print the counts; they are in LOST, DOUBLED and DISORDERED.
settle() {
	local end=$((SECONDS + 500)) quiet=$SECONDS size=0 limit=70 now

	while [ $SECONDS -lt $end ] && [ $((SECONDS - quiet)) -le "$limit" ]; do
		now=$(stat -c %s got)
		[ "$now" -eq $size ] || quiet=$SECONDS
		size=$now
		limit=70
		if [[ $(counts "$2") == 'lost 0 '* ]]; then
			limit=1
		elif [ "$(depth "$IN")" -eq 0 ] && dead "$SENDER"; then
			limit=10
		fi
		read -rt 0.2 _ <>"$BATS_FILE_TMPDIR/moment" || true
	done
	read -r _ LOST _ DOUBLED _ DISORDERED <<<"$(counts "$2")"
	echo "# $BATS_TEST_FILENAME, $1: lost $LOST, doubled $DOUBLED of $2" | sed "s,$BATS_TEST_DIRNAME/,," >&3
}

# queues: make the two queues, a System V one, which holds enough for batches, and a POSIX one. TOPIC is a name for the broker.
queues() {
	new_name sysv
	IN=$Q
	new_name posix
	OUT=$Q
	mqrecv -c -n 0 "$IN"
	# shellcheck disable=SC2086 # two options
	mqrecv -c -n 0 $SMALL "$OUT"
	: >got
	TOPIC=topic-$BATS_TEST_NUMBER-${#NAMES[@]}
}

# empty_handed QUEUE: receive all messages of the queue, and what killed receivers had in hand, whose files are then gone.
empty_handed() {
	mqrecv -a "$1" >/dev/null || return 0
	[ -z "$(Q=$1 hands)" ]
}

teardown() {
	local name

	kill_family
	for name in "${NAMES[@]}"; do
		in_time 10 empty_handed "$name"
	done
	common_teardown
}
