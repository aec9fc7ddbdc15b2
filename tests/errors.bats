load helper

# The error lines of the commands. Each test has a table with a row for each line: STATUS, tab, COMMAND, tab, LINE. LINE is all that
# COMMAND writes to standard error. A row that is for one platform has its name, linux or portable, after STATUS. Lines that no row
# provokes are listed at the end of this file.

# These stand for other text in LINE, and are variables in COMMAND; objects sets the first five:
#   $M $K      a POSIX and a System V name of nothing
#   $E $F      such names of objects; the queues have 2 messages of 8 bytes, the segments 3 bytes, the set the values 1 and 0
#   $I         the name of F by its identifier, sysv:@ID
#   $L         255 letters x
#   $C $USAGE  the command of the table, and its synopsis as -h shows it
#   $SELF      the process ID of the shell; $JOB, $ADDRESS: that of a background command, and where one listens
#   $USER_BIN  a directory that other users can search
#   $LONG_MAX  the largest long of the commands
#   $MSGMAX... limits of the kernel, where there is a /proc that tells them
PLACES='USAGE USER_BIN SELF JOB ADDRESS MSGMAX MSGMNB SEMMSL SEMOPM PIPE_MAX LONG_MAX M K E F I L C'
LONG_MAX=$(long_max)
L=$(printf '%255s' '' | tr ' ' x)
read -r MSGMAX MSGMNB SEMMSL _ SEMOPM _ PIPE_MAX < <(cd /proc/sys && cat kernel/msgmax kernel/msgmnb kernel/sem fs/pipe-max-size | xargs) || true

# objects queue|segment|semaphore [MODE]: names of such objects, two of which exist.
objects() {
	local kind=${1/queue/name} mode=${2:-600} i

	for i in M:posix K:sysv E:posix F:sysv; do
		"new_$kind" "${i#*:}"
		[ "$1" = queue ] || Q=$S
		printf -v "${i%:*}" %s "$Q"
	done
	case $1 in
	queue)
		mqrecv -n 0 -c -m "$mode" -d 2 -s 8 "$E"
		mqrecv -n 0 -c -m "$mode" -d 2 -s 8 "$F"
		I=sysv:@$(ipcls -H -o ID "mq:$F")
		;;
	segment)
		printf abc | shmput -c -m "$mode" "$E"
		printf abc | shmput -c -m "$mode" -s 3 "$F"
		I=sysv:@$(ipcls -H -o ID "shm:$F")
		;;
	semaphore)
		semop -c -m "$mode" "$E" >/dev/null
		semop -c -m "$mode" -i 1,0 "$F" >/dev/null
		I=sysv:@$(ipcls -H -o ID "sem:$F")
		;;
	esac
}

# lines COMMAND: runs the rows of the table on standard input that are for this platform, and prints those that differ.
lines() {
	local want command line got place status wrong=0

	C=$1 USAGE=$("$1" -h | head -n 1) SELF=$$
	# Descriptor 6 is a pipe that has lost its reader.
	pipe
	exec 4<&-
	while IFS=$'\t' read -r want command line; do
		[[ $want != *' '* || $want == *" $PLAT" ]] || continue
		status=0
		# Standard error is a pipe, which no limit on files is about.
		got=$(eval "$command" 3>&- </dev/null 2>&1 >/dev/null) || status=$?
		if [[ $line == *'$'* ]]; then
			for place in $PLACES; do
				line=${line//"\$$place"/${!place-}}
			done
		fi
		[ "${want%% *} $line" = "$status $got" ] || {
			printf '%s\n   gave %s: %s\n    not %s: %s\n' "$command" "$status" "$got" "${want%% *}" "$line" >&2
			wrong=1
		}
	done
	exec 6>&-
	return $wrong
}

@test "errors: every command refuses unknown options, and fails if its help cannot be written" {
	local command wrong=0

	for command in "$ROOT"/build/bin/*; do
		lines "${command##*/}" <<'END' || wrong=1
2	$C -y	$C: there is no option -y (see $C -h)
2	$C --verbose	$C: the only long options are --help and --version (see $C -h)
2	$C $'-\001'	$C: there is no such option (see $C -h)
1	$C -h >/dev/full	$C: standard output: No space left on device
1	$C -V >&-	$C: standard output: Bad file descriptor
END
	done
	return $wrong
}

@test "errors: mqsend: wrong usage" {
	objects queue
	lines mqsend <<'END'
2	mqsend	mqsend: QUEUE is missing; $USAGE
2	mqsend -t	mqsend: -t needs an argument (see mqsend -h)
2	mqsend -0 -N $E	mqsend: only one of -0 and -N can be given
2	mqsend -N -r $E	mqsend: only one of -N and -r can be given
2	mqsend -r -0 $E	mqsend: only one of -r and -0 can be given
2	mqsend -t 1h $E	mqsend: -t "1h": not a time (as 0.25, 250ms, 2s or 5m)
2	mqsend -s 0 $E	mqsend: -s "0": not a size (bytes, at least 1, with optional K, M or G)
2	mqsend -m 888 $E	mqsend: -m "888": not an octal mode from 0 to 777
2	mqsend -d 0 $E	mqsend: -d "0": not a number from 1 to 2147483647
2	mqsend -d 2147483648 $E	mqsend: -d "2147483648": not a number from 1 to 2147483647
2	mqsend -p 32768 $E	mqsend: -p "32768": not a number from 0 to 32767
2	mqsend -p 0 $F	mqsend: -p "0": not a number from 1 to $LONG_MAX
2	mqsend sysv:new	mqsend: sysv:new: creating a queue needs -c
2	mqsend -x sysv:@1	mqsend: sysv:@1: -x cannot be used with an identifier
2	mqsend file:q	mqsend: file:q: a queue cannot be a file (file: is for shared memory)
2	mqsend -c -d 5 $K	mqsend: $K: a System V queue takes -d and -s together (its capacity is their product)
END
}

@test "errors: mqsend: names that name nothing" {
	lines mqsend <<'END'
2	mqsend ''	mqsend: '': the name is empty
2	mqsend /	mqsend: /: the name is empty
2	mqsend a/b	mqsend: a/b: a POSIX name has one slash only, at its front
2	mqsend ..	mqsend: ..: a POSIX name cannot be . or ..
2	mqsend x$L	mqsend: $Lx: a POSIX name has at most 255 bytes after its slash
2	mqsend sysv:0x123456789	mqsend: sysv:0x123456789: a System V key has 1 to 8 hexadecimal digits after 0x
2	mqsend sysv:0xg	mqsend: sysv:0xg: a System V key has 1 to 8 hexadecimal digits after 0x
2	mqsend sysv:0x	mqsend: sysv:0x: a System V key has 1 to 8 hexadecimal digits after 0x
2	mqsend sysv:4294967296	mqsend: sysv:4294967296: a System V key is at most 4294967295
2	mqsend sysv:-2147483649	mqsend: sysv:-2147483649: a System V key is at least -2147483648
2	mqsend sysv:jobs	mqsend: sysv:jobs: expected a key (0x4d2 or 1234), @ID, a path with a slash, or new after sysv:
2	mqsend sysv:0	mqsend: sysv:0: key 0 is not a name (use sysv:new for a private object)
2	mqsend sysv:./f,300	mqsend: sysv:./f,300: expected one character or a number from 1 to 255 after the comma
2	mqsend sysv:@x	mqsend: sysv:@x: expected the number of an identifier after sysv:@
2	mqsend file:	mqsend: file:: expected a path after file:
2	mqsend mq:jobs	mqsend: mq:jobs: the kinds of names are posix:, sysv: and file: (a POSIX name with a colon starts with a slash)
2	mqsend $'a\tb/c'	mqsend: a\tb/c: a POSIX name has one slash only, at its front
END
}

@test "errors: mqsend: queues that cannot be used" {
	objects queue
	lines mqsend <<'END'
1	mqsend $M x	mqsend: $M: no such queue (create it with -c)
1	mqsend $M -c x	mqsend: $M: no such queue (create it with -c; options come before QUEUE)
1	mqsend $M -1 x	mqsend: $M: no such queue (create it with -c)
1	mqsend $K x	mqsend: $K: no such queue (create it with -c)
1	mqsend -x $E x	mqsend: $E: the queue exists already (leave out -x to use it)
1	mqsend -x $F x	mqsend: $F: the queue exists already (leave out -x to use it)
1	mqsend sysv:@2147483647 x	mqsend: sysv:@2147483647: no such queue (an identifier names one that exists; ipcs -q lists them)
1	mqsend sysv:./missing x	mqsend: sysv:./missing: no key from this path: No such file or directory
1	mqsend -c -d 3 $E x	mqsend: $E: the queue exists with depth 2 and message size 8, not depth 3 (leave out -d and -s, or remove it first)
1	mqsend -c -s 9 $E x	mqsend: $E: the queue exists with depth 2 and message size 8, not size 9 (leave out -d and -s, or remove it first)
1	mqsend -c -d 3 -s 9 $E x	mqsend: $E: the queue exists with depth 2 and message size 8, not depth 3 and size 9 (leave out -d and -s, or remove it first)
1	mqsend -c -d 1 -s 8 $F x	mqsend: $F: the queue exists with room for 16 bytes, not 1 x 8 (leave out -d and -s, or remove it first)
1	mqsend -c sysv:new x >/dev/full	mqsend: standard output: No space left on device; no queue was made, no message was sent
END
}

