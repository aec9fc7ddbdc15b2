#!/bin/bash
# calls.sh [short|long [PATTERN]]: let each system call of each scenario fail once, with each error that its manual page lists, and check
# what the command does then. PATTERN selects scenarios. Print the number of injections and findings for each scenario.
set -u
# shellcheck source=tests/torture/scenarios.bash
. "$(dirname "${BASH_SOURCE[0]}")/scenarios.bash"

size=${1:-short} pattern=${2:-*}
command -v strace >/dev/null || { echo "skipped: no strace here"; exit 0; }
private "$@"
declare -A ERRORS
# Most calls that a command makes are tried; one that fails the first times is unlikely to fail otherwise later.
[ "$size" = long ] && times=12 || times=1

errors() {
	local words=$1 call

	# The short form tries the first and the last one.
	[ "$size" = long ] || [ "${words%% *}" = "$words" ] || words="${words%% *} ${words##* }"
	shift
	for call; do ERRORS[$call]=$words; done
}
errors 'EINTR EAGAIN EIO' read pread64
errors 'EINTR EAGAIN EIO ENOSPC EPIPE' write writev pwrite64
errors 'EACCES EMFILE ENFILE ENOMEM ENOSPC EINTR' open openat
errors 'EINTR ENOMEM' poll ppoll
errors 'EACCES EMFILE ENFILE ENOMEM ENOSPC' mq_open memfd_create
errors 'EINTR EAGAIN' mq_timedsend mq_timedreceive
errors 'EACCES' mq_unlink msgctl shmctl unlink unlinkat fchmod chmod fchmodat fchown fchownat setpgid getdents64 ftruncate
errors 'EACCES ENOMEM ENOSPC' msgget shmget semget linkat rename renameat mkdirat mknod mknodat
errors 'EINTR EACCES EAGAIN EIDRM ENOMEM' msgsnd
errors 'EINTR EACCES EIDRM ENOMEM' msgrcv
errors 'EINTR EACCES EAGAIN EIDRM ENOMEM ENOSPC' semop semtimedop
errors 'EACCES EIDRM' semctl
errors 'EACCES EMFILE ENOMEM' shmat
errors 'ENOMEM' mmap mremap fstat newfstatat statfs fstatfs stat lstat readlink readlinkat madvise setsockopt getsockopt
errors 'EINTR ENOSPC EIO' fallocate fsync fdatasync
errors 'EINVAL ENOMEM EAGAIN' splice tee vmsplice sendfile copy_file_range
errors 'EMFILE ENFILE' pipe pipe2
errors 'EAGAIN ENOMEM' fork clone vfork clone3
errors 'EACCES ENOENT ENOMEM E2BIG' execve
errors 'EINTR ECHILD' wait4 waitid
errors 'EINTR' nanosleep clock_nanosleep flock
errors 'EMFILE ENFILE ENOMEM EACCES' socket socketpair
errors 'EACCES EADDRINUSE ENOMEM' bind
errors 'EADDRINUSE' listen
errors 'EINTR EAGAIN ECONNABORTED EMFILE ENFILE ENOMEM' accept accept4
errors 'EACCES ECONNREFUSED EAGAIN' connect
errors 'EINTR EAGAIN ENOMEM ENOBUFS EPIPE' sendto sendmsg
errors 'EINTR EAGAIN ENOMEM ECONNRESET' recvfrom recvmsg
errors 'ENOTCONN' shutdown
errors 'ENOBUFS' getsockname getpeername
errors 'EINTR ENOLCK EAGAIN EMFILE' fcntl
errors 'EMFILE' dup dup2 dup3
errors 'EPERM ESRCH' kill tgkill rt_sigqueueinfo pidfd_send_signal
errors 'EAGAIN ENOMEM' timer_create timer_settime
errors 'EINTR' rt_sigtimedwait
errors 'EMFILE ENOMEM ENOSYS' pidfd_open inotify_init1 signalfd4 eventfd2 epoll_create1
errors 'ENOSPC ENOMEM' inotify_add_watch
errors 'EPERM' prctl prlimit64 setsid
list=$(IFS=, && echo "${!ERRORS[*]}")

# made: print each call of the last run with the numbers of the first and the last one, as a process counts them. What the loader of a
# dynamic program does before is left out.
made() {
	awk '
		match($0, /^[0-9]+ +[a-z0-9_]+\(/) {
			split(substr($0, 1, RLENGTH - 1), word)
			number = ++count[$1, word[2]]
			if (number > last[word[2]])
				last[word[2]] = number
			if (/ld\.so\.cache/)
				loading = 1
			if (loading && word[2] == "munmap") {
				for (call in last)
					loaded[call] = last[call]
				loading = 0
			}
		}
		END {
			for (call in last)
				if (call != "munmap")
					print call, loaded[call] + 1, last[call]
		}' "$TORTURE/trace"
}

# possible: whether the call that failed can fail so. Not every use of a call can fail in each of its ways.
possible() {
	local line

	line=$(grep -m 1 INJECTED "$TORTURE/trace") || return 1
	case "$CAUSE $line" in
	*fcntl*F_[GS]ETF[DL]*) return 1 ;;
	ENOSPC*open*O_CREAT* | ENOSPC*open*O_TMPFILE* | ENOSPC*mq_open*) return 0 ;;
	ENOSPC*open*) return 1 ;;
	EMFILE*fcntl*F_DUPFD*) return 0 ;;
	EINTR*open*/proc/* | ENOMEM*readlink*/proc/self* | EACCES*ctl*_INFO* | EACCES*ctl*_STAT_ANY*) return 1 ;;
	EINTR*open*O_DIRECTORY* | EINTR*open*O_PATH*) return 1 ;;
	EMFILE*fcntl* | *fcntl*F_DUPFD*) return 1 ;;
	EAGAIN*semtimedop*sem_flg=0*NULL\)*) return 1 ;;
	esac
}

injections=0 findings=0
for SCENARIO in "${SCENARIOS[@]}"; do
	# shellcheck disable=SC2053 # a pattern
	[[ $SCENARIO == $pattern ]] || continue
	before=$injections found=$findings CAUSE='' CALL=''
	trial strace -f -b execve -o "$TORTURE/trace" -e trace="$list,munmap" -e signal=none
	[ -z "$WRONG" ] || { echo "$SCENARIO: without a failure: $WRONG$(<err)"; findings=$((findings + 1)); }
	while read -r CALL first last; do
		for ((number = first; number <= last && number < first + times; number++)); do
			for CAUSE in ${ERRORS[$CALL]}; do
				trial strace -f -b execve -o "$TORTURE/trace" -e trace="$CALL" -e signal=none -e inject="$CALL:error=$CAUSE:when=$number"
				possible || continue
				injections=$((injections + 1))
				[ -z "${VERBOSE:-}" ] || echo "$SCENARIO: $CALL $number $CAUSE: $STATUS $(<err)"
				[ -z "$WRONG" ] || { echo "$SCENARIO: $CALL $number $CAUSE: $WRONG status $STATUS: $(<err)"; findings=$((findings + 1)); }
			done
		done
	done < <(made)
	echo "$SCENARIO: $((injections - before)) injections, $((findings - found)) findings"
done
echo "$injections injections, $findings findings"
[ "$findings" -eq 0 ]
