load helper

# Locks on files: file:PATH and fd:N.

eval "common_$(declare -f setup)"
setup() {
	[ "$PLAT" = linux ] || skip "this platform has no open-file-description locks"
	common_setup
}

# holder NAME [OPTION...]: hold a lock in the background until teardown, and put the PID of the holder into LINE.
holder() {
	local name=$1

	shift
	[ -p never ] || mkfifo never
	exec 7<>never
	# shellcheck disable=SC2016
	ready semop "$@" "$name" -- sh -c 'echo $$ >ready; exec cat never'
}

# busy NAME [OPTION...], available NAME [OPTION...]: check whether a lock can be had.
busy() {
	local name=$1

	shift
	try semop -t 0 "$@" "$name" -- echo not run
	status 124
	output ''
	error "semop: $name: the semaphore was not available in time (-t)"
}

available() {
	local name=$1

	shift
	semop -t 0 "$@" "$name" -- true
}

@test "semop: file: creates the file with -c and its mode, and never changes its contents" {
	try semop file:lock -- echo not run
	status 125
	output ''
	error 'semop: file:lock: no such file (create it with -c)'
	umask 077
	try semop -c file:lock -- echo run
	output run
	[ "$(stat -c %a lock)" = 600 ]
	semop -c -m 646 file:lock2 -- true
	[ "$(stat -c %a lock2)" = 646 ]
	echo data >lock
	semop -c -m 644 file:lock -- true
	[ "$(<lock) $(stat -c %a lock)" = 'data 600' ]
}

@test "semop: file: excludes others while COMMAND runs, and passes on its status" {
	: >lock
	holder file:lock
	busy file:lock
	busy file:./lock
	busy "file:$PWD/lock"
	kill -KILL "$LINE"
	wait "$PID" || true
	for number in 0 1 3 7 124 125 126 127 200; do
		try semop file:lock -- sh -c "exit $number"
		status $number
		error ''
	done
	try semop file:lock -- nosuchcommand
	status 127
	: >script
	chmod +x script
	try semop file:lock -- ./script
	status 126
	exec 7>&-
}

@test "semop: file: becomes COMMAND, in which the lock is descriptor 9 or the next free one, named in IPC7_LOCK_FD" {
	: >lock
	# shellcheck disable=SC2016
	sh -c 'echo $$ >pid; exec semop file:lock -- sh -c "echo \$\$"' >got
	diff pid got
	# shellcheck disable=SC2016
	exec 9>&-
	# shellcheck disable=SC2016
	try lone semop file:lock -- sh -c 'echo "$IPC7_LOCK_FD"; readlink "/proc/self/fd/9"'
	output $'9\n'"$PWD/lock"
	lone ls /proc/self/fd >before
	lone semop file:lock -- ls /proc/self/fd >after
	[ "$(LC_ALL=C sort before after | uniq -u)" = 9 ]
	: >lock2
	# shellcheck disable=SC2016
	try lone semop file:lock -- semop file:lock2 -- sh -c '
		readlink "/proc/$$/fd/$IPC7_LOCK_FD"
		fd=9
		while [ $fd -lt "$IPC7_LOCK_FD" ]; do
			[ -e /proc/$$/fd/$fd ] || echo "$fd is free"
			fd=$((fd + 1))
		done'
	output "$PWD/lock2"
	# shellcheck disable=SC2016
	try bash -c 'exec 3<lock 4<lock 5<lock 6<lock 7<lock 8<lock 9<&-; semop "file:$PWD/lock" -- readlink /proc/self/fd/9'
	output "$PWD/lock"
	# shellcheck disable=SC2016
	try sh -c 'ulimit -n 9; semop file:lock -- true'
	status 125
	error 'semop: file:lock: *RLIMIT_NOFILE*'
}

@test "semop: file: COMMAND keeps the lock if it opens and closes the file" {
	: >lock
	# shellcheck disable=SC2016
	try semop file:lock -- sh -c 'echo $$ >lock; cat lock >/dev/null; semop -t 0 file:lock -- echo not run'
	status 124
	output ''
}

