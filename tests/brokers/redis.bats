load helper

setup_file() {
	need redis-server command -v redis-server
	need redis-tools command -v redis-cli
	export DIR=$BATS_FILE_TMPDIR PORT
	PORT=$(free_port)
	broker
}

teardown_file() {
	halt KILL
}

start_broker() {
	redis-server --bind 127.0.0.1 --port "$PORT" --dir "$DIR" --pidfile "$DIR/pid" --daemonize no --save '' --appendonly yes \
		--appendfsync always &
}

outward() {
	bridge redis-out "$IN" "$TOPIC" -p "$PORT"
	OUTWARD=$PID
}

inward() {
	bridge redis-in "$TOPIC" "$OUT" -p "$PORT"
	INWARD=$PID
}

load faults
load rates

@test "redis: 10,000 messages cross both bridges in order; the server holds the rest while the local queue is full" {
	crosses
	[ "$(redis-cli -p "$PORT" exists "$TOPIC")" = 0 ]
}

@test "redis: no message is lost while the server is restarted, and killed" {
	survives TERM
	survives KILL
}

@test "redis: no message is lost if the bridges are stopped ten times, and killed ten times" {
	restarts outward
	restarts inward
}

@test "redis: the largest message of a queue crosses whole" {
	largest
}

@test "redis: rates" {
	rates 'redis-out.sh' 'redis-in.sh' 5000
	measure 'redis-cli -x rpush, one by one' 500 each 500 redis-cli -p "$PORT" -x rpush own
	measure 'redis-cli lpop, one by one' 500 each 500 redis-cli -p "$PORT" lpop own
}
