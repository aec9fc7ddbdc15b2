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
	send 1 1000
	in_time 60 arrived 300
	halt "$1"
	sleep "${AWAY:-2}"
	broker
	settle "restart by $1" 1000
	kill_family
	[ "$LOST" -le "${2:-0}" ]
}

# restarts outward|inward [LOST]: the bridge is stopped ten times by TERM, then killed ten times: five times its first process alone,
# and five times all its processes at once. The local queue is full then, and its sender waits. Nothing is lost, or
# at most LOST.
restarts() {
	local signal round

	for signal in TERM KILL; do
		queues
		inward
		outward
		send 1 1500
		for round in 1 2 3 4 5 6 7 8 9 10; do
			"restart_$1" $signal $((round / 6))
		done
		receive
		settle "$1 and $signal" 1500
		kill_family
		[ "$LOST" -le "${2:-0}" ]
	done
}

# end PID SIGNAL WHOLE NAME: end a bridge.
end() {
	if [ "$2$3" = KILL1 ]; then
		kill_family "$4"
		# It has no environment of its own before it executes the bridge.
		kill -KILL "$1" 2>/dev/null || true
	else
		kill "-$2" "$1"
	fi
}

# restart_outward, restart_inward SIGNAL WHOLE: end a bridge and start it again, and let 100 messages pass. The batch that redis-in.sh or
# ssh.sh has in hand is part of these, as TERM ends them after it. With the signal first, no further batch begins.
restart_outward() {
	end "$OUTWARD" "$1" "$2" '(.*-out|ssh)'
	passes 100
	in_time 60 dead "$OUTWARD"
	outward
	wait "$PASSES"
}

restart_inward() {
	in_time 60 full
	end "$INWARD" "$1" "$2" '.*-in'
	passes 100
	in_time 60 dead "$INWARD"
	inward
	wait "$PASSES"
}

# passes COUNT: receive COUNT messages in the background; the process id is in PASSES.
passes() {
	background mqrecv -f -N -n "$1" "$OUT" >>got
	PASSES=$PID
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
