# Functions for all test files. A test has its own directory and object names and leaves nothing behind. It waits for an event,
# never for a fixed time: by -R, by reading a FIFO, by wait, or by until ...; do moment; done.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
PATH=$ROOT/build/bin:$ROOT/build:$PATH
PLAT=${PLAT:-linux}
unset IPC7_TRACE
# The bytes in all POSIX queues of a user are limited, and other tests share the limit. Only root can lift it, so queues are small.
[ "$(id -u)" -ne 0 ] || ulimit -q unlimited 2>/dev/null || true

# version: print the version, which stands in one place.
version() { sed -n 's/^#define IPC7_VERSION "\(.*\)"/\1/p' "$ROOT/lib/base/command.h"; }

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

	# The number of a job that was waited for may belong to another process by now.
	for job in $(jobs -p); do
		[[ " ${JOBS[*]} " != *" $job "* ]] || kill -KILL "$job" 2>/dev/null || true
	done
	for name in "${NAMES[@]}"; do
		mqrecv -u -n 0 "$name" >/dev/null 2>&1 || true
	done
	for name in "${SEGMENTS[@]}"; do
		remove "$name" >/dev/null 2>&1 || true
	done
	for name in "${SEMAPHORES[@]}"; do
		# semop leaves a damaged semaphore.
		semop -u "$name" >/dev/null 2>&1 || rm -f "/dev/shm/sem.${name#/}" 2>/dev/null || true
	done
	rm -rf "$USER_BIN"
}

# key NUMBER: print a System V name that no other process uses. NUMBER is from 0 to 63; new_name and its like use 0 to 59.
key() {
	printf 'sysv:0x%x' $((0x70000000 + ($$ & 0x3fffff) * 64 + $1))
}

# new_name posix|sysv: put a queue name that no other process uses into Q; the queue is removed after the test. The options in SMALL
# make a queue of 10 messages of 512 bytes, so many queues fit into the limit of a user.
new_name() {
	local number=${#NAMES[@]}

	case $1 in
	posix) Q=/ipc7-$$-$BATS_TEST_NUMBER-$number SMALL='-d 10 -s 512' ;;
	sysv) Q=$(key $((number % 60))) SMALL= ;;
	esac
	NAMES+=("$Q")
}

# narrow: succeed if the commands have 32 bits: byte 4 of an ELF file tells. long_max: print the largest long of theirs.
narrow() {
	local program=$ROOT/build/bin.real/semop

	# Under qemu, the programs stand behind scripts.
	[ -e "$program" ] || program=$ROOT/build/bin/semop
	[ "$(od -An -N5 -tx1 "$program" | tr -d ' ')" = 7f454c4601 ]
}

long_max() {
	narrow && echo 2147483647 || echo 9223372036854775807
}

# both BODY: run a function once for each kind of queue, with a new queue name in Q and the kind in KIND.
both() {
	for KIND in posix sysv; do
		new_name $KIND
		"$@"
	done
}

# new_segment posix|file|sysv, new_semaphore posix|sysv: put a name that no other process uses into S; it is removed after the test.
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

# segments BODY, locked BODY, semaphores BODY: run a function once for each kind of segment, for each kind of segment that has a
# lock, or for each kind of semaphore, with a new name in S and the kind in KIND.
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

# remove SEGMENT: remove a segment.
remove() {
	case $1 in
	file:*) rm "${1#file:}" ;;
	*) ipcdel "shm:$1" ;;
	esac
}

# gone SEGMENT: check that the segment does not exist.
gone() {
	if shmget -o 0,0 "$1" 2>/dev/null; then
		echo "$1 exists" >&2
		return 1
	fi
}

# object SEGMENT: print the name of the segment that peer lock takes.
object() {
	echo "${1#file:}"
}

# moment: sleep for a short while, without starting a process.
moment() {
	read -rt 0.01 _ <>"$BATS_FILE_TMPDIR/moment" || true
}

# look: put the state and the context switches of the background command into NOW, and the system call that it waits in into CALL.
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

# asleep: wait until the background command sleeps and stays asleep: a moment later its context switches are the same. On a busy
# machine a moment can outlast the interval of a command that polls ten times a second. Such a command is asleep if it is found in
# the same call three times.
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

# stop PID: stop a process and wait until it has stopped, because a signal that is sent earlier may still end it.
stop() {
	kill -STOP "$1"
	until grep -q '^State:.T' "/proc/$1/status"; do :; done
}

# hands: print the files in which receivers of queue Q keep messages.
hands() {
	local file name=$Q

	# The file of a System V queue has its identifier, which is the same for each of its names.
	[[ $Q != sysv:* ]] || name=sysv:@$(ipcls -H -o ID "mq:$Q")
	for file in /dev/shm/ipc7.hand.*; do
		! grep -qaF "$name" "$file" 2>/dev/null || echo "$file"
	done
}

# lives PID: whether the process exists and is not a zombie.
lives() {
	grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null
}

# dead PID: the opposite. (bash does not let a test fail at "! lives".)
dead() {
	if lives "$1"; then false; fi
}

# status N, output TEXT, error PATTERN: check the result of the last try. error also requires a single line.
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

# lone COMMAND...: run COMMAND without the descriptors of bats, so a trace shows the numbers that a user sees.
lone() {
	"$@" 3>&- 4>&- 5>&- 6>&-
}

# background COMMAND...: start COMMAND; its process id is in PID, and teardown kills it.
background() {
	"$@" <&0 3>&- 4<&- 6>&- 7>&- &
	PID=$!
	JOBS+=("$PID")
}

