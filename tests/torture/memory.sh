#!/bin/bash
# memory.sh [short|long|whole]: the most memory that a command has had after a short and after a ten times longer input. It must not
# grow by more than 1 MiB, or by more than the manual page says for each client or object. Print both, in KiB, for each command and
# way of use. With a size, a third word runs only the ways whose name contains it.
# shellcheck disable=SC2015,SC2016,SC2086,SC2317 # functions are called by name; names without spaces; single quotes for other programs
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$ROOT/build/bin:$PATH
watch=$ROOT/build/watch
# Of the longer input: records; MiB that pass; runs of a COMMAND; connections; MiB of a segment; clients; objects.
case ${1:-short} in
short) records=100000 mib=128 runs=200 connections=1000 segment=64 clients=20 objects=1000 ;;
long) records=1000000 mib=2048 runs=2000 connections=10000 segment=1024 clients=200 objects=10000 ;;
whole) records=10000000 mib=10240 runs=20000 connections=100000 segment=4096 clients=200 objects=10000 ;;
*) echo "usage: memory.sh [short|long|whole]" >&2 && exit 2 ;;
esac
only=${2:-} failed=0 ways=0 left_out=0
# As root, with IPC objects, shared memory and a network of its own.
if [ -z "${MEMORY_INSIDE:-}" ] && [ "$(id -u)" -eq 0 ] && unshare -imn true 2>/dev/null; then
	MEMORY_INSIDE=1 exec unshare -imn bash "$0" "$@"
fi
inside=${MEMORY_INSIDE:-}
dir=$(mktemp -d)
cd "$dir" || exit 1
queue=/memory-$$
if [ -n "$inside" ]; then
	mount -t tmpfs -o "mode=1777,size=$((segment * 2 + 64))m" none /dev/shm
	ip link set lo up multicast on && ip route add 239.0.0.0/8 dev lo || left_out=1
fi
# A COMMAND that has less memory than what runs it.
small=(sigsend -l TERM)
# shellcheck disable=SC2064 # these names
trap "ipcdel mq:$queue shm:$queue 2>/dev/null; rm -rf '$dir'" EXIT
mkfifo r go up in

# peak COMMAND...: run a command. Put the most memory that it had into the file peak: all, and without mapped pages. Time is the only
# end of some commands.
peak() {
	local status=0

	PEAK=$dir/peak "$watch" 1500 report "$@" || status=$?
	[ "$status" -ne 124 ] || status=0
	return $status
}

# measure LABEL FUNCTION SIZE: FUNCTION lets peak run a command with an input of that size, and of a tenth. Set few and many to the
# memory, and private to that without mapped pages. Returns 1 if the way is not to be run, or has failed.
measure() {
	local size

	case $1 in *"$only"*) ;; *) return 1 ;; esac
	ways=$((ways + 1))
	for size in $(($3 / 10)) "$3"; do
		few=${many:-} few_private=${private:-}
		rm -f peak s report
		"$2" "$size" && [ ! -s report ] && read -r many private <peak ||
			{ echo "$1: failed with $size"; failed=$((failed + 1)); return 1; }
	done
}

grows() { echo "$1: it grows"; failed=$((failed + 1)); }

# flat LABEL FUNCTION SIZE [KIB]: the command may take so much more with the longer input.
flat() {
	measure "$@" || return
	echo "$1: $few KiB, with ten times the input ($3) $many KiB"
	[ $((many - few)) -le "${4:-1024}" ] || grows "$1"
}

# Of a command that maps what passes, only the other pages count.
flat_private() {
	measure "$@" || return
	echo "$1: $few_private KiB without mapped pages, with ten times the input ($3) $private KiB"
	[ $((private - few_private)) -le 1024 ] || grows "$1"
}

# bounded LABEL FUNCTION SIZE BYTES: for each of SIZE clients or objects, the command may take so many bytes.
bounded() {
	local each

	measure "$@" || return
	each=$(((many - few) * 1024 / ($3 - $3 / 10)))
	echo "$1: $few KiB, with ten times as many ($3) $many KiB, $each bytes for each, of $4"
	[ "$each" -le "$4" ] || grows "$1"
}

