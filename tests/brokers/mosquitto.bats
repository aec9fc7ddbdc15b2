load helper

setup_file() {
	need mosquitto command -v mosquitto
	need mosquitto-clients command -v mosquitto_pub
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

outward() {
	bridge mqtt-out "$IN" topic -h 127.0.0.1 -p "$PORT"
	OUTWARD=$PID
}

# The broker keeps messages only for a session that exists.
inward() {
	mosquitto_sub -h 127.0.0.1 -p "$PORT" -c -i test -q 1 -t topic -E
	bridge mqtt-in topic "$OUT" -i test -h 127.0.0.1 -p "$PORT"
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

@test "mosquitto: a broker that is killed loses what it has not saved" {
	survives KILL 2000
}

@test "mosquitto: no message is lost if mqtt-out.sh is stopped ten times, and killed ten times" {
	restarts outward
}

@test "mosquitto: mqtt-in.sh loses nothing if it is stopped, and what is in its pipe if it is killed" {
	restarts inward 2000
}

@test "mosquitto: the largest message of a queue crosses whole" {
	largest
}

@test "mosquitto: rates" {
	local own=(-h 127.0.0.1 -p "$PORT")

	[ -n "${RATES:-}" ] || skip 'set RATES to measure'
	mosquitto_sub "${own[@]}" -c -i test -q 1 -t topic -E
	rates 'mqtt-out.sh' 'mqtt-in.sh' 2000
	measure 'mosquitto_pub -q 1, one by one' 500 each 500 mosquitto_pub "${own[@]}" -q 1 -t topic -s
	measure 'mosquitto_sub' 500 mosquitto_sub "${own[@]}" -c -i test -q 1 -t topic -C 500 >/dev/null
	outward() {
		BRIDGE=$BATS_TEST_TMPDIR background mqrecv -f -N -b 100 -A 0,1s "$IN" -- mosquitto_pub "${own[@]}" -q 1 -t topic -s
	}
	inward() {
		BRIDGE=$BATS_TEST_TMPDIR background sh -c 'out=$1; shift; mosquitto_sub "$@" | mqsend -N "$out"' sh "$OUT" \
			"${own[@]}" -c -i test -q 1 -t topic -N
	}
	rates 'mqrecv -N -b 100 -- mosquitto_pub' 'mosquitto_sub -N | mqsend -N' 5000
}
