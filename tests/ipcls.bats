load helper

# row KIND:NAME COLUMNS: print the line of one object.
row() {
	ipcls -H -o "$2" "$1"
}

# known VALUE: print VALUE, or - where POSIX does not tell it.
known() {
	[ "$PLAT" = linux ] && echo "$1" || echo -
}

@test "ipcls: lists a queue with its limits and the messages in it" {
	new_name posix
	mqsend -c -d 5 -s 100 -m 0640 "$Q" hello ab
	[ "$(row "mq:$Q" kind,name,id,key,mode,size,used,count,depth,msgsize,value,waiting)" = \
		$'mq\t'"$Q"$'\t-\t-\t'"$(known 0640)"$'\t500\t'"$(known 7)"$'\t2\t5\t100\t-\t-' ]
	new_name sysv
	mqsend -c -d 5 -s 100 "$Q" hello
	[ "$(row "mq:$Q" KIND,NAME,KEY,MODE,SIZE,COUNT,DEPTH)" = $'mq\t'"$Q"$'\t'"${Q#sysv:}"$'\t0600\t500\t1\t-' ]
	[ "$PLAT" != linux ] || [ "$(row "mq:$Q" used)" = 5 ]
	# The identifier names the same queue.
	id=$(ipcs -q | awk -v key="$(printf '0x%08x' "${Q#sysv:}")" '$1 == key { print $2 }')
	[ "$(row "mq:sysv:@$id" kind,size,count)" = $'mq\t500\t1' ]
	[ "$PLAT" != linux ] || [ "$(row "mq:sysv:@$id" id,name)" = "$id"$'\t'"$Q" ]
}

@test "ipcls: lists a segment with the number of processes attached" {
	need python3 /usr/bin/python3 -c 'import sysv_ipc'
	new_segment posix
	printf 12345 | shmput -c -m 0604 "$S"
	[ "$(row "shm:$S" kind,name,mode,size,count)" = $'shm\t'"$S"$'\t0604\t5\t-' ]
	new_segment sysv
	printf 12345 | shmput -c -s 5 "$S"
	[ "$(row "shm:$S" kind,name,mode,size,count)" = $'shm\t'"$S"$'\t0600\t5\t0' ]
	[ "$(/usr/bin/python3 -c "
import subprocess, sysv_ipc
there = sysv_ipc.SharedMemory(${S#sysv:})
print(subprocess.check_output(['ipcls', '-H', '-o', 'count', 'shm:$S']).decode(), end='')")" = 1 ]
}

@test "ipcls: lists a semaphore with its values and the number of waiters" {
	new_semaphore posix
	semop -c -i 3 "$S" >/dev/null
	[ "$(row "sem:$S" kind,name,count,value,waiting)" = $'sem\t'"$S"$'\t1\t3\t-' ]
	new_semaphore sysv
	semop -c -i 0,2,5 "$S" >/dev/null
	[ "$(row "sem:$S" kind,name,count,value,waiting)" = $'sem\t'"$S"$'\t3\t0,2,5\t0' ]
	background semop "$S" 0:-1
	until [ "$(row "sem:$S" waiting)" = 1 ]; do moment; done
	semop "$S" 0:+1
	ends 0
	[ "$(row "sem:$S" lastpid)" = "$PID" ]
}

@test "ipcls: prints names that the other commands accept, and needs no privilege for the user's own objects" {
	new_name posix
	mqsend -c $SMALL "$Q" hello
	[ "$(mqrecv "$(row "mq:$Q" name)")" = hello ]
	new_semaphore sysv
	semop -c -i 4 "$S" >/dev/null
	[ "$(semop "$(row "sem:$S" name)")" = 4 ]
	need_root
	name=/ipc7-$$-user
	as_user mqsend -c "$name" hello
	try as_user ipcls -H -o name,count "mq:$name"
	mqrecv -n 0 -u "$name"
	status 0
	output "$name"$'\t1'
	# A user who may only send sees the number of messages.
	new_name posix
	mqsend -c -m 0622 $SMALL "$Q" hello
	try as_user ipcls -H -o name,count,used "mq:$Q"
	status 0
	output "$Q"$'\t1\t-'
	# Of an object that cannot be opened, ipcls shows only the columns that need no permission.
	new_name posix
	mqsend -c $SMALL "$Q" hello
	try as_user ipcls -H -o mode,count "mq:$Q"
	[ "$output" = $'0600\t-' ] || { status 1 && error "ipcls: mq:$Q: Permission denied"; }
}

@test "ipcls: lists a private object by its identifier" {
	[ "$PLAT" = linux ] || skip "POSIX cannot list"
	handle=$(shmput -c -s 2 sysv:new <<<x)
	[ "$(ipcls -H -o kind,name,key shm | grep -c "^shm"$'\t'"$handle"$'\t0x0$')" -eq 1 ]
	ipcdel "shm:$handle"
	new_semaphore sysv
	try ipcls "shm:$handle"
	status 1
	error "ipcls: shm:$handle: no such segment"
}

@test "ipcls: prints a header, which -H omits, the columns of -o, and JSON with -j" {
	new_name posix
	mqsend -c -d 2 -s 10 "$Q" x
	try ipcls "mq:$Q"
	status 0
	[ "${output%%$'\n'*}" = $'KIND\tNAME\tID\tKEY\tOWNER\tMODE\tSIZE\tUSED\tCOUNT' ]
	try ipcls -o name,COUNT "mq:$Q"
	output $'NAME\tCOUNT\n'"$Q"$'\t1'
	try ipcls -j -o kind,name,id,key,size,count,value "mq:$Q"
	output '{"kind":"mq","name":"'"$Q"'","id":null,"key":null,"size":20,"count":1,"value":null}'
	new_name sysv
	mqsend -c $SMALL "$Q" x
	try ipcls -j -o key,mode "mq:$Q"
	output '{"key":"'"${Q#sysv:}"'","mode":"0600"}'
	need python3 python3 -c 0
	ipcls -j "mq:$Q" | python3 -c 'import json, sys; line = json.loads(sys.stdin.read()); assert line["used"] in (1, None), line'
	# The queue has just changed, so the year is the current year.
	[ "$PLAT" != linux ] || [[ $(row "mq:$Q" changed) == "$(date -u +%Y)"-*T*Z ]]
}

@test "ipcls: aligns its columns at a terminal" {
	need python3 python3 -c 0
	local S long short

	new_segment posix
	short=$S
	long=${S}é-longer
	SEGMENTS+=("$long")
	printf 12345 | shmput -c "$short"
	printf 1 | shmput -c "$long"
	at_terminal() {
		python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" | tr -d '\r'
	}
	try at_terminal ipcls -o size,name,mode "shm:$short" "shm:$long"
	output "$(printf '%-6s%s%*s%s\n' SIZE NAME $((${#long} - 2)) '' MODE 5 "$short" $((${#long} - ${#short} + 2)) '' 0600 1 "$long" 2 '' 0600)"
	try at_terminal ipcls -H -o name "shm:$short" "shm:$long"
	output "$short"$'\n'"$long"
	try at_terminal ipcls -j -o size "shm:$short"
	output '{"size":5}'
}

# segment_of_root: make an empty segment of root, whose owner a test may change.
segment_of_root() {
	[ "$PLAT" = linux ] || skip "POSIX does not tell owners"
	need_root
	need_namespace
	new_segment posix
	shmput -c "$S" </dev/null
}

@test "ipcls: OWNER and GROUP are names of the files of accounts, or of getent, or numbers" {
	segment_of_root
	[ "$(row "shm:$S" owner,group)" = $'root\troot' ]
	chown 4242424:4242425 "/dev/shm$S"
	[ "$(row "shm:$S" owner,group)" = $'4242424\t4242425' ]
	mkdir bin
	printf '#!/bin/sh\necho "$1 $2" >>asked\n[ "$2" = 4242424 ] && echo "distant:x:4242424:1::/:"\n' >bin/getent
	chmod +x bin/getent
	[ "$(PATH=$PWD/bin:$PATH row "shm:$S" owner,group,owner)" = $'distant\t4242425\tdistant' ]
	[ "$(cat asked)" = $'passwd 4242424\ngroup 4242425' ]
	printf 'many:x:7:%02000d,x:x:4242425:\nlocal::4242425:\n' 0 >group
	[ "$(unshare -m sh -c 'mount --bind group /etc/group && ipcls -H -o group "$1"' sh "shm:$S")" = local ]
}

@test "ipcls: works in an image with neither a shell nor accounts" {
	segment_of_root
	chown 4242424:4242425 "/dev/shm$S"
	[ "$(unshare -m sh -c 'mount -t tmpfs none /etc && mount --bind /dev/null /bin/sh && exec "$0" -H -o owner,group "$1"' "$(command -v ipcls)" "shm:$S")" = $'4242424\t4242425' ]
}

@test "ipcls: KIND lists all objects of the kind, POSIX objects first, in order of their names" {
	[ "$PLAT" = linux ] || skip "POSIX cannot list"
	new_segment posix
	shmput -c "$S" </dev/null
	new_semaphore posix
	semop -c "$S" >/dev/null
	# A user who may not list POSIX queues sees the rest.
	ipcls -H -o kind,name >all 2>err || grep -q 'queues cannot be listed' err
	cut -f1 all | uniq >kinds
	printf 'mq\nshm\nsem\n' | grep -Fxf kinds | cmp - kinds
	grep -qx "shm"$'\t'"${SEGMENTS[0]}" all
	grep -qx "sem"$'\t'"$S" all
	ipcls -H -o name shm | grep -v '^sysv:' >names
	LC_ALL=C sort -c names
	try ipcls -H -o kind sem
	[ "$(sort -u <<<"$output")" = sem ]
	# An object that is named twice is listed once.
	[ "$(ipcls -H -o name "sem:$S" "sem:posix:$S" "sem:$S" | grep -c "^$S$")" -eq 1 ]
}

@test "ipcls: sorts its lines whatever the order of the operands" {
	new_name posix
	first=$Q
	mqsend -c $SMALL "$first" x
	new_name posix
	mqsend -c $SMALL "$Q" x
	new_semaphore posix
	semop -c "$S" >/dev/null
	new_semaphore sysv
	semop -c "$S" >/dev/null
	try ipcls -H -o name "sem:$S" "sem:${SEMAPHORES[0]}" "mq:$Q" "mq:$first"
	output "$first"$'\n'"$Q"$'\n'"${SEMAPHORES[0]}"$'\n'"$S"
}

@test "ipcls: odd bytes in a name break neither the columns nor JSON" {
	need python3 python3 -c 0
	S=/ipc7-$$$'\t\n"\\\xff\xc3\xb6'
	SEGMENTS+=("$S")
	shmput -c "$S" </dev/null
	try ipcls -H -o name,size "shm:$S"
	output "/ipc7-$$"'\x09\x0a"\\xff'$'\xc3\xb6\t0'
	[ "$(ipcls -j -o name,size "shm:$S" | python3 -c 'import json, sys; print(ascii(json.loads(sys.stdin.buffer.read())["name"]))')" = \
		"'/ipc7-$$"'\t\n"\\\\xff\xf6'"'" ]
}

@test "ipcls: a missing object gives status 1, and the others are shown" {
	new_name posix
	mqsend -c $SMALL "$Q" x
	try ipcls -H -o name mq:/ipc7-nosuch "mq:$Q"
	status 1
	error 'ipcls: mq:/ipc7-nosuch: no such queue'
	output "$Q"
	try ipcls -H /ipc7-nosuch
	error 'ipcls: /ipc7-nosuch: no such queue, segment or semaphore'
	for name in shm:sysv:0x7bfffff0 sem:sysv:@2147483647; do
		try ipcls -H "$name"
		status 1
		error "ipcls: $name: no such *"
	done
}

@test "ipcls: lists POSIX queues even if /dev/mqueue is not mounted, and only those of its own IPC namespace" {
	[ "$PLAT" = linux ] || skip "POSIX cannot list"
	need_root
	need_namespace
	new_name posix
	mqsend -c $SMALL "$Q" x
	# ipcls uses a detached mount, which leaves the list of mounts unchanged.
	unshare -m sh -c "umount -l /dev/mqueue 2>/dev/null; ipcls -H -o name mq" >names
	grep -qx "$Q" names
	cat /proc/self/mounts >before
	ipcls >/dev/null
	cmp before /proc/self/mounts
	# Without the privilege: a note about the queues, and the rest. If queues are asked for, that is a failure.
	new_segment posix
	shmput -c -m 0644 "$S" </dev/null
	chmod 755 .
	as_user true
	unshare -m sh -c 'umount -l /dev/mqueue 2>/dev/null; exec "$@"' sh setpriv --reuid=65534 --clear-groups --bounding-set=-all "$USER_BIN/ipcls" -H -o name >names 2>err
	unshare -m sh -c 'umount -l /dev/mqueue 2>/dev/null; exec "$@"' sh setpriv --reuid=65534 --clear-groups --bounding-set=-all "$USER_BIN/ipcls" -H -o name mq shm >named 2>err2 || code=$?
	[ "$code" -eq 1 ]
	cmp err err2
	grep -qx "$S" named
	[ "$(cat err)" = 'ipcls: POSIX queues cannot be listed: /dev/mqueue is not mounted, and to look without it needs CAP_SYS_ADMIN (mount -t mqueue none /dev/mqueue); mq:NAME shows one all the same' ]
	# Another cause has another error line.
	try lone sh -c 'ulimit -n 4; ipcls mq'
	status 1
	error 'ipcls: POSIX queues cannot be listed: too many open files: RLIMIT_NOFILE is 4 (raise it with ulimit -n)'
	grep -qx "$S" names
	# Another IPC namespace has other queues.
	unshare -i ipcls -H -o name mq >names
	[ ! -s names ]
	unshare -i sh -c "mqsend -c /ipc7-inside x; ipcls -H -o name mq" >names
	[ "$(cat names)" = /ipc7-inside ]
}

@test "ipcls: without privileges it reads /dev/mqueue, unless that belongs to another IPC namespace" {
	[ "$PLAT" = linux ] || skip "POSIX cannot list"
	need_root
	need_namespace
	new_name posix
	mqsend -c -m 0622 $SMALL "$Q" x
	as_user true
	user="setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all $USER_BIN/ipcls"
	made=
	[ -d /dev/mqueue ] || { mkdir /dev/mqueue 2>/dev/null && made=yes; } || skip "no place for /dev/mqueue"
	need strace strace -V
	cat >listing <<-END
		mount -t mqueue none /dev/mqueue || exit
		$user -H -o name,count,used mq >names
		# A queue that appears or disappears between two looks does not mean another IPC namespace.
		strace -o calls -e trace=mq_open -e inject=mq_open:error=ENOENT:when=1 $user -H -o name mq >came
		$user -H -o name mq >own 2>&1
		# From here on /dev/mqueue belongs to another IPC namespace.
		exec unshare -i sh -c '
			$user -H -o name mq >other 2>err
			echo \$? >>err
			mqsend -c /ipc7-$$-two inside
			ipcset -m 0 -o 65534 mq:/ipc7-$$-two
			${user%ls}set -m 0640 mq:/ipc7-$$-two 2>>err
			$user mq:/ipc7-$$-two >>other2 2>>err
		'
	END
	NAMES+=("/ipc7-$$-two")
	mqsend -c -m 0600 "/ipc7-$$-two" outside
	ipcset -o 65534 "mq:/ipc7-$$-two"
	as_user true
	cp "$ROOT/build/bin/ipcset" "$USER_BIN"
	unshare -m sh listing || true
	[ -z "$made" ] || rmdir /dev/mqueue
	# The user may send, which shows the number of messages but not their bytes.
	grep -qx "$Q"$'\t1\t-' names
	grep -qx "$Q" own
	grep -q INJECTED calls
	[ -n "${SANITIZED:-}" ] || grep -qx "$Q" came
	[ ! -s other ]
	[ "$(cat err)" = 'ipcls: POSIX queues cannot be listed: what is mounted at /dev/mqueue is of another IPC namespace, and to look without it needs CAP_SYS_ADMIN
1
ipcset: mq:/ipc7-'$$'-two: Permission denied
ipcls: mq:/ipc7-'$$'-two: Permission denied' ]
	[ "$(row "mq:/ipc7-$$-two" mode,count)" = $'0600\t1' ]
	ipcdel "mq:/ipc7-$$-two"
}

@test "ipcls: finds an existing queue while other queues come and go" {
	need python3-sysv-ipc /usr/bin/python3 -c 'import sysv_ipc'
	local i

	# The queue stands behind gaps, which the other queues fill and leave.
	handles=()
	for i in 1 2 3 4 5 6 7 8 9 10; do
		handles+=("mq:$(mqsend -c sysv:new x)")
	done
	new_name sysv
	mqsend -c $SMALL "$Q" keep
	ipcdel "${handles[@]}"
	background /usr/bin/python3 -c '
import os, sysv_ipc
while not os.path.exists("stop"):
    for queue in [sysv_ipc.MessageQueue(sysv_ipc.IPC_PRIVATE, sysv_ipc.IPC_CREAT) for _ in range(5)]:
        queue.remove()'
	for i in $(seq 40); do
		[ "$(row "mq:$Q" name)" = "$Q" ] || break
		[ "$PLAT" = portable ] || ipcls -H -o name mq | grep -qx "$Q" || break
	done
	touch stop
	ends 0
	[ "$i" -eq 40 ]
}

@test "ipcls: withstands a semaphore whose file changes its size all the time" {
	[ "$PLAT" = linux ] || skip "POSIX has to map it"
	need python3 python3 -c 0
	local i name=/dev/shm/sem.ipc7-$$-evil

	: >"$name"
	ready python3 -c '
import os, sys
file = os.open(sys.argv[1], os.O_RDWR)
with open("ready", "w") as ready:
    print("ready", file=ready)
while True:
    try:
        os.truncate(sys.argv[1], 32)
        os.ftruncate(file, 0)
    except FileNotFoundError:
        break' "$name"
	for i in $(seq 40); do
		try ipcls -H -o value "sem:ipc7-$$-evil"
		[ "$status" -eq 0 ] || break
	done
	rm "$name"
	ends 0
	status 0
}

@test "ipcls: ignores files in /dev/shm that are not objects" {
	mkfifo "/dev/shm/ipc7-$$-fifo"
	mkdir "/dev/shm/ipc7-$$-directory"
	for name in fifo directory; do
		try timeout 120 ipcls "shm:/ipc7-$$-$name"
		rm -r "/dev/shm/ipc7-$$-$name"
		status 1
		error "ipcls: shm:/ipc7-$$-$name: no such segment"
	done
	[ "$PLAT" = linux ] || return 0
	need_root
	need_namespace
	cat >odd <<-'END'
		mount -t tmpfs none /dev/shm || exit
		: >/dev/shm/sem.
		: >/dev/shm/sem..
		: >/dev/shm/sem...
		ln -s /etc/passwd /dev/shm/link
		ipcls -H shm sem
	END
	[ "$(unshare -mi sh odd)" = '' ]
}

@test "ipcls: reports a lack of memory, and prints only whole lines" {
	[ "$PLAT" = linux ] || skip "POSIX cannot list"
	[ -z "${SANITIZED:-}" ] || skip "sanitizers need far more"
	need_root
	need_namespace
	cat >many <<-'END'
		mount -t tmpfs none /dev/shm && cd /dev/shm && seq 1500 | xargs touch && cd - >/dev/null || exit
		for kib in $(seq 1000 150 5200); do
			prlimit --as=$((kib * 1024)) ipcls -V >/dev/null 2>&1 || continue
			lines=$(prlimit --as=$((kib * 1024)) ipcls -H -j 2>error | grep -c '}$')
			case $lines-$(grep -c . error) in
			1500-0 | *-[1-9]) ;;
			*) echo "$kib KiB: $lines lines, $(cat error)" ;;
			esac
		done
		ipcls -H | wc -l
	END
	[ "$(unshare -mi sh many)" = 1500 ]
}

@test "ipcls: changes neither an object nor its times" {
	new_name posix
	mqsend -c $SMALL "$Q" hello
	[ "$(row "mq:$Q" count)" = 1 ]
	[ "$(mqrecv -t 0 "$Q")" = hello ]
	[ "$PLAT" = linux ] || return 0
	need_root
	need_namespace
	mqsend "$Q" hello
	mkdir mqueue
	unshare -m sh -c 'mount -t mqueue none mqueue && touch -d 2001-02-03T04:05:06Z "mqueue$1"' sh "$Q"
	[ "$(row "mq:$Q" used,changed)" = $'5\t2001-02-03T04:05:06Z' ]
	[ "$(row "mq:$Q" used,changed)" = $'5\t2001-02-03T04:05:06Z' ]
}

@test "ipcls: -v prints the calls" {
	new_name posix
	mqsend -c -d 3 -s 10 "$Q" hello
	try lone ipcls -v -H -o count "mq:$Q"
	output 1
	[[ $stderr == "ipcls: mq_open(\"$Q\", O_RDONLY|O_NONBLOCK) = 3"$'\n''ipcls: mq_getattr(3, {mq_maxmsg=3, mq_msgsize=10, mq_curmsgs=1}) = 0'* ]]
	new_semaphore posix
	semop -c -i 4 "$S" >/dev/null
	try ipcls -v -o value "sem:$S"
	if [ "$PLAT" = linux ]; then
		# The number has 4 or 8 bytes in either order. With 32 bits it holds twice the value.
		[[ $stderr == *', "sem.'"${S#/}"'", O_RDONLY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC) = '*', "'*('\x00')'\x0'[48]'\x00'*', '*') = '* ]]
	else
		[[ $stderr == *"ipcls: sem_open(\"$S\", 0) = 0x"*$'\n''ipcls: sem_getvalue(0x'*', [4]) = 0' ]]
	fi
	new_semaphore sysv
	semop -c -i 2,5 "$S" >/dev/null
	try ipcls -v -o value "sem:$S"
	if [ "$PLAT" = linux ]; then
		[[ $stderr == "ipcls: semget(${S#sysv:}, 0, 0) = "*', 0, SEM_STAT_ANY, {sem_nsems=2}) = '*$'\n''ipcls: semctl('*', 0, GETALL, {2,5}) = 0'* ]]
	else
		[[ $stderr == "ipcls: semget(${S#sysv:}, 0, 0) = "*', 0, IPC_STAT, {sem_nsems=2}) = 0'*$'\n''ipcls: semctl('*', 0, GETALL, {2,5}) = 0'* ]]
	fi
	# A value that is not shown is not asked for.
	try ipcls -v -o name "sem:$S"
	[[ $stderr != *GET[AV]* ]]
	# The key of a path is computed once.
	touch file
	try ipcls -v sysv:./file
	[ "$(grep -c 'ipcls: ftok("./file", 1) = 0x' <<<"$stderr")" -eq 1 ]
}

@test "ipcls: reports a name that denotes no object" {
	new_semaphore posix
	semop -c "$S" >/dev/null
	try ipcls "shm:sem.${S#/}"
	status 2
	error "ipcls: shm:sem.${S#/}: names that start with sem. are those of semaphores"
	try ipcls "sem.${S#/}"
	status 1
	error "ipcls: sem.${S#/}: no such queue or semaphore"
	try ipcls sysv:./nofile
	status 1
	error 'ipcls: sysv:./nofile: no key from this path: No such file or directory'
	try ipcls "sem:$S" -H
	status 1
	error 'ipcls: -H: no such queue, segment or semaphore (options come before names)'
	[ "$PLAT" = linux ] || return 0
	printf x >"/dev/shm/sem.ipc7-$$-small"
	try ipcls -H -o value "sem:ipc7-$$-small"
	rm "/dev/shm/sem.ipc7-$$-small"
	output -
}

@test "ipcls: says so where the system cannot list objects" {
	[ "$PLAT" = portable ] || skip "Linux can"
	try ipcls
	status 1
	error 'ipcls: this system has no way to list objects; name them (mq:/jobs, sem:sysv:0x4d2)'
}

@test "ipcls: wrong usage exits with status 2, -h and -V print usage and version, and a failed write is an error" {
	for case in '-o|-o needs an argument*' '-o nosuch|-o "nosuch": not columns*' '-o kind,,name|-o *' 'mq:a/b|mq:a/b: a POSIX name has one slash*' \
		'mq:sysv:new|mq:sysv:new: not the name of an existing object' 'shm:file:x|shm:file:x: an ordinary file is none of *' '-y|there is no option -y*'; do
		# shellcheck disable=SC2086
		try ipcls ${case%%|*}
		status 2
		error "ipcls: ${case#*|}"
	done
	try ipcls -h
	status 0
	[[ $output == 'usage: ipcls '* ]]
	try ipcls -V
	output "ipcls (ipc7) $(version)"
	new_name posix
	mqsend -c $SMALL "$Q" x
	try sh -c 'ipcls "$1" >/dev/full' sh "mq:$Q"
	status 1
	error 'ipcls: standard output: No space left on device'
}
