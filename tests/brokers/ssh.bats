load helper

setup_file() {
	need openssh-server test -x /usr/sbin/sshd
	need openssh-client command -v ssh
	need procps command -v pgrep
	export DIR=$BATS_FILE_TMPDIR PORT
	PORT=$(free_port)
	# sshd of root insists on this directory, which its service makes at each start.
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$DIR/host"
	ssh-keygen -q -t ed25519 -N '' -f "$DIR/user"
	printf '%s\n' "Port $PORT" 'ListenAddress 127.0.0.1' "HostKey $DIR/host" "AuthorizedKeysFile $DIR/user.pub" \
		"PidFile $DIR/pid" 'StrictModes no' 'UsePAM no' 'PasswordAuthentication no' "SetEnv PATH=$PATH HOME=$DIR" >"$DIR/sshd_config"
	printf '%s\n' 'Host far' 'HostName 127.0.0.1' "Port $PORT" "IdentityFile $DIR/user" "UserKnownHostsFile $DIR/known" \
		'StrictHostKeyChecking accept-new' 'LogLevel ERROR' >"$DIR/ssh_config"
	mkdir "$DIR/bin"
	printf '#!/bin/sh\nexec %s -F %s/ssh_config "$@"\n' "$(command -v ssh)" "$DIR" >"$DIR/bin/ssh"
	chmod 755 "$DIR/bin/ssh"
	broker
}

teardown_file() {
	halt KILL
}

start_broker() {
	/usr/sbin/sshd -D -f "$DIR/sshd_config" &
}

# below PID: print the process ids of what PID started, and of what that started.
below() {
	local child

	for child in $(pgrep -P "$1"); do
		echo "$child"
		below "$child"
	done
}

# halt SIGNAL: the far machine is away, with its connections and what ran on it.
halt() {
	local pids

	[ -s "$DIR/pid" ] || return 0
	pids=$(cat "$DIR/pid")
	pids="$pids $(below "$pids")"
	# shellcheck disable=SC2086 # one word each
	kill -"$1" $pids 2>/dev/null || true
	in_time 10 dead "${pids%% *}"
}

outward() {
	PATH=$DIR/bin:$PATH XDG_RUNTIME_DIR=$DIR bridge ssh "$IN" far "$OUT"
	OUTWARD=$PID
}

# The far queue is on this machine.
inward() {
	:
}

load faults
load rates

@test "ssh: 10,000 messages cross in order; the rest waits here while the far queue is full" {
	crosses
}

@test "ssh: the messages wait while the far machine is away for ten seconds, and none is lost" {
	AWAY=10
	survives TERM
	AWAY=2
	survives KILL
}

@test "ssh: no message is lost if the bridge is stopped ten times, and killed ten times" {
	restarts outward
}

@test "ssh: the largest message of a queue crosses whole" {
	largest
}

@test "ssh: mqrecv | ssh loses what is on its way if the far machine fails" {
	queues
	send 1 2000
	BRIDGE=$BATS_TEST_TMPDIR: background sh -c 'mqrecv -f -N "$1" | "$2/bin/ssh" far mqsend -N "$3"' sh "$IN" "$DIR" "$OUT"
	PID=$SENDER
	ends 0
	in_time 60 full
	halt KILL
	kill_family
	broker
	receive
	outward
	settle 'a pipe into ssh, and the far machine fails' 2000
	[ "$LOST" -gt 1000 ]
	[ "$LOST" -lt 2000 ]
}

@test "ssh: rates" {
	rates_over_ssh
}

# rates_over_ssh: the far queue is received all the time.
rates_over_ssh() {
	[ -n "${RATES:-}" ] || skip 'set RATES to measure'
	queues
	receive
	outward
	measure 'ssh.sh' 5000 drains 5000
	kill_family
	PATH=$DIR/bin:$PATH BRIDGE=$BATS_TEST_TMPDIR: background mqrecv -f -N -b 100 "$IN" -- ssh far mqsend -N "$OUT"
	measure 'mqrecv -N -b 100 -- ssh HOST mqsend -N, a connection each' 2000 drains 2000
	kill_family
	BRIDGE=$BATS_TEST_TMPDIR: background sh -c 'mqrecv -f -N "$1" | "$2/bin/ssh" far mqsend -N "$3"' sh "$IN" "$DIR" "$OUT"
	measure 'mqrecv -N | ssh HOST mqsend -N' 20000 drains 20000
	measure 'ssh HOST cat, one by one' 20 each 20 "$DIR/bin/ssh" far cat
	seq 1000000 >lines
	measure 'ssh HOST cat, a million lines' 1000000 sh -c '"$1/bin/ssh" far cat <lines >/dev/null' sh "$DIR"
}
