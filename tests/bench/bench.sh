#!/bin/sh
# bench.sh: print the table of make bench: ratios of whole processes, run in turn on this machine. Absolute times mean little.
# A row whose label ends in brackets shows a sentence: [README: flock] is the one on flock in README. A row takes three seconds.
#   LINES=1000000 MIB=1024 RUNS=7 make bench
#   ROWS='*[README:*' make bench     only rows whose label the pattern of the shell matches
set -eu

lines=${LINES:-100000}
mib=${MIB:-128}
runs=${RUNS:-15}
here=$PWD/build
queue=/ipc7-bench-$$
segment=/ipc7-bench-$$
key=$((0x7b000000 + $$ % 65536))
tmp=$(mktemp -d)
clean_up() {
	for name in "$queue" "sysv:$key"; do
		mqrecv -u -n 0 "$name" 2>/dev/null || :
		ipcdel "shm:$name" 2>/dev/null || :
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

# pair LABEL OURS THEIRS: print one row.
pair() {
	# shellcheck disable=SC2254 # a pattern
	case $1 in
	${ROWS:-*}) "$here/ratio" "$runs" "$@" ;;
	esac
}

limit="$here/queue-limit"
echo "$lines lines, at most $runs runs; times in ms; ratio: how many times as fast ours is (median, smallest-largest)"
printf '%-60s %8s %8s %7s\n' 'ours, other [the sentence that the row shows]' ours other ratio
for out in '>/dev/null' '| cat >/dev/null'; do
	pair "POSIX queue, bare C loop, $out" \
		"mqsend $queue <$tmp/lines & mqrecv -n $lines $queue $out; wait" \
		"$limit send posix $queue <$tmp/lines & $limit receive posix $queue $lines $out; wait"
	pair "System V queue, bare C loop, $out" \
		"mqsend sysv:$key <$tmp/lines & mqrecv -n $lines sysv:$key $out; wait" \
		"$limit send sysv $key <$tmp/lines & $limit receive sysv $key $lines $out; wait"
done

# 200 starts each, so the shell that runs them counts little.
# shellcheck disable=SC2016 # for the shell that ratio starts
starts='i=0; while [ $i -lt 200 ]; do'
# shellcheck disable=SC2016
more='i=$((i+1)); done'
pair '200 starts, mqsend -V, a program that does nothing' "$starts mqsend -V >/dev/null; $more" "$starts $here/nothing >/dev/null; $more"
pair '200 starts, mqsend -V, /bin/true [README: Install]' "$starts mqsend -V >/dev/null; $more" "$starts /bin/true >/dev/null; $more"
for link in "$here"/mqsend-dynamic "$here"/mqsend-static; do
	test -x "$link" || continue
	pair "200 starts, mqsend -V, ${link##*/} [config.mk: LINK]" "$starts mqsend -V >/dev/null; $more" "$starts $link -V >/dev/null; $more"
done
[ ! -x "$here/mqsend-static" ] ||
	pair '200 starts, mqsend-static, mqsend-dynamic [config.mk: LINK]' \
		"$starts $here/mqsend-static -V >/dev/null; $more" "$starts $here/mqsend-dynamic -V >/dev/null; $more"
echo 'red 3' | shmput -c "$segment"
pair '200 gets of a small segment, shmget -V [lesson 10: fastest]' "$starts shmget $segment >/dev/null; $more" "$starts shmget -V >/dev/null; $more"
ipcdel "shm:$segment"
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
shmput -c "$segment" <"$tmp/file"
for other in "cat $file" "dd bs=1M status=none if=$file" "pv -q $file"; do
	command -v "${other%% *}" >/dev/null || continue
	pair "segment into a pipe, ${other%% *}" "shmget $segment | cat >/dev/null" "$other | cat >/dev/null"
done
pair 'segment into a pipe, -z, without -z [shmget(1): -z]' "shmget -z $segment | cat >/dev/null" "shmget $segment | cat >/dev/null"
pair 'segment into a pipe, -z, cat' "shmget -z $segment | cat >/dev/null" "cat $file | cat >/dev/null"
pair 'segment into a pipe, -z, pv' "shmget -z $segment | cat >/dev/null" "pv -q $file | cat >/dev/null"
shmput -c "sysv:$key" <"$tmp/file"
pair 'System V segment into a pipe, cat of a POSIX one' "shmget sysv:$key | cat >/dev/null" "cat $file | cat >/dev/null"
pair 'file into a System V segment that exists, cat' "shmput sysv:$key <$tmp/file" "cat $tmp/file >$file"
if command -v ipcs >/dev/null; then
	pair '200 listings of all objects, ipcs -a of System V' "$starts ipcls >/dev/null; $more" "$starts ipcs -a >/dev/null; $more"
