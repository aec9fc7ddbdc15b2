# Functions for the test files of sockets.

# cat_ ARG...: run sockcat with a time limit, because a hang is a failure.
cat_() {
	timeout 120 sockcat "$@"
}

# listen ARG...: start a listener in the background; its address is in A.
listen() {
	ready sockcat -l -R ready "$@"
	A=$LINE
}

# streams BODY: run a function once for each kind of stream socket; the address to listen at is in AT.
streams() {
	for KIND in tcp tcp6 unix; do
		case $KIND in
		tcp) AT=tcp:127.0.0.1:0 ;;
		tcp6)
			[ -e /proc/net/if_inet6 ] || continue
			AT='tcp:[::1]:0'
			;;
		unix) AT=unix:socket ;;
		esac
		"$@"
		rm -f socket
	done
}

# packets BODY: run a function once for each kind of packet socket; the address to listen at is in AT.
packets() {
	for KIND in udp unix-dgram unix-seq; do
		case $KIND in
		udp) AT=udp:127.0.0.1:0 ;;
		*) AT=$KIND:socket ;;
		esac
		"$@"
		rm -f socket
	done
}

# clients ADDRESS: run the Python script of standard input, with connect(), which returns a connection to ADDRESS, and
# expect(CONNECTION, BYTES).
clients() {
	need python3 python3 -c 0
	timeout 60 python3 -c "import socket, sys
kind, rest = sys.argv[1].split(':', 1)
def connect():
    s = socket.socket(socket.AF_UNIX if kind == 'unix' else socket.AF_INET)
    s.connect(rest if kind == 'unix' else ('127.0.0.1', int(rest.split(':')[1])))
    return s
def expect(s, wanted):
    data = b''
    while len(data) < len(wanted):
        more = s.recv(1 << 20)
        assert more
        data += more
    assert data == wanted
$(cat)" "$1"
}
