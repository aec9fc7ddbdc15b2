load helper

all_kinds() {
	ALL=()
	for kind in posix sysv; do
		new_name $kind
		mqsend -c $SMALL "$Q" hello
		ALL+=("mq:$Q")
		new_semaphore $kind
		semop -c "$S" >/dev/null
		ALL+=("sem:$S")
		new_segment $kind
		echo hello | shmput -c -s 6 "$S"
		ALL+=("shm:$S")
	done
}

# there COUNT: check that COUNT of the objects exist.
there() {
	[ "$(ipcls -H -o name "${ALL[@]}" 2>/dev/null | wc -l)" -eq "$1" ]
}

@test "ipcdel: removes the named objects of all kinds, and -n only lists them" {
	all_kinds
	there 6
	try ipcdel -n "${ALL[@]}"
	status 0
	[ "$(LC_ALL=C sort <<<"$output")" = "$(printf '%s\n' "${ALL[@]}" | LC_ALL=C sort)" ]
	there 6
	try ipcdel "${ALL[@]}" "${ALL[0]}"
	status 0
	[ -z "$stderr$output" ]
	there 0
	all_kinds
	try ipcdel -v "${ALL[@]}"
	for call in 'mq_unlink("*")' 'shm_unlink("*")' 'sem_unlink("*")' 'msgctl(*, IPC_RMID)' 'shmctl(*, IPC_RMID)' 'semctl(*, 0, IPC_RMID)'; do
		[[ $stderr == *"ipcdel: "$call" = 0"* ]]
	done
}

@test "ipcdel: removes nothing if one operand is wrong" {
	all_kinds
	for wrong in mq:/ipc7-nosuch shm:a/b mq shm sem all /ipc7-nosuch sem:sysv:0x7bfffff0 shm:file:stderr.txt mq:sysv:new; do
		for operands in "${ALL[*]} $wrong" "$wrong ${ALL[*]}"; do
			# shellcheck disable=SC2086
			try ipcdel $operands
			[ "$status" -ne 0 ]
			error "ipcdel: $wrong: *"
			there 6
		done
	done
	need_root
	name=/ipc7-$$-user
	as_user mqsend -c "$name" hello
	NAMES+=("$name")
	ipcset -m 0666 "${ALL[0]}" 2>/dev/null || true
	try as_user ipcdel "mq:$name" "${ALL[0]}"
	status 1
	[ -n "$(ipcls -H "mq:$name")" ]
	there 6
	try as_user ipcdel "mq:$name"
	status 0
	try ipcls -H "mq:$name"
	status 1
}

@test "ipcdel: -n escapes odd bytes as ipcls does, and shm: refuses the file of a semaphore" {
	S=/ipc7-$$$'\n\x01'
	SEGMENTS+=("$S")
	shmput -c "$S" </dev/null
	try ipcdel -n "shm:$S"
	output "shm:/ipc7-$$"'\x0a\x01'
	new_semaphore posix
	semop -c "$S" >/dev/null
	try ipcdel "shm:sem.${S#/}"
	status 2
	error "ipcdel: shm:sem.${S#/}: names that start with sem. are those of semaphores"
	[ "$(semop "$S")" = 1 ]
	try ipcdel sem:sysv:./nofile
	status 1
	error 'ipcdel: sem:sysv:./nofile: no key from this path: No such file or directory'
}

@test "ipcdel: succeeds if another process removes the object first" {
	need strace strace -V
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	new_name posix
	mqsend -c $SMALL "$Q" x
	try strace -o /dev/null -e inject=mq_unlink:error=ENOENT ipcdel "mq:$Q"
	status 0
	[ -z "$stderr" ]
	try strace -o /dev/null -e inject=mq_unlink:error=EACCES ipcdel "mq:$Q"
	status 1
	error "ipcdel: mq:$Q: Permission denied"
}

@test "ipcdel: a signal ends it before the next removal" {
	need strace strace -V
	[ -z "${SANITIZED:-}" ] || skip "not under strace"
	new_name posix
	first=$Q
	mqsend -c $SMALL "$first" x
	new_name posix
	mqsend -c $SMALL "$Q" x
	try strace -qq -o /dev/null -e inject=mq_unlink:signal=TERM:when=1 ipcdel "mq:$first" "mq:$Q"
	status 143
	try ipcls -H "mq:$first"
	status 1
	[ "$(ipcls -H -o name "mq:$Q")" = "$Q" ]
}

@test "ipcdel: a semop that waits for the removed semaphore ends with status 3" {
	new_semaphore sysv
	semop -c -i 0 "$S" >/dev/null
	background semop "$S" -1
	until [ "$(ipcls -H -o waiting "sem:$S")" = 1 ]; do :; done
	ipcdel "sem:$S"
	ends 3
}

@test "ipcdel: wrong usage exits with status 2, and -h and -V print usage and version" {
	try ipcdel
	status 2
	error 'ipcdel: KIND:NAME is missing*'
	try ipcdel -n
	status 2
	try ipcdel -a
	status 2
	error 'ipcdel: there is no option -a*'
	# No segment can have this name, but a queue or a semaphore can.
	try ipcdel sem.x
	status 2
	error 'ipcdel: sem.x: its KIND is missing*'
	try ipcdel -h
	status 0
	[[ $output == 'usage: ipcdel '* ]]
	try ipcdel -V
	output "ipcdel (ipc7) $(version)"
}
