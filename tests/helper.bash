# What all test files load. A test has a directory and object names of its own and leaves nothing behind. It waits for what has to
# happen, by -R, by reading a FIFO, by wait or by until ...; do moment; done, and never for a time.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
PATH=$ROOT/build/bin:$ROOT/build:$PATH
PLAT=${PLAT:-linux}
unset IPC7_TRACE
# The bytes in all POSIX queues of a user are limited, also those of other suites. Root may lift that; for others queues are small.
[ "$(id -u)" -ne 0 ] || ulimit -q unlimited 2>/dev/null || true

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	[ -p "$BATS_FILE_TMPDIR/moment" ] || mkfifo "$BATS_FILE_TMPDIR/moment"
	NAMES=()
	SEGMENTS=()
	SEMAPHORES=()
	JOBS=()
	USER_BIN=/tmp/ipc7-test-$$-$BATS_TEST_NUMBER
}

teardown() {
	local job name

	for job in "${JOBS[@]}"; do
		kill -KILL "$job" 2>/dev/null || true
	done
	for name in "${NAMES[@]}"; do
		mqrecv -u -n 0 "$name" >/dev/null 2>&1 || true
	done
	for name in "${SEGMENTS[@]}"; do
		shmget -n 0 -u "$name" >/dev/null 2>&1 || true
	done
	for name in "${SEMAPHORES[@]}"; do
		semop -u "$name" >/dev/null 2>&1 || true
	done
	rm -rf "$USER_BIN"
}

# key NUMBER: a System V name that nobody else uses; NUMBER is from 0 to 63, of which new_name and its like use those below 60.
key() {
	printf 'sysv:0x%x' $((0x70000000 + ($$ & 0x3fffff) * 64 + $1))
}

# new_name posix|sysv: a queue name that nobody else uses, in Q; removed after the test. The options in SMALL make it a queue of 10
# messages, as usual, but of 512 bytes, so that many fit in what a user may have.
new_name() {
	local number=${#NAMES[@]}

	case $1 in
	posix) Q=/ipc7-$$-$BATS_TEST_NUMBER-$number SMALL='-d 10 -s 512' ;;
	sysv) Q=$(key $((number % 60))) SMALL= ;;
	esac
	NAMES+=("$Q")
}

# both BODY: runs a function once for each back end, with a new queue name in Q and the kind in KIND.
both() {
	for KIND in posix sysv; do
		new_name $KIND
		"$@"
	done
}

# new_segment posix|file|sysv, new_semaphore posix|sysv: a name that nobody else uses, in S; removed after the test.
new_segment() {
	local number=${#SEGMENTS[@]}

	case $1 in
	posix) S=/ipc7-$$-$BATS_TEST_NUMBER-$number ;;
	file) S=file:$PWD/segment-$number ;;
	sysv) S=$(key $((number % 60))) ;;
	esac
	SEGMENTS+=("$S")
}

new_semaphore() {
	local number=${#SEMAPHORES[@]}

	case $1 in
	posix) S=/ipc7-$$-$BATS_TEST_NUMBER-$number ;;
	sysv) S=$(key $((number % 60))) ;;
	esac
	SEMAPHORES+=("$S")
}

# segments BODY, locked BODY, semaphores BODY: runs a function once for each kind of segments, for each that has a lock,
# for each kind of semaphores; with a new name in S and the kind in KIND.
segments() {
	for KIND in posix file sysv; do
		new_segment $KIND
		"$@"
	done
}

locked() {
	for KIND in posix file; do
		new_segment $KIND
		"$@"
	done
}

semaphores() {
	for KIND in posix sysv; do
		new_semaphore $KIND
		"$@"
	done
}

# gone SEGMENT: whether there is no such segment.
gone() {
	if shmget -n 0 "$1" 2>/dev/null; then
		echo "$1 exists" >&2
		return 1
	fi
}

# object SEGMENT: what peer lock calls it.
object() {
	echo "${1#file:}"
}

# moment: lets others run for a short while, and starts no process for that.
moment() {
	read -rt 0.01 _ <>"$BATS_FILE_TMPDIR/moment" || true
}

# look: what the background command does, in NOW its state and its context switches, in CALL the system call that it waits in.
look() {
	local line

	NOW=
	while read -r line; do
		case $line in
		State:*Z*) break ;;
		State:* | *ctxt*) NOW+=$line ;;
		esac
	done 2>/dev/null <"/proc/$PID/status"
	[ -n "$NOW" ] || { echo "process $PID has ended" >&2; return 1; }
	{ read -r CALL <"/proc/$PID/syscall"; } 2>/dev/null || CALL=
}

# asleep: waits until the background command sleeps, and stays asleep: a moment later its context switches are the same. For a
# command that looks around ten times a second a moment may last too long, if much else runs; it sleeps if it waits in the same
# call again and again.
asleep() {
	local last=none call same=0

	look || return 1
	until [[ $NOW == State:*S\ * ]] && { [ "$NOW" = "$last" ] || [ $same -ge 3 ]; }; do
		last=$NOW call=$CALL
		moment
		look || return 1
		[[ $CALL == "$call" && $CALL == [0-9]* ]] && same=$((same + 1)) || same=0
	done
}