@test "semop: file: a process that COMMAND leaves behind keeps the lock, unless it is started with 9>&-" {
	mkfifo never
	exec 7<>never
	: >lock
	# shellcheck disable=SC2016
	semop file:lock -- sh -c 'cat never 9>&- 3>&- & echo $! >pid'
	# The new process may not have closed it yet.
	semop -t 30 file:lock -- true
	kill "$(<pid)"
	# shellcheck disable=SC2016
	semop file:lock -- sh -c 'cat never 3>&- & echo $! >pid'
	busy file:lock
	kill "$(<pid)"
	semop -t 1m file:lock -- true
	exec 7>&-
}

@test "semop: fd: locks a part of a script, until the script closes the descriptor" {
	exec 8<>lock
	semop fd:8 -1
	semop fd:8 -1
	busy file:lock
	exec 8>&-
	available file:lock
	# The descriptor may be open for writing only.
	(exec 8>lock && semop fd:8 -1 && busy file:lock)
	available file:lock
}

@test "semop: fd: waits, and -t bounds the wait" {
	: >lock
	holder file:lock
	exec 8<>lock
	for time in 0 0.05; do
		try semop -t $time fd:8 -1
		status 124
		error 'semop: fd:8: the semaphore was not available in time (-t)'
	done
	(
		semop fd:8 -1
		echo taken >taken
		cat never
	) 3>&- &
	JOBS+=($!)
	exec 8>&-
	busy file:lock
	[ ! -e taken ]
	kill -KILL "$LINE"
	until [ -e taken ]; do moment; done
	busy file:lock
	exec 7>&-
}

@test "semop: fd: with COMMAND locks the descriptor of the caller, which keeps the lock even if COMMAND cannot be executed" {
	exec 8<>lock
	# shellcheck disable=SC2016
	try semop fd:8 -- sh -c 'echo "$IPC7_LOCK_FD"; semop -t 0 file:lock -- true'
	status 124
	output 8
	exec 8>&-
	exec 8<>lock
	: >script
	chmod +x script
	semop fd:8 -1
	try semop fd:8 -- ./script
	status 126
	busy file:lock
	exec 8>&-
	available file:lock
}

places() {
	local name=$1 i

	holder "$name" -i 3
	holder "$name" -i 3
	available "$name" -i 3
	holder "$name" -i 3
	busy "$name" -i 3
	try semop -t 0.05 -i 3 "$name" -- echo not run
	status 124
	kill -KILL "$LINE"
	wait "$PID" || true
	available "$name" -i 3
	: >log
	for i in 1 2 3 4 5 6; do
		background semop -i 3 "$name" -- sh -c 'echo + >>log; echo - >>log'
	done
	wait "${JOBS[@]:3}"
	[ "$(awk '{ n += $1 == "+" ? 1 : -1; if (n > most) most = n } END { print NR, n, most <= 1 }' log)" = '12 0 1' ]
	exec 7>&-
}
@test "semop: file: -i 3 admits three at once, and -t 0 tries once" {
	: >lock
	places file:lock
}

@test "semop: fd: a waiter that is killed leaves no lock with the caller" {
	: >lock
	exec 8<>lock
	holder file:lock -i 2
	holder file:lock -i 2
	background semop -i 2 fd:8 -1
	until python3 -c "$LOCKED" lock 1073741824; do moment; done
	kill -KILL "$PID"
	wait "$PID" || true
	kill -KILL "$LINE"
	semop -t 5 -i 2 file:lock -- true
	exec 7>&- 8>&-
}

@test "semop: file: one lock on the whole file is looked at once, however many places it covers" {
	need python3 python3 -c 'import fcntl'
	mkfifo never
	exec 7<>never
	: >lock
	ready python3 -c '
import fcntl, sys
whole, part = open("lock", "w"), open("part", "w")
fcntl.lockf(whole, fcntl.LOCK_EX, 2**30)
fcntl.lockf(part, fcntl.LOCK_EX, 1000)
open("ready", "w").write("\n")
sys.stdin.read()' <never
	for time in 0 0.05; do
		try timeout 5 semop -t $time -E 3 -i 1073741824 file:lock -- echo not run
		status 3
	done
	background semop -i 1073741824 file:lock -- echo not run
	until grep -q ' OFDLCK .* 1073741824 1073741824$' /proc/locks; do moment; done
	kill -TERM "$PID"
	ends 143
	try semop -v -t 0 -i 1001 file:part -- echo run
	output run
	[[ $stderr == *'l_start=1000, l_len=1}) = 0' ]]
	exec 7>&-
}

