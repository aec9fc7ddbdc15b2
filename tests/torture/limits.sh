#!/bin/sh
# limits.sh short|long: run commands (short: a sixth of them, in turn) with each resource limit and each kernel limit of IPC
# at its smallest, on full file systems, and with little memory. A command either does all that it does without the limit, or
# ends with a documented status and one line. Needs root, and namespaces of its own. Exits 1 after a fault.
set -u

cd "$(dirname "$0")/../.." || exit 1
case ${1:-short} in
short) files='3 4 6' stacks='32768' memory='300' groups='768' every=6 ;;
long)
	files='3 4 5 6 7 8 9 10' stacks='32768 65536' memory='100 200 300 400 600 900 2000 4000' every=1
	groups='512 576 640 704 768 896 1024 1280'
	;;
*) echo "usage: limits.sh short|long" >&2 && exit 2 ;;
esac
if [ -z "${LIMITS_INSIDE:-}" ]; then
	if [ "$(id -u)" -ne 0 ] || ! unshare -mipf true 2>/dev/null; then
		echo "limits: skipped: needs root and private namespaces"
		exit 0
	fi
	LIMITS_INSIDE=1 exec unshare -mipf --mount-proc sh tests/torture/limits.sh "$@"
fi

work=$(mktemp -d)
trap 'cd /; rmdir "$group" 2>/dev/null; umount -l "$work/groups" "$work/here" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
group=
mkdir -m 755 "$work/bin"
mkdir "$work/here"
cp build/bin/* "$work/bin"
chmod 755 "$work"
PATH=$work/bin:$PATH
mount -t tmpfs -o mode=1777,size=256k none /dev/shm
mount -t tmpfs -o mode=1777,size=256k none "$work/here"
cd "$work/here" || exit 1
runs=0 faults=0 refused=0 turn=0

# user COMMAND: run a shell command as an ordinary user.
user() {
	setpriv --reuid=65532 --regid=65532 --clear-groups --inh-caps=-all timeout -s KILL 10 sh -c "$1"
}

# confined COMMAND: the same, with the command alone in the control group of this script.
confined() {
	# shellcheck disable=SC2016 # for the inner shell
	timeout -s KILL 10 sh -c 'echo 0 >"$1/cgroup.procs" && exec setpriv --reuid=65532 --regid=65532 --clear-groups \
		--inh-caps=-all sh -c "exec $2"' - "$group" "$1"
}

# kills: print how many processes of the control group the kernel has killed.
kills() {
	cat "$group"/memory.events "$group"/memory.oom_control 2>/dev/null | sed -n 's/^oom_kill //p'
}

# make_group: make a control group with a bound of memory, inside that of this script or beside it. Set group to it.
make_group() {
	mkdir "$work/groups"
	! mount -t cgroup2 none "$work/groups" 2>/dev/null || grep -qw memory "$work/groups/cgroup.controllers" || umount "$work/groups"
	mountpoint -q "$work/groups" || mount -t cgroup -o memory none "$work/groups" 2>/dev/null || return 1
	for group in "$(sed -n 's/^[0-9]*:memory://p; s/^0:://p' /proc/self/cgroup | head -n 1)" ''; do
		group=$work/groups/$group/ipc7-limits-$$
		mkdir "$group" 2>/dev/null || continue
		[ ! -e "$group/memory.max" ] && [ ! -e "$group/memory.limit_in_bytes" ] || return 0
		rmdir "$group"
	done
	return 1
}

# bound KIB: set the bound of the control group, without swap space. In version 1 the second file is never below the first.
bound() {
	for n in memory.swap.max:0 "memory.memsw.limit_in_bytes:$1K" "memory.max:$1K" "memory.limit_in_bytes:$1K" \
		"memory.memsw.limit_in_bytes:$1K"; do
		[ ! -e "$group/${n%%:*}" ] || (echo "${n#*:}" >"$group/${n%%:*}")
	done 2>/dev/null
}

# fresh: start with empty file systems and without IPC objects.
fresh() {
	rm -rf /dev/shm/* "$work/here/"*
	ipcrm -a
	mqrecv -u -n 0 /q 2>/dev/null
}

# Setup@command. The COMMANDs are static programs.
cat >"$work/scenarios" <<'END'
:@mqsend -c -d 5 -s 64 /q 1 2
:@mqsend -c sysv:7 1 2
mqsend -c -d 5 -s 64 /q 1 2@mqrecv -a /q
mqsend -c sysv:7 1 2@mqrecv -a sysv:7
mqsend -c -d 5 -s 64 /q 1 2@mqrecv -a /q -- mqsend -V
mqsend -c -d 5 -s 64 /q 1 2@mqrecv -a -j 2 /q -- mqsend -V
mqsend -c sysv:7 1 2@mqrecv -a sysv:7 -- mqsend -V
mqsend -c -d 5 -s 64 /q 1@mqrecv -a -D file:dead /q -- sigmask -p 99999999
printf %5000s x >in@shmput -c /s <in
printf %5000s x >in@shmput -c file:s <in
printf %5000s x >in@shmput -c sysv:7 <in
:@shmput -c /s -- mqsend -V
printf %5000s x | shmput -c /s@shmget /s
printf %5000s x | shmput -c file:s@shmget file:s
printf %5000s x | shmput -c -s 5000 sysv:7@shmget sysv:7
printf %500s x | shmput -c /s@shmget -f -0 -n 1 /s
:@semop -c /x
:@semop -c /x -- mqsend -V
:@semop -c sysv:7 -- mqsend -V
:@semop -c file:x -- mqsend -V
:@semop -c -t 0.05 /x -2
semop -c /x -1@semop -t 0.05 /x -1
:@sigsend -l
:@sigsend -s 0 $$
:@sigsend -q 1 -s CONT $$
:@sigsend -w -t 1 999999
:@sigrecv -t 0.05 USR1
:@sigmask -b INT mqsend -V
:@fifocat -c -t 0.05 fifo
:@fifocat -w -c -t 0.05 fifo
mkfifo fifo; echo x >fifo &@fifocat -n 1 fifo
:@piperun mqsend -V -- mqsend -V -- mqsend -V
:@piperun -t 5 -S status mqsend -V -- mqsend -V
:@sockcat -l -t 0.05 unix:s
sockcat -l -R up unix:s -- mqsend -V & until [ -s up ]; do sleep 0.01; done@sockcat -T 1 unix:s
sockcat -l -R up tcp::0 -- mqsend -V & until [ -s up ]; do sleep 0.01; done@sockcat -T 1 "$(cat up)"
:@fdrecv -t 0.05 unix:s -- mqsend -V
fdrecv -t 5 -R up unix:s -- mqsend -V & until [ -s up ]; do sleep 0.01; done@fdsend unix:s
printf %500s x | shmput -c /s; semop -c /x; mqsend -c -d 5 -s 64 /q 1@ipcls -o kind,name,size shm sem
mqsend -c -d 5 -s 64 /q 1@ipcset -m 640 mq:/q
mqsend -c -d 5 -s 64 /q 1@ipcdel mq:/q
END

# Under qemu-user, vfork(2) is fork(2): the group that the second COMMAND joins may not be there yet.
[ -z "${OTHER:-}" ] || sed -i '/@piperun -t/d' "$work/scenarios"

fault() {
	faults=$((faults + 1))
	echo "limits: $limit: $command: $1"
	sed 's/^/    /' "$work/err" | head -n 5
}

# check: check the end of the last command, against that without a limit.
check() {
	runs=$((runs + 1))
	if [ "$status" -eq "$(cat "$work/status.$number")" ] && cmp -s "$work/out" "$work/out.$number"; then
		return
	fi
	refused=$((refused + 1))
	case $status in
	0) fault "its output has changed" ;;
	1 | 3 | 124 | 125 | 126)
		# A line of COMMAND is one too, ipcls has one for each kind that it cannot list, and a pool for each worker.
		case $(grep -c "^${command%% *}: \|^mqsend: " "$work/err"):$command in
		1:* | 2:ipcls* | 2:*-j*) ;;
		*) fault "status $status, and not one line" ;;
		esac
		;;
	137) [ "$killed" != "$(${group:+kills})" ] || fault "did not end in 10 seconds" ;;
	*) fault "status $status" ;;
	esac
}

# each LIMIT PREFIX BEFORE AFTER: run all scenarios with PREFIX in front of the command, and shell commands of root before and
# after it. A command that cannot even start with PREFIX is left out.
each() {
	limit=$1 number=0 turn=$((turn + 1)) run=${group:+confined}
	while IFS=@ read -r setup command; do
		number=$((number + 1)) status=0
		[ "$limit" = none ] || [ $(((number + turn) % every)) -eq 0 ] || continue
		fresh
		user "$setup" >"$work/setup" 2>&1
		eval "$3"
		killed=$(${group:+kills})
		if "${run:-user}" "$2 ${command%% *} -V" >/dev/null 2>&1; then
			# Pipes, because RLIMIT_FSIZE concerns files.
			{ { "${run:-user}" "$2 $command" 3>&- </dev/null || echo $? >"$work/status"; } 2>&1 >&3 | cat >"$work/err"; } 3>&1 |
				cat >"$work/out"
			[ ! -s "$work/status" ] || status=$(cat "$work/status")
			rm -f "$work/status"
			if [ "$limit" = none ]; then
				cp "$work/out" "$work/out.$number"
				echo "$status" >"$work/status.$number"
			fi
			check
		fi
		eval "$4"
		pkill -KILL -U 65532
	done <"$work/scenarios"
}

each none '' '' ''
# Other programs of the same names are only compared with these.
if [ -n "${OTHER:-}" ]; then
	cp "$OTHER"/* "$work/bin"
	every=1
	each "other programs" '' '' ''
	echo "limits: $((runs / 2)) commands, $refused of them differ, $faults faults"
	[ $refused -eq 0 ]
	exit
fi
for n in $files; do
	each "RLIMIT_NOFILE $n" "prlimit --nofile=$n" '' ''
done
for n in $stacks; do
	each "RLIMIT_STACK $n" "prlimit --stack=$n" '' ''
done
for n in $memory; do
	each "RLIMIT_AS ${n}K" "prlimit --as=$((n * 1024))" '' ''
done
for n in nproc=2 fsize=0 fsize=10 msgqueue=0 sigpending=0 core=0; do
	each "$n" "prlimit --$n" '' ''
done
for n in fs/mqueue/queues_max=0 fs/mqueue/msg_max=1 fs/mqueue/msgsize_max=128 kernel/msgmax=0 kernel/msgmnb=0 kernel/msgmni=0 \
	'kernel/sem=0 0 0 0' kernel/shmmax=0 kernel/shmall=0 kernel/shmmni=0; do
	old=$(cat "/proc/sys/${n%%=*}")
	each "$n" '' "echo '${n#*=}' >/proc/sys/${n%%=*}" "echo '$old' >/proc/sys/${n%%=*}"
done
# shellcheck disable=SC2016 # for eval
each 'full file systems' '' 'cat /dev/zero >/dev/shm/ipc7.hand.full 2>/dev/null; cat /dev/zero >full 2>/dev/null' ''

# data WAY COMMAND: run a shell command that receives from a queue of 10 messages, with a COMMAND that uses up all memory of the control
# group. Whichever process the kernel kills, the queue must have all messages in the end.
data() {
	limit="control group of 4096 KiB" command=$2
	fresh
	user 'seq 10 | mqsend -c -d 10 -s 64 /q'
	killed=$(kills)
	confined "$2" >"$work/out" 2>"$work/err"
	runs=$((runs + 1))
	[ "$killed" != "$(kills)" ] || fault "nothing was killed"
	user 'mqrecv -f -t 1 /q -- awk 1' 2>"$work/err" | sort -n | uniq | cmp -s - "$work/ten" || fault "$1: messages are lost"
	pkill -KILL -U 65532
}

if make_group; then
	for n in $groups; do
		bound "$n"
		each "control group of $n KiB" '' '' ''
	done
	seq 10 >"$work/ten"
	bound 4096
	data 'COMMAND is killed' "mqrecv -a /q -- tail /dev/zero"
	# The kernel kills mqrecv and its guard first, because neither COMMAND has as much memory.
	data 'mqrecv is killed' \
		"choom -n 1000 -- mqrecv -a /q -- sh -c 'echo 0 >/proc/self/oom_score_adj; tail /dev/zero & tail /dev/zero'"
else
	group=
	echo "limits: no control group with a bound of memory can be made here, so none was tried"
fi
echo "limits: $runs commands, $refused of them refused, $faults faults"
[ $faults -eq 0 ]
