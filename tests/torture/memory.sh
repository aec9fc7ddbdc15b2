#!/bin/bash
# memory.sh [short|long]: the most memory that a command has had after a short and after a ten times longer input. It must not grow by
# more than 1 MiB. Print both, in KiB, for each command and way of use.
# shellcheck disable=SC2015,SC2016,SC2086,SC2317 # functions are called by name; names without spaces; single quotes for other programs
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$ROOT/build/bin:$PATH
watch=$ROOT/build/watch
# Records, and MiB, of the longer input: 10 GiB or 10 million records where the way is fast enough.
[ "${1:-short}" = long ] && records=10000000 mib=10240 runs=4000 || records=200000 mib=256 runs=200
dir=$(mktemp -d)
cd "$dir" || exit 1
queue=/memory-$$ failed=0
# A COMMAND that has less memory than what runs it.
small=(sigsend -l TERM)
# shellcheck disable=SC2064 # these names
trap "ipcdel mq:$queue shm:$queue 2>/dev/null; rm -rf '$dir'" EXIT

# peak COMMAND...: run a command and put the most memory that it had into the file peak.
peak() {
	PEAK=$PWD/peak "$watch" 800 report "$@"
}

# flat LABEL FUNCTION SIZE: FUNCTION lets peak run a command with an input of that size.
flat() {
	local label=$1 way=$2 size=$3 few many

	"$way" $((size / 10)) && read -r few <peak && "$way" "$size" && read -r many <peak ||
		{ echo "$label: failed"; failed=1; return; }
	echo "$label: $few KiB, with ten times the input $many KiB"
	[ $((many - few)) -le 1024 ] || failed=1
}

zeros() { head -c "$1"M /dev/zero; }
fifo_read() { mkfifo f; zeros "$1" >f & peak fifocat f >/dev/null; wait; rm f; }
fifo_write() { mkfifo f; cat f >/dev/null & zeros "$1" | peak fifocat -w f; wait; rm f; }
fifo_records() { mkfifo f; cat f >/dev/null & seq "$1" | peak fifocat -w -l f; wait; rm f; }
fifo_count() { mkfifo f; seq "$1" >f & peak fifocat -n "$1" f >/dev/null; wait; rm f; }
queue_send() { mqsend -c -d 10 -s 64 $queue </dev/null; mqrecv -n "$1" $queue >/dev/null & seq "$1" | peak mqsend $queue; wait; }
queue_receive() { mqsend -c -d 10 -s 64 $queue </dev/null; seq "$1" | mqsend $queue & peak mqrecv -n "$1" $queue >/dev/null; wait; }
queue_command() { mqsend -c -d 10 -s 64 $queue </dev/null; seq "$1" | mqsend $queue & peak mqrecv -n "$1" $queue -- "${small[@]}" >/dev/null; wait; }
queue_pool() { mqsend -c -d 10 -s 64 $queue </dev/null; seq "$1" | mqsend $queue & peak mqrecv -j 4 -n "$1" $queue -- "${small[@]}" >/dev/null; wait; }
queue_batch() { mqsend -c -d 10 -s 64 $queue </dev/null; seq "$1" | mqsend $queue & peak mqrecv -0 -b 8 -n "$1" $queue -- "${small[@]}" >/dev/null; wait; }
segment_follow() {
	echo 0 | shmput -c $queue
	peak shmget -f -0 -t 5 $queue >/dev/null 2>&1 &
	for ((put = 0; put < $1; put++)); do echo "$put" | shmput $queue; done
	ipcdel shm:$queue
	wait
	[ -s peak ]
}
listen() { rm -f s r; mkfifo r; "$@" & read -r _ <r; }
socket_send() { listen sockcat -l -I -R r unix:s >/dev/null; zeros "$1" | peak sockcat -O unix:s; wait; }
socket_receive() { listen peak sockcat -l -I -R r unix:s >/dev/null; zeros "$1" | sockcat -O unix:s; wait; }
socket_records() { listen sockcat -l -I -R r unix:s >/dev/null; seq "$1" | peak sockcat -f -O unix:s; wait; }
socket_packets() { listen sockcat -l -I -R r unix-seq:s >/dev/null; seq "$1" | peak sockcat -O unix-seq:s; wait; }
socket_serve() {
	listen peak sockcat -l -f -n "$1" -R r unix:s -- "${small[@]}"
	for ((client = 0; client < $1; client++)); do sockcat -n 0 unix:s; done
	wait
}
socket_hub() {
	listen peak sockcat -l -f -n "$1" -R r unix:s >/dev/null </dev/null
	for ((client = 0; client < $1; client++)); do echo a | sockcat -O unix:s; done
	wait
}
signals() {
	rm -f r
	mkfifo r
	peak sigrecv -q -n "$1" -R r RTMIN >/dev/null &
	read -r pid <r && seq "$1" | sigsend -s RTMIN -q - "$pid"
	wait
}
signals_sent() {
	rm -f r
	mkfifo r
	sigrecv -q -n "$1" -R r RTMIN >/dev/null &
	read -r pid <r && seq "$1" | peak sigsend -s RTMIN -q - "$pid"
	wait
}
pipes() { peak piperun -S statuses sh -c "head -c $1M /dev/zero" -- cat -- sh -c 'cat >/dev/null'; }

flat 'fifocat' fifo_read "$mib"
flat 'fifocat -w' fifo_write "$mib"
flat 'fifocat -w -l' fifo_records "$records"
flat 'fifocat -n' fifo_count "$records"
flat 'mqsend' queue_send "$records"
flat 'mqrecv' queue_receive "$records"
flat 'mqrecv -- COMMAND' queue_command "$runs"
flat 'mqrecv -j 4 -- COMMAND' queue_pool "$runs"
flat 'mqrecv -b 8 -- COMMAND' queue_batch "$runs"
flat 'shmget -f' segment_follow "$runs"
flat 'sockcat, sending' socket_send "$mib"
flat 'sockcat -l, receiving' socket_receive "$mib"
flat 'sockcat -f' socket_records "$records"
flat 'sockcat, packets' socket_packets "$records"
flat 'sockcat -l -f -- COMMAND' socket_serve "$runs"
flat 'sockcat -l -f' socket_hub "$runs"
flat 'sigrecv -q' signals $((records / 5))
flat 'sigsend -q -' signals_sent $((records / 5))
flat 'piperun' pipes "$mib"
[ "$failed" -eq 0 ] && echo "memory stays flat in 19 ways of use"
exit $failed
