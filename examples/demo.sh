#!/bin/sh
# demo.sh: run real pipelines over message queues, shared memory, semaphores, signals, FIFOs, pipes and sockets, and compare their
# output with the expected output. Every object has the process ID in its name and is removed at
# the end, even after a failure or a signal.
set -eu

tmp=$(mktemp -d)
jobs=/ipc7-demo-jobs-$$
results=/ipc7-demo-results-$$
dead=/ipc7-demo-dead-$$
table=/ipc7-demo-table-$$
key=$(printf 'sysv:0x%x' $((0x7a000000 + $$ % 65536 * 2)))
key2=$(printf 'sysv:0x%x' $((0x7a000001 + $$ % 65536 * 2)))

clean_up() {
	for name in "$jobs" "$results" "$dead" "$key" "$key2"; do
		mqrecv -u -n 0 "$name" 2>/dev/null || :
	done
	ipcdel "shm:$table" 2>/dev/null || :
	for name in "$key" "$key2"; do
		semop -u "$name" >/dev/null 2>&1 || :
	done
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
	printf '\n== %s\n' "$*"
}

fail() {
	echo "demo: FAILED: $*" >&2
	exit 1
}

# through QUEUE RESULTS: send the lines of the file to four workers, which send them on to RESULTS. The lines are numbered first
# and sorted at the end, because four workers at once keep no order.
through() {
	mqsend -c "$1" </dev/null
	mqsend -c "$2" </dev/null
	for worker in 1 2 3 4; do
		mqrecv -f -t 10s -e END "$1" | tee "$tmp/worker$worker" | mqsend "$2" &
	done
	{
		awk '{ printf "%07d %s\n", NR, $0 }' "$file" | mqsend "$1"
		mqsend "$1" END END END END
	} &
	mqrecv -t 10s -n "$lines" "$2" >"$tmp/back"
	wait
	for worker in 1 2 3 4; do
		echo "   worker $worker: $(wc -l <"$tmp/worker$worker") lines"
	done
	sort "$tmp/back" | cut -c9- >"$tmp/sorted"
	cmp "$file" "$tmp/sorted" || fail "the lines received differ from the lines sent"
	mqrecv -u -n 0 "$1"
	mqrecv -u -n 0 "$2"
	echo "   $lines lines came back unchanged"
}

for file in /usr/include/elf.h /usr/include/stdlib.h /etc/services; do
	[ -r "$file" ] && break
done
[ -r "$file" ] || fail "no file to send"
lines=$(wc -l <"$file")

say "$lines lines of $file through a POSIX message queue to four workers, and back"
through "$jobs" "$results"

say 'the same through System V message queues'
through "$key" "$key2"

say 'a COMMAND for each message: factor numbers; failures go to a dead-letter queue'
echo "   mqrecv -a -D dead jobs -- xargs factor"
mqsend -c "$jobs" 42 97 many 1001
mqrecv -c -a -D "$dead" "$jobs" -- xargs factor >"$tmp/factors" 2>/dev/null
sed 's/^/   /' "$tmp/factors"
printf '42: 2 3 7\n97: 97\n1001: 7 11 13\n' | cmp - "$tmp/factors" || fail 'the factors are wrong'
letter=$(mqrecv -u "$dead")
echo "   dead letter: $letter"
[ "$letter" = many ] || fail 'the dead letter is wrong'

say 'standard output is full: the message goes back into the queue'
mqsend "$jobs" 'do not lose me'
echo "   mqrecv jobs >/dev/full"
if mqrecv "$jobs" >/dev/full 2>"$tmp/error"; then
	fail 'mqrecv ignored the full output'
fi
sed "s|$jobs|/jobs|; s/^/   /" "$tmp/error"
survivor=$(mqrecv -t 0 -u "$jobs") || fail 'the message is lost'
[ "$survivor" = 'do not lose me' ] || fail 'the message has changed'
echo "   received next: $survivor"

say 'a table in shared memory: one process replaces it again and again while another reads it'
echo '   shmput table <new; shmget table'
# version N: print a table with N in each of 5000 lines. A torn table has two versions.
version() {
	awk -v n="$1" 'BEGIN { for (i = 1; i <= 5000; i++) print n, i }'
}
version 0 | shmput -c "$table"
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	version "$n" | shmput "$table"
done &
reads=0
while [ "$reads" -lt 40 ]; do
	shmget "$table" | awk '{ seen[$1] = 1 } END { for (n in seen) versions++; exit versions != 1 || NR != 5000 }' ||
		fail 'a reader saw half a table'
	reads=$((reads + 1))
done
wait
version 20 >"$tmp/last"
shmget -u "$table" | cmp - "$tmp/last" || fail 'the segment does not hold the last table'
echo "   $reads reads during 20 puts: each saw one whole table"