zeros() { head -c "$1"M /dev/zero; }
nulls() { yes | head -n "$1" | tr '\n' '\0'; }
netstrings() { yes 5:hello, | tr -d '\n' | head -c $((8 * $1)); }

fifo_read() { mkfifo f; zeros "$1" >f & peak fifocat f >/dev/null; wait; rm f; }
fifo_write() { mkfifo f; cat f >/dev/null & zeros "$1" | peak fifocat -w f; wait; rm f; }
fifo_records() { mkfifo f; cat f >/dev/null & seq "$1" | peak fifocat -w -l f; wait; rm f; }
fifo_count() { mkfifo f; seq "$1" >f & peak fifocat -n "$1" f >/dev/null; wait; rm f; }
fifo_lossy() { mkfifo f; seq "$1" | peak fifocat -w -L 0 f 2>/dev/null; rm f; }

make() { mqsend -c -d 10 -s 64 $queue </dev/null; }
queue_send() { make; mqrecv -n "$1" $queue >/dev/null & seq "$1" | peak mqsend $queue; wait; }
queue_send_null() { make; mqrecv -n "$1" $queue >/dev/null & nulls "$1" | peak mqsend -0 $queue; wait; }
queue_send_netstrings() { make; mqrecv -n "$1" $queue >/dev/null & netstrings "$1" | peak mqsend -N $queue; wait; }
queue_receive() { make; seq "$1" | mqsend $queue & peak mqrecv -n "$1" $queue >/dev/null; wait; }
queue_receive_netstrings() { make; seq "$1" | mqsend $queue & peak mqrecv -N -n "$1" $queue >/dev/null; wait; }
queue_sysv() { seq "$1" | mqsend -c sysv:7 & peak mqrecv -c -n "$1" sysv:7 >/dev/null; wait; ipcdel mq:sysv:7; }
queue_sysv_send() { mqrecv -c -n "$1" sysv:7 >/dev/null & seq "$1" | peak mqsend -c sysv:7; wait; ipcdel mq:sysv:7; }
queue_trace() { IPC7_TRACE=/dev/null queue_send "$1"; }
queue_verbose() { make; seq "$1" | mqsend $queue & peak mqrecv -v -n "$1" $queue >/dev/null 2>&1; wait; }
queue_command() { make; seq "$1" | mqsend $queue & peak mqrecv -n "$1" $queue -- "${small[@]}" >/dev/null; wait; }
queue_pool() { make; seq "$1" | mqsend $queue & peak mqrecv -j 4 -n "$1" $queue -- "${small[@]}" >/dev/null; wait; }
queue_batch() { make; seq "$1" | mqsend $queue & peak mqrecv -0 -b 8 -n "$1" $queue -- "${small[@]}" >/dev/null; wait; }
queue_batch_netstrings() { make; seq "$1" | mqsend $queue & peak mqrecv -N -b 8 -n "$1" $queue -- "${small[@]}" >/dev/null; wait; }
queue_dead() {
	make
	seq "$1" | mqsend $queue &
	peak mqrecv -D file:dead -n "$1" $queue -- sigmask -p 999999999 2>/dev/null
	wait
	[ "$(grep -o 0 dead | wc -l)" -gt 0 ] && rm dead
}

segment_follow() {
	echo 0 | shmput -c $queue
	peak shmget -f -0 -t 5 $queue >/dev/null 2>&1 &
	for ((put = 0; put < $1; put++)); do echo "$put" | shmput $queue; done
	ipcdel shm:$queue
	wait
	[ -s peak ]
}
put_pipe() { zeros "$1" | peak shmput -c $queue; ipcdel shm:$queue; }
put_file() { truncate -s "$1"M large; peak shmput -c $queue <large; ipcdel shm:$queue; rm large; }
put_to_file() { zeros "$1" | peak shmput -c file:large; rm large; }
put_sysv() { zeros "$1" | peak shmput -c -s "$1"M sysv:7; ipcdel shm:sysv:7; }
put_update() { zeros "$1" | shmput -c $queue; peak shmput $queue -- cat; ipcdel shm:$queue; }
get_segment() { zeros "$1" | shmput -c $queue; peak shmget $queue | cat >/dev/null; ipcdel shm:$queue; }
get_pages() { zeros "$1" | shmput -c $queue; peak shmget -z $queue | cat >/dev/null; ipcdel shm:$queue; }
get_file() { truncate -s "$1"M large; peak shmget file:large | cat >/dev/null; rm large; }
get_sysv() { zeros "$1" | shmput -c -s "$1"M sysv:7; peak shmget sysv:7 | cat >/dev/null; ipcdel shm:sysv:7; }