@test "semop: file: the first in line for a place gets it before later ones" {
	: >lock
	holder file:lock -i 2
	first=$LINE
	holder file:lock -i 2
	background semop -i 2 file:lock -- sh -c 'echo first >>log'
	one=$PID
	until python3 -c "$LOCKED" lock 1073741824; do moment; done
	background semop -i 2 file:lock -- sh -c 'echo second >>log'
	until [ "$(grep -c ' -> OFDLCK .* 1073741824 1073741824$' /proc/locks)" -ge 1 ]; do moment; done
	kill -KILL "$first"
	wait "$one" "$PID"
	diff - log <<<$'first\nsecond'
	exec 7>&-
}
LOCKED='
import fcntl, sys
with open(sys.argv[1], "r+") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(sys.argv[2]))
    except OSError:
        sys.exit(0)
sys.exit(1)'

@test "semop: file: a signal ends the wait" {
	: >lock
	for options in '' '-t 1m' '-i 2' '-i 2 -t 1m'; do
		# shellcheck disable=SC2086
		holder file:lock $options
		holders=$LINE
		# shellcheck disable=SC2086
		[[ $options != -i* ]] || { holder file:lock $options && holders+=" $LINE"; }
		for signal in TERM HUP; do
			# shellcheck disable=SC2086
			background semop $options file:lock -- echo not run >out 2>lines
			until [ "$(<"/proc/$PID/comm")" = semop ]; do moment; done
			asleep
			kill -$signal "$PID"
			ends $((128 + $(kill -l $signal)))
			[ ! -s lines ]
			[ ! -s out ]
		done
		# shellcheck disable=SC2086
		kill -KILL $holders
		# shellcheck disable=SC2086
		semop -t 1m $options file:lock -- true
	done
	exec 7>&-
}

@test "semop: file: a file that is removed while semop waits is status 3" {
	: >lock
	holder file:lock
	background semop -c file:lock -- echo not run 2>lines >out
	until [ "$(<"/proc/$PID/comm")" = semop ]; do moment; done
	asleep
	rm lock
	kill -KILL "$LINE"
	ends 3
	[ "$(<lines)" = 'semop: file:lock: the semaphore was removed while in use' ]
	[ ! -s out ]
	try semop -c file:lock -- echo run
	output run
	exec 8<>lock
	semop fd:8 -1
	rm lock
	try semop fd:8 -1
	status 3
	python3 -c "$LOCKED" "/proc/$$/fd/8" 0
	exec 7>&- 8>&-
}

@test "semop: file: excludes programs that lock the same byte with fcntl, and is excluded by them" {
	need python3 python3 -c 'import fcntl'
	cat >holds.py <<-'EOF'
		import fcntl, struct, sys
		file = open('lock', 'r+')
		if sys.argv[1] == 'lockf':
		    fcntl.lockf(file, fcntl.LOCK_EX, 1, int(sys.argv[2]))
		else:
		    fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, int(sys.argv[2]), 1, 0))
		open('ready', 'w').write('\n')
		sys.stdin.read()
	EOF
	: >lock
	holder file:lock
	python3 -c "$LOCKED" lock 0
	kill -KILL "$LINE"
	wait "$PID" || true
	for kind in lockf ofd; do
		ready python3 holds.py $kind 0 <never
		busy file:lock
		available file:lock -i 2
		kill "$PID"
		wait "$PID" || true
		available file:lock
		ready python3 holds.py $kind 1 <never
		available file:lock
		available file:lock -i 2
		kill "$PID"
		wait "$PID" || true
	done
	exec 7>&-
}

