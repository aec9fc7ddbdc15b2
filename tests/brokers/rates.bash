# Messages a second of the lines in ipc7-machines(7), beside those of the engine's own tools: RATES=1 make check-brokers.

# measure LABEL COUNT COMMAND...: time COMMAND, which moves COUNT messages.
measure() {
	local label=$1 count=$2 start=${EPOCHREALTIME/./}

	shift 2
	"$@"
	echo "# $label: $((count * 1000000 / (${EPOCHREALTIME/./} - start))) a second" >&3
}

# drains COUNT: send COUNT short messages to the queue IN and wait until the bridge outward has taken all.
drains() {
	seq "$1" | mqsend "$IN"
	until [ "$(depth "$IN")" -eq 0 ]; do moment; done
}

# delivers COUNT: receive COUNT messages from the queue OUT.
delivers() {
	mqrecv -f -n "$1" "$OUT" >/dev/null
}

# each COUNT COMMAND...: run COMMAND COUNT times, with a short message as its standard input.
each() {
	local number=0 count=$1

	shift
	while [ $((number += 1)) -le "$count" ]; do
		"$@" <<<"$number" >/dev/null
	done
}

# rates OUT IN: measure both bridges.
rates() {
	[ -n "${RATES:-}" ] || skip 'set RATES to measure'
	queues
	outward
	measure "$1" "$3" drains "$3"
	kill_family
	[ -n "$2" ] || return 0
	inward
	measure "$2" "$3" delivers "$3"
	kill_family
}
