load helper

# all_kinds: create an object of each kind and family; the names are in ALL.
all_kinds() {
	ALL=()
	for kind in posix sysv; do
		new_name $kind
		mqsend -c $SMALL "$Q" hello
		ALL+=("mq:$Q")
	done
	for kind in posix sysv; do
		new_segment $kind
		echo hello | shmput -c -s 6 "$S"
		ALL+=("shm:$S")
	done
	NAMES_USED=${#SEGMENTS[@]}
	for kind in posix sysv; do
		new_semaphore $kind
		semop -c "$S" >/dev/null
		ALL+=("sem:$S")
	done
}

# modes: print the modes of all objects, in the order of the list.
modes() {
	ipcls -H -o mode "${ALL[@]}" | tr '\n' ' '
}

@test "ipcset: sets the exact mode, the owner and the group of objects of all kinds" {
	[ "$PLAT" = linux ] || skip "POSIX changes segments and System V objects"
	all_kinds
	(umask 077 && try ipcset -m 0646 "${ALL[@]}" && status 0)
	[ "$(modes)" = '0646 0646 0646 0646 0646 0646 ' ]
	[ "$(ipcls -H -o owner,group "${ALL[@]}" | sort -u)" = "$(id -un)"$'\t'"$(id -gn)" ]
	need_root
	try ipcset -o 65534:65533 "${ALL[@]}"
	status 0
	[ "$(ipcls -H -o owner "${ALL[@]}" | sort -u)" = "$(id -un 65534 2>/dev/null || echo 65534)" ]
	[ "$(ipcls -H -o group "${ALL[@]}" | sort -u)" = "$(getent group 65533 | cut -d: -f1 | grep . || echo 65533)" ]
	try ipcset -o :0 "${ALL[@]}"
	[ "$(ipcls -H -o group "${ALL[@]}" | sort -u)" = root ]
	[ "$(ipcls -H -o owner "${ALL[@]}" | sort -u)" != root ]
}

@test "ipcset: -s sets the capacity of a System V queue" {
	new_name sysv
	mqsend -c $SMALL "$Q" x
	try ipcset -v -s 8K "mq:$Q"
	status 0
	[[ $stderr == *'ipcset: msgctl('*', IPC_SET, {msg_perm={uid='*', gid='*', mode=0600}, msg_qbytes=8192}) = 0' ]]
	[ "$(ipcls -H -o size "mq:$Q")" = 8192 ]
	mode=$(ipcls -H -o mode "mq:$Q")
	[ "$mode" = 0600 ]
	new_name posix
	mqsend -c $SMALL "$Q" x
	try ipcset -s 8K "mq:$Q"
	status 2
	error "ipcset: mq:$Q: -s is for System V queues*"
	[ "$PLAT" = linux ] || return 0
	need_root
	new_name sysv
	as_user mqsend -c $SMALL "$Q" x
	try as_user ipcset -s 100M "mq:$Q"
	status 1
	error "ipcset: mq:$Q: kernel.msgmnb is *"
}

@test "ipcset: changes nothing if one operand is wrong" {
	[ "$PLAT" = linux ] || skip "POSIX changes segments and System V objects"
	all_kinds
	for wrong in mq:/ipc7-nosuch shm:a/b mq /ipc7-nosuch sem:sysv:0x7bfffff0; do
		try ipcset -m 0666 "${ALL[@]}" "$wrong"
		[ "$status" -ne 0 ]
		error "ipcset: $wrong: *"
		[ "$(modes)" = '0600 0600 0600 0600 0600 0600 ' ]
	done
	need_root
	name=/ipc7-$$-user
	as_user mqsend -c "$name" hello
	NAMES+=("$name")
	try as_user ipcset -m 0666 "mq:$name" "${ALL[0]}"
	status 1
	[ "$(ipcls -H -o mode "mq:$name")" = 0600 ]
	try as_user ipcset -m 0666 "mq:$name"
	status 0
	try as_user ipcset -o root "mq:$name"
	status 1
	error "ipcset: mq:$name: not permitted: only root may give it to another user"
	[ "$(ipcls -H -o mode "mq:$name")" = 0666 ]
}

@test "ipcset: finds a change that the system would refuse before it changes anything" {
	if [ "$PLAT" = portable ]; then
		new_segment posix
		shmput -c "$S" </dev/null
		new_name posix
		mqsend -c $SMALL "$Q" x
		try ipcset -m 0666 "shm:$S" "mq:$Q"
		status 1
		error "ipcset: mq:$Q: this system has no way to change it"
		[ "$(ipcls -H -o mode "shm:$S")" = 0600 ]
		try ipcset -m 0666 "shm:$S"
		status 0
		[ "$(ipcls -H -o mode "shm:$S")" = 0666 ]
		return
	fi
	need_root
	queue=/ipc7-$$-user
	segment=/ipc7-$$-user
	as_user mqsend -c $SMALL "$queue" hello
	NAMES+=("$queue")
	SEGMENTS+=("$segment")
	as_user shmput -c "$segment" </dev/null
	# Only root may give away a POSIX object.
	try as_user ipcset -m 0640 -o root "mq:$queue" "shm:$segment"
	status 1
	error "ipcset: mq:$queue: not permitted: only root may give it to another user"
	[ "$(ipcls -H -o owner,mode "mq:$queue" "shm:$segment" | sort -u)" = "$(ipcls -H -o owner "mq:$queue")"$'\t0600' ]
	# A capacity beyond the limit.
	new_name sysv
	first=$Q
	as_user mqsend -c $SMALL "$first" x
	new_name sysv
	as_user mqsend -c $SMALL "$Q" x
	try as_user ipcset -m 0640 -s 100M "mq:$first" "mq:$Q"
	status 1
	error "ipcset: mq:$first: kernel.msgmnb is *"
	[ "$(ipcls -H -o mode "mq:$first" "mq:$Q" | sort -u)" = 0600 ]
	# An object of another user, after the user's own object.
	new_segment posix
	shmput -c "$S" </dev/null
	for change in '-m 0644' '-o 65534' '-o :65534'; do
		# shellcheck disable=SC2086
		try as_user ipcset $change "mq:$queue" "shm:$S"
		status 1
		error "ipcset: shm:$S: not permitted: only its owner and root may change it"
		[ "$(ipcls -H -o mode "mq:$queue")" = 0600 ]
	done
}

@test "ipcset: an owner can give an object only to one of the owner's groups" {
	[ "$PLAT" = linux ] || skip "POSIX changes segments and System V objects"
	need_root
	queue=/ipc7-$$-user
	as_user mqsend -c "$queue" hello
	NAMES+=("$queue")
	# The kernel checks the group and refuses before the mode is changed.
	try as_user ipcset -m 0640 -o :0 "mq:$queue"
	status 1
	error "ipcset: mq:$queue: not permitted: the owner may give it only to one of the owner's groups"
	[ "$(ipcls -H -o mode "mq:$queue")" = 0600 ]
	try as_user ipcset -m 0640 -o ":$(as_user id -g)" "mq:$queue"
	status 0
	[ "$(ipcls -H -o mode "mq:$queue")" = 0640 ]
}

@test "ipcset: reports a change that the kernel refuses to root without capabilities" {
	[ "$PLAT" = linux ] || skip "knows capabilities"
	need_root
	queue=/ipc7-$$-user
	as_user mqsend -c "$queue" hello
	NAMES+=("$queue")
	try setpriv --bounding-set=-fowner --inh-caps=-fowner "$USER_BIN/ipcset" -m 0644 "mq:$queue"
	status 1
	error "ipcset: mq:$queue: Operation not permitted"
	[ "$(ipcls -H -o mode "mq:$queue")" = 0600 ]
}

@test "ipcset: finds a lowered limit or a missing /proc before it changes anything" {
	[ "$PLAT" = linux ] || skip "knows the limits of Linux"
	need_root
	need_namespace
	as_user true
	cp "$ROOT/build/bin/ipcset" "$ROOT/build/bin/ipcls" "$USER_BIN"
	user="setpriv --reuid=65534 --regid=65534 --clear-groups"
	cat >lowered <<-END
		echo 65536 >/proc/sys/kernel/msgmnb || exit
		$user mqsend -c sysv:0x1 x
		$user mqsend -c sysv:0x2 x
		ipcset -s 4096 mq:sysv:0x1
		echo 16384 >/proc/sys/kernel/msgmnb
		$user ipcset -m 0640 mq:sysv:0x1 mq:sysv:0x2
		ipcls -H -o mode mq:sysv:0x1 mq:sysv:0x2
	END
	PATH=$USER_BIN:$PATH
	cp "$ROOT/build/bin/mqsend" "$USER_BIN"
	[ "$(unshare -i sh lowered 2>&1)" = "ipcset: mq:sysv:0x2: kernel.msgmnb is 16384; asked for 65536 (raise it with sysctl -w kernel.msgmnb=65536)
0600
0600" ] || { unshare -i sh lowered; return 1; }
	[ -z "${SANITIZED:-}" ] || return 0 # they need /proc
	new_segment posix
	shmput -c "$S" </dev/null
	new_name sysv
	mqsend -c $SMALL "$Q" x
	try unshare -m sh -c 'mount -t tmpfs none /proc && exec ipcset -o 65534 -m 0644 "$@"' sh "mq:$Q" "shm:$S"
	status 1
	error "ipcset: shm:$S: /proc is not mounted, and needed to change it"
	[ "$(ipcls -H -o mode "mq:$Q" "shm:$S" | sort -u)" = 0600 ]
}

@test "ipcset: reports a change that fails, and makes the other changes" {
	[ "$PLAT" = linux ] || skip "knows the calls of Linux"
	need strace strace -V
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	new_segment posix
	shmput -c "$S" </dev/null
	new_semaphore sysv
	semop -c "$S" >/dev/null
	try strace -o /dev/null -e inject=chmod:error=EROFS ipcset -m 0644 "shm:${SEGMENTS[0]}" "sem:$S"
	status 1
	error "ipcset: shm:${SEGMENTS[0]}: Read-only file system"
	[ "$(ipcls -H -o mode "shm:${SEGMENTS[0]}" "sem:$S")" = 0600$'\n'0644 ]
}

@test "ipcset: -v prints the calls" {
	new_segment posix
	shmput -c "$S" </dev/null
	try lone ipcset -v -m 0640 "shm:$S"
	status 0
	if [ "$PLAT" = linux ]; then
		[[ $stderr == *"ipcset: openat(3, \"${S#/}\", O_PATH|O_NOFOLLOW|O_CLOEXEC) = 4"$'\n''ipcset: chmod("/proc/self/fd/4", 0640) = 0' ]]
	else
		[[ $stderr == *"ipcset: shm_open(\"$S\", O_RDONLY|O_NONBLOCK, 0) = 3"$'\n''ipcset: fchmod(3, 0640) = 0' ]]
		try lone ipcset -v -o "$(id -u)" "shm:$S"
		[[ $stderr == *"ipcset: fchown(3, $(id -u), -1) = 0" && $stderr != *fchmod* ]]
	fi
	new_semaphore sysv
	semop -c "$S" >/dev/null
	try ipcset -v -m 0640 "sem:$S"
	[[ $stderr == *'ipcset: semctl('*', 0, IPC_SET, {sem_perm={uid='*', gid='*', mode=0640}}) = 0' ]]
}

@test "ipcset: wrong usage exits with status 2, and -h and -V print usage and version" {
	for case in '-m 0600|KIND:NAME is missing*' 'mq:x|there is nothing to change (-m, -o or -s, *' '-m 9 mq:x|-m "9": not an octal mode*' \
		'-o nosuch-user mq:x|-o "nosuch-user": not OWNER*' '-o : mq:x|-o ":": not OWNER*' '-o root: mq:x|-o "root:": not OWNER*' '-s 0 mq:x|-s "0": not *' \
		'-m 600 mq|mq: NAME is missing*' '-m 600 x|x: its KIND is missing*' '-s 4K shm:nowhere|shm:nowhere: -s is for System V queues*' '-s 4K mq:sysv:0x7bfffff0 mq:x|mq:x: -s is for*' '-y|there is no option -y*'; do
		# shellcheck disable=SC2086
		try ipcset ${case%%|*}
		status 2
		error "ipcset: ${case#*|}"
	done
	try ipcset -h
	status 0
	[[ $output == 'usage: ipcset '* ]]
	try ipcset -V
	output "ipcset (ipc7) $(version)"
}