@test "errors: mqsend: messages that cannot be sent" {
	objects queue
	lines mqsend <<'END'
1	mqsend $E 123456789	mqsend: $E: the queue takes messages of up to 8 bytes (mq_msgsize, which -s sets when it is created); MESSAGE 1 has 9 bytes; no message was sent
1	mqsend $E a 123456789	mqsend: $E: the queue takes messages of up to 8 bytes (mq_msgsize, which -s sets when it is created); MESSAGE 2 has 9 bytes; no message was sent
1	mqsend $F 12345678901234567	mqsend: $F: the whole queue holds 16 bytes (msg_qbytes; make it larger with -d and -s); MESSAGE 1 has 17 bytes; no message was sent
1	mqsend -e 123456789 $E	mqsend: $E: the queue takes messages of up to 8 bytes (mq_msgsize, which -s sets when it is created); MARK 1 has 9 bytes; no message was sent
1	mqsend -P $E x	mqsend: $E: MESSAGE 1 does not start with a priority and a tab (-P); no message was sent
1	mqsend -P $E $'99999999999999999999\tx'	mqsend: $E: MESSAGE 1 starts with a number that is too large for a priority (-P); no message was sent
1	mqsend -P $E $'32768\tx'	mqsend: $E: MESSAGE 1 has priority 32768, which is not from 0 to 32767; no message was sent
1	mqsend -P $F $'0\tx'	mqsend: $F: MESSAGE 1 has priority 0, which is not from 1 to $LONG_MAX; no message was sent
1	echo x | mqsend -P $E	mqsend: $E: record 1 does not start with a priority and a tab (-P); no message was sent
1	echo 123456789 | mqsend $E	mqsend: $E: the queue takes messages of up to 8 bytes (mq_msgsize, which -s sets when it is created); record 1 has 9 bytes; no message was sent
1	head -c 100000 /dev/zero | mqsend $E	mqsend: $E: the queue takes messages of up to 8 bytes (mq_msgsize, which -s sets when it is created); record 1 has 100000 bytes; no message was sent
1	printf x | mqsend -N $E	mqsend: $E: record 1 is not a netstring: it does not start with a length; no message was sent
1	printf 1x | mqsend -N $E	mqsend: $E: record 1 is not a netstring: its length is not followed by a colon; no message was sent
1	printf 01: | mqsend -N $E	mqsend: $E: record 1 is not a netstring: its length starts with 0; no message was sent
1	printf 99999999999999999999: | mqsend -N $E	mqsend: $E: record 1 is not a netstring: its length is too large; no message was sent
1	printf 3:ab | mqsend -N $E	mqsend: $E: record 1 is not a netstring: the input ends inside it; no message was sent
1	printf 3:abcd | mqsend -N $E	mqsend: $E: record 1 is not a netstring: no comma follows its last byte; no message was sent
1	mqsend $E <.	mqsend: $E: standard input cannot be read: Is a directory; no message was sent
1	mqsend $E <&-	mqsend: $E: standard input cannot be read: Bad file descriptor; no message was sent
124	mqsend -t 0 $E 1 2 3	mqsend: $E: the queue stayed full, no room in time (-t); 2 messages were sent
124	mqsend -t 0 $F 12345678 12345678 3	mqsend: $F: the queue stayed full, no room in time (-t); 2 messages were sent
124	(ulimit -i 0; mqsend -t 0.1 $F x)	mqsend: $F: the queue stayed full, no room in time (-t); no message was sent
124	(ulimit -i 0; mqsend -t 0.1 $E x)	mqsend: $E: the queue stayed full, no room in time (-t); no message was sent
0	mqsend -L 0 $E 3	mqsend: $E: 1 record was dropped (-L)
0	mqsend -L 0 $F 3 12345678	mqsend: $F: 2 records were dropped (-L)
124	mqsend -L 0 -t 0 -e 4 $E 3	mqsend: $E: the queue stayed full, no room in time (-t); no message was sent, 1 record was dropped (-L)
END
}

@test "errors: mqsend: limits of queues" {
	objects queue
	lines mqsend <<'END'
1 linux	mqsend -c -d 65537 -s 1 $M	mqsend: $M: fs.mqueue.msg_max can be 65536 at most; asked for 65537
1 linux	mqsend -c -d 1 -s 16777217 $M	mqsend: $M: fs.mqueue.msgsize_max can be 16777216 at most; asked for 16777217
1 linux	(ulimit -S -q 100; mqsend -c -d 1 -s 1 $M)	mqsend: $M: RLIMIT_MSGQUEUE allows 100 bytes in all queues of this user; 1 more were asked for, and some for each message (raise it with ulimit -q or prlimit, or remove queues)
1 linux	mqsend -c -d 1 -s 2147483647 $K	mqsend: $K: kernel.msgmax is $MSGMAX; asked for 2147483647 (raise it with sysctl -w kernel.msgmax=2147483647)
1 portable	mqsend -c -d 65537 -s 1 $M	mqsend: $M: the system makes no queue of 65537 messages of 1 bytes (ask for less with -d and -s)
1 portable	mqsend -c -d 1 -s 16777217 $M	mqsend: $M: the system makes no queue of 1 messages of 16777217 bytes (ask for less with -d and -s)
1 portable	(ulimit -S -q 100; mqsend -c -d 1 -s 1 $M)	mqsend: $M: the system's limit on bytes in the POSIX queues of a user does not allow the 1 asked for
1 portable	mqsend -c -d 1 -s 2147483648 $K	mqsend: $K: the system's limit on bytes in a System V queue does not allow the 2147483648 asked for
1	mqsend -c -d 2147483647 -s $LONG_MAX $K	mqsend: $K: no queue holds 2147483647 x $LONG_MAX bytes (ask for less with -d and -s)
END
}

@test "errors: mqrecv: wrong usage, and what a kind of queue does not offer" {
	objects queue
	lines mqrecv <<'END'
2	mqrecv	mqrecv: QUEUE is missing; $USAGE
2	mqrecv $E x	mqrecv: QUEUE is followed by -- and a COMMAND, or by nothing
2	mqrecv $E -c	mqrecv: "-c": options come before QUEUE
2	mqrecv $E --	mqrecv: -- is followed by a COMMAND
2	mqrecv -R - $E	mqrecv: -R "-": not a file (/dev/stdout or /dev/fd/N name a descriptor)
2	mqrecv -f -a $E	mqrecv: -f cannot be combined with -a or -k
2	mqrecv -f -k $F	mqrecv: -f cannot be combined with -a or -k
2	mqrecv -n x $E	mqrecv: -n "x": not a number from 0 to 18446744073709551615
2	mqrecv -c sysv:new	mqrecv: sysv:new needs -R FILE, which gets the name of the new queue
2	mqrecv sysv:new	mqrecv: sysv:new: creating a queue needs -c
2	mqrecv -D $E $F	mqrecv: -D needs a COMMAND
2	mqrecv -D sysv:new $E -- true	mqrecv: -D cannot take sysv:new
2	mqrecv -D $E $E -- true	mqrecv: -D must name a queue other than QUEUE
2	mqrecv -D $I $F -- true	mqrecv: -D must name a queue other than QUEUE
2	mqrecv -D a/b $F -- true	mqrecv: a/b: a POSIX name has one slash only, at its front
1	mqrecv -p 1 $E	mqrecv: $E: -p cannot be used here: a POSIX queue always gives its highest priority, oldest first (System V queues select)
1	mqrecv -k $E	mqrecv: $E: -k cannot be used here: messages of a POSIX queue cannot be copied without removing them (System V queues on Linux can)
2	mqrecv -p x $F	mqrecv: -p takes N, -N or ^N, where N is a type of 1 or more
2	mqrecv -p 0 $F	mqrecv: -p takes N, -N or ^N, where N is a type of 1 or more
1 portable	mqrecv -k $F	mqrecv: $F: -k cannot be used here: this system does not offer it
END
}

@test "errors: mqrecv: queues that cannot be used, and outputs that fail" {
	objects queue
	mqsend "$E" one
	mqsend "$F" one
	lines mqrecv <<'END'
1	mqrecv $M	mqrecv: $M: no such queue (create it with -c)
1	mqrecv $K	mqrecv: $K: no such queue (create it with -c)
1	mqrecv -x $E	mqrecv: $E: the queue exists already (leave out -x to use it)
1	mqrecv sysv:@2147483647	mqrecv: sysv:@2147483647: no such queue (an identifier names one that exists; ipcs -q lists them)
1	mqrecv -c -d 3 $E	mqrecv: $E: the queue exists with depth 2 and message size 8, not depth 3 (leave out -d and -s, or remove it first)
1	mqrecv -R . $E	mqrecv: .: Is a directory
1	mqrecv -R /dev/full $E	mqrecv: /dev/full: No space left on device
124	mkfifo fifo; mqrecv -t 0 -R fifo $E	mqrecv: fifo: no reader in time (-t)
1	mqrecv $E >&-	mqrecv: standard output is closed, or not open for writing
1	mqrecv $E >/dev/full	mqrecv: $E: standard output: No space left on device; 1 message was put back
1	mqrecv -a $F >/dev/full	mqrecv: $F: standard output: No space left on device; 1 message was put back
124	mqrecv -t 0 -n 2 $E	mqrecv: $E: no message in time (-t)
124	mqrecv -t 0 -n 2 $F	mqrecv: $F: no message in time (-t)
124	(ulimit -i 0; mqrecv -t 0.1 -n 2 $F)	mqrecv: $F: no message in time (-t)
124	(ulimit -i 0; mqrecv -t 0.1 -n 2 $E)	mqrecv: $E: no message in time (-t)
124	(ulimit -i 0; mqrecv -t 0.1 $F -- true)	mqrecv: $F: no message in time (-t)
END
}

