#!/bin/sh
# places.sh short|long: another user plants objects under the names that commands open or create, or exchanges them all the
# time. Each command must end with a documented status and at most one line, must leave what was planted as it is, and must not
# touch the file to which a planted link leads. Needs root, and a namespace of its own. Exits 1 after a fault.
set -u

cd "$(dirname "$0")/../.." || exit 1
case ${1:-short} in
short) swaps=2 users='65534' ;;
long) swaps=40 users='65534 0' ;;
*) echo "usage: places.sh short|long" >&2 && exit 2 ;;
esac
if [ -z "${PLACES_INSIDE:-}" ]; then
	if [ "$(id -u)" -ne 0 ] || ! unshare -mi true 2>/dev/null; then
		echo "places: skipped: needs root and private namespaces"
		exit 0
	fi
	PLACES_INSIDE=1 exec unshare -mi sh tests/torture/places.sh "$@"
fi

work=$(mktemp -d)
trap '[ -z "$swapper" ] || kill "$swapper"; umount "$work/mqueue"; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
swapper=
mount -t tmpfs -o mode=1777,size=64m none /dev/shm
mkdir -m 1777 "$work/sticky" "$work/mqueue"
mount -t mqueue none "$work/mqueue"
mkdir -m 755 "$work/bin" "$work/outside"
cp build/bin/* "$work/bin"
chmod 755 "$work"
PATH=$work/bin:$PATH
runs=0 faults=0

attacker() {
	setpriv --reuid=65533 --regid=65533 --clear-groups "$@"
}

# plant KIND PATH: plant an object. Returns 1 if this system has no such object.
plant() {
	rm -rf "$2"
	case $place:$1 in mq:file | mq:closed) ;; mq:*) return 1 ;; esac
	case $1 in
	fifo) attacker mkfifo -m 666 "$2" ;;
	directory) attacker mkdir -m 777 "$2" ;;
	link) attacker ln -s "$work/outside/precious" "$2" ;;
	dangling) attacker ln -s "$work/outside/new" "$2" ;;
	device) mknod -m 666 "$2" c 1 5 2>/dev/null && chown 65533 "$2" ;;
	sparse) attacker truncate -s 16M "$2" ;;
	closed | file)
		[ "$place" != mq ] || {
			attacker mqsend -t 0 -c -d 2 -s 64 "$name" planted
			return
		}
		echo planted >"$2" && chown 65533:65533 "$2"
		;;
	socket) python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2" 2>/dev/null &&
		chown 65533 "$2" ;;
	esac && case $1 in
	closed) chmod 0 "$2" ;;
	file | sparse | socket) chmod 666 "$2" ;;
	esac
}

# state PATH: print all that must stay as it is.
state() {
	stat -c '%F %i %a %u %s' "$1" 2>&1
	[ ! -f "$1" ] || [ -L "$1" ] || cksum <"$1"
}

# fault WORDS: report a fault of the last command.
fault() {
	faults=$((faults + 1))
	echo "places: user $user: $kind at $path: $command: $1"
	sed 's/^/    /' "$work/err" | head -n 5
}

# run COMMAND: run it as the user, and check its end.
run() {
	command=$1
	runs=$((runs + 1))
	status=0
	timeout -s KILL 10 setpriv --reuid="$user" --regid="$user" --clear-groups --inh-caps=-all sh -c "exec $command" \
		</dev/null >"$work/out" 2>"$work/err" || status=$?
	# timeout(1) says so where root's queue of signals is full, and then uses alarm(2).
	sed -i '/^timeout: warning: timer_create/d' "$work/err"
	case $status in
	0 | 1 | 3 | 124 | 125) ;;
	137) fault "did not end in 10 seconds" ;;
	*) fault "status $status" ;;
	esac
	[ "$status" -eq 0 ] || [ "$(wc -l <"$work/err")" -eq 1 ] || fault "not one line"
	[ "$(ls "$work/outside")$(state "$work/outside/precious")" = "precious$precious" ] || fault "the file outside was touched"
}

# commands PLACE: print the commands that use the name $name, or the path $path, in a place.
commands() {
	case $1 in
	segment)
		for c in "shmput -t 0.05 $name" "shmput -c -t 0.05 $name" "shmput -c -u -t 0.05 $name" "shmput -x $name" \
			"shmput -c -t 0.05 $name -- echo new" "shmput -c -t 0.05 -o 1 $name" "shmget -t 0.05 $name" \
			"shmget -u -t 0.05 $name" "shmget -f -0 -n 2 -t 0.05 $name"; do
			echo "$c"
		done
		;;
	shm)
		commands segment
		printf '%s\n' "ipcls shm:$name" "ipcls -v shm" "ipcset -m 640 shm:$name" "ipcdel -n shm:$name" "ipcdel shm:$name"
		;;
	file)
		commands segment
		printf '%s\n' "semop -t 0 $name -- true" "semop -c -t 0 $name -- true" "mqrecv -n 1 -t 0 -D $name $queue -- false" "mqrecv -t 0 -c sysv:$path"
		;;
	sem)
		printf '%s\n' "semop -t 0 $name" "semop -t 0 $name -1" "semop -t 0 $name +1" "semop -c -t 0 $name -- true" \
			"semop -c -u -t 0 $name -- true" "semop -x $name" "ipcls sem:$name" "ipcls -o name,value sem" \
			"ipcset -m 640 sem:$name" "ipcdel -n sem:$name" "ipcdel sem:$name"
		;;
	hand)
		echo "sh -c 'mqsend $name 1 && exec mqrecv -t 0 $name -- true'"
		;;
	mq)
		printf '%s\n' "mqsend -t 0 $name x" "mqsend -c -t 0 $name x" "mqsend -x $name x" "mqrecv -t 0 $name" \
			"mqrecv -c -t 0 $name" "mqrecv -t 0 -u $name" "mqrecv -t 0 $name -- true" "mqrecv -n 1 -t 0 -D $name $queue -- false" \
			"ipcls mq:$name" "ipcset -m 640 mq:$name" "ipcdel mq:$name"
		;;
	socket)
		for c in "sockcat -t 0.05 unix:$path" "sockcat -l -t 0.05 unix:$path" "sockcat -l -u -t 0.05 unix:$path" \
			"sockcat -t 0.05 unix-dgram:$path" "sockcat -l -t 0.05 unix-seq:$path" "fdrecv -t 0.05 unix:$path -- true" \
			"fdsend -t 0.05 unix:$path" "sockcat -t 0.05 -b unix:$path unix:$path"; do
			echo "$c"
		done
		;;
	fifo)
		printf '%s\n' "fifocat -t 0.05 $path" "fifocat -c -t 0.05 $path" "fifocat -c -u -t 0.05 $path" "fifocat -w -t 0.05 $path" \
			"fifocat -w -c -t 0.05 $path" "fifocat -f -w -t 0.05 $path"
		;;
	esac
}

# may_change COMMAND: whether it may write to, or remove, what was planted: without -c an ordinary file is used.
may_change() {
	case $kind in
	file | closed) [ "$place" != mq ] || return 0 ;;
	sparse) ;;
	fifo) [ "$place" = fifo ] && [ "$user" = 0 ] && return 0 || return 1 ;;
	socket) [ "$place" = socket ] && [ "$user" = 0 ] && return 0 || return 1 ;;
	*) return 1 ;;
	esac
	case $user:$1 in
	0:ipcdel\ -n* | *' -c'* | *' -x'*) return 1 ;;
	esac
	return 0
}

# Each place: the name that commands take, and the path behind it.
place_of() {
	case $1 in
	shm) name=/planted path=/dev/shm/planted ;;
	sem) name=/planted path=/dev/shm/sem.planted ;;
	mq) name=/planted path=$work/mqueue/planted ;;
	hand) name=$queue path=/dev/shm/$hand.4000000 ;;
	file) path=$work/sticky/planted name=file:$work/sticky/planted ;;
	*) path=$work/sticky/planted name=$path ;;
	esac
}

for user in $users; do
	queue=/places-$user
	printf 'precious\n' >"$work/outside/precious"
	chown "$user" "$work/outside/precious" "$work/outside"
	precious=$(state "$work/outside/precious")
	kind=none path=none
	run "mqsend -c -d 8 -s 64 $queue 1 2 3 4"
	# The file in which mqrecv keeps a message while COMMAND runs.
	run "mqrecv $queue -- ls /dev/shm"
	hand=$(sed 's/\.[0-9]*$//' "$work/out")
	for place in shm sem mq hand file socket fifo; do
		place_of $place
		commands $place >"$work/commands"
		for kind in fifo directory link dangling device sparse closed file socket; do
			while read -r line; do
				plant $kind "$path" || break
				before=$(state "$path")
				run "$line"
				[ "$(state "$path")" = "$before" ] || may_change "$line" ||
					fault "the planted $kind has changed"
			done <"$work/commands"
		done
		# Names that change between look and use.
		[ $place != mq ] || continue
		kind=exchanged
		plant file "$path"
		plant link "$path.1"
		plant fifo "$path.2"
		python3 -c 'import ctypes, os, sys
path, parent, libc = sys.argv[1].encode(), os.getppid(), ctypes.CDLL(None)
os.setuid(65533)
while os.getppid() == parent:
    for _ in range(500):
        libc.renameat2(-100, path, -100, path + b".1", 2)
        libc.renameat2(-100, path, -100, path + b".2", 2)' "$path" 2>/dev/null &
		swapper=$!
		while read -r line; do
			# Nothing else may remove the name for good.
			case $user:$line in 0:*' -u '* | 0:ipcdel*) continue ;; esac
			for _ in $(seq "$swaps"); do
				run "$line"
			done
		done <"$work/commands"
		kill "$swapper"
		wait "$swapper" 2>/dev/null
		swapper=
		rm -rf "$path" "$path.1" "$path.2"
	done
	run "mqrecv -u -a -t 0 $queue"
done
echo "places: $runs commands, $faults faults"
[ $faults -eq 0 ]