say 'four processes count to 1000 under a lock'
echo "   semop -c sysv:... -- sh -c 'read n <number; echo \$((n + 1)) >number'"
echo 0 >"$tmp/number"
for _ in 1 2 3 4; do
	(
		cd "$tmp"
		i=0
		while [ $i -lt 250 ]; do
			# shellcheck disable=SC2016 # for the inner sh
			semop -c "$key" -- sh -c 'read -r n <number; echo $((n + 1)) >number'
			i=$((i + 1))
		done
	) &
done
wait
number=$(cat "$tmp/number")
echo "   the number is now $number"
[ "$number" -eq 1000 ] || fail 'an increment was lost'

say 'ten jobs, at most three at once'
echo '   semop -c -i 3 sysv:... -- job'
: >"$tmp/log"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	# shellcheck disable=SC2016 # for the inner sh
	semop -c -i 3 "$key2" -- sh -c 'echo + >>"$1"; awk "BEGIN { for (i = 0; i < 300000; i++) x += i }"; echo - >>"$1"' sh "$tmp/log" &
done
wait
most=$(awk '{ n += $1 == "+" ? 1 : -1; if (n > most) most = n } END { print most }' "$tmp/log")
echo "   $(grep -c + "$tmp/log") jobs, at most $most at once"
[ "$most" -le 3 ] || fail 'more than three ran at once'
[ "$(grep -c - "$tmp/log")" -eq 10 ] || fail 'a job was lost'

say '2000 numbers as the values of real-time signals, from one process to another'
echo '   seq 2000 | sigsend -s RTMIN -q - PID; sigrecv -q -n 2000 RTMIN'
mkfifo "$tmp/ready"
sigrecv -R "$tmp/ready" -t 10s -q -n 2000 RTMIN >"$tmp/values" &
receiver=$!
read -r pid <"$tmp/ready"
seq 2000 | sigsend -s RTMIN -q - "$pid" || fail 'a value was not sent'
wait "$receiver" || fail 'a value was not received'
seq 2000 | cmp - "$tmp/values" || fail 'the values received differ from the values sent'
echo '   2000 values received, in order'

say 'a process that ignores SIGTERM'
echo '   sigsend -t 0.3 -k KILL PID'
sigmask -i TERM sigrecv -R "$tmp/ready" USR1 >/dev/null &
stubborn=$!
read -r pid <"$tmp/ready"
sigsend -t 0.3 -k KILL "$pid" || fail 'sigsend did not end the process'
{ wait "$stubborn" || status=$?; } 2>/dev/null
by=$(sigsend -l "$status")
echo "   ended by $by"
[ "$by" = KILL ] || fail 'another signal ended the process'

say 'four writers and one reader through a FIFO'
echo '   fifocat -l -w fifo <lines (four times); fifocat fifo'
mkfifo "$tmp/fifo"
exec 8<>"$tmp/fifo"
fifocat -n 2000 "$tmp/fifo" >"$tmp/mixed" 8<&- &
for writer in 1 2 3 4; do
	awk -v w="$writer" 'BEGIN {
		fill = sprintf("%3000s", "")
		gsub(" ", w, fill)
		for (i = 1; i <= 500; i++) { s = w " " i " "; print s substr(fill, length(s) + 1) }
	}' >"$tmp/lines$writer"
	fifocat -l -w "$tmp/fifo" <"$tmp/lines$writer" 8<&- &
done
wait
exec 8<&-
sort "$tmp/mixed" >"$tmp/mixed-sorted"
sort "$tmp/lines1" "$tmp/lines2" "$tmp/lines3" "$tmp/lines4" | cmp - "$tmp/mixed-sorted" || fail 'a line was torn or lost'
echo "   $(wc -l <"$tmp/mixed") lines of 3000 bytes received, none torn"

say 'two programs in a ring: each answers with the next number'
echo '   piperun -l first -- second'
cat >"$tmp/first" <<'END'
echo 1
while read -r n; do
	echo "first heard $n" >&2
	[ "$n" -lt 6 ] || break
	echo $((n + 1))
done
END
# shellcheck disable=SC2016 # for the inner sh
piperun -t 10s -l sh "$tmp/first" -- sh -c 'while read -r n; do echo $((n + 1)); done' 2>"$tmp/talk" || fail 'the ring failed'
sed 's/^/   /' "$tmp/talk"
printf 'first heard 2\nfirst heard 4\nfirst heard 6\n' | cmp - "$tmp/talk" || fail 'an answer was wrong'