@test "errors: mqrecv: COMMANDs that fail" {
	objects queue
	mqsend "$E" one
	mqsend "$F" 12345678 87654321
	printf 'no program' >data
	printf '#!/nowhere/sh\n' >stray
	printf '#!/bin/sh\n' >script
	chmod 755 data stray
	mkdir directory
	lines mqrecv <<'END'
127	mqrecv $E -- ./missing	mqrecv: ./missing: no such command
127	mqrecv $E -- missing-command	mqrecv: missing-command: no such command
126	mqrecv $E -- ./script	mqrecv: ./script: cannot be executed: Permission denied
126	mqrecv $E -- ./directory	mqrecv: ./directory: cannot be executed: Permission denied
127	mqrecv $E -- ./stray	mqrecv: $E: ./stray cannot be run: its interpreter /nowhere/sh does not exist; its message was put back
126	mqrecv $E -- ./data	mqrecv: $E: ./data cannot be run: Exec format error (a script starts with #!); its message was put back
1	mqrecv $E -- false	mqrecv: $E: false ended with status 1; its message was put back
137	mqrecv $F -- sh -c 'kill -KILL $$'	mqrecv: $F: sh ended with status 137; its message was put back
125	mqrecv -D $M $E -- false	mqrecv: $M: no such queue (create it with -c)
125	mqrecv -t 0 -D $F $E -- false	mqrecv: $F: the queue stayed full, no room in time (-t); a COMMAND failed; its message was put back
125	mqrecv -D $E $F -- sh -c 'exit 3'; mqrecv -t 0 -D $E $F -- false	mqrecv: $E: the queue stayed full, no room in time (-t); a COMMAND failed; its message was put back
END
}

@test "errors: shmput: wrong usage" {
	objects segment
	lines shmput <<'END'
2	shmput	shmput: SEGMENT is missing; $USAGE
2	shmput $E x	shmput: there is one SEGMENT, after the options, and what goes into it is standard input
2	shmput $E -c	shmput: "-c": options come before SEGMENT
2	shmput $E --	shmput: -- is followed by a COMMAND
2	shmput $E x -- true	shmput: there is one SEGMENT, after the options, and what goes into it is standard input
2	shmput -o x $E	shmput: -o "x": not a number of bytes (with optional K, M or G)
2	shmput -s 1T $E	shmput: -s "1T": not a size (bytes, at least 1, with optional K, M or G)
2	shmput -m 1777 $E	shmput: -m "1777": not an octal mode from 0 to 777
2	shmput -t -1 $E	shmput: -t "-1": not a time (as 0.25, 250ms, 2s or 5m)
2	shmput sysv:new	shmput: sysv:new: creating a segment needs -c
2	shmput -x $I	shmput: $I: -x cannot be used with an identifier
2	shmput /sem.x	shmput: /sem.x: names that start with sem. are those of semaphores
2	cat /dev/null | shmput -c $K	shmput: $K: the size of the input is not known (give the size with -s)
2	: >empty; shmput -c $K <empty	shmput: $K: the input is empty (give the size with -s)
2	echo x | shmput -c $K	shmput: $K: the size of the input is not known (give the size with -s)
2	shmput -c $K -- true	shmput: $K: the size of the input is not known (give the size with -s)
END
}

@test "errors: shmput: segments that cannot be used, and inputs that do not fit" {
	objects segment
	mkdir directory
	touch data
	ln -s nowhere link
	ln -s data other
	mkdir -m 1777 sticky
	ln -s ../data sticky/link
	lines shmput <<'END'
1	shmput $M	shmput: $M: no such segment (create it with -c)
1	shmput $K	shmput: $K: no such segment (create it with -c)
1	shmput -x $E	shmput: $E: the segment exists already (leave out -x to use it)
1	shmput -x $F	shmput: $F: the segment exists already (leave out -x to use it)
1	shmput -x file:data	shmput: file:data: the segment exists already (leave out -x to use it)
1	shmput sysv:@2147483647	shmput: sysv:@2147483647: no such segment (an identifier names one that exists; ipcs -m lists them)
1	shmput sysv:./missing	shmput: sysv:./missing: no key from this path: No such file or directory
1	shmput file:missing	shmput: file:missing: no such file (create it with -c)
1	shmput -c file:missing/file	shmput: file:missing/file: its directory does not exist; nothing was changed
1	shmput file:missing/file	shmput: file:missing/file: its directory does not exist
1	shmput file:missing/	shmput: file:missing/: its directory does not exist
1	shmput file:directory	shmput: file:directory: not an ordinary file but a directory
1	shmput file:link	shmput: file:link: a dangling symbolic link
1	shmput -c file:link	shmput: file:link: a dangling symbolic link; nothing was changed
1	shmput -c file:other	shmput: file:other: a symbolic link, which is not followed with -c or -x (name the file that it leads to)
1	shmput file:sticky/link	shmput: file:sticky/link: a symbolic link, which is not followed in a sticky directory (name the file that it leads to)
125	shmput $M -- true	shmput: $M: no such segment (create it with -c)
125	shmput -x $E -- true	shmput: $E: the segment exists already (leave out -x to use it)
125	shmput $F -- printf abcd	shmput: $F: the output of COMMAND has 4 bytes, and there is room for 3; nothing was changed
125	shmput -o 2 $E -- printf ab	shmput: $E: the output of COMMAND has 2 bytes, and from byte 2 on there is room for 1; nothing was changed
127	shmput $E -- ./missing	shmput: ./missing: no such command
126	shmput $E -- ./data	shmput: ./data: cannot be executed: Permission denied
1	shmput -c file:x$L	shmput: file:$Lx: the name is too long
1	shmput -c -s 4 $F	shmput: $F: the segment exists with 3 bytes, not 4 (leave out -s, or remove it first)
1	printf abcd | shmput $F	shmput: $F: the input has 4 bytes, and there is room for 3; nothing was changed
1	printf abcd >input; shmput $F <input	shmput: $F: the input has 4 bytes, and there is room for 3; nothing was changed
1	printf abcd | shmput -c -s 3 $M	shmput: $M: the input has 4 bytes, and there is room for 3; nothing was changed
1	printf a | shmput -o 3 $E	shmput: $E: the input has 1 byte, and from byte 3 on there is room for 0; nothing was changed
1	printf a | shmput -o 3 $F	shmput: $F: the input has 1 byte, and from byte 3 on there is room for 0; nothing was changed
1	printf ab | shmput -o 2 $E	shmput: $E: the input has 2 bytes, and from byte 2 on there is room for 1; nothing was changed
1	printf abcd | shmput -c -o 2 -s 1 $M	shmput: $M: the input has 4 bytes, and from byte 2 on there is room for 0; nothing was changed
1	shmput $E <.	shmput: $E: standard input cannot be read: Is a directory; nothing was changed
1	shmput $E <&-	shmput: $E: standard input cannot be read: Bad file descriptor; nothing was changed
1	printf a | shmput -c -s 1 sysv:new >/dev/full	shmput: standard output: No space left on device; no segment was made
1	(ulimit -f 0; printf a | shmput -c file:large)	shmput: file:large: RLIMIT_FSIZE (ulimit -f) or the file system does not let files become so large; nothing was changed
1	(ulimit -f 0; printf a | shmput -c $M)	shmput: $M: RLIMIT_FSIZE (ulimit -f) or the file system does not let files become so large; nothing was changed
END
}

@test "errors: shmget: wrong usage, segments that cannot be used, and outputs that fail" {
	objects segment
	mkdir directory
	lines shmget <<'END'
2	shmget	shmget: SEGMENT is missing; $USAGE
2	shmget $E x	shmget: there is one SEGMENT, after the options; what it holds goes to standard output
2	shmget -o x $E	shmget: -o "x": not a number of bytes (with optional K, M or G)
2	shmget -o 1,x $E	shmget: -o "1,x": not a number of bytes (with optional K, M or G)
2	shmget -o 1, $E	shmget: -o "1,": not a number of bytes (with optional K, M or G)
2	shmget -n 1 $E	shmget: -n needs -f (-o OFFSET,LENGTH writes a part)
2	shmget -f $E	shmget: -f needs -0 or -N, which tell where a record ends
2	shmget -f -0 -z $E	shmget: -z cannot be used with -f, which writes copies
2	shmget -0 -N $E	shmget: only one of -0 and -N can be given
2	shmget sysv:new	shmget: sysv:new makes a new segment, and shmget creates nothing
2	shmget /sem.x	shmget: /sem.x: names that start with sem. are those of semaphores
1	shmget $M	shmget: $M: no such segment (shmput -c creates one)
1	shmget $K	shmget: $K: no such segment (shmput -c creates one)
1	shmget sysv:@2147483647	shmget: sysv:@2147483647: no such segment (an identifier names one that exists; ipcs -m lists them)
1	shmget sysv:./missing	shmget: sysv:./missing: no key from this path: No such file or directory
1	shmget file:missing	shmget: file:missing: no such file
1	shmget file:missing/file	shmget: file:missing/file: its directory does not exist
1	shmget file:directory	shmget: file:directory: not an ordinary file but a directory
1	shmget -o 4 $E	shmget: $E: the segment has 3 bytes, and not the part asked for (-o); nothing was written
1	shmget -f -0 -o 4 $E	shmget: $E: the segment has 3 bytes, and not the part asked for (-o); nothing was written
1	shmget -o 1,3 $F	shmget: $F: the segment has 3 bytes, and not the part asked for (-o); nothing was written
1	shmget -f -N $F	shmget: $F: a System V segment cannot be watched (a POSIX segment or file: can); nothing was written
124	shmget -f -N -t 0 $E	shmget: $E: the segment did not change in time (-t); 6 bytes were written
1	shmget $E >/dev/full	shmget: $E: standard output: No space left on device; nothing was written
1	shmget $F >&-	shmget: $F: standard output: Bad file descriptor; nothing was written
END
}

@test "errors: shmput, shmget: segments that stay locked" {
	objects segment
	mkfifo end
	exec 7<>end
	background peer lock "$E" write <end >locked
	until [ -s locked ]; do moment; done
	lines shmget <<'END'
124	(ulimit -i 0; shmget -t 0.1 $E)	shmget: $E: the segment stayed locked by another process, not free in time (-t); nothing was written
124	shmget -t 0 $E	shmget: $E: the segment stayed locked by another process, not free in time (-t); nothing was written
124	printf a | shmput -t 0 $E	shmput: $E: the segment stayed locked by another process, not free in time (-t); nothing was changed
END
	exec 7>&-
	ends 0
}

@test "errors: semop: wrong usage" {
	objects semaphore
	lines semop <<'END'
2	semop	semop: SEM is missing; $USAGE
2	semop -i x $M	semop: -i "x": not a number, or several with commas between them
2	semop -i 1, $K	semop: -i "1,": not a number, or several with commas between them
2	semop -i 1,2147483648 $K	semop: -i "1,2147483648": not a number, or several with commas between them
2	semop $E --	semop: -- is followed by a COMMAND
2	semop $E -1 --	semop: -- is followed by a COMMAND
2	semop -E 256 $E	semop: -E "256": not a number from 0 to 255
2	semop $E -c	semop: OP "-c": not an OP (options come before SEM)
2	semop $E 1	semop: OP "1": not -N, +N, 0 or =N, with INDEX: in front for a member of a set (a COMMAND comes after --)
2	semop $E +0	semop: OP "+0": not -N, +N, 0 or =N, with INDEX: in front for a member of a set (a COMMAND comes after --)
2	semop $E -9999999999	semop: OP "-9999999999": the number is too large
2	semop $F 99999:+1	semop: OP "99999:+1": the number is too large
2	semop $F x:+1	semop: OP "x:+1": not -N, +N, 0 or =N, with INDEX: in front for a member of a set (a COMMAND comes after --)
2	semop -c -i 1,2 $M	semop: $M: -i takes one VALUE for a POSIX semaphore
2	semop $E -1 -1	semop: $E: a POSIX semaphore takes one OP a call (sysv: takes several as one)
2	semop $E 0:-1	semop: $E: a POSIX semaphore has no INDEX (sysv: has sets)
2	semop $E =1	semop: $E: a POSIX semaphore takes one OP of -1 or +1 (sysv: also waits for zero and sets)
2	semop $E 0	semop: $E: a POSIX semaphore takes one OP of -1 or +1 (sysv: also waits for zero and sets)
2	semop $E +2	semop: $E: a POSIX semaphore goes up and down by 1 (sysv: by any number)
2	semop -c -i 40000 $K	semop: $K: -i 40000: a System V semaphore goes up to 32767
2	semop $F =1 -1	semop: $F: =N cannot be combined with other OPs
2	semop $F +40000	semop: $F: +40000: a System V semaphore goes up to 32767
2	semop $F -40000	semop: $F: -40000: a System V semaphore goes up to 32767
2	semop $F =40000	semop: $F: =40000: a System V semaphore goes up to 32767
2	semop sysv:new	semop: sysv:new: creating a semaphore needs -c
2	semop -x $I	semop: $I: -x cannot be used with an identifier
2	semop /$L	semop: /$L: the name of a semaphore has at most 251 bytes after its slash
2	semop a/b -- true	semop: a/b: a POSIX name has one slash only, at its front (a lock on a file is file:a/b)
2	semop $F =1 -- true	semop: $F: =N cannot be used with a COMMAND, as nothing undoes it
2	semop $E +1 -- true	semop: $E: with a COMMAND, a POSIX semaphore takes the OP -1 only (sysv: takes others)
2	semop fd:x -1	semop: fd:x: expected the number of a descriptor after fd:
2	semop file:lock	semop: file:lock: a lock on a file needs a COMMAND, which holds it (-- COMMAND)
2	semop fd:8	semop: fd:8: a lock has no value to print (take it with -1, or with -- COMMAND)
2	semop -u fd:8 -1	semop: fd:8: -u cannot be used with a lock on a file
2	semop -c fd:8 -1	semop: fd:8: -c cannot be used with a descriptor
2	semop -i 1,1 file:lock -- true	semop: file:lock: -i takes one VALUE for a lock (sysv: has sets)
2	semop -i 0 file:lock -- true	semop: file:lock: -i 0: a lock has 1 to 1073741824 places
2	semop file:lock +1 -- true	semop: file:lock: a lock takes one OP, -1 (sysv: takes others, and several as one)
END
}

@test "errors: semop: locks on files" {
	mkfifo fifo
	: >lock
	ln -s lock link
	ln -s nowhere dangling
	lines semop <<'END'
125	semop file:none -- true	semop: file:none: no such file (create it with -c)
125	semop file:none/lock -- true	semop: file:none/lock: its directory does not exist
125	semop file:none/ -- true	semop: file:none/: a lock needs a file (leave out the last slash)
125	semop -c file:none/lock -- true	semop: file:none/lock: its directory does not exist
125	semop -c file:fifo -- true	semop: file:fifo: not an ordinary file but a FIFO
125	semop file:dangling -- true	semop: file:dangling: a symbolic link to a file that does not exist (create that file)
125	semop -c file:link -- true	semop: file:link: a symbolic link, which is not followed with -c (name the file that it leads to)
1	semop fd:8 -1	semop: fd:8: the descriptor is not open (exec 8<>FILE opens it)
1 linux	semop fd:8 -1 8<lock	semop: fd:8: the descriptor is not open for writing (exec 8<>FILE opens it so)
1 portable	semop fd:8 -1 8<>lock	semop: fd:8: this system has no open-file-description locks (use a sysv: name)
124 linux	semop file:lock -- semop -t 0 file:lock -- true	semop: file:lock: the semaphore was not available in time (-t)
END
}

@test "errors: semop: semaphores that cannot be used, and COMMANDs that cannot be run" {
	objects semaphore
	printf 'no program' >data
	printf '#!/nowhere/sh\n' >stray
	chmod 755 data stray
	semop -c -i 2147483647 "$M"
	new_semaphore posix
	M2=$S
	lines semop <<'END'
1	semop $K	semop: $K: no such semaphore (create it with -c)
1	semop -x $E	semop: $E: the semaphore exists already (leave out -x to use it)
1	semop -x $F	semop: $F: the semaphore exists already (leave out -x to use it)
1	semop sysv:@2147483647	semop: sysv:@2147483647: no such semaphore (an identifier names one that exists; ipcs -s lists them)
1	semop sysv:./missing	semop: sysv:./missing: no key from this path: No such file or directory
1	semop -c -i 1,2,3 $F	semop: $F: it exists with 2 members, not the 3 of -i (leave out -i, or remove it first)
124	semop -t 0 $E -1; semop -t 0 $E -1	semop: $E: the semaphore was not available in time (-t)
124	(ulimit -i 0; semop -t 0.1 $E -1)	semop: $E: the semaphore was not available in time (-t)
124	(ulimit -i 0; semop -t 0.1 $F 1:-1)	semop: $F: the semaphore was not available in time (-t)
124	semop -t 0 $F 1:-1	semop: $F: the semaphore was not available in time (-t)
124	semop -t 0 $F 0:0	semop: $F: the semaphore was not available in time (-t)
1	semop $F 2:-1	semop: $F: the set has 2 members, so INDEX goes from 0 to 1
1	semop $F 2:=1	semop: $F: the set has 2 members, so INDEX goes from 0 to 1
1	semop -c $K; semop $K 1:-1	semop: $K: it has one member, with INDEX 0
1	semop $F 0:+32767	semop: $F: the value would exceed 32767, the largest of a semaphore
1	semop $M +1	semop: $M: the value would exceed 2147483647, the largest of a semaphore
1	semop $E >/dev/full	semop: standard output: No space left on device
1	semop -c sysv:new >/dev/full	semop: standard output: No space left on device; the new semaphore was removed
124	semop -t 0 $E -- true	semop: $E: the semaphore was not available in time (-t)
127	semop $E -- ./missing	semop: ./missing: no such command
127	semop $F -- ./stray	semop: ./stray: its interpreter /nowhere/sh does not exist
126	semop $F -- ./data	semop: ./data: cannot be executed: Exec format error (a script starts with #!)
126	semop -u $F -- ./data	semop: ./data: cannot be executed: Exec format error (a script starts with #!)
126	semop $M -- ./data	semop: ./data: cannot be executed: Exec format error (a script starts with #!)
END
}

@test "errors: semop: limits of sets" {
	objects semaphore
	lines semop <<'END'
1 linux	semop -c -i $(printf '1,%.0s' {1..40000})1 $K	semop: $K: number 1 of kernel.sem (semaphores in a set) is $SEMMSL; asked for 40001 (raise it with sysctl -w kernel.sem='...')
1 linux	semop $F $(printf '+1 %.0s' {1..600})	semop: $F: number 3 of kernel.sem (operations of a call) is $SEMOPM; asked for 600 (raise it with sysctl -w kernel.sem='...')
1 portable	semop -c -i $(printf '1,%.0s' {1..40000})1 $K	semop: $K: the system's limit on semaphores in a System V set does not allow the 40001 asked for
1 portable	semop $F $(printf '+1 %.0s' {1..600})	semop: $F: the system's limit on operations of a semop call does not allow the 600 asked for
END
}

@test "errors: sigsend: wrong usage" {
	lines sigsend <<'END'
2	sigsend -9 $SELF	sigsend: there is no option -9; a signal is given with -s, a group with -g (see sigsend -h)
2	sigsend -KILL $SELF	sigsend: there is no option -K; a signal is given with -s, a group with -g (see sigsend -h)
2	sigsend -s NONE $SELF	sigsend: -s "NONE": there is no such signal (sigsend -l lists them)
2	sigsend -s 999 $SELF	sigsend: -s "999": there is no such signal (sigsend -l lists them)
2	sigsend -k NONE $SELF	sigsend: -k "NONE": there is no such signal (sigsend -l lists them)
2	sigsend -k 0 -t 1 $SELF	sigsend: -k "0": 0 is no signal
2	sigsend -k KILL $SELF	sigsend: -k needs -t TIME, after which it sends
2	sigsend -t 1 $SELF	sigsend: -t needs -w, -k or -q
2	sigsend -n 1 $SELF	sigsend: -n needs -w or -k
2	sigsend -w -n x $SELF	sigsend: -n "x": not a number from 0 to 18446744073709551615
2	sigsend -q x $SELF	sigsend: -q "x": not a number from -2147483648 to 2147483647 (or - for those of standard input)
2	sigsend -q 2147483648 $SELF	sigsend: -q "2147483648": not a number from -2147483648 to 2147483647 (or - for those of standard input)
2	sigsend -q 1 -g $SELF	sigsend: -q sends to processes; a value cannot be sent to a group (-g)
2	sigsend -q -	sigsend: PID is missing; with -q - standard input has the values
2	sigsend TERM $SELF	sigsend: PID "TERM": not a PID (a signal is given with -s)
2	sigsend 0	sigsend: PID "0": not a PID, a number from 1
2	sigsend 1x	sigsend: PID "1x": not a PID, a number from 1
2	sigsend -s 0 $SELF -w	sigsend: PID "-w": not a PID (options come first)
2	sigsend -g 1	sigsend: PID "1": not the number of a process group, from 2
2	sigsend -l -w	sigsend: -l cannot be combined with other options
2	sigsend -l NONE	sigsend: -l "NONE": no such signal or exit status (sigsend -l lists the signals)
2	sigsend -l 999	sigsend: -l "999": no such signal or exit status (sigsend -l lists the signals)
END
}

@test "errors: sigsend: processes that are not there, and wrong input" {
	lines sigsend <<'END'
1	sigsend -s 0 2147483647	sigsend: 2147483647: no such process
1	sigsend -q 1 2147483647	sigsend: 2147483647: no such process
1	sigsend -s 0 -g 2147483647	sigsend: 2147483647: no such process group
1	sigsend -s 0 </dev/null	sigsend: standard input: no PID; no signal was sent
1	echo x | sigsend -s 0	sigsend: standard input: "x": not a PID, a number from 1; no signal was sent
1	echo -w | sigsend -s 0	sigsend: standard input: "-w": not a PID (options come first); no signal was sent
1	printf '1\0002\n' | sigsend -s 0	sigsend: standard input: "1\x002": not a PID, a number from 1; no signal was sent
1	echo 1 | sigsend -g -s 0	sigsend: standard input: "1": not the number of a process group, from 2; no signal was sent
1	sigsend -s 0 <.	sigsend: standard input: Is a directory; no signal was sent
1	echo x | sigsend -s CONT -q - $SELF	sigsend: standard input: record 1, "x": not a number from -2147483648 to 2147483647; 0 values were sent
1	printf '1\nx\n' | sigsend -s CONT -q - $SELF	sigsend: standard input: record 2, "x": not a number from -2147483648 to 2147483647; 1 value was sent
1	sigsend -s CONT -q - $SELF <.	sigsend: standard input: Is a directory; 0 values were sent
124	sigsend -s 0 -w -t 0 $SELF	sigsend: $SELF: still there when time ran out (-t)
1	set -o pipefail; sh -c 'exec sigsend -s 0 -w $$' 2>&1 | sed 's/[0-9]*: sigsend cannot/ITSELF: sigsend cannot/' >&2	sigsend: ITSELF: sigsend cannot wait for its own end (-w); no signal was sent
END
}

@test "errors: sigsend: processes that do not end" {
	mkfifo set
	background sh -c 'trap "" TERM; echo >set; exec sleep 1000'
	read -r _ <set
	JOB=$PID
	lines sigsend <<'END'
124 linux	sigsend -w -t 0 $JOB	sigsend: $JOB: still there when time ran out (-t); it ignores TERM
124 portable	sigsend -w -t 0 $JOB	sigsend: $JOB: still there when time ran out (-t)
124 linux	stop $JOB; sigsend -s HUP -w -t 0 $JOB	sigsend: $JOB: still there when time ran out (-t); it is stopped (CONT lets it go on)
0	set -m; sleep 1000 & sigsend -s 0 -g -w -t 0 $! 2>&1 | sed 's/ [0-9]*: / GROUP: /' >&2; disown; kill -KILL $!	sigsend: GROUP: a process of the group was still there when time ran out (-t)
END
}

@test "errors: sigrecv: wrong usage, outputs that fail, and no signal" {
	lines sigrecv <<'END'
2	sigrecv	sigrecv: SIGNAL is missing; $USAGE
2	sigrecv NONE	sigrecv: SIGNAL "NONE": there is no such signal (sigsend -l lists them)
2	sigrecv 0	sigrecv: SIGNAL "0": there is no such signal (sigsend -l lists them)
2	sigrecv USR1 -t	sigrecv: SIGNAL "-t": there is no such signal (options come first)
2	sigrecv USR1,,USR2	sigrecv: SIGNAL "": there is no such signal (sigsend -l lists them)
2	sigrecv 32	sigrecv: SIGNAL "32": the C library keeps this signal for itself
2	sigrecv KILL	sigrecv: KILL cannot be blocked, so nothing can wait for it
2	sigrecv STOP	sigrecv: STOP cannot be blocked, so nothing can wait for it
2	sigrecv -n x USR1	sigrecv: -n "x": not a number from 0 to 18446744073709551615
1	sigrecv -R . USR1	sigrecv: .: Is a directory
1	sigrecv -R /dev/full USR1	sigrecv: /dev/full: No space left on device
1	sigrecv -R /dev/fd/6 USR1	sigrecv: /dev/fd/6: the reader has gone (hold a FIFO that several commands share open: exec 8<>FIFO)
1	sigrecv USR1 >&-	sigrecv: standard output: Bad file descriptor
124	sigrecv -t 0 USR1	sigrecv: no signal in time (-t)
124	sigmask -b USR1 sh -c 'kill -USR1 $$; exec sigrecv -n 2 -t 0 USR1'	sigrecv: no further signal in time (-t); 1 came
1	sigmask -b USR1 sh -c 'kill -USR1 $$; exec sigrecv -q USR1' >/dev/full	sigrecv: standard output: No space left on device; taken and not written: "\n"
END
}

@test "errors: sigmask: wrong usage, processes that are not there, and COMMANDs that cannot be run" {
	printf 'no program' >data
	printf '#!/nowhere/sh\n' >stray
	chmod 755 data stray
	lines sigmask <<'END'
2	sigmask	sigmask: COMMAND is missing; $USAGE
2	sigmask -p	sigmask: PID is missing; $USAGE
2	sigmask -b NONE true	sigmask: -b "NONE": there is no such signal (sigsend -l lists them)
0	IPC7_TRACE=./no/trace sigmask -b USR1 true	sigmask: ./no/trace: no trace (IPC7_TRACE): No such file or directory
0	IPC7_TRACE=trace sigmask -b USR1 true	sigmask: trace: no trace (IPC7_TRACE): the path of a file needs a slash (./FILE)
2	sigmask -b 32 true	sigmask: -b "32": the C library keeps this signal for itself
2	sigmask -i KILL true	sigmask: KILL cannot be blocked or ignored
2	sigmask -b STOP true	sigmask: STOP cannot be blocked or ignored
2	sigmask -p -b INT 1	sigmask: -p cannot be combined with -b, -d or -i
2	sigmask -p x	sigmask: PID "x": not a PID, a number from 1
2	sigmask -p -- -b	sigmask: PID "-b": not a PID (options come first)
1 linux	sigmask -p 2147483647	sigmask: 2147483647: no such process
1 portable	sigmask -p 1	sigmask: this system does not show how other processes treat signals (Linux does, in a /proc of the same PID namespace)
1 linux	sigmask -p $SELF >/dev/full	sigmask: standard output: No space left on device
127	sigmask missing-command	sigmask: missing-command: no such command
127	sigmask ./stray	sigmask: ./stray: its interpreter /nowhere/sh does not exist
126	sigmask ./data	sigmask: ./data: cannot be executed: Exec format error (a script starts with #!)
126	sigmask .	sigmask: .: cannot be executed: Permission denied
END
}

@test "errors: fifocat: wrong usage, and paths that are no FIFO" {
	mkfifo fifo wide
	mkdir directory
	touch file
	ln -s nowhere link
	sockcat -l -n 0 unix:socket
	lines fifocat <<'END'
2	fifocat	fifocat: PATH is missing; $USAGE
2	fifocat ''	fifocat: PATH is empty
2	fifocat fifo x	fifocat: there is one PATH, after the options
2	fifocat fifo -w	fifocat: "-w": options come before PATH
2	fifocat -n x fifo	fifocat: -n "x": not a number from 0 to 18446744073709551615
1	fifocat missing	fifocat: missing: no such FIFO (create it with -c)
1	fifocat file/fifo	fifocat: file/fifo: Not a directory
1	fifocat missing/fifo	fifocat: missing/fifo: its directory does not exist
1	fifocat -c missing/fifo	fifocat: missing/fifo: its directory does not exist
1	fifocat -c file/fifo	fifocat: file/fifo: cannot be created: Not a directory
1	fifocat file	fifocat: file: an ordinary file, not a FIFO; it was left as it is
1	fifocat directory	fifocat: directory: a directory, not a FIFO; it was left as it is
1	fifocat socket	fifocat: socket: a socket, not a FIFO (see sockcat); it was left as it is
1	fifocat /dev/null	fifocat: /dev/null: not a FIFO; it was left as it is
1	fifocat link	fifocat: link: a dangling symbolic link
1	fifocat -c link	fifocat: link: a dangling symbolic link; it is not followed to create a FIFO
124	fifocat -t 0 fifo	fifocat: fifo: no byte in time (-t); 0 bytes were written
124	fifocat -w -t 0 fifo	fifocat: fifo: no reader in time (-t)
124	(ulimit -i 0; fifocat -w -t 0.1 fifo)	fifocat: fifo: no reader in time (-t)
124	(ulimit -i 0; fifocat -t 0.1 fifo)	fifocat: fifo: no writer in time (-t)
2	fifocat -L 0 fifo	fifocat: -L goes with -w: only a writer drops records
2	fifocat -w -L x fifo	fifocat: -L "x": not a time (as 0.25, 250ms, 2s or 5m)
0	echo x | fifocat -w -L 0 fifo	fifocat: fifo: 1 record was dropped (-L)
1 portable	fifocat -t 0 -s 1 fifo	fifocat: fifo: -s: this system has no way to change the capacity of a pipe
END
}

@test "errors: fifocat: records that are wrong, and what a failure leaves" {
	mkfifo fifo
	exec 7<>fifo
	lines fifocat <<'END'
1	printf 5x | fifocat -w -N -l fifo	fifocat: fifo: record 1 is not a netstring; 0 bytes were written
1	head -c 4097 /dev/zero | fifocat -w -l fifo	fifocat: fifo: record 1 has 4097 bytes or more with its terminator, and -l allows at most 4096; 0 bytes were written (use a queue, or semop file:LOCK -- fifocat -w)
1	printf '%4096s\n' x | fifocat -w -l fifo	fifocat: fifo: record 1 has 4097 bytes with its terminator, and -l allows at most 4096; 0 bytes were written (use a queue, or semop file:LOCK -- fifocat -w)
1	printf '%4096s\n' x | fifocat -w -L 0 fifo	fifocat: fifo: record 1 has 4097 bytes with its terminator, and -L allows at most 4096; 0 bytes were written (use a queue, or semop file:LOCK -- fifocat -w)
1	fifocat -w fifo <.	fifocat: fifo: standard input: Is a directory; 0 bytes were written
1	fifocat -w fifo <&-	fifocat: fifo: standard input: Bad file descriptor; 0 bytes were written
124	printf ab >fifo; fifocat -n 1 -t 0 fifo	fifocat: fifo: no byte in time (-t); 2 bytes were written, and the last record is not whole
1	printf ab >fifo; fifocat -t 0 fifo >/dev/full	fifocat: fifo: standard output: No space left on device; 0 bytes were written, and 2 were taken that are lost
1 linux	printf ab5x >fifo; fifocat -N -n 1 fifo	fifocat: fifo: record 1 is not a netstring; 0 bytes were written, and 1 were taken that are lost, 3 are left in the FIFO
1 portable	printf ab5x >fifo; fifocat -N -n 1 fifo	fifocat: fifo: record 1 is not a netstring; 0 bytes were written, and 1 were taken that are lost
124 linux	head -c 100000 /dev/zero | fifocat -w -s 4096 -t 0 fifo	fifocat: fifo: no room in time (-t); 0 bytes were written
END
	exec 7>&-
}

@test "errors: piperun: wrong usage, COMMANDs that cannot be run, and statuses" {
	printf 'no program' >data
	printf '#!/nowhere/sh\n' >stray
	chmod 755 data stray
	lines piperun <<'END'
2	piperun	piperun: COMMAND is missing; $USAGE
2	piperun --	piperun: COMMAND is missing; $USAGE
2	piperun true --	piperun: there is a COMMAND on each side of --
2	piperun true -- -- true	piperun: there is a COMMAND on each side of --
2	piperun -t x true	piperun: -t "x": not a time (as 0.25, 250ms, 2s or 5m)
2	piperun -d @ true @	piperun: there is a COMMAND on each side of @
2	piperun -S - true	piperun: -S "-": not a file (/dev/stdout or /dev/fd/N name a descriptor)
125	piperun -S missing/file true	piperun: missing/file: No such file or directory
125	piperun -S /dev/full true	piperun: /dev/full: No space left on device
124	mkfifo fifo; piperun -t 0 -S fifo true	piperun: fifo: no reader in time (-t)
2	piperun -s x true	piperun: -s "x": not a size (bytes, at least 1, with optional K, M or G)
127	piperun true -- missing-command	piperun: missing-command: no such command
127	piperun true -- ./stray	piperun: ./stray: its interpreter /nowhere/sh does not exist
126	piperun true -- ./data	piperun: ./data: cannot be executed: Exec format error (a script starts with #!)
126	piperun true -- .	piperun: .: cannot be executed: Permission denied
124	piperun -t 0 sleep 1000	piperun: time ran out (-t); the commands were ended
0	piperun -v true	piperun: true: status 0
3	piperun -v sh -c 'exit 3'	piperun: sh: status 3
143	piperun -v sh -c 'kill -TERM $$'	piperun: sh: status 143 (TERM)
125 linux	as_user piperun -s $LONG_MAX true -- true	piperun: -s: fs.pipe-max-size is $PIPE_MAX bytes; asked for $LONG_MAX (raise it with sysctl -w fs.pipe-max-size=$LONG_MAX); nothing was started
125 portable	piperun -s 1 true -- true	piperun: -s: this system has no way to change the capacity of a pipe; nothing was started
END
}

@test "errors: fdsend: wrong usage, descriptors that are not open, and receivers that are not there" {
	: >file
	lines fdsend <<'END'
2	fdsend	fdsend: ADDRESS is missing; $USAGE
2	fdsend -T x unix:s	fdsend: -T "x": not a time (as 0.25, 250ms, 2s or 5m)
2	fdsend unix:	fdsend: unix:: the path is missing
2	fdsend tcp::1	fdsend: tcp::1: only a Unix connection passes descriptors (unix:PATH, unix-seq:PATH)
2	fdsend unix-dgram:s	fdsend: unix-dgram:s: only a Unix connection passes descriptors (unix:PATH, unix-seq:PATH)
2	fdsend unix:s x	fdsend: FD "x": not the number of a descriptor
2	fdsend unix:s 1 -t 1	fdsend: FD "-t": options come before ADDRESS
2	fdsend fd:3	fdsend: fd:3: only a Unix connection passes descriptors (unix:PATH, unix-seq:PATH)
2	fdsend unix:s 2147483648	fdsend: FD "2147483648": not the number of a descriptor
1	fdsend unix:s 0 2147483647	fdsend: descriptor 2147483647 is not open
1	fdsend unix:s <&-	fdsend: descriptor 0 is not open
1	fdsend unix:s $(yes 0 | head -n 254)	fdsend: 254 descriptors do not fit into one message: SCM_MAX_FD is 253
1	fdsend unix:missing	fdsend: unix:missing: no such socket
1	fdsend unix:file	fdsend: unix:file: not a socket
124	fdsend -T 1ms unix:missing	fdsend: unix:missing: no such socket; tried for the time of -T
END
}

@test "errors: fdrecv: wrong usage, commands that are missing, and paths that are taken" {
	: >file
	mkdir directory
	lines fdrecv <<'END'
2	fdrecv	fdrecv: ADDRESS is missing; $USAGE
2	fdrecv unix:s	fdrecv: COMMAND is missing; $USAGE
2	fdrecv unix:s --	fdrecv: COMMAND is missing; $USAGE
2	fdrecv unix:s -u -- true	fdrecv: "-u": options come before ADDRESS
2	fdrecv -R - unix:s -- true	fdrecv: -R "-": not a file (/dev/stdout or /dev/fd/N name a descriptor)
2	fdrecv unix:s true	fdrecv: there is one ADDRESS, after the options; a COMMAND stands after --
2	fdrecv -n 0 unix:s -- true	fdrecv: -n "0": not a number from 1 to 253
2	fdrecv -n 254 unix:s -- true	fdrecv: -n "254": not a number from 1 to 253
2	fdrecv -m 888 unix:s -- true	fdrecv: -m "888": not an octal mode from 0 to 777
2	fdrecv tcp::1 -- true	fdrecv: tcp::1: only a Unix connection passes descriptors (unix:PATH, unix-seq:PATH)
2	fdrecv unix:@ -- true	fdrecv: unix:@: the name after @ is missing
127	fdrecv unix:s -- no-such	fdrecv: no-such: no such command
126	fdrecv unix:s -- ./file	fdrecv: ./file: cannot be executed: Permission denied
125	fdrecv unix:file -- true	fdrecv: unix:file: an ordinary file, not a socket; it was left as it is
125	fdrecv -u unix:directory -- true	fdrecv: unix:directory: a directory, not a socket; it was left as it is
125	fdrecv unix:no/s -- true	fdrecv: unix:no/s: its directory does not exist
125	fdrecv -R no/file unix:s -- true	fdrecv: no/file: No such file or directory
124	fdrecv -t 0 unix:s -- true	fdrecv: unix:s: nobody connected in time (-t)
END
}

@test "errors: sockcat: wrong usage" {
	lines sockcat <<'END'
2	sockcat	sockcat: ADDRESS is missing; $USAGE
2	sockcat -t	sockcat: -t needs an argument (see sockcat -h)
2	sockcat unix:s x	sockcat: there is one ADDRESS, after the options; a COMMAND stands after --
2	sockcat unix:s -l	sockcat: "-l": options come before ADDRESS
2	sockcat unix:s --	sockcat: COMMAND is missing after --
2	sockcat -I -O unix:s	sockcat: only one of -I and -O can be given
2	sockcat -l -b unix:c unix:s	sockcat: -b and -T are for a connection that is made, without -l
2	sockcat -l -T 1 unix:s	sockcat: -b and -T are for a connection that is made, without -l
2	sockcat -f udp::1	sockcat: -f needs a connection, or -l
2	sockcat -f unix-dgram:s	sockcat: -f needs a connection, or -l
2	sockcat -f unix:s -- true	sockcat: -f and -n are not for a COMMAND, except with -l
2	sockcat -n 1 unix:s -- true	sockcat: -f and -n are not for a COMMAND, except with -l
2	sockcat -n 0 udp::1	sockcat: -n 0 needs a connection, or a Unix socket
2	sockcat -L -1 unix:s	sockcat: -L "-1": not a time (as 0.25, 250ms, 2s or 5m)
2	sockcat -L 1 -I unix:s	sockcat: -L is for records that are sent, and -I sends none
2	sockcat -j 0 unix:s	sockcat: -j "0": not a number from 1 to 2147483647
2	sockcat -j 2 unix:s	sockcat: -B, -j and -u are for a socket that listens, with -l
2	sockcat -f -P unix-seq:s	sockcat: -P is not for connecting again (-f)
2	sockcat -P unix:s	sockcat: -P needs packets, or -l
2	sockcat -l -f -r -P unix:s	sockcat: -P needs records, and a hub with -r has none
2	sockcat -l -r -P tcp::0	sockcat: -P needs records, and a hub with -r has none
2	sockcat -I unix:s -- true	sockcat: -I, -O, -B, -L and -P are not for a COMMAND, which has the socket itself
2	sockcat -l -B unix:s	sockcat: -B is for many clients (-f or -n)
2	sockcat -l -f -B unix-dgram:s	sockcat: -B is for clients that are connected
2	sockcat -l -f -j 2 unix-dgram:s	sockcat: -j is for connections, or a COMMAND
2	sockcat -b tcp::0 unix:s	sockcat: -b takes an address of the same kind as ADDRESS
2	sockcat -b unix: unix:s	sockcat: unix:: the path is missing
2	sockcat -l -u fd:9	sockcat: -b, -m, -T and -u are not for a socket that was inherited
2	sockcat -l -m 600 fd:9	sockcat: -b, -m, -T and -u are not for a socket that was inherited
2	sockcat -T 0 fd:	sockcat: -b, -m, -T and -u are not for a socket that was inherited
2	sockcat -b unix:s fd:9 -- true	sockcat: -b, -m, -T and -u are not for a socket that was inherited
2	sockcat -f fd:9	sockcat: -f is not for a connection that was inherited, except with -l
2	sockcat -l -f fd:0	sockcat: standard input is the socket itself (a COMMAND can talk over it)
2	sockcat -I fd:0	sockcat: standard input is the socket itself (a COMMAND can talk over it)
2	sockcat fd:1	sockcat: standard output is the socket itself (a COMMAND can talk over it)
END
}

@test "errors: sockcat: wrong addresses" {
	lines sockcat <<'END'
2	sockcat ''	sockcat: '': not an address (tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unix-dgram:PATH, unix-seq:PATH, raw:PROTO:HOST, fd:N)
2	sockcat 127.0.0.1:8080	sockcat: 127.0.0.1:8080: a host has its kind in front (tcp:HOST:PORT, udp:HOST:PORT)
2	sockcat [::1]:80	sockcat: [::1]:80: a host has its kind in front (tcp:HOST:PORT, udp:HOST:PORT)
2	sockcat /tmp/sock	sockcat: /tmp/sock: a path has its kind in front (unix:PATH, unix-dgram:PATH, unix-seq:PATH)
2	sockcat http:x	sockcat: http:x: not an address (tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unix-dgram:PATH, unix-seq:PATH, raw:PROTO:HOST, fd:N)
2	sockcat tcp:[::1	sockcat: tcp:[::1: a bracket is not closed
2	sockcat tcp:::1:80	sockcat: tcp:::1:80: too many colons (an IPv6 host stands in brackets: tcp:[::1]:80)
2	sockcat raw:icmp:::1	sockcat: raw:icmp:::1: an IPv6 host stands in brackets (raw:icmp:[::1])
2	sockcat raw:icmp:[::1]x	sockcat: raw:icmp:[::1]x: there is something after the bracket
2	sockcat tcp:localhost	sockcat: tcp:localhost: the port is missing (as tcp:HOST:PORT; 0 lets the system choose)
2	sockcat tcp:localhost:	sockcat: tcp:localhost:: the port is missing (as tcp:HOST:PORT; 0 lets the system choose)
2	sockcat tcp:localhost:65536	sockcat: tcp:localhost:65536: the port is not from 0 to 65535
2	sockcat raw:icmp	sockcat: raw:icmp: raw takes a protocol and a host (raw:icmp:127.0.0.1)
2	sockcat raw::x	sockcat: raw::x: raw takes a protocol and a host (raw:icmp:127.0.0.1)
2	sockcat raw:nothing:127.0.0.1	sockcat: raw:nothing:127.0.0.1: there is no such protocol (a name of /etc/protocols, or a number from 0 to 255)
2	sockcat raw:256:127.0.0.1	sockcat: raw:256:127.0.0.1: there is no such protocol (a name of /etc/protocols, or a number from 0 to 255)
2	sockcat unix:	sockcat: unix:: the path is missing
2	sockcat fd:x	sockcat: fd:x: not the number of a descriptor (fd:3; fd: is the first of LISTEN_FDS)
1	sockcat fd:9	sockcat: fd:9: no such descriptor is open
125	sockcat fd:9 -- true	sockcat: fd:9: no such descriptor is open
1	sockcat fd:9 9</dev/null	sockcat: fd:9: not a socket
1	sockcat -l fd:	sockcat: fd:: no socket was passed (LISTEN_FDS is not set for this process)
1	LISTEN_FDS=1 LISTEN_PID=1 sockcat -l fd:	sockcat: fd:: no socket was passed (LISTEN_FDS is not set for this process)
2	sockcat unix:@	sockcat: unix:@: the name after @ is missing
2	sockcat unix:$L	sockcat: unix:$L: the path is too long for a Unix socket (107 bytes at most on Linux)
1	sockcat tcp:127.0.0.1:no-such-service	sockcat: tcp:127.0.0.1:no-such-service: there is no such port
1	sockcat tcp:$L:1	sockcat: tcp:$L:1: no host has such a name (at most 253 bytes, with 1 to 63 between two dots)
1	sockcat tcp:x.invalid:1	sockcat: tcp:x.invalid:1: no such host, or no such port
1	sockcat tcp4:[::1]:1	sockcat: tcp4:[::1]:1: no such host, or it has no IPv4 address
1	sockcat tcp6:127.0.0.1:1	sockcat: tcp6:127.0.0.1:1: no such host, or it has no IPv6 address
1	sockcat -O udp4:127.0.0.1%lo:1	sockcat: udp4:127.0.0.1%lo:1: in IPv4 an interface is for a multicast group only
1	sockcat -l udp:239.1.2.3%none:1	sockcat: udp:239.1.2.3%none:1: there is no such network interface
2	sockcat -l udp:*%lo:1	sockcat: udp:*%lo:1: an interface stands after a host and % (as in [fe80::1%eth0])
1	sockcat -T 9 tcp:127.0.0.1:0	sockcat: tcp:127.0.0.1:0: port 0 is for a listener, which gets a free port; nobody listens at it
1	sockcat tcp:*:1	sockcat: tcp:*:1: * is every address to listen at, not one to connect to
END
}

@test "errors: sockcat: peers that are not there, and paths that are taken" {
	touch file
	mkdir directory
	ln -s file link
	mkfifo fifo
	mkfifo input
	exec 7<>input
	ready sockcat -R ready -l -f unix:live <&7
	ready sockcat -R ready -l tcp4:127.0.0.1:0 <&7
	ADDRESS=$LINE
	lines sockcat <<'END'
1	sockcat unix:missing	sockcat: unix:missing: no such socket
1	sockcat unix:file	sockcat: unix:file: not a socket
1	sockcat unix:directory	sockcat: unix:directory: not a socket
1	sockcat -l -n 0 unix:sock; sockcat unix:sock	sockcat: unix:sock: connection refused (nobody listens there)
1	sockcat unix-dgram:sock	sockcat: unix-dgram:sock: connection refused (nobody listens there)
1	sockcat unix-dgram:live	sockcat: unix-dgram:live: a Unix socket of another type is there
1	printf 5x | sockcat -f -N unix:live	sockcat: standard input: record 1 is not a netstring: its length is not followed by a colon; 0 records were sent, 0 bytes received
124	sockcat -n 0 -T 1ms unix:missing	sockcat: unix:missing: no such socket; tried for the time of -T
124	sockcat -n 1 -t 0 unix:live	sockcat: unix:live: no byte in time (-t); 0 bytes were sent, 0 records received
124	sockcat -T 1ms unix:missing	sockcat: unix:missing: no such socket; tried for the time of -T
1	sockcat -b unix:file unix:live	sockcat: unix:file: an ordinary file, not a socket; it was left as it is
1	sockcat -l unix:file	sockcat: unix:file: an ordinary file, not a socket; it was left as it is
1	sockcat -l unix:directory	sockcat: unix:directory: a directory, not a socket; it was left as it is
1	sockcat -l unix:link	sockcat: unix:link: a symbolic link, not a socket; it was left as it is
1	sockcat -l unix:fifo	sockcat: unix:fifo: not a socket; it was left as it is
1	sockcat -l unix:live	sockcat: unix:live: somebody listens there; it was left as it is
1	sockcat -l unix:missing/s	sockcat: unix:missing/s: its directory does not exist
124	sockcat -l -t 0 unix:s	sockcat: unix:s: nobody connected in time (-t)
124	sockcat -l -f -t 0 unix:s	sockcat: unix:s: nobody connected in time (-t)
124	sockcat -l -f -t 0 unix:s -- true	sockcat: unix:s: nobody connected in time (-t)
124	sockcat -l -t 0 unix-dgram:s	sockcat: unix-dgram:s: no packet in time (-t); 0 packets were sent, 0 received
124	sockcat -l -t 0 unix-dgram:s -- true	sockcat: unix-dgram:s: no packet in time (-t)
1	sockcat -l -R . unix:s	sockcat: .: Is a directory
1	sockcat -l -R /dev/full unix:s	sockcat: /dev/full: No space left on device
127	sockcat unix:live -- missing-command	sockcat: missing-command: no such command
126	sockcat unix:live -- .	sockcat: .: cannot be executed: Permission denied
124	sockcat -I -t 0 unix:live	sockcat: unix:live: no byte in time (-t); 0 bytes were sent, 0 received
1	sockcat -O unix:live <.	sockcat: unix:live: standard input: Is a directory; 0 bytes were sent, 0 received
1	sockcat -l $ADDRESS	sockcat: $ADDRESS: the port is in use
1	sockcat tcp4:127.0.0.1:1	sockcat: tcp4:127.0.0.1:1: connection refused (nobody listens there)
1	as_user sockcat -I raw:255:127.0.0.1	sockcat: raw:255:127.0.0.1: a raw socket needs root, or CAP_NET_RAW
1	sockcat -t 0 -b unix:missing/c unix:live	sockcat: unix:missing/c: its directory does not exist
END
	exec 7>&-
}

@test "errors: sockcat: packets that cannot be sent or answered" {
	mkfifo set
	ready sockcat -R ready -l -f unix-dgram:live
	lines sockcat <<'END'
1	head -c 70000 /dev/zero | sockcat -r -O udp4:127.0.0.1:9	sockcat: udp4:127.0.0.1:9: too large for one packet; record 1 has 70000 bytes, and a UDP packet at most 65507; 0 packets were sent, 0 received
1	printf 5x | sockcat -N -O unix-dgram:live	sockcat: standard input: record 1 is not a netstring: its length is not followed by a colon; 0 packets were sent
1	echo x | sockcat -P -O unix-dgram:live	sockcat: standard input: record 1: its peer and a tab are missing (-P)
1	printf 'x\ty\n' | sockcat -P -O unix-dgram:live	sockcat: standard input: record 1: not an address (tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unix-dgram:PATH, unix-seq:PATH, raw:PROTO:HOST, fd:N)
1	printf 'udp::1\ty\n' | sockcat -P -O unix-dgram:live	sockcat: standard input: record 1: its peer is an address of another kind
1	printf 'unix-dgram:other\ty\n' | sockcat -P -O unix-dgram:live	sockcat: standard input: record 1: its peer is not the one that is connected
1	sockcat -O unix-dgram:live <.	sockcat: standard input: Is a directory; 0 packets were sent
1	printf 'udp:239.1.2.3%%lo:1\ty\n' | sockcat -l -P -O -n 1 udp4::0	sockcat: standard input: record 1: the interface to a group stands in ADDRESS, not in a record
1	echo x | sockcat -O udp4:127.0.0.1:9	sockcat: udp4:127.0.0.1:9: 1 packet was refused: nobody listens there; 0 packets were sent, 0 received
0	echo x | sockcat -O -L 0 udp4:127.0.0.1:9	sockcat: udp4:127.0.0.1:9: 1 record was dropped (-L)
1	printf '5:hello,x' | sockcat -N -O udp4:127.0.0.1:9	sockcat: standard input: record 2 is not a netstring: it does not start with a length; 0 packets were sent, 1 refused
124	sockcat -t 0 unix-dgram:live	sockcat: unix-dgram:live: no packet in time (-t); 0 packets were sent, 0 received
3	{ read -r _ <set; echo x | sockcat -O unix-dgram:s; } & sockcat -l -R set unix-dgram:s -- sh -c 'exit 3'	sockcat: sh: status 3; no answer was sent
125 portable	{ read -r _ <set; echo x | sockcat -O unix-dgram:s; } & sockcat -l -R set unix-dgram:s -- echo	sockcat: unix-dgram:s: an answer was not sent: the peer has no address to answer to
END
}

@test "errors: ipcls: wrong usage, and objects that are not there" {
	objects queue
	lines ipcls <<'END'
2	ipcls -o NONE	ipcls: -o "NONE": not columns with commas between them (see ipcls -h)
2	ipcls -o KIND,	ipcls: -o "KIND,": not columns with commas between them (see ipcls -h)
2	ipcls sysv:new	ipcls: sysv:new: not the name of an existing object
2	ipcls file:x	ipcls: file:x: an ordinary file is none of the kernel's objects (see ls, chmod, rm)
2	ipcls shm:/sem.x	ipcls: shm:/sem.x: names that start with sem. are those of semaphores
2	ipcls mq:a/b	ipcls: mq:a/b: a POSIX name has one slash only, at its front
1	ipcls mq:$M	ipcls: mq:$M: no such queue
1	ipcls $M	ipcls: $M: no such queue, segment or semaphore
1	ipcls shm:$M	ipcls: shm:$M: no such segment
1	ipcls sem:$K	ipcls: sem:$K: no such semaphore
1	ipcls mq:sysv:@2147483647	ipcls: mq:sysv:@2147483647: no such queue
1	ipcls mq:sysv:./missing	ipcls: mq:sysv:./missing: no key from this path: No such file or directory
1	ipcls mq:$E -j	ipcls: -j: no such queue, segment or semaphore (options come before names)
1	ipcls mq:$E >/dev/full	ipcls: standard output: No space left on device
1 portable	ipcls	ipcls: this system has no way to list objects; name them (mq:/jobs, sem:sysv:0x4d2)
1 portable	: >/dev/shm/sem.${M#/}; ipcls sem:$M; status=$?; rm /dev/shm/sem.${M#/}; exit $status	ipcls: sem:$M: not a semaphore; its file is too small
END
}

@test "errors: ipcset, ipcdel: wrong usage, and objects that are not there" {
	objects queue
	lines ipcset <<'END'
2	ipcset	ipcset: KIND:NAME is missing; $USAGE
2	ipcset mq:$E	ipcset: there is nothing to change (-m, -o or -s, in front of KIND:NAME)
2	ipcset -m 9 mq:$E	ipcset: -m "9": not an octal mode from 0 to 777
2	ipcset -o no-such-user mq:$E	ipcset: -o "no-such-user": not OWNER, OWNER:GROUP or :GROUP, which exist or are numbers
2	ipcset -m 600 mq	ipcset: mq: NAME is missing (as in mq:/jobs)
2	ipcset -m 600 $E	ipcset: $E: its KIND is missing (mq:, shm: or sem: in front)
2	ipcset -s 1 mq:$E	ipcset: mq:$E: -s is for System V queues (msg_qbytes); what others can hold is not changed
2	ipcset -s 1 sem:$F	ipcset: sem:$F: -s is for System V queues (msg_qbytes); what others can hold is not changed
1	ipcset -m 600 mq:$M	ipcset: mq:$M: no such queue
1 portable	ipcset -m 600 mq:$E	ipcset: mq:$E: this system has no way to change it
END
	lines ipcdel <<'END'
2	ipcdel	ipcdel: KIND:NAME is missing; $USAGE
2	ipcdel mq	ipcdel: mq: NAME is missing (as in mq:/jobs)
2	ipcdel $E	ipcdel: $E: its KIND is missing (mq:, shm: or sem: in front)
2	ipcdel mq:	ipcdel: mq:: the name is empty
1	ipcdel mq:$M	ipcdel: mq:$M: no such queue
2	ipcdel mq:$M -n	ipcdel: -n: its KIND is missing (options come before KIND:NAME)
1	ipcdel -n mq:$E >/dev/full	ipcdel: standard output: No space left on device
END
}

@test "errors: objects of other users" {
	need_root
	objects queue
	lines mqsend <<'END'
1	as_user mqsend $E x	mqsend: $E: no permission to send to this queue (its owner or root can change its mode)
1	as_user mqsend $F x	mqsend: $F: no permission to send to this queue (its owner or root can change its mode)
1	as_user mqrecv $E	mqrecv: $E: no permission to receive from this queue (its owner or root can change its mode)
1	as_user mqrecv $F	mqrecv: $F: no permission to receive from this queue (its owner or root can change its mode)
1 portable	as_user mqsend -c -d 1000000 -s 8 $K	mqsend: $K: the system's limit on bytes in a System V queue does not allow the 8000000 asked for
1 linux	as_user mqsend -c -d 1000000 -s 8 $K	mqsend: $K: kernel.msgmnb is $MSGMNB; asked for 8000000 (raise it with sysctl -w kernel.msgmnb=8000000)
1 linux	as_user ipcset -m 600 mq:$F	ipcset: mq:$F: not permitted: only its owner and root may change it
1 portable	as_user ipcset -m 600 mq:$F	ipcset: mq:$F: Permission denied
1 linux	as_user ipcdel mq:$F	ipcdel: mq:$F: not permitted: only its owner and root may remove it
1 portable	as_user ipcdel mq:$F	ipcdel: mq:$F: Permission denied
END
	objects segment
	lines shmput <<'END'
1	as_user shmput $E	shmput: $E: no permission to read and write this segment (its owner or root can change its mode)
1	as_user shmput $F	shmput: $F: no permission to read and write this segment (its owner or root can change its mode)
1	as_user shmget $E	shmget: $E: no permission to read this segment (its owner or root can change its mode)
1	as_user shmget $F	shmget: $F: no permission to read this segment (its owner or root can change its mode)
1	as_user shmput -c file:/ipc7-test	shmput: file:/ipc7-test: no permission to create /ipc7-test; nothing was changed
1 linux	as_user ipcset -m 600 shm:$F	ipcset: shm:$F: not permitted: only its owner and root may change it
1 portable	as_user ipcset -m 600 shm:$F	ipcset: shm:$F: Permission denied
1 linux	as_user ipcdel shm:$E	ipcdel: shm:$E: not permitted: only its owner and root may remove it
1 portable	as_user ipcdel shm:$E	ipcdel: shm:$E: Permission denied
END
	objects semaphore
	as_user true
	mkfifo -m 666 "$USER_BIN/fifo"
	sockcat -l -n 0 -m 666 "unix:$USER_BIN/dead"
	sockcat -l -n 0 -m 600 "unix:$USER_BIN/closed"
	semop -c -m 622 "$K" >/dev/null
	lines semop <<'END'
1	as_user sigsend -s 0 1	sigsend: 1: not permitted (its own user may signal it, and root)
1	as_user semop $E	semop: $E: no permission to use this semaphore (its owner or root can change its mode)
1	as_user semop $F	semop: $F: no permission to read this semaphore (its owner or root can change its mode)
1 linux	as_user ipcdel sem:$F	ipcdel: sem:$F: not permitted: only its owner and root may remove it
1 portable	as_user ipcdel sem:$F	ipcdel: sem:$F: Permission denied
1	as_user fifocat -n 0 -u $USER_BIN/fifo <>$USER_BIN/fifo	fifocat: $USER_BIN/fifo: not removed: Permission denied
1	as_user sockcat -l unix:$USER_BIN/dead	sockcat: unix:$USER_BIN/dead: the dead socket there cannot be removed: Permission denied
1	as_user sockcat -l unix:$USER_BIN/closed	sockcat: unix:$USER_BIN/closed: a socket is there, and whether it is alive cannot be seen: Permission denied; it was left as it is
1	printf x | sockcat -O raw:icmp:127.0.0.1	sockcat: raw:icmp:127.0.0.1: too short for a packet of this protocol; 0 packets were sent, 0 received
1	as_user semop $K 5:-1	semop: $K: the set has no member with this INDEX
END
}

@test "errors: objects that only their owner may remove" {
	need_root
	objects queue 666
	mqsend "$E" x
	mqsend "$F" x
	lines mqrecv <<'END'
1	as_user mqrecv -u $E	mqrecv: $E: no permission to remove the queue (only its owner or root may); what was received is done
1	as_user mqrecv -u $F	mqrecv: $F: no permission to remove the queue (only its owner or root may); what was received is done
1	as_user mqsend -u $E x	mqsend: $E: no permission to remove the queue (only its owner or root may); 1 message was sent
125 linux	as_user prlimit --nproc=1 env ASAN_OPTIONS=detect_leaks=0 mqrecv -a -j 2 $E -- true	mqrecv: $E: the workers cannot be started: Resource temporarily unavailable
END
	objects segment 666
	lines shmput <<'END'
1	as_user shmput -u $E	shmput: $E: no permission to remove the segment (only its owner or root may)
1	as_user shmget -u $F	shmget: $F: no permission to remove the segment (only its owner or root may)
END
	objects semaphore 666
	lines semop <<'END'
1	as_user semop -u $E	semop: $E: no permission to remove the semaphore (only its owner or root may)
1	as_user semop -u $F	semop: $F: no permission to remove the semaphore (only its owner or root may)
END
}

# Lines that other tests provoke: they need namespaces, signals at a certain moment, or a second process.
#
# common.bats    a FIFO without a reader, cannot start: /dev/null ..., too many open files, what strerror(3) says of ENOMEM, this kernel has no ...
# mqsend.bats    fs.mqueue.queues_max, kernel.msgmni, kernel.msgmax lets a message have ..., too many open files
#                the queue was removed while in use, ... left in it, stopped by signal N
# mqrecv.bats    the queue was removed while in use, N messages were put back, ... could not be put back and ... printed above
#                not put back (...), priority N: ..., its message went to QUEUE, its message is printed above
# shmput.bats    kernel.shmmax, kernel.shmall, kernel.shmmni, ... has no room for N bytes, the input has more than the N bytes ...
#                the segment was removed while in use, another user owns the segment
# shmget.bats    another process has a lease on the file (also of -R), ... has this name, not a segment
#                the segment became smaller while it was read, the segment was removed while in use
# semop.bats     kernel.sem (sets, semaphores in all sets), the semaphore was removed while in use
#                something that is no semaphore has this name, ... has this name, not a semaphore, another user owns ...
#                a semaphore of N-bit programs, another program has damaged the semaphore, no permission to create ...
#                no file system for shared memory, another process has a lease on the file
# sigsend.bats   a thread, not a process, too many processes to wait for, its queue of signals stayed full, it handles SIG, it blocks SIG
#                record N has ... bytes, and a record at most N, stopped by a signal
# fifocat.bats   fs.pipe-user-pages-soft, there is more in it than N bytes, the FIFO was removed, the reader has gone, another user owns ...
#                N of them taken, stopped by a signal, standard output has lost its reader, N bytes in the FIFO were not taken
# sockcat.bats   net.ipv4.ip_unprivileged_port_start, net.core.wmem_max, RLIMIT_NOFILE, clients wait until others have gone
#                another process keeps its directory locked, a listening socket (-l accepts ...), a connection, not a listening ...
#                a socket that neither listens nor ..., a socket without a peer, a socket of another kind
#                the peer has reset the connection, the peer has gone and takes nothing more, no connection in time
#                N came that are lost, N were read that are lost, N records were dropped (-L), a packet that came is lost
#                the peer took nothing, and record N was dropped
#                its name was not found in time, the end of a COMMAND cannot be learned
# sockcat_packets.bats  the system forbids packets to this address, the address needs an interface, N packets were refused: no such socket
# sockcat_hub.bats  no such client is there, no client is left, it does not read what is sent to it, it reads too slowly what is
#                sent to it, record N has ... bytes, and a record at most N, N records were dropped (-L), stopped by a signal
# fdsend.bats    ... did not take the descriptors, ... not taken in time, more descriptors of this user are sent and not taken than ...
# fdrecv.bats    N descriptors came, and -n asks for N, the message has no descriptors, no message in time, sent nothing, RLIMIT_NOFILE
# ipcls.bats     ... cannot be listed
# ipcset.bats    one of the owner's groups, only root may give it to another user, /proc is not mounted
# torture/kernels.sh  this kernel has no signalfd(2), no semtimedop(2)
#
# Lines that no test provokes. Most need a system without memory, processes, mounts or a part of POSIX, or a failure in the few
# instructions between two system calls; those of sockcat depend on when a peer ends.
#
# all            ... (out of memory), at the end of a long line; cannot start; standard output: ..., if only close(2) fails
#                a limit that cannot be read: "... does not allow it"
# mqsend mqrecv  the system does not take a message of this size
# shmput         this kernel has no memory files, the system has no file system for shared memory, a System V segment has at least 1 byte
#                there is no memory or address space for a segment, those who have it open have the input, the segment has changed, ...
# semop          this system has no POSIX semaphores, no open-file-description locks
#                the system has no room for another process that gives back ..., COMMAND: cannot be started
# sigsend        cannot wait
# sigmask        /proc hides it from this user, cannot change how signals are treated
# piperun        a pipe cannot be made, the end of a COMMAND cannot be learned
# ipcset         this user namespace has no such user or group
# sockcat        no name server answers, and what gai_strerror(3) says; it has gone, it has reset the connection, a packet is larger than N bytes, not removed
