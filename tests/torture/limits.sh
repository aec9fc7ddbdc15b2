#!/bin/sh
# limits.sh short|long: run commands (short: a sixth of them, in turn) with each resource limit and each kernel limit of IPC
# at its smallest, on full file systems, and with little memory. A command either does all that it does without the limit, or
# ends with a documented status and one line. Needs root, and namespaces of its own. Exits 1 after a fault.
set -u

cd "$(dirname "$0")/../.." || exit 1
case ${1:-short} in
short) files='3 4 6' stacks='32768' memory='300' every=6 ;;
long) files='3 4 5 6 7 8 9 10' stacks='32768 65536' memory='100 200 300 400 600 900 2000 4000' every=1 ;;
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
trap 'cd /; umount -l "$work/here"; rm -rf "$work"' EXIT
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
	137) fault "did not end in 10 seconds" ;;
	*) fault "status $status" ;;
	esac
}

# each LIMIT PREFIX BEFORE AFTER: run all scenarios with PREFIX in front of the command, and shell commands of root before and
# after it. A command that cannot even start with PREFIX is left out.
each() {
	limit=$1 number=0 turn=$((turn + 1))
	while IFS=@ read -r setup command; do
		number=$((number + 1)) status=0
		[ "$limit" = none ] || [ $(((number + turn) % every)) -eq 0 ] || continue
		fresh
		user "$setup" >"$work/setup" 2>&1
		eval "$3"
		if user "$2 ${command%% *} -V" >/dev/null 2>&1; then
			# Pipes, because RLIMIT_FSIZE concerns files.
			{ { user "$2 $command" 3>&- </dev/null || echo $? >"$work/status"; } 2>&1 >&3 | cat >"$work/err"; } 3>&1 |
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
echo "limits: $runs commands, $refused of them refused, $faults faults"
[ $faults -eq 0 ]
