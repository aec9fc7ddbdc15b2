# ipc7.bash: functions for bats suites whose tests use queues, segments, semaphores and background processes. They need the
# commands of ipc7 in PATH, bash 4.4 and bats 1.2, or later. See ipc7-bats(7). A test file has:
#
#     setup() { load ipc7; ipc7_setup; }
#     teardown() { ipc7_teardown; }
#
# bats waits for every process that has its descriptor 3. ipc7_start closes it; other background jobs need: server 3>&- &
#
# Names are unique, so tests (bats --jobs) and suites can run at the same time. The teardown removes everything that a test has
# made. If kill -9 ends the test or bats, no teardown runs. A guard, a process in its own session, waits for that end and then
# does the same.

# Limit of every wait, in seconds.
IPC7_TIMEOUT=${IPC7_TIMEOUT:-10}

# ipc7_setup: call it first in setup. Sets IPC7_DIR, a directory for the test, which the teardown removes. Names that start with a
# dot are taken there.
ipc7_setup() {
	local pid=$$ script main='' field value watched=("$$")

	if ! command -v sigsend >/dev/null; then
		echo 'ipc7_setup: the commands of ipc7 are not in PATH' >&2
		return 1
	fi
	IPC7_COUNT=0
	IPC7_DIR=$(mktemp -d "${BATS_TMPDIR:-/tmp}/ipc7.XXXXXX") || return
	: >"$IPC7_DIR/.made"
	mkfifo "$IPC7_DIR/.pause" || return
	# ipc7_private sends this signal from a subshell, in which skip would be lost.
	IPC7_SHELL=$BASHPID
	trap "skip 'cannot create an IPC namespace'" RTMAX
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
	setsid bash "${BASH_SOURCE[0]}" guard "$IPC7_DIR" "${watched[@]}" </dev/null >/dev/null 2>&1 3>&- 4>&- &
	disown $!
}

# ipc7_teardown: call it in teardown. Ends the programs of ipc7_start, and removes IPC7_DIR and the objects with a name from
# ipc7_name. Returns 0 once all are gone. The guard ends with the test.
ipc7_teardown() {
	[ -z "${IPC7_DIR:-}" ] || ipc7_clean_up "$IPC7_DIR" || :
}

# ipc7_clean_up DIRECTORY: for ipc7_teardown and the guard. End processes by TERM, after 2 seconds by KILL; then remove objects.
ipc7_clean_up() {
	local kind name list=$1/.made groups=() keepers=()

	[ -r "$list" ] || return 0
	while read -r kind name; do
		case $kind in
		group) groups+=("$name") ;;
		keeper) keepers+=("$name") ;;
		esac
	done <"$list"
	if [ ${#keepers[@]} -gt 0 ]; then
		[ ${#groups[@]} -eq 0 ] || sigsend -g -t 2 -k KILL "${groups[@]}" || :
		ipc7_end_marked "IPC7_STARTED=$1/" || :
		sigsend -s 0 -w -t 2 "${keepers[@]}" || :
	fi
	while read -r kind name; do
		[ "$kind" = group ] || [ "$kind" = keeper ] || ipcdel "$kind:$name" 2>/dev/null || :
	done <"$list"
	rm -rf "$1"
}

# ipc7_end_marked MARK [-x]: end the processes that have MARK in their environment; with -x, as a whole variable. This finds
# children that have called setsid(2), where there is a /proc.
ipc7_end_marked() {
	local pids

	# Processes may start others meanwhile.
	for _ in 1 2 3; do
		mapfile -t pids < <(grep -lzsF ${2:+"$2"} -e "$1" /proc/[0-9]*/environ)
		[ ${#pids[@]} -gt 0 ] || return 0
		sigsend -t 2 -k KILL "${pids[@]//[!0-9]/}" || return
	done
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
	echo "$1 $NAME" >>"$IPC7_DIR/.made"
}

# ipc7_start COMMAND [ARG...]: start a program (not a function) in the background, and return once it is ready. @READY in an
# argument, as in -R @READY, becomes the path of a FIFO; the program is ready once it has written a line there. Sets PID to the
# process ID, and LINE to the line. Fails and prints the reason at once if the program ends first, or after IPC7_TIMEOUT seconds
# without a line. Without @READY it returns as soon as the program has been started; call ipc7_until then. The program has the
# caller's input, output and standard error: in bats, /dev/null and what bats shows if the test fails. To redirect the output:
# ipc7_start ... >"$IPC7_DIR/output". All that the program has started ends with the test.
ipc7_start() {
	# shellcheck disable=SC2016 # words for a reader
	local fifo fd ready=1 announces=1 fault='ipc7_start: PID and LINE would be lost in a subshell (call it without run, $(...) and pipes)'

	case "$*" in
	*@READY*) ;;
	*) announces=0 ;;
	esac
	if [ "$BASHPID" != "$IPC7_SHELL" ]; then
		# bats shows what comes from its descriptor 3 at once, and may never show the output of run.
		echo "$fault" >&2
		{ echo "# $fault" >&3; } 2>/dev/null || :
		return 2
	fi
	IPC7_COUNT=$((IPC7_COUNT + 1))
	fifo=$IPC7_DIR/.ready-$IPC7_COUNT
	mkfifo "$fifo" || return
	exec {fd}<>"$fifo"
	setsid bash "${BASH_SOURCE[0]}" keep "$IPC7_DIR" "$fifo" "${@//@READY/"$fifo"}" <&0 3>&- 4>&- {fd}>&- &
	disown "$!"
	# shellcheck disable=SC2034 # LINE is for the caller
	LINE=
	read -r -t "$IPC7_TIMEOUT" -u "$fd" PID || ready=0
	[ "$ready$announces" != 11 ] || read -r -t "$IPC7_TIMEOUT" -u "$fd" LINE || ready=0
	exec {fd}>&-
	case $ready$LINE in
	"1$fifo ended "*) echo "ipc7_start: $1 ended with status ${LINE##* } before it was ready" >&2 ;;
	0*) echo "ipc7_start: $1 was not ready after $IPC7_TIMEOUT seconds" >&2 ;;
	*) return 0 ;;
	esac
	LINE=
	return 1
}

