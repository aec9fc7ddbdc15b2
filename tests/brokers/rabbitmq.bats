load helper

setup_file() {
	need rabbitmq-server test -x /usr/lib/rabbitmq/bin/rabbitmq-server
	need amqp-tools command -v amqp-publish
	need mosquitto-clients command -v mosquitto_pub
	export DIR=$BATS_FILE_TMPDIR PORT EPMD MQTT
	PORT=$(free_port) EPMD=$((PORT + 2)) MQTT=$(free_port)
	mkdir "$DIR/home"
	broker
}

teardown_file() {
	halt KILL
	pkill_epmd
}

# epmd, which finds the nodes of Erlang, stays when the broker ends. Only the one of this test uses this port.
pkill_epmd() {
	[ -z "${EPMD:-}" ] || ERL_EPMD_PORT=$EPMD epmd -kill >/dev/null 2>&1 || true
}

start_broker() {
	: >"$DIR/environment"
	echo '[rabbitmq_mqtt].' >"$DIR/plugins"
	cat >"$DIR/rabbitmq.conf" <<-END
		listeners.tcp.1 = 127.0.0.1:$PORT
		mqtt.listeners.tcp.1 = 127.0.0.1:$MQTT
	END
	HOME=$DIR/home RABBITMQ_NODENAME=ipc7-$PORT@localhost RABBITMQ_MNESIA_BASE=$DIR/mnesia RABBITMQ_LOG_BASE=$DIR/log \
		RABBITMQ_DIST_PORT=$((PORT + 1)) ERL_EPMD_PORT=$EPMD ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_PID_FILE=$DIR/pid \
		RABBITMQ_CONFIG_FILE=$DIR/rabbitmq.conf RABBITMQ_CONF_ENV_FILE=$DIR/environment \
		RABBITMQ_ENABLED_PLUGINS_FILE=$DIR/plugins \
		RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
		setsid /usr/lib/rabbitmq/bin/rabbitmq-server &
	in_time 60 listens "$MQTT"
}

outward() {
	bridge amqp-out "$IN" "$TOPIC" -s 127.0.0.1 --port="$PORT"
	OUTWARD=$PID
}

inward() {
	bridge amqp-in "$TOPIC" "$OUT" -s 127.0.0.1 --port="$PORT"
	INWARD=$PID
}

load faults
load rates

@test "rabbitmq: 10,000 messages cross both bridges in order; the broker holds the rest while the local queue is full" {
	crosses
}

@test "rabbitmq: no message is lost while the broker is restarted" {
	survives TERM
}

@test "rabbitmq: a broker that is killed loses only what it has not read from amqp-publish" {
	survives KILL 200
}

@test "rabbitmq: no message is lost if the bridges are stopped ten times, and killed ten times" {
	restarts outward
	restarts inward
}

@test "rabbitmq: the largest message of a queue crosses whole" {
	largest
}

@test "rabbitmq: mqtt-out.sh loses nothing if the broker is killed, as its MQTT side confirms" {
	mosquitto_sub -h 127.0.0.1 -p "$MQTT" -c -i jobs -q 1 -t jobs -E
	outward() {
		bridge mqtt-out "$IN" jobs -h 127.0.0.1 -p "$MQTT"
	}
	inward() {
		bridge amqp-in mqtt-subscription-jobsqos1 "$OUT" -s 127.0.0.1 --port="$PORT"
	}
	survives KILL
}

@test "rabbitmq: the example of ipc7-machines(7) prints what the page shows" {
	awk '/^\.Bd -literal/ { open = 1; next } /^\.Ed/ { open = 0 } open' "$ROOT/man/ipc7-machines.7" |
		sed "s/5672/$PORT/; s/jobs/jobs-$$/; s/work\\b/work-$$/; s/numbers/numbers-$$/" >block
	NAMES+=("jobs-$$" "work-$$")
	sed -n 's/^\$ //p' block >script
	sed '/^\$ /d' block >expected
	(cd "$BRIDGES" && BRIDGE=$BATS_TEST_TMPDIR: timeout 60 sh "$OLDPWD/script") >got </dev/null 3>&-
	diff -u expected got
}

@test "rabbitmq: rates" {
	local own=(-s 127.0.0.1 --port="$PORT")

	amqp-declare-queue "${own[@]}" -d -q own
	rates 'amqp-out.sh' 'amqp-in.sh' 1000
	measure 'amqp-publish, one by one' 500 each 500 amqp-publish "${own[@]}" -e '' -r own -p
	measure 'amqp-consume with cat' 500 amqp-consume "${own[@]}" -q own -c 500 -- cat >/dev/null
	outward() {
		BRIDGE=$BATS_TEST_TMPDIR: background mqrecv -f -N -b 100 -A 0,1s "$IN" -- amqp-publish "${own[@]}" -e '' -r own -p
	}
	inward() {
		BRIDGE=$BATS_TEST_TMPDIR: background amqp-consume "${own[@]}" -q own -p 50 -- mqsend -N "$OUT"
	}
	rates 'mqrecv -N -b 100 -- amqp-publish' 'amqp-consume -- mqsend -N' 5000
	outward() {
		BRIDGE=$BATS_TEST_TMPDIR: background mqrecv -f -j 4 -A 0,1s "$IN" -- amqp-publish "${own[@]}" -e '' -r own -p
	}
	rates 'mqrecv -j 4 -- amqp-publish' '' 1000
	outward() {
		bridge mqtt-out "$IN" own -h 127.0.0.1 -p "$MQTT"
	}
	rates 'mqtt-out.sh' '' 500
	measure 'mosquitto_pub -q 1, one by one' 200 each 200 mosquitto_pub -h 127.0.0.1 -p "$MQTT" -q 1 -t own -s
}
