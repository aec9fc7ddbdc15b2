# ipc7.bash: for bats suites whose tests use queues, segments, semaphores and processes in the background. It needs the commands
# of ipc7 in PATH, bash 4.4 and bats 1.2, or later. A test file has:
#
#     setup() { load ipc7; ipc7_setup; }
#     teardown() { ipc7_teardown; }
#
# Names are unique, so tests may run side by side (bats --jobs), and so may several suites. What a test has made is gone when its
# teardown has ended. It also goes when there is no teardown any more, since kill -9 has ended the test or bats itself: a guard,
# a process in a session of its own, waits for their end, and then does the same.

# The bound of every wait, in seconds.
IPC7_TIMEOUT=${IPC7_TIMEOUT:-10}

# ipc7_setup: call it first in setup. Sets IPC7_DIR, a directory of the test, which is removed with all the rest.
ipc7_setup() {
	local pid=$$ script main='' field value watched=("$$")

	IPC7_COUNT=0
	IPC7_DIR=$(mktemp -d "${BATS_TMPDIR:-/tmp}/ipc7.XXXXXX") || return
	: >"$IPC7_DIR/made"
	# The test's shell is one to watch, and above it in the line of parents is bats.
	while [ "$pid" -gt 1 ] && [ -r "/proc/$pid/cmdline" ]; do
		script=
		{ read -r -d '' _ && read -r -d '' script; } <"/proc/$pid/cmdline" || :
		case ${script##*/} in
		bats) main=$pid watched+=("$pid") ;;
		*) [ -z "$main" ] || break ;;
		esac
		while read -r field value; do
			[ "$field" != PPid: ] || pid=$value
		done <"/proc/$pid/status"
	done
	setsid bash "${BASH_SOURCE[0]}" "$IPC7_DIR" "${watched[@]}" </dev/null >/dev/null 2>&1 3>&- 4>&- &
	disown $!
}

# ipc7_teardown: call it in teardown. Ends what ipc7_start has started, and removes what has a name of ipc7_name. Returns 0, and
# then all that is gone; the guard then ends with the test.
ipc7_teardown() {
	[ -z "${IPC7_DIR:-}" ] || ipc7_clean_up "$IPC7_DIR" || :
}

