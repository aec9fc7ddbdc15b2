#!/bin/sh
# demo.sh: what make demo runs. Real pipelines over message queues, each compared with what it should give. Everything that it makes
# has this process's number in its name, and is removed at the end, also after a failure or a signal.
set -eu

tmp=$(mktemp -d)
jobs=/ipc7-demo-jobs-$$
results=/ipc7-demo-results-$$
dead=/ipc7-demo-dead-$$
key=$(printf 'sysv:0x%x' $((0x7a000000 + $$ % 65536 * 2)))
key2=$(printf 'sysv:0x%x' $((0x7a000001 + $$ % 65536 * 2)))

clean_up() {
	for name in "$jobs" "$results" "$dead" "$key" "$key2"; do
		mqrecv -u -n 0 "$name" 2>/dev/null || :
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

# through QUEUE RESULTS: the lines of the file go to four workers, each of which sends what it receives on to the second queue.
# The lines are numbered on the way in, since four workers at once keep no order, and put in order again on the way out.
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
	cmp "$file" "$tmp/sorted" || fail "the lines that came back are not those that went in"
	mqrecv -u -n 0 "$1"
	mqrecv -u -n 0 "$2"
	echo "   $lines lines came back, byte for byte"
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

say 'a COMMAND for each message: numbers are factored; what fails goes to a dead-letter queue'
echo "   mqrecv -a -D dead jobs -- xargs factor"
mqsend -c "$jobs" 42 97 many 1001
mqrecv -c -a -D "$dead" "$jobs" -- xargs factor >"$tmp/factors" 2>/dev/null
sed 's/^/   /' "$tmp/factors"
printf '42: 2 3 7\n97: 97\n1001: 7 11 13\n' | cmp - "$tmp/factors" || fail 'the factors are wrong'
letter=$(mqrecv -u "$dead")
echo "   dead letter: $letter"
[ "$letter" = many ] || fail 'the dead letter is wrong'

say 'a message survives its reader: the output is full, so it goes back'
mqsend "$jobs" 'do not lose me'
echo "   mqrecv jobs >/dev/full"
if mqrecv "$jobs" >/dev/full 2>"$tmp/error"; then
	fail 'a full output was not noticed'
fi
sed "s|$jobs|/jobs|; s/^/   /" "$tmp/error"
survivor=$(mqrecv -t 0 -u "$jobs") || fail 'the message is lost'
[ "$survivor" = 'do not lose me' ] || fail 'the message is another'
echo "   received then: $survivor"

printf '\nAll comparisons held.\n'
