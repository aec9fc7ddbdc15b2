#!/bin/sh
# bench.sh: what make bench prints. Ratios of whole processes, run in turn on this machine; absolute times mean little.
#   LINES=100000 RUNS=5 make bench
set -eu

lines=${LINES:-1000000}
runs=${RUNS:-7}
here=$PWD/build
queue=/ipc7-bench-$$
key=$((0x7b000000 + $$ % 65536))
tmp=$(mktemp -d)
trap 'mqrecv -u -n 0 "$queue" 2>/dev/null || :; mqrecv -u -n 0 "sysv:$key" 2>/dev/null || :; rm -rf "$tmp"' EXIT

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