# ipc7_clean_up DIRECTORY: for ipc7_teardown and the guard. Processes get TERM and, after two seconds, KILL; then the objects go.
ipc7_clean_up() {
	local kind name list=$1/made groups=()

	[ -r "$list" ] || return 0
	while read -r kind name; do
		[ "$kind" != group ] || groups+=("$name")
	done <"$list"
	[ ${#groups[@]} -eq 0 ] || sigsend -g -t 2 -k KILL "${groups[@]}" 2>/dev/null || :
	while read -r kind name; do
		[ "$kind" = group ] || ipcdel "$kind:$name" 2>/dev/null || :
	done <"$list"
	rm -rf "$1"
}

# ipc7_name KIND [sysv]: sets NAME to a name that nobody has for a queue (KIND mq), segment (shm) or semaphore (sem), POSIX or
# System V. What the test makes under it is removed after the test.
ipc7_name() {
	local id

	IPC7_COUNT=$((IPC7_COUNT + 1))
	id=${IPC7_DIR##*.}
	NAME=/$1-$id-$$-$IPC7_COUNT
	if [ "${2:-}" = sysv ]; then
		# A key is only a number: one that nothing has yet.
		while :; do
			NAME=$(printf 'sysv:0x%x' $((0x40000000 + RANDOM * 32768 + RANDOM)))
			ipcls -H -o name "$NAME" >/dev/null 2>&1 || break
		done
	fi
	echo "$1 $NAME" >>"$IPC7_DIR/made"
}

# ipc7_start COMMAND [ARG...]: starts a program (not a function) in the background, and returns when it is ready: when it has
# written a line to the FIFO whose path stands for @READY in its arguments, as -R @READY. Sets PID to its process id, and LINE to
# the line. It fails, and says why, if the program ends before that, at once and with its status, or if nothing has come after
# IPC7_TIMEOUT seconds. The program has /dev/null as standard input, and a process group of its own, which ends with the test.
# Its standard error is the test's, which bats shows if the test fails; so is its output, unless it goes elsewhere:
# ipc7_start ... >"$IPC7_DIR/output".
ipc7_start() {
	local fifo both from to code=0

	case "$*" in
	*@READY*) ;;
	*) echo "ipc7_start: no argument of $1 has @READY" >&2; return 2 ;;
	esac
	IPC7_COUNT=$((IPC7_COUNT + 1))
	fifo=$IPC7_DIR/ready-$IPC7_COUNT
	mkfifo "$fifo"
	# The program inherits an end for writing: when it has ended, the reader finds the end of the FIFO.
	# shellcheck disable=SC2094 # it is no file
	exec {both}<>"$fifo" {from}<"$fifo" {to}>"$fifo"
	# It is in the list before it runs, so that there is no moment in which nobody would end it.
	# shellcheck disable=SC2016 # for that shell
	setsid sh -c 'echo "group $$" >>"$1"; shift; exec "$@"' sh "$IPC7_DIR/made" "${@//@READY/"$fifo"}" \
		</dev/null 3>&- {both}>&- {from}<&- &
	PID=$!
	exec {to}>&-
	exec {both}>&-
	LINE=
	# shellcheck disable=SC2034 # LINE is for the caller
	read -r -t "$IPC7_TIMEOUT" -u "$from" LINE || code=$?
	exec {from}<&-
	[ "$code" -ne 0 ] || return 0
	if [ "$code" -le 128 ] && ipc7_ended "$PID"; then
		code=0
		wait "$PID" || code=$?
		echo "ipc7_start: $1 ended with status $code before it was ready" >&2
	else
		echo "ipc7_start: $1 was not ready after $IPC7_TIMEOUT seconds, or closed @READY without a line" >&2
	fi
	return 1
}

# ipc7_ended PID: whether that process has ended, or does so within a second.
ipc7_ended() {
	local code=0

	sigsend -s 0 -w -t 1 "$1" 2>/dev/null || code=$?
	[ "$code" -ne 124 ]
}

# ipc7_stop [STATUS]: sends TERM to what was started last, and waits for its end; fails if its status is not STATUS (default 143,
# ended by TERM).
ipc7_stop() {
	local code=0

	sigsend -t "$IPC7_TIMEOUT" -k KILL "$PID" || :
	wait "$PID" || code=$?
	# Its number may soon be another's, unless children of it still have it as their group.
	if ! kill -0 -- "-$PID" 2>/dev/null; then
		sed "/^group $PID\$/d" "$IPC7_DIR/made" >"$IPC7_DIR/made.new"
		mv "$IPC7_DIR/made.new" "$IPC7_DIR/made"
	fi
	ipc7_is "${1:-143}" "$code" 'as the status'
}

# ipc7_depth QUEUE COUNT, ipc7_value SEMAPHORE VALUE: fail, and say what it is, unless so many messages are in the queue, unless
# the semaphore has that value (a System V set: 1,0,5).
ipc7_depth() {
	ipc7_is "$2" "$(ipcls -H -o count "mq:$1")" "messages in $1"
}

ipc7_value() {
	ipc7_is "$2" "$(ipcls -H -o value "sem:$1")" "as the value of $1"
}

ipc7_is() {
	[ "$1" = "$2" ] || { echo "expected $1 $3, got $2" >&2; return 1; }
}

# ipc7_wait KIND:NAME COLUMN VALUE: looks until that column of ipcls(1) has the value, as count, value or waiting; fails if it has
# not after IPC7_TIMEOUT seconds. An object that does not exist yet is waited for as well.
ipc7_wait() {
	local end=$((SECONDS + IPC7_TIMEOUT + 1)) now=

	until now=$(ipcls -H -o "$2" "$1" 2>/dev/null) && [ "$now" = "$3" ]; do
		[ "$SECONDS" -lt "$end" ] || { ipc7_is "$3" "${now:-nothing}" "as $2 of $1"; return; }
	done
}

# ipc7_private COMMAND [ARG...]: runs a program in an IPC namespace of its own, which has no POSIX queues and no System V objects
# but those that the program makes, and ends with it; as root, or as root of a user namespace where the kernel lets users have
# one. If neither is possible the test is skipped. POSIX segments and semaphores are files in /dev/shm, and no part of it: there
# the program sees those of all.
ipc7_private() {
	local options=

	for options in -i -ri; do
		! unshare "$options" true 2>/dev/null || break
		options=
	done
	[ -n "$options" ] || skip 'no IPC namespace of its own is to be had here'
	unshare "$options" "$@"
}

# The guard: this file as a program, with the directory and the processes to watch. The first that ends is the sign.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	directory=$1
	shift
	for fd in 5 6 7 8 9; do
		eval "exec $fd>&-"
	done
	for pid; do
		sigsend -s 0 -w "$pid" &
	done
	wait -n
	ipc7_clean_up "$directory"
	# shellcheck disable=SC2046 # one word each
	kill $(jobs -p) 2>/dev/null
fi
