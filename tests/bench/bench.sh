#!/bin/sh
# bench.sh: what make bench prints. Ratios of whole processes, run in turn on this machine; absolute times mean little.
#   LINES=100000 MIB=64 RUNS=5 make bench
set -eu

lines=${LINES:-1000000}
mib=${MIB:-1024}
runs=${RUNS:-7}
here=$PWD/build
queue=/ipc7-bench-$$
segment=/ipc7-bench-$$
key=$((0x7b000000 + $$ % 65536))
tmp=$(mktemp -d)
clean_up() {
	for name in "$queue" "sysv:$key"; do
		mqrecv -u -n 0 "$name" 2>/dev/null || :
		shmget -u -n 0 "$name" 2>/dev/null || :
	done
	semop -u "sysv:$key" >/dev/null 2>&1 || :
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

seq "$lines" >"$tmp/lines"
mqsend -c "$queue" </dev/null
mqsend -c "sysv:$key" </dev/null

# pair LABEL OURS THEIRS
pair() {
	"$here/ratio" "$runs" "$@"
}

limit="$here/queue-limit"
echo "$lines lines, $runs runs; times in ms; ratio: how many times as fast ours is (median, smallest-largest)"
printf '%-52s %8s %8s %7s\n' '' ours other ratio
for out in '>/dev/null' '| cat >/dev/null'; do
	pair "POSIX queue, bare C loop, $out" \
		"mqsend $queue <$tmp/lines & mqrecv -n $lines $queue $out; wait" \
		"$limit send posix $queue <$tmp/lines & $limit receive posix $queue $lines $out; wait"
	pair "System V queue, bare C loop, $out" \
		"mqsend sysv:$key <$tmp/lines & mqrecv -n $lines sysv:$key $out; wait" \
		"$limit send sysv $key <$tmp/lines & $limit receive sysv $key $lines $out; wait"
done

# 200 starts each, so that the shell that runs them counts little.
# shellcheck disable=SC2016 # for the shell that ratio starts
starts='i=0; while [ $i -lt 200 ]; do'
# shellcheck disable=SC2016
more='i=$((i+1)); done'
pair '200 starts, mqsend -V, a program that does nothing' "$starts mqsend -V >/dev/null; $more" "$starts $here/nothing >/dev/null; $more"
pair '200 starts, mqsend -V, /bin/true' "$starts mqsend -V >/dev/null; $more" "$starts /bin/true >/dev/null; $more"
pair '200 messages sent and received, /bin/true twice' \
	"$starts mqsend $queue x; mqrecv $queue >/dev/null; $more" "$starts /bin/true >/dev/null; /bin/true >/dev/null; $more"

# A file into a new segment, and a segment into a pipe.
echo
echo "$mib MiB, $runs runs"
head -c "${mib}M" /dev/urandom >"$tmp/file"
file=/dev/shm$segment
for other in "cp $tmp/file $file" "cat $tmp/file >$file" "dd bs=1M status=none if=$tmp/file of=$file" "pv -q $tmp/file >$file"; do
	command -v "${other%% *}" >/dev/null || continue
	pair "file into a new segment, ${other%% *}" "rm -f $file; shmput -c $segment <$tmp/file" "rm -f $file; $other"
done
for other in "cat $file" "dd bs=1M status=none if=$file" "pv -q $file"; do
	command -v "${other%% *}" >/dev/null || continue
	pair "segment into a pipe, ${other%% *}" "shmget $segment | cat >/dev/null" "$other | cat >/dev/null"
done
pair 'segment into a pipe, -z, cat' "shmget -z $segment | cat >/dev/null" "cat $file | cat >/dev/null"
pair 'segment into a pipe, -z, pv' "shmget -z $segment | cat >/dev/null" "pv -q $file | cat >/dev/null"
shmput -c "sysv:$key" <"$tmp/file"
pair 'System V segment into a pipe, cat of a POSIX one' "shmget sysv:$key | cat >/dev/null" "cat $file | cat >/dev/null"
pair 'file into a System V segment that exists, cat' "shmput sysv:$key <$tmp/file" "cat $tmp/file >$file"
shmget -n 0 -u "$segment"
shmget -n 0 -u "sysv:$key"

echo
echo "200 commands under a lock, $runs runs"
semop -c "sysv:$key" >/dev/null
pair 'semop sysv:, true; flock' "$starts semop sysv:$key -- true; $more" "$starts flock $tmp/lock true; $more"
pair 'semop sysv: -1 and +1; flock true' "$starts semop sysv:$key -1; semop sysv:$key +1; $more" "$starts flock $tmp/lock true; $more"
if command -v sem >/dev/null; then
	pair '10 of them, GNU sem --fg' "for i in 1 2 3 4 5 6 7 8 9 10; do semop sysv:$key -- true; done" \
		"for i in 1 2 3 4 5 6 7 8 9 10; do sem --fg --id ipc7-bench-$$ true; done"
fi

# Values by real-time signals: a fifth as many as lines.
values=$((lines / 5))
echo
echo "$values values by real-time signals, $runs runs"
mkfifo "$tmp/ready"
seq "$values" >"$tmp/values"
ours="sigrecv -q -n $values -R $tmp/ready RTMIN"
for out in '>/dev/null' '| cat >/dev/null'; do
	pair "stream, bare C loop, $out" \
		"$ours $out & read pid <$tmp/ready; sigsend -s RTMIN -q - \$pid <$tmp/values; wait" \
		"$here/signal-limit receive $values $tmp/ready $out & read pid <$tmp/ready; $here/signal-limit send \$pid $values; wait"
done
if /bin/kill --version 2>/dev/null | grep -q procps; then
	few=$((values < 500 ? values : 500))
	ours="sigrecv -q -n $few -R $tmp/ready RTMIN >/dev/null"
	pair "$few values, kill -q in a loop" \
		"$ours & read pid <$tmp/ready; head -n $few $tmp/values | sigsend -s RTMIN -q - \$pid; wait" \
		"$ours & read pid <$tmp/ready; for i in \$(seq $few); do /bin/kill -q \$i -s RTMIN \$pid; done; wait"
	pair "$few values, sigsend -q and kill -q, both in a loop" \
		"$ours & read pid <$tmp/ready; for i in \$(seq $few); do sigsend -q \$i -s RTMIN \$pid; done; wait" \
		"$ours & read pid <$tmp/ready; for i in \$(seq $few); do /bin/kill -q \$i -s RTMIN \$pid; done; wait"
fi

# A file through a FIFO: $1 what stands in front of the writers, for each other way.
echo
echo "$mib MiB through a FIFO, $runs runs"
mkfifo "$tmp/fifo"
through() {
	echo "$2 & $1; wait"
}
limit="$here/pipe-limit"
for out in '>/dev/null' '| cat >/dev/null'; do
	pair "from a pipe, bare splice, $out" \
		"$(through "cat $tmp/file | fifocat -w $tmp/fifo" "fifocat $tmp/fifo $out")" \
		"$(through "cat $tmp/file | $limit write $tmp/fifo" "$limit read $tmp/fifo $out")"
done
pair 'from a file with -z, bare splice' \
	"$(through "fifocat -z -w $tmp/fifo <$tmp/file" "fifocat $tmp/fifo >/dev/null")" \
	"$(through "$limit write $tmp/fifo <$tmp/file" "$limit read $tmp/fifo >/dev/null")"
for other in 'cat' 'pv -q' 'dd bs=64k status=none' 'socat -u -'; do
	command -v "${other%% *}" >/dev/null || continue
	case $other in
	socat*)
		write="socat -u - OPEN:$tmp/fifo,wronly <$tmp/file"
		read="socat -u OPEN:$tmp/fifo,rdonly - >/dev/null"
		;;
	*)
		write="$other <$tmp/file >$tmp/fifo"
		read="$other <$tmp/fifo >/dev/null"
		;;
	esac
	pair "from a file with -z, ${other%% *}" \
		"$(through "fifocat -z -w $tmp/fifo <$tmp/file" "fifocat $tmp/fifo >/dev/null")" "$(through "$write" "$read")"
done
pair 'from a file without -z, cat' \
	"$(through "fifocat -w $tmp/fifo <$tmp/file" "fifocat $tmp/fifo >/dev/null")" \
	"$(through "cat <$tmp/file >$tmp/fifo" "cat <$tmp/fifo >/dev/null")"
pair 'piperun cat -- cat, cat | cat' "piperun cat $tmp/file -- cat >/dev/null" "cat $tmp/file | cat >/dev/null"