# listen COMMAND...: start a listener in the background, and set address to what it writes to -R r.
listen() { "$@" & read -r address <r; }
socket_send() { listen sockcat -l -I -R r unix:s >/dev/null; zeros "$1" | peak sockcat -O unix:s; wait; }
socket_receive() { listen peak sockcat -l -I -R r unix:s >/dev/null; zeros "$1" | sockcat -O unix:s; wait; }
socket_records() { listen sockcat -l -I -R r unix:s >/dev/null; seq "$1" | peak sockcat -f -O unix:s; wait; }
socket_lossy() {
	mkfifo out
	{ read -r _ <go; cat >/dev/null; } <out &
	listen sockcat -l -I -R r unix:s >out
	{ seq "$1"; echo >go; } | peak sockcat -L 0 -O unix:s 2>/dev/null
	wait
	rm out
}
socket_packets() { listen sockcat -l -I -R r unix-seq:s >/dev/null; seq "$1" | peak sockcat -O unix-seq:s; wait; }
datagrams_send() { listen sockcat -l -I -n "$1" -R r unix-dgram:s >/dev/null; seq "$1" | peak sockcat -O unix-dgram:s; wait; }
datagrams_receive() { listen peak sockcat -l -I -n "$1" -R r unix-dgram:s >/dev/null; seq "$1" | sockcat -O unix-dgram:s; wait; }
udp_send() { listen sockcat -l -f -I -t 1 -R r udp:127.0.0.1:0 >/dev/null 2>&1; seq "$1" | peak sockcat -O "$address"; wait; }
udp_receive() { listen peak sockcat -l -f -I -t 1 -R r udp:127.0.0.1:0 >/dev/null 2>&1; seq "$1" | sockcat -O "$address"; wait; }
group_send() { listen sockcat -l -f -I -t 1 -R r $group >/dev/null 2>&1; seq "$1" | peak sockcat -O $group; wait; }
group_receive() { listen peak sockcat -l -f -I -t 1 -R r $group >/dev/null 2>&1; seq "$1" | sockcat -O $group; wait; }
group=udp:239.1.2.3%lo:5000

# clients COUNT: connect so often to unix:s, send a line each time, and wait for the end.
clients() {
	perl -MIO::Socket::UNIX -e 'for (1 .. $ARGV[0]) { my $s = IO::Socket::UNIX->new(Peer => "s") or die "$!\n";
		syswrite $s, "a\n"; shutdown $s, 1; 1 while sysread $s, my $bytes, 4096; }' "$1"
}
socket_serve() { listen peak sockcat -l -f -n "$1" -R r unix:s -- "${small[@]}"; clients "$1"; wait; }
hub_connections() { listen peak sockcat -l -f -n "$1" -R r unix:s >lines </dev/null; clients "$1"; wait; [ "$(wc -l <lines)" -eq "$1" ]; }
# A server that closes after each line. The pauses of sockcat are a hundredth as long.
socket_again() {
	perl -MIO::Socket::UNIX -e 'my $l = IO::Socket::UNIX->new(Local => "s", Listen => 9) or die; open my $r, ">", "r"; close $r;
		for (1 .. $ARGV[0]) { my $s = $l->accept or die; <$s>; }' "$1" &
	local server=$!
	read -r _ <r
	yes | LD_PRELOAD=$ROOT/build/hurry.so peak "$ROOT/build/torture/sockcat" -f -O -T 5 unix:s 2>/dev/null
	wait $server
}
hub_relay() {
	listen peak sockcat -l -n 2 -B -r -R r unix:s >/dev/null </dev/null
	sockcat -I -n "$1" unix:s >/dev/null &
	seq "$1" | sockcat -O unix:s
	wait
}