say 'a server, and 50 clients at once, over TCP and over a Unix socket'
echo '   sockcat -l -n 50 ADDRESS -- tr a-z A-Z'
for address in tcp:127.0.0.1:0 "unix:$tmp/socket"; do
	ready=$tmp/ready-${address%%:*}
	mkfifo "$ready"
	sockcat -l -u -n 50 -R "$ready" "$address" -- tr a-z A-Z &
	server=$!
	read -r address <"$ready"
	for client in $(seq 50); do
		echo "client $client" | sockcat "$address" >"$tmp/answer$client" &
	done
	wait "$server" || fail 'the server failed'
	wait
	cat "$tmp"/answer[0-9]* | sort >"$tmp/all-answers"
	rm "$tmp"/answer[0-9]*
	seq -f 'CLIENT %.0f' 50 | sort | cmp - "$tmp/all-answers" || fail 'an answer was lost or wrong'
	echo "   ${address%%:*}: 50 answers"
done

say 'a chat of three clients'
echo '   sockcat -l -n 3 -B -P unix:PATH'
mkfifo "$tmp/ready-chat" "$tmp/said"
sockcat -l -u -n 3 -B -P -R "$tmp/ready-chat" "unix:$tmp/chat" >"$tmp/said" &
exec 9<"$tmp/said"
read -r address <"$tmp/ready-chat"
for name in anna bert cora; do
	mkfifo "$tmp/in-$name" "$tmp/ready-$name"
	sockcat -R "$tmp/ready-$name" "$address" <"$tmp/in-$name" >"$tmp/heard-$name" 5>&- 6>&- 7>&- 9<&- &
	case $name in
	anna) exec 5>"$tmp/in-$name" ;;
	bert) exec 6>"$tmp/in-$name" ;;
	cora) exec 7>"$tmp/in-$name" ;;
	esac
	read -r _ <"$tmp/ready-$name"
done
# Each client speaks once the message before has arrived.
echo 'anna: is everybody here?' >&5
read -r _ <&9
echo 'bert: I am' >&6
read -r _ <&9
echo 'cora: so am I' >&7
read -r _ <&9
exec 5>&- 6>&- 7>&-
wait
exec 9<&-
for name in anna bert cora; do
	cut -f2 "$tmp/heard-$name" | sed "s/^/   $name hears /"
done
cat "$tmp"/heard-* | cut -f2 | sort | uniq -c | awk '$1 != 2 { exit 1 }' || fail 'a message did not reach two clients'
[ "$(cat "$tmp"/heard-* | wc -l)" -eq 6 ] || fail 'a message was lost'

say 'packets of several sizes over UDP and seqpacket'
echo '   sockcat -N -O ADDRESS <netstrings'
for size in 1 10 1000 60000; do
	printf '%s:' "$size"
	head -c "$size" /dev/zero | tr '\0' x
	printf ,
done >"$tmp/packets"
for address in udp:127.0.0.1:0 "unix-seq:$tmp/packet"; do
	ready=$tmp/ready-${address%%:*}
	mkfifo "$ready"
	count=
	[ "${address%%:*}" = unix-seq ] || count=4
	# shellcheck disable=SC2086 # no count, no option
	sockcat -l -I -u -N ${count:+-n $count} -R "$ready" "$address" >"$tmp/came" &
	server=$!
	read -r address <"$ready"
	sockcat -N -O "$address" <"$tmp/packets" || fail 'a packet was not sent'
	wait "$server" || fail 'a packet was not received'
	cmp "$tmp/packets" "$tmp/came" || fail 'a packet was changed'
	echo "   ${address%%:*}: 4 packets"
done

say 'list, change and remove a queue, a segment and a semaphore'
echo '   ipcls KIND:NAME...; ipcset -m 0640 KIND:NAME...; ipcdel KIND:NAME...'
ipcdel "sem:$key"
mqsend -c -d 4 -s 64 "$jobs" first second
echo hello | shmput -c "$table"
semop -c -i 3 "$key" >/dev/null
ipcls -o kind,size,count,value "mq:$jobs" "shm:$table" "sem:$key" >"$tmp/objects"
sed 's/^/   /' "$tmp/objects"
printf 'KIND\tSIZE\tCOUNT\tVALUE\nmq\t256\t2\t-\nshm\t6\t-\t-\nsem\t-\t1\t3\n' | cmp - "$tmp/objects" || fail 'the list is wrong'
ipcset -m 0640 "shm:$table" "sem:$key"
[ "$(ipcls -H -o mode "shm:$table" "sem:$key" | sort -u)" = 0640 ] || fail 'a mode was not changed'
ipcdel "mq:$jobs" "shm:$table" "sem:$key"
if ipcls -H "mq:$jobs" "shm:$table" "sem:$key" >"$tmp/objects" 2>&1 || grep -v ': no such ' "$tmp/objects"; then
	fail 'an object still exists'
fi
echo '   all removed'

printf '\nAll comparisons held.\n'