# ready COMMAND...: start COMMAND in the background, and wait for its line in the FIFO called ready; the line is in LINE.
ready() {
	[ -p ready ] || mkfifo ready
	background "$@"
	# An earlier writer may still have the FIFO open. Its end of file is not the line of this command.
	until read -r LINE <ready; do
		:
	done
}

# terminal SHELL COMMAND...: start an interactive shell under script(1), which runs the commands; keys are typed to descriptor 9.
terminal() {
	need script script -qec true /dev/null
	rm -f keys
	mkfifo keys
	exec 9<>keys
	background sigmask -d INT,QUIT script -qec "$1" /dev/null <keys >screen 9>&-
	shift
	printf '%s\n' "$@" >&9
}

# terminal_ends: end the shell of terminal. The terminal can lose an end of file that comes while the shell changes its mode.
terminal_ends() {
	echo exit >&9
	wait "$PID" || true
	exec 9>&-
}

# loop_stops COMMAND: check that one Ctrl-C stops a loop of COMMAND in an interactive bash, and dash. COMMAND, a line of shell,
# writes a line to the FIFO started once it waits.
loop_stops() {
	local shell

	mkfifo started over
	for shell in 'bash --norc -i' 'dash -i'; do
		need "${shell%% *}" "${shell%% *}" -c true
		: >runs
		terminal "$shell" "for i in 1 2 3; do echo >>runs; $1; done"
		read -r _ <started
		printf '\003echo >over\n' >&9
		timeout 10 cat over
		[ "$(grep -c '' runs)" = 1 ]
		terminal_ends
	done
	rm started over
}

# pipe: make a pipe with its only reader at descriptor 4 and its only writer at descriptor 6. Background jobs inherit neither.
pipe() {
	rm -f pipe
	mkfifo pipe
	exec 5<>pipe 4<pipe 6>pipe
	exec 5>&-
	rm pipe
}

# stuck DEPTH: wait until the background command sleeps although at least DEPTH messages are in queue Q.
stuck() {
	until [ "$(depth "$Q")" -ge "$1" ] && { asleep || return 1; } && [ "$(depth "$Q")" -ge "$1" ]; do :; done
}

# ends STATUS: wait for the background command and check its exit status.
ends() {
	local got=0

	wait "$PID" || got=$?
	[ "$got" -eq "$1" ] || { echo "ended with $got, not $1" >&2; return 1; }
}

# depth QUEUE: print the number of messages in a queue.
depth() {
	case $1 in
	sysv:@*) ipcs -q | awk -v id="${1#sysv:@}" '$2 == id { print $6 }' ;;
	sysv:*) ipcs -q | awk -v key="${1#sysv:}" '$1 == sprintf("0x%08s", substr(key, 3)) || $1 == key { print $6 }' ;;
	*) peer attributes "$1" | cut -d' ' -f3 ;;
	esac
}

# exists QUEUE: check that the queue exists.
exists() {
	[ -n "$(depth "$1" 2>/dev/null)" ]
}

missing() {
	if exists "$1"; then
		echo "$1 exists" >&2
		return 1
	fi
}

# makes -q|-m|-s SCRIPT: print the number of private System V queues, segments or semaphores that a shell script leaves behind. The
# script has its own IPC namespace where that is possible.
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

# plain_sequence ID: put the commands of examples/teach into PATH, with a sequence that leaves ID- out of the names in the trace before
# it draws them.
plain_sequence() {
	mkdir -p bin
	printf '#!/bin/sh\nsed -i "s/%s-//g" trace\nexec "%s/examples/teach/sequence" "$@"\n' "$1" "$ROOT" >bin/sequence
	chmod 755 bin/sequence
	PATH=$PWD/bin:$ROOT/examples/teach:${PATH#"$PWD/bin:$ROOT/examples/teach:"}
}

# need WHAT COMMAND...: skip the test if COMMAND fails, because WHAT is not installed. In CI, fail instead.
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

# exchange: exchange the directory att/d with a link to the directory precious all the time, in the background.
exchange() {
	need python3 python3 -c 'import ctypes; ctypes.CDLL(None).renameat2'
	mkdir -p att/d precious
	ln -s ../precious att/link
	cat >exchange.py <<-'EOF'
		import ctypes, os
		libc, parent = ctypes.CDLL(None), os.getppid()
		open('up', 'w').close()
		while os.getppid() == parent:
		    for _ in range(1000):
		        libc.renameat2(-100, b'att/d', -100, b'att/link', 2)
	EOF
	background python3 exchange.py
	until [ -e up ]; do moment; done
}

# limit_memory KIB: limit the memory of the current shell, except under sanitizers, which need far more than any program.
limit_memory() {
	[ -n "${SANITIZED:-}" ] || ulimit -v "$1"
}

# need_root, need_namespace: skip a test that needs root or private namespaces.
need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

need_namespace() {
	need_root
	unshare -mi true 2>/dev/null || skip "needs private namespaces"
}

# alone: put a prefix for commands into ALONE that gives them their own count of what all processes of a user share, such as pending
# signals. The prefix makes a user namespace (Linux 5.14). It is empty if that is not possible.
alone() {
	ALONE=()
	! unshare -U true 2>/dev/null || ALONE=(unshare -U)
}

# as_user COMMAND...: run COMMAND as a user other than root, with copies of the programs that this user can execute.
as_user() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	# try runs this function in a subshell, where a variable would be lost. The directory itself shows that it exists.
	if [ ! -d "$USER_BIN" ]; then
		mkdir -m 755 "$USER_BIN"
		cp "$ROOT"/build/bin/* "$USER_BIN/"
	fi
	(cd / && PATH=$USER_BIN:$PATH exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@")
}