fi
ipcdel "shm:$segment" "shm:sysv:$key"

echo
echo "200 commands under a lock, $runs runs"
semop -c "sysv:$key" >/dev/null
pair 'semop sysv:, true; flock' "$starts semop sysv:$key -- true; $more" "$starts flock $tmp/lock true; $more"
pair 'semop file:, true; flock [README: flock]' "$starts semop -c file:$tmp/lock2 -- true; $more" "$starts flock $tmp/lock true; $more"
pair 'semop sysv: -1 and +1; flock true' "$starts semop sysv:$key -1; semop sysv:$key +1; $more" "$starts flock $tmp/lock true; $more"
if command -v sem >/dev/null; then
	pair '2 of them, GNU sem --fg [README: GNU sem]' "for i in 1 2; do semop sysv:$key -- true; done" \
		"for i in 1 2; do sem --fg --id ipc7-bench-$$ true; done"
fi

# Values by real-time signals: a fifth of the number of lines.
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
	few=$((values < 100 ? values : 100))
	ours="sigrecv -q -n $few -R $tmp/ready RTMIN >/dev/null"
	pair "$few values, kill -q in a loop" \
		"$ours & read pid <$tmp/ready; head -n $few $tmp/values | sigsend -s RTMIN -q - \$pid; wait" \
		"$ours & read pid <$tmp/ready; for i in \$(seq $few); do /bin/kill -q \$i -s RTMIN \$pid; done; wait"
	pair "$few values, sigsend -q and kill -q, both in a loop" \
		"$ours & read pid <$tmp/ready; for i in \$(seq $few); do sigsend -q \$i -s RTMIN \$pid; done; wait" \
		"$ours & read pid <$tmp/ready; for i in \$(seq $few); do /bin/kill -q \$i -s RTMIN \$pid; done; wait"
fi

# A file through a FIFO. through WRITER READER prints the command of a row.
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