# ipc7_keep DIRECTORY FIFO COMMAND [ARG...]: be the parent of a program. bash prints nothing about its end here, and the exit
# status is in a file, for a subshell too. Write the process ID to FIFO, and a line once the program has ended.
ipc7_keep() {
	local directory=$1 fifo=$2 pid code=0 to error

	shift 2
	exec {to}<>"$fifo" {error}>&2 2>/dev/null || return
	echo "keeper $$" >>"$directory/.made"
	# The group is in the list before the program runs, so the clean-up never misses it.
	# shellcheck disable=SC2016 # for the inner sh
	setsid sh -c 'echo "group $$" >>"$1/.made"
		echo "$$" >"$2"
		export IPC7_STARTED="$1/$$"
		shift 2
		exec "$@"' sh "$directory" "$fifo" "$@" <&0 2>&"$error" {error}>&- {to}>&- &
	pid=$!
	exec </dev/null >/dev/null {error}>&-
	wait "$pid" || code=$?
	echo "$code" >"$directory/.status.$$"
	mv "$directory/.status.$$" "$directory/.status-$pid"
	echo "$fifo ended $code" >&"$to"
}

# ipc7_ends [STATUS]: wait until the program started last has ended, at most IPC7_TIMEOUT seconds. Fails unless its exit status is
# STATUS (0).
ipc7_ends() {
	ipc7_until "$IPC7_TIMEOUT" test -e "$IPC7_DIR/.status-$PID" || return
	ipc7_is "${1:-0}" "$(<"$IPC7_DIR/.status-$PID")" 'as the status'
}

# ipc7_stop [STATUS]: send TERM to the program started last, wait until it has ended, and then end all that it has started. Fails
# unless its exit status is STATUS (143: ended by TERM).
ipc7_stop() {
	[ -e "$IPC7_DIR/.status-$PID" ] || sigsend -t "$IPC7_TIMEOUT" -k KILL "$PID" || :
	sigsend -g -t 2 -k KILL "$PID" || :
	ipc7_end_marked "IPC7_STARTED=$IPC7_DIR/$PID" -x || :
	# The number can be that of another group from now on.
	sed "/^group $PID\$/d" "$IPC7_DIR/.made" >"$IPC7_DIR/.made.new"
	mv "$IPC7_DIR/.made.new" "$IPC7_DIR/.made"
	ipc7_ends "${1:-143}"
}

# ipc7_until TIME COMMAND [ARG...]: wait until COMMAND, a program or a function, succeeds: a line is in a log (grep -q ready log), an
# address accepts (sockcat -n 0 tcp::8080). COMMAND runs at most 20 times a second, at first more often, and must end by itself.
# After TIME (0.25, 250ms, 2s, 5m), fails and prints what COMMAND printed last.
ipc7_until() {
	local time=$1 pattern='^([0-9]{1,9})(\.([0-9]+))?(ms|s|m)?$' unit=1000 fraction now end log pause=1

	shift
	[[ $time =~ $pattern ]] || { echo "ipc7_until: \"$time\": not a time (as 0.25, 250ms, 2s or 5m)" >&2; return 2; }
	case ${BASH_REMATCH[4]} in
	ms) unit=1 ;;
	m) unit=60000 ;;
	esac
	fraction=${BASH_REMATCH[3]}000
	log=$IPC7_DIR/.until.$BASHPID
	ipc7_now
	end=$((now + 10#${BASH_REMATCH[1]} * unit + 10#${fraction:0:3} * unit / 1000))
	until "$@" >"$log" 2>&1; do
		ipc7_now
		if [ "$now" -ge "$end" ]; then
			cat "$log" >&2
			echo "ipc7_until: still false after $time: $*" >&2
			return 1
		fi
		# The first pauses are shorter: 1, 6, 11 milliseconds and so on, up to 51.
		read -rt "0.0$((pause / 10))$((pause % 10))" _ <>"$IPC7_DIR/.pause" || :
		[ "$pause" -gt 50 ] || pause=$((pause + 5))
	done
}

# ipc7_now: set now to the milliseconds of a clock that nobody sets, where there is one.
ipc7_now() {
	if { read -r now _ </proc/uptime; } 2>/dev/null; then
		now=$((10#${now/./} * 10))
	else
		now=$((SECONDS * 1000))
	fi
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
	ipc7_until "$IPC7_TIMEOUT" ipc7_column "$@"
}

ipc7_column() {
	local now

	now=$(ipcls -H -o "$2" "$1" 2>/dev/null) || now=nothing
	ipc7_is "$3" "${now:-nothing}" "as $2 of $1"
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
	if [ -z "$options" ]; then
		[ "$BASHPID" != "${IPC7_SHELL:-$BASHPID}" ] || skip 'cannot create an IPC namespace'
		kill -s RTMAX "$IPC7_SHELL"
		exit 1
	fi
	unshare "$options" "$@"
}

# This file run as a program: the keeper of a program, or the guard of a directory, which cleans up once the first of the processes
# has ended.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	role=$1 directory=$2
	if [ "$role" = keep ]; then
		shift
		ipc7_keep "$@"
		exit
	fi
	shift 2
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
