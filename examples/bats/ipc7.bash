# ipc7.bash: functions for bats suites whose tests use queues, segments, semaphores and background processes. They need the
# commands of ipc7 in PATH, bash 4.4 and bats 1.2, or later. A test file has:
#
#     setup() { load ipc7; ipc7_setup; }
#     teardown() { ipc7_teardown; }
#
# Names are unique, so tests (bats --jobs) and suites can run at the same time. The teardown removes everything that a test has
# made. If kill -9 ends the test or bats, no teardown runs. A guard, a process in its own session, waits for that end and then
# does the same.

# Limit of every wait, in seconds.
IPC7_TIMEOUT=${IPC7_TIMEOUT:-10}

# ipc7_setup: call it first in setup. Sets IPC7_DIR, a directory for the test, which the teardown removes.
ipc7_setup() {
	local pid=$$ script main='' field value watched=("$$")

	IPC7_COUNT=0
	IPC7_DIR=$(mktemp -d "${BATS_TMPDIR:-/tmp}/ipc7.XXXXXX") || return
	: >"$IPC7_DIR/made"
	# The guard watches the shell of the test and its ancestors that run bats.
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

# ipc7_teardown: call it in teardown. Ends the programs of ipc7_start, and removes IPC7_DIR and the objects with a name from
# ipc7_name. Returns 0 once all are gone. The guard ends with the test.
ipc7_teardown() {
	[ -z "${IPC7_DIR:-}" ] || ipc7_clean_up "$IPC7_DIR" || :
}

# ipc7_clean_up DIRECTORY: for ipc7_teardown and the guard. End processes by TERM, after 2 seconds by KILL; then remove objects.
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

# ipc7_name KIND [sysv]: set NAME to an unused name for a queue (KIND mq), segment (shm) or semaphore (sem), POSIX or System V.
# The object that the test creates with it is removed after the test.
ipc7_name() {
	local id

	IPC7_COUNT=$((IPC7_COUNT + 1))
	id=${IPC7_DIR##*.}
	NAME=/$1-$id-$$-$IPC7_COUNT
	if [ "${2:-}" = sysv ]; then
		# A key is only a number: try until one is unused.
		while :; do
			NAME=$(printf 'sysv:0x%x' $((0x40000000 + RANDOM * 32768 + RANDOM)))
			ipcls -H -o name "$NAME" >/dev/null 2>&1 || break
		done
	fi
	echo "$1 $NAME" >>"$IPC7_DIR/made"
}

# ipc7_start COMMAND [ARG...]: start a program (not a function) in the background, and return once it is ready. @READY in an
# argument, as in -R @READY, becomes the path of a FIFO; the program is ready once it has written a line there. Sets PID to the
# process ID, and LINE to the line. Fails and prints the reason at once if the program ends first, or after IPC7_TIMEOUT seconds
# without a line. The program reads /dev/null, and its process group ends with the test. Its output and standard error are the
# test's, which bats shows if the test fails. To redirect the output: ipc7_start ... >"$IPC7_DIR/output".
ipc7_start() {
	local fifo both from to code=0

	case "$*" in
	*@READY*) ;;
	*) echo "ipc7_start: no argument of $1 has @READY" >&2; return 2 ;;
	esac
	IPC7_COUNT=$((IPC7_COUNT + 1))
	fifo=$IPC7_DIR/ready-$IPC7_COUNT
	mkfifo "$fifo"
	# The program inherits a write end, so the reader sees end of file once the program has ended.
	# shellcheck disable=SC2094 # it is a FIFO
	exec {both}<>"$fifo" {from}<"$fifo" {to}>"$fifo"
	# The group is in the list before the program runs, so the clean-up never misses it.
	# shellcheck disable=SC2016 # for the inner sh
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

# ipc7_ended PID: return 0 if the process has ended, or ends within 1 second.
ipc7_ended() {
	local code=0

	sigsend -s 0 -w -t 1 "$1" 2>/dev/null || code=$?
	[ "$code" -ne 124 ]
}

# ipc7_stop [STATUS]: send TERM to the program started last, and wait until it has ended. Fails unless its exit status is STATUS
# (143: ended by TERM).
ipc7_stop() {
	local code=0

	sigsend -t "$IPC7_TIMEOUT" -k KILL "$PID" || :
	wait "$PID" || code=$?
	# The process ID can be reused unless children still have it as their process group.
	if ! kill -0 -- "-$PID" 2>/dev/null; then
		sed "/^group $PID\$/d" "$IPC7_DIR/made" >"$IPC7_DIR/made.new"
		mv "$IPC7_DIR/made.new" "$IPC7_DIR/made"
	fi
	ipc7_is "${1:-143}" "$code" 'as the status'
}

# ipc7_depth QUEUE COUNT, ipc7_value SEMAPHORE VALUE: fail and print the actual number unless QUEUE holds COUNT messages, or
# SEMAPHORE has VALUE (a System V set: 1,0,5).
ipc7_depth() {
	ipc7_is "$2" "$(ipcls -H -o count "mq:$1")" "messages in $1"
}

ipc7_value() {
	ipc7_is "$2" "$(ipcls -H -o value "sem:$1")" "as the value of $1"
}

ipc7_is() {
	[ "$1" = "$2" ] || { echo "expected $1 $3, got $2" >&2; return 1; }
}

# ipc7_wait KIND:NAME COLUMN VALUE: wait until COLUMN of ipcls(1), such as count, value or waiting, is VALUE. Fails after
# IPC7_TIMEOUT seconds. The object need not exist yet.
ipc7_wait() {
	local end=$((SECONDS + IPC7_TIMEOUT + 1)) now=

	until now=$(ipcls -H -o "$2" "$1" 2>/dev/null) && [ "$now" = "$3" ]; do
		[ "$SECONDS" -lt "$end" ] || { ipc7_is "$3" "${now:-nothing}" "as $2 of $1"; return; }
	done
}

# ipc7_private COMMAND [ARG...]: run a program in its own IPC namespace. The program sees only the POSIX queues and System V
# objects that it creates, and they end with it. Needs root, or a kernel that lets users create user namespaces; otherwise the
# test is skipped. POSIX segments and semaphores are files in /dev/shm, outside the namespace, and the program sees those of all
# processes.
ipc7_private() {
	local options=

	for options in -i -ri; do
		! unshare "$options" true 2>/dev/null || break
		options=
	done
	[ -n "$options" ] || skip 'cannot create an IPC namespace'
	unshare "$options" "$@"
}

# The guard: this file run with a directory and process IDs. It cleans up once the first of the processes has ended.
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