# A stream through a socket. Servers and senders of the other programs use the path $tmp/at.
echo
echo "$mib MiB through a socket, $runs runs"
limit="$here/socket-limit"
# The path exists before a client can connect to it, except with sockcat -R.
until_up="until [ -e $tmp/at ] && { [ ! -S $tmp/at ] || grep -q ' 00010000 .*$tmp/at' /proc/net/unix; }; do :; done"
has() {
	command -v "$1" >/dev/null
}
# over LABEL KIND SENDER OURS OTHER-SERVER OTHER-SENDER: print one row; the reader is a pipe.
over() {
	pair "$1" \
		"rm -f $tmp/at $tmp/line; mkfifo $tmp/line; sockcat -l -I -R $tmp/line $4 | cat >/dev/null & read address <$tmp/line; $3; wait" \
		"rm -f $tmp/at; $5 | cat >/dev/null & $until_up; $6; wait"
}
for kind in unix tcp; do
	case $kind in
	unix)
		at="unix:$tmp/at"
		socat_serves="socat -u -b1048576 UNIX-LISTEN:$tmp/at -"
		socat_sends="socat -u -b1048576 - UNIX-CONNECT:$tmp/at"
		nc_serves="nc -lU $tmp/at </dev/null"
		nc_serves_both="nc -N -lU $tmp/at"
		nc_sends="nc -N -U $tmp/at"
		;;
	tcp)
		at=tcp:127.0.0.1:0
		port=$((20000 + $$ % 10000))
		await="until grep -q ':$(printf %04X "$port") 00000000:0000 0A ' /proc/net/tcp; do :; done; : >$tmp/at"
		socat_serves="{ { $await; } & exec socat -u -b1048576 TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr -; }"
		socat_sends="socat -u -b1048576 - TCP:127.0.0.1:$port"
		nc_serves="{ { $await; } & exec nc -l 127.0.0.1 $port </dev/null; }"
		nc_serves_both="{ { $await; } & exec nc -N -l 127.0.0.1 $port; }"
		nc_sends="nc -N 127.0.0.1 $port"
		;;
	esac
	limit_serves="$limit serve $kind $tmp/at"
	limit_sends="$limit send $kind $tmp/at"
	# shellcheck disable=SC2016 # for the shell that ratio starts
	from_pipe="cat $tmp/file | sockcat -O"' $address'
	# shellcheck disable=SC2016
	from_file='sockcat -O $address'" <$tmp/file"
	# shellcheck disable=SC2016
	pages='sockcat -z -O $address'" <$tmp/file"
	over "$kind, from a pipe, bare splice" "$kind" "$from_pipe" "$at" "$limit_serves" "cat $tmp/file | $limit_sends"
	over "$kind, from a file with -z, bare splice" "$kind" "$pages" "$at" "$limit_serves" "$limit_sends <$tmp/file"
	if has socat; then
		over "$kind, from a pipe, socat -b1048576" "$kind" "$from_pipe" "$at" "$socat_serves" "cat $tmp/file | $socat_sends"
		over "$kind, from a file with -z, socat -b1048576" "$kind" "$pages" "$at" "$socat_serves" "$socat_sends <$tmp/file"
		over "$kind, from a file without -z, socat -b1048576" "$kind" "$from_file" "$at" "$socat_serves" "$socat_sends <$tmp/file"
	fi
	if nc -h 2>&1 | grep -q OpenBSD; then
		over "$kind, from a pipe, nc [README: nc]" "$kind" "$from_pipe" "$at" "$nc_serves" "cat $tmp/file | $nc_sends"
		over "$kind, from a file with -z, nc" "$kind" "$pages" "$at" "$nc_serves" "$nc_sends <$tmp/file"
		over "$kind, from a file without -z, nc" "$kind" "$from_file" "$at" "$nc_serves" "$nc_sends <$tmp/file"
		# nc looks faster than it is if it loses bytes.
		# shellcheck disable=SC2016
		pair "$kind, both ways at once, nc" \
			"rm -f $tmp/at $tmp/line; mkfifo $tmp/line; cat $tmp/file | sockcat -l -R $tmp/line $at | cat >/dev/null & read address <$tmp/line; cat $tmp/file | sockcat "'$address'" | cat >/dev/null; wait" \
			"rm -f $tmp/at; cat $tmp/file | ${nc_serves_both} | cat >/dev/null & $until_up; cat $tmp/file | $nc_sends | cat >/dev/null; wait"
	fi
done

# Connections with a COMMAND each, from one client, and small messages in both directions.
count=$((mib / 2 + 50))
echo
echo "$count connections with a COMMAND each, and $((count * 20)) messages of 64 bytes there and back"
served() {
	pair "$1" \
		"rm -f $tmp/at; sockcat -l -n $count unix:$tmp/at -- cat & $until_up; $limit clients unix $tmp/at $count; wait" \
		"rm -f $tmp/at; $2 & server=\$!; $until_up; $limit clients unix $tmp/at $count; kill \$server"
}
served 'bare accept, vfork and exec loop' "$limit commands unix $tmp/at $(command -v cat)"
has socat && served 'socat UNIX-LISTEN,fork EXEC:cat [README: socat]' "socat UNIX-LISTEN:$tmp/at,fork,backlog=64 EXEC:cat"
has socat && served 'socat UNIX-LISTEN,fork EXEC:cat,nofork' "socat UNIX-LISTEN:$tmp/at,fork,backlog=64 EXEC:cat,nofork"
has ncat && served 'ncat -k -e cat' "ncat -lkU $tmp/at -e /bin/cat"
talked() {
	pair "$1" \
		"rm -f $tmp/at; $limit echo $2 $tmp/at & $until_up; $limit talk $((count * 20)) $3; wait" \
		"rm -f $tmp/at; $limit echo $2 $tmp/at & $until_up; $limit talk $((count * 20)) $4; wait"
}
has socat && talked 'messages, Unix, socat' unix "sockcat unix:$tmp/at" "socat - UNIX:$tmp/at"
nc -h 2>&1 | grep -q OpenBSD && talked 'messages, Unix, nc' unix "sockcat unix:$tmp/at" "nc -U $tmp/at"
# shellcheck disable=SC2016
has socat && talked 'messages, TCP, socat' tcp 'sockcat tcp:127.0.0.1:$(cat '"$tmp/at)" 'socat - TCP:127.0.0.1:$(cat '"$tmp/at)"