@test "semop: file: refuses what is not an ordinary file, and says what it is" {
	need python3 python3 -c 'import socket'
	mkdir directory
	mkfifo fifo
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	ln -s nowhere dangling
	for file in 'directory|a directory' 'fifo|a FIFO' 'socket|a socket' '/dev/null|a device'; do
		for options in '' -c '-t 0'; do
			# shellcheck disable=SC2086
			try timeout 5 semop $options "file:${file%|*}" -- echo not run
			status 125
			output ''
			error "semop: file:${file%|*}: not an ordinary file but ${file#*|}"
		done
	done
	for fd in 0 8; do
		try semop fd:$fd -1 8<>fifo <>fifo
		status 1
		error "semop: fd:$fd: not an ordinary file but a FIFO"
	done
	: >lock
	try semop fd:8 -1 8<lock
	status 1
	error 'semop: fd:8: the descriptor is not open for writing (exec 8<>FILE opens it so)'
	for fd in 0 1 2 8 200; do
		try bash -c "semop fd:$fd -1 $fd>&-"
		status 1
		[ $fd -eq 2 ] || error "semop: fd:$fd: the descriptor is not open (exec $fd<>FILE opens it)"
	done
	for options in '' -c; do
		try semop $options file:missing/lock -- true
		status 125
		error 'semop: file:missing/lock: its directory does not exist'
		for name in missing/ lock/; do
			try semop $options file:$name -- true
			status 125
			error "semop: file:$name: a lock needs a file (leave out the last slash)"
		done
	done
	try semop file:dangling -- true
	status 125
	error 'semop: file:dangling: a symbolic link to a file that does not exist (create that file)'
}

@test "semop: file: follows a symbolic link neither with -c nor in a sticky directory" {
	mkdir sticky
	chmod 1777 sticky
	: >lock
	ln -s lock link
	ln -s ../lock sticky/link
	ln -s nowhere dangling
	try semop file:link -- echo run
	output run
	for name in link sticky/link dangling; do
		try semop -c "file:$name" -- echo not run
		status 125
		output ''
		error "semop: file:$name: a symbolic link, which is not followed with -c (name the file that it leads to)"
	done
	try semop file:sticky/link -- true
	status 125
	error 'semop: file:sticky/link: a symbolic link, which is not followed in a sticky directory (name the file that it leads to)'
	(cd sticky && try semop file:link -- true && status 125)
	[ ! -e nowhere ]
}

@test "semop: file: -c refuses a file that another user may have planted, which is used without -c" {
	need_root
	mkdir sticky
	chmod 1777 sticky . ..
	as_user true
	cp "$USER_BIN/semop" .
	setpriv --reuid=65534 --regid=65534 --clear-groups sh -c ': >sticky/lock'
	try semop -c file:sticky/lock -- echo not run
	status 125
	output ''
	error 'semop: file:sticky/lock: another user owns the file and may have planted it, so -c does not use it (leave out -c to use it)'
	try semop file:sticky/lock -- echo run
	output run
	chmod 755 sticky
	try semop -c file:sticky/lock -- echo run
	output run
}