# hub_start BYTES CLIENTS OPTION...: start a hub with clients that send that many bytes of an unfinished record and never read. Its
# standard input is descriptor 5.
hub_start() {
	local bytes=$1 count=$2
	shift 2

	peak sockcat -l -n "$count" -R r "$@" unix:s <in >/dev/null 2>lines &
	hub=$!
	exec 5>in
	read -r _ <r
	perl -MIO::Socket::UNIX -e 'my $up; for (1 .. $ARGV[0]) { my $s = IO::Socket::UNIX->new(Peer => "s") or die; push @all, $s;
		my $left = $ARGV[1]; while ($left > 0) { $left -= syswrite $s, "x" x $left; } }
		sub up { open my $f, ">", "up"; close $f } up; $up = 1; sleep; END { up unless $up }' "$count" "$bytes" 5>&- &
	slow=$!
	read -r _ <up
}
# hub_end COUNT: end the clients. The hub says of each what is lost.
hub_end() {
	exec 5>&-
	kill $slow
	wait $hub
	[ $? -eq 1 ] && [ "$(grep -c 'bytes for it are lost' lines)" -eq "$1" ]
}
# What comes for the clients once they are slow is dropped.
hub_slow() { hub_start 0 $clients -L 0; yes "$(head -c 1000 /dev/zero | tr '\0' y)" | head -c "$1"M >&5; hub_end $clients; }
# The most that a client can make the hub keep: two records of 1 MiB for it, and a part of one of its own.
hub_most() { hub_start 1048575 "$1" -L 0; for _ in 1 2 3 4; do zeros 1 | tr '\0' y | head -c 1048575; echo; done >&5; hub_end "$1"; }
# Without -L they are dropped after a second, with a line each.
hub_dropped() {
	hub_start 0 "$1"
	yes | head -c 4M >&5 2>/dev/null
	exec 5>&-
	wait $hub
	[ $? -eq 1 ] && [ "$(grep -c 'does not read what is sent to it, and was dropped' lines)" -eq "$1" ] && kill $slow
}

signals() {
	peak sigrecv -q -n "$1" -R r RTMIN >/dev/null &
	read -r pid <r && seq "$1" | sigsend -s RTMIN -q - "$pid"
	wait
}
signals_sent() {
	sigrecv -q -n "$1" -R r RTMIN >/dev/null &
	read -r pid <r && seq "$1" | peak sigsend -s RTMIN -q - "$pid"
	wait
}
pipes() { peak piperun -S statuses sh -c "head -c $1M /dev/zero" -- cat -- sh -c 'cat >/dev/null'; }
pipe_stages() {
	local stages=()

	for ((stage = 0; stage < 100; stage++)); do stages+=(-- cat); done
	zeros "$1" | peak piperun -S statuses cat "${stages[@]}" >/dev/null
	[ "$(wc -w <statuses)" -eq 101 ]
}

