load helper

setup_file() {
	need mosquitto command -v mosquitto
	need mosquitto-clients command -v mosquitto_pub
	need procps command -v pgrep
	export DIR=$BATS_FILE_TMPDIR PORT
	PORT=$(free_port)
	broker
}

teardown_file() {
	halt KILL
}

start_broker() {
	cat >"$DIR/mosquitto.conf" <<-END
		listener $PORT 127.0.0.1
		allow_anonymous true
		user $(id -un)
		pid_file $DIR/pid
		persistence true
		persistence_location $DIR/
		max_queued_messages 0
	END
	mosquitto -c "$DIR/mosquitto.conf" &
}

# The broker keeps messages only for a session that exists. mosquitto_sub -E drops those that are kept: make it once.
session() {
	[ ! -e "$TOPIC" ] || return 0
	: >"$TOPIC"
	mosquitto_sub -h 127.0.0.1 -p "$PORT" -c -i "$TOPIC" -q 1 -t "$TOPIC" -E
}

outward() {
	bridge mqtt-out "$IN" "$TOPIC" -h 127.0.0.1 -p "$PORT"
	OUTWARD=$PID
}

inward() {
	session
	bridge mqtt-in "$TOPIC" "$OUT" -i "$TOPIC" -h 127.0.0.1 -p "$PORT"
	INWARD=$PID
}

load faults
load rates

@test "mosquitto: 10,000 messages cross both bridges in order; the broker holds the rest while the local queue is full" {
	crosses
}

@test "mosquitto: no message is lost while the broker is restarted" {
	survives TERM
}

@test "mosquitto: a broker that is killed loses what it has not saved, even if it had confirmed" {
	queues
	session
	outward
	send 1 200
	PID=$SENDER
	ends 0
	in_time 60 drained
	halt KILL
	broker
	inward
	receive
	send 201 210
	settle 'confirmed, then killed' 210
	[ "$LOST" -gt 0 ]
	[ "$LOST" -le 200 ]
}

# drained: whether the queue IN is empty, and mqtt-out.sh has nothing in hand.
drained() {
	[ "$(depth "$IN")" -eq 0 ] && ! pgrep -P "$OUTWARD" 'sh|mosquitto' >/dev/null
}

@test "mosquitto: no message is lost if mqtt-out.sh is stopped ten times, and killed ten times" {
	restarts outward
}

@test "mosquitto: mqtt-in.sh loses only what was confirmed early if it is stopped, or killed" {
	restarts inward 1500
}

@test "mosquitto: the largest message of a queue crosses whole" {
	largest
}

@test "mosquitto: rates" {
	local own=(-h 127.0.0.1 -p "$PORT")

	[ -n "${RATES:-}" ] || skip 'set RATES to measure'
	mosquitto_sub "${own[@]}" -c -i own -q 1 -t own -E
	outward() {
		session
		bridge mqtt-out "$IN" "$TOPIC" "${own[@]}"
	}
	rates 'mqtt-out.sh' 'mqtt-in.sh' 500
	measure 'mosquitto_pub -q 1, one by one' 500 each 500 mosquitto_pub "${own[@]}" -q 1 -t own -s
	measure 'mosquitto_sub' 500 mosquitto_sub "${own[@]}" -c -i own -q 1 -t own -C 500 >/dev/null
	outward() {
		BRIDGE=$BATS_TEST_TMPDIR: background mqrecv -f -N -b 100 -A 0,1s "$IN" -- mosquitto_pub "${own[@]}" -q 1 -t own -s
	}
	inward() {
		BRIDGE=$BATS_TEST_TMPDIR: background sh -c 'out=$1; shift; mosquitto_sub "$@" | mqsend -N "$out"' sh "$OUT" \
			"${own[@]}" -c -i own -q 1 -t own -N
	}
	rates 'mqrecv -N -b 100 -- mosquitto_pub' 'mosquitto_sub -N | mqsend -N' 5000
}