# stop PID: stops a process, and waits until it is stopped: what is sent next may end it before.
stop() {
	kill -STOP "$1"
	until grep -q '^State:.T' "/proc/$1/status"; do :; done
}

# status N, output TEXT, error TEXT: what the last run gave; error takes a pattern, and one line only.
status() {
	[ "$status" -eq "$1" ] || { echo "status $status, not $1; error: $stderr" >&2; return 1; }
}

output() {
	[ "$output" = "$1" ] || { printf 'output %q\n   not %q\n' "$output" "$1" >&2; return 1; }
}

error() {
	# shellcheck disable=SC2053
	[[ $stderr == $1 && $stderr != *$'\n'* ]] || { printf 'error %q\n  not %q\n' "$stderr" "$1" >&2; return 1; }
}

try() {
	status=0
	output=$("$@" 2>stderr.txt) || status=$?
	stderr=$(cat stderr.txt)
}

# lone COMMAND...: without the descriptors that bats has open, so that the numbers in a trace are those a user sees.
lone() {
	"$@" 3>&- 4>&- 5>&- 6>&-
}

# background COMMAND...: starts it; its process id is in PID, and it ends with the test.
background() {
	"$@" <&0 3>&- 4<&- 6>&- 7>&- &
	PID=$!
	JOBS+=("$PID")
}

# ready COMMAND...: the same, and waits until it has written its line to the FIFO called ready; the line is in LINE.
ready() {
	[ -p ready ] || mkfifo ready
	background "$@"
	# The one before may not have closed its end yet, and its end is not this one's line.
	until read -r LINE <ready; do
		:
	done
}

# pipe: a pipe with its only reader at descriptor 4 and its only writer at descriptor 6, neither of which background jobs keep.
pipe() {
	rm -f pipe
	mkfifo pipe
	exec 5<>pipe 4<pipe 6>pipe
	exec 5>&-
	rm pipe
}

# stuck DEPTH: waits until the background command sleeps although so many messages are in its queue.
stuck() {
	until [ "$(depth "$Q")" -ge "$1" ] && { asleep || return 1; } && [ "$(depth "$Q")" -ge "$1" ]; do :; done
}

# ends STATUS: waits for the background command, which must end with that status.
ends() {
	local got=0

	wait "$PID" || got=$?
	[ "$got" -eq "$1" ] || { echo "ended with $got, not $1" >&2; return 1; }
}

# depth QUEUE: how many messages are in a queue.
depth() {
	case $1 in
	sysv:@*) ipcs -q | awk -v id="${1#sysv:@}" '$2 == id { print $6 }' ;;
	sysv:*) ipcs -q | awk -v key="${1#sysv:}" '$1 == sprintf("0x%08s", substr(key, 3)) || $1 == key { print $6 }' ;;
	*) peer attributes "$1" | cut -d' ' -f3 ;;
	esac
}

# exists QUEUE: whether it does.
exists() {
	[ -n "$(depth "$1" 2>/dev/null)" ]
}

missing() {
	if exists "$1"; then
		echo "$1 exists" >&2
		return 1
	fi
}

# makes -q|-m|-s SCRIPT: how many private System V queues, segments or semaphores a script for sh leaves; among its own
# only, where that is possible.
makes() {
	local private=()

	if unshare -i true 2>/dev/null; then
		private=(unshare -i)
	elif unshare -ri true 2>/dev/null; then
		private=(unshare -ri)
	fi
	# shellcheck disable=SC2016
	"${private[@]}" sh -c 'before=$(ipcs "$2" | grep -c 0x00000000)
		eval "$1" >&2
		after=$(ipcs "$2" | grep -c 0x00000000)
		echo $((after - before))' sh "$2" "$1"
}

# need WHAT COMMAND...: a peer that may be missing on a bare system; in CI it may not.
need() {
	local what=$1

	shift
	"$@" >/dev/null 2>&1 && return
	if [ -n "${CI:-}" ]; then
		echo "$what is missing" >&2
		return 1
	fi
	skip "$what is not installed"
}

# limit_memory KIB: for the current shell; sanitizers need far more than any program.
limit_memory() {
	[ -n "${SANITIZED:-}" ] || ulimit -v "$1"
}

# need_root, need_namespace: for tests of what only root can set up.
need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

need_namespace() {
	need_root
	unshare -mi true 2>/dev/null || skip "needs private namespaces"
}

# alone: what stands in front of a command so that a limit which all processes of its user share, as that of pending signals, is its
# own, in ALONE: a user namespace, which counts for itself (Linux 5.14). Where there is none the command shares the limit.
alone() {
	ALONE=()
	! unshare -U true 2>/dev/null || ALONE=(unshare -U)
}

# as_user COMMAND...: as somebody who is not root, with programs that he can reach.
as_user() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	# try runs in a subshell, so it is the directory itself that tells.
	if [ ! -d "$USER_BIN" ]; then
		mkdir -m 755 "$USER_BIN"
		cp "$ROOT"/build/bin/* "$USER_BIN/"
	fi
	(cd / && PATH=$USER_BIN:$PATH exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@")
}
