# Tests of counter, a small server. Run them with the commands of ipc7 in PATH: bats examples/bats/counter.bats

setup() {
	load ipc7
	ipc7_setup
	ipc7_name shm
	SEGMENT=$NAME
	ipc7_name sem sysv
	LOCK=$NAME
	ipc7_start "$BATS_TEST_DIRNAME/counter" @READY "$IPC7_DIR/socket" "$SEGMENT" "$LOCK"
	ADDRESS=$LINE
}

teardown() {
	ipc7_teardown
}

ask() {
	sockcat "$ADDRESS" </dev/null 3>&-
}

@test "counter: each client gets the next number" {
	[ "$(ask)" = 1 ]
	[ "$(ask)" = 2 ]
	[ "$(shmget "$SEGMENT")" = 2 ]
}

@test "counter: no two clients at once get the same number" {
	clients=()
	for client in $(seq 20); do
		ask >"$IPC7_DIR/client$client" &
		clients+=($!)
	done
	wait "${clients[@]}"
	[ "$(sort -n "$IPC7_DIR"/client* | tr '\n' ' ')" = "$(seq 20 | tr '\n' ' ')" ]
	ipc7_value "$LOCK" 1
}

@test "counter: a client waits while the lock is held" {
	ask
	semop "$LOCK" -1
	ipc7_name mq
	ask | mqsend -c "$NAME" 3>&- &
	ipc7_wait "sem:$LOCK" waiting 1
	semop "$LOCK" +1
	wait $!
	ipc7_depth "$NAME" 1
}

@test "counter: the server ends on TERM and unlinks its socket" {
	[ -S "$IPC7_DIR/socket" ]
	ipc7_stop
	[ ! -e "$IPC7_DIR/socket" ]
}

@test "counter: a fixed key in a private namespace never collides" {
	[ "$(ipc7_private sh -c 'semop -c -x -i 7 sysv:0x1; ipcls -H -o value sem:sysv:0x1' </dev/null | tr '\n' ' ')" = '7 7 ' ]
}