@test "semop: file: and fd: refuse options and OPs that a lock does not have" {
	: >lock
	while IFS='|' read -r arguments line; do
		# shellcheck disable=SC2086
		try semop $arguments 8<>lock
		[ "$status $stderr" = "2 semop: $line" ] || echo "semop $arguments: $status $stderr"
	done >wrong <<'END'
file:lock|file:lock: a lock on a file needs a COMMAND, which holds it (-- COMMAND)
file:lock -1|file:lock: a lock on a file needs a COMMAND, which holds it (-- COMMAND)
fd:8|fd:8: a lock has no value to print (take it with -1, or with -- COMMAND)
-u file:lock -- true|file:lock: -u cannot be used with a lock on a file
-x file:lock -- true|file:lock: -x cannot be used with a lock on a file
-u fd:8 -1|fd:8: -u cannot be used with a lock on a file
-x fd:8 -1|fd:8: -x cannot be used with a lock on a file
-c fd:8 -1|fd:8: -c cannot be used with a descriptor
-m 600 fd:8 -1|fd:8: -m cannot be used with a descriptor
-i 1,1 file:lock -- true|file:lock: -i takes one VALUE for a lock (sysv: has sets)
-i 0 file:lock -- true|file:lock: -i 0: a lock has 1 to 1073741824 places
-i 1073741825 fd:8 -1|fd:8: -i 1073741825: a lock has 1 to 1073741824 places
file:lock -2 -- true|file:lock: a lock takes one OP, -1 (sysv: takes others, and several as one)
file:lock +1 -- true|file:lock: a lock takes one OP, -1 (sysv: takes others, and several as one)
file:lock 0 -- true|file:lock: a lock takes one OP, -1 (sysv: takes others, and several as one)
file:lock =1 -- true|file:lock: a lock takes one OP, -1 (sysv: takes others, and several as one)
file:lock 0:-1 -- true|file:lock: a lock takes one OP, -1 (sysv: takes others, and several as one)
file:lock -1 -1 -- true|file:lock: a lock takes one OP, -1 (sysv: takes others, and several as one)
fd:8 +1|fd:8: a lock takes one OP, -1 (sysv: takes others, and several as one)
file:|file:: expected a path after file:
fd:|fd:: expected the number of a descriptor after fd:
fd:x|fd:x: expected the number of a descriptor after fd:
fd:-1|fd:-1: expected the number of a descriptor after fd:
a/lock -1|a/lock: a POSIX name has one slash only, at its front (a lock on a file is file:a/lock)
/a/lock -- true|/a/lock: a POSIX name has one slash only, at its front (a lock on a file is file:/a/lock)
END
	diff /dev/null wrong >&2
	semop file:lock -1 -- true
	for kind in 'mqsend fd:3' 'shmget fd:3'; do
		# shellcheck disable=SC2086
		try $kind
		status 2
		error "${kind% *}: fd:3: a * cannot be a descriptor (fd: is for semaphores)"
	done
	for command in ipcls ipcset\ -m\ 600 ipcdel; do
		for name in fd:3 file:lock; do
			# shellcheck disable=SC2086
			try $command "sem:$name"
			status 2
		done
	done
}

@test "semop: file: says what may not be used" {
	need_root
	chmod 711 . ..
	: >lock
	as_user true
	try setpriv --reuid=65534 --regid=65534 --clear-groups "$USER_BIN/semop" file:lock -- true
	status 125
	error 'semop: file:lock: no permission to use this semaphore (its owner or root can change its mode)'
	try setpriv --reuid=65534 --regid=65534 --clear-groups "$USER_BIN/semop" -c file:lock2 -- true
	status 125
	error 'semop: file:lock2: no permission to create lock2'
}

@test "semop: file: -v prints the calls" {
	# shellcheck disable=SC2016
	lone semop -cv -t 1m file:lock -- semop -t 0 -E 3 -v -i 2 "file:$PWD/lock" -- true 2>trace || true
	sed -E "s|$PWD|DIR|; s/at\([0-9]+/at(N/; s/(\(|= )1[0-9]/\1M/" trace >got
	diff - got <<-'T'
		semop: open("lock", O_RDWR) = -1 ENOENT
		semop: open("lock", O_RDWR|O_CREAT|O_EXCL, 0600) = 3
		semop: fcntl(3, F_DUPFD, 9) = 9
		semop: fcntl(9, F_OFD_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=1}) = 0
		semop: openat(N, "lock", O_RDWR) = 4
		semop: fcntl(4, F_DUPFD, 9) = M
		semop: fcntl(M, F_OFD_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=1}) = -1 EAGAIN
		semop: fcntl(M, F_OFD_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=1, l_len=1}) = 0
	T
}

@test "semop: file: four processes that count under a lock get the right sum" {
	local i

	echo 0 >number
	for i in 1 2 3 4; do
		(for i in $(seq 10); do
			semop -c file:lock -- sh -c 'read -r n <number; echo $((n + 1)) >number'
		done) 3>&- &
	done
	wait
	[ "$(<number)" -eq 40 ]
}
