# Bodies of the tests of every broker. The file defines outward and inward, which start a bridge from the queue IN to the broker, and
# from there to the queue OUT; its process id is then in OUTWARD or INWARD.

# crosses [COUNT]: nothing is lost, doubled or out of order. For five seconds nobody receives: the local queue is full.
crosses() {
	local count=${1:-10000}

	queues
	send 1 "$count"
	inward
	outward
	in_time 60 full
	sleep 5
	full
	receive
	settle crossing "$count"
	[ "$LOST $DOUBLED $DISORDERED" = '0 0 0' ]
	PID=$SENDER
	ends 0
	kill_family
}

full() {
	[ "$(depth "$OUT")" -eq 10 ]
}

# survives SIGNAL [LOST]: the broker is ended by SIGNAL in the middle, and started again after AWAY seconds (2). Nothing is lost, or at
# most LOST.
survives() {
	queues
	inward
	outward
	receive
	send 1 2000
	in_time 60 arrived 300
	halt "$1"
	sleep "${AWAY:-2}"
	broker
	settle "restart by $1" 2000
	kill_family
	[ "$LOST" -le "${2:-0}" ]
}

# restarts BRIDGE [LOST]: outward or inward is stopped ten times by TERM, then killed ten times: five times its first process alone,
# and five times all processes of both bridges at once. The queue of its sender is full then. Nothing is lost, or at most LOST by KILL.
restarts() {
	local signal round pid

	for signal in TERM KILL; do
		queues
		inward
		outward
		receive
		send 1 2000
		for round in 1 2 3 4 5 6 7 8 9 10; do
			in_time 30 arrived $((round * 60))
			if [ "$1" = inward ]; then
				pid=$INWARD
				stop "$RECEIVER"
				in_time 30 full
			else
				pid=$OUTWARD
			fi
			if [ $signal$((round / 6)) = KILL1 ]; then
				kill_family
				inward
				outward
			else
				kill -$signal "$pid"
				kill -CONT "$RECEIVER"
				in_time 30 dead "$pid"
				"$1"
			fi
			kill -CONT "$RECEIVER"
		done
		settle "$1 and $signal" 2000
		kill_family
		[ "$LOST" -eq 0 ] || { [ "$signal" = KILL ] && [ "$LOST" -le "${2:-0}" ]; }
	done
}

# largest [SIZE]: a message of SIZE bytes (8192) comes out as it went in.
largest() {
	queues
	head -c "${1:-8192}" /dev/urandom >big
	new_name posix
	OUT=$Q
	mqrecv -c -d 2 -n 0 "$OUT"
	mqsend -r "$IN" <big
	inward
	outward
	mqrecv -t 30 -r "$OUT" | cmp big -
	kill_family
}