# descriptors WHO COUNT: pass that many, up to 250 in a message, and keep the most memory that WHO took.
descriptors() {
	local most=0 all rest=$2 list=()
	local send=() receive=()

	[ "$1" = send ] && send=(peak) || receive=(peak)
	while [ "$rest" -gt 0 ]; do
		list=()
		while [ ${#list[@]} -lt 250 ] && [ "$rest" -gt 0 ]; do list+=(0); rest=$((rest - 1)); done
		rm -f s peak
		listen ${receive[@]+"${receive[@]}"} fdrecv -R r unix:s -- "${small[@]}" >/dev/null
		${send[@]+"${send[@]}"} fdsend unix:s "${list[@]}" </dev/null || return 1
		wait
		read -r all _ <peak
		[ "$all" -le $most ] || most=$all
	done
	echo "$most 0" >peak
}
descriptors_sent() { descriptors send "$1"; }
descriptors_received() { descriptors receive "$1"; }

# A quarter of the objects of each kind: POSIX and System V segments, queues and semaphores of System V.
list() {
	rm -f /dev/shm/object*
	ipcrm -a
	perl -e 'for (1 .. $ARGV[0] / 4) { open my $f, ">", "/dev/shm/object$_"; shmget(0, 1, 0600) // die; msgget(0, 0600) // die;
		semget(0, 1, 0600) // die; }' "$1" && peak ipcls >lines && [ "$(wc -l <lines)" -gt $(($1 / 4 * 4)) ]
}

flat 'fifocat' fifo_read "$mib"
flat 'fifocat -w' fifo_write "$mib"
flat 'fifocat -w -l' fifo_records "$records"
flat 'fifocat -n' fifo_count "$records"
flat 'fifocat -w -L 0, without a reader' fifo_lossy "$records"
flat 'mqsend' queue_send "$records"
flat 'mqsend -0' queue_send_null "$records"
flat 'mqsend -N' queue_send_netstrings "$records"
flat 'mqsend, IPC7_TRACE' queue_trace "$records"
flat 'mqrecv' queue_receive "$records"
flat 'mqrecv -N' queue_receive_netstrings "$records"
flat 'mqrecv -v' queue_verbose "$records"
flat 'mqrecv -- COMMAND' queue_command "$runs"
flat 'mqrecv -j 4 -- COMMAND' queue_pool "$runs"
flat 'mqrecv -0 -b 8 -- COMMAND' queue_batch "$runs"
flat 'mqrecv -N -b 8 -- COMMAND' queue_batch_netstrings "$runs"
flat 'mqrecv -D file: -- COMMAND' queue_dead "$runs"
flat 'shmget -f' segment_follow "$runs"
flat_private 'shmput, from a pipe' put_pipe "$segment"
flat_private 'shmput, from a file' put_file "$segment"
flat_private 'shmput file:' put_to_file "$segment"
flat_private 'shmput -- COMMAND' put_update "$segment"
flat_private 'shmget' get_segment "$segment"
flat_private 'shmget -z' get_pages "$segment"
flat_private 'shmget file:' get_file "$segment"
flat 'sockcat, sending' socket_send "$mib"
flat 'sockcat -l, receiving' socket_receive "$mib"
flat 'sockcat -f' socket_records "$records"
flat 'sockcat -f, connecting again' socket_again "$connections"
flat 'sockcat -L 0' socket_lossy $((records > 1000000 ? records : 1000000))
flat 'sockcat, packets' socket_packets "$records"
flat 'sockcat, datagrams' datagrams_send "$records"
flat 'sockcat -l, datagrams' datagrams_receive "$records"
flat 'sockcat, UDP' udp_send "$records"
flat 'sockcat -l, UDP' udp_receive "$records"
flat 'sockcat -l -f -- COMMAND' socket_serve "$connections"
flat 'sockcat -l -f, connections' hub_connections "$connections"
# The client that reads may be behind, as far as its bound.
flat 'sockcat -l -n -B -r' hub_relay "$records" 4096
flat "sockcat -l -n -L 0, $clients slow clients" hub_slow "$mib"
bounded 'sockcat -l -n -L 0, slow clients with long records' hub_most "$clients" $((4 * 1024 * 1024))
bounded 'sockcat -l -n, slow clients that are dropped' hub_dropped "$clients" $((4 * 1024 * 1024))
flat 'sigrecv -q' signals "$records"
flat 'sigsend -q -' signals_sent "$records"
flat_private 'piperun' pipes "$mib"
flat_private 'piperun, 101 commands' pipe_stages "$((mib / 20))"
flat 'fdsend' descriptors_sent 1000
flat 'fdrecv' descriptors_received 1000
if [ -n "$inside" ]; then
	flat 'mqrecv sysv:' queue_sysv "$records"
	flat 'mqsend sysv:' queue_sysv_send "$records"
	flat_private 'shmput sysv:' put_sysv "$segment"
	flat_private 'shmget sysv:' get_sysv "$segment"
	bounded 'ipcls' list "$objects" 400
fi
if [ -n "$inside" ] && [ "$left_out" -eq 0 ]; then
	flat 'sockcat, multicast' group_send "$records"
	flat 'sockcat -l, multicast' group_receive "$records"
fi
[ "$failed" -gt 0 ] && echo "memory grows, or a command fails, in $failed of $ways ways of use" && exit 1
echo "memory stays flat, or within its bound, in $ways ways of use"
