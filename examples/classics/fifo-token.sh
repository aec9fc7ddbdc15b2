#!/bin/sh
# fifo-token.sh: mutual exclusion without a semaphore. A FIFO holds one token, an empty line. P reads the token, and blocks while
# another process has it; V writes it back. The kernel gives a line to one reader only. Nothing gives the token back for a process
# that dies.
set -eu

trap 'ipcdel "sem:${set-}" 2>/dev/null || :; until rm -rf "${tmp-}"; do :; done' EXIT
trap 'exit 143' HUP INT TERM
set=$(semop -c -i 4 sysv:new)
tmp=$(mktemp -d)
mkfifo "$tmp/token"
exec 8<>"$tmp/token" # keeps the FIFO open, so the token stays in it

P() { read -r _ <&8; }
V() { echo >&8; }
# region COMMAND...: be inside the critical region while COMMAND runs.
region() {
	echo + >>"$tmp/log"
	"$@"
	echo - >>"$tmp/log"
}
# most: print how many processes were inside at once.
most() { awk '/\+/ && ++n > most { most = n } /-/ { n-- } END { print most }' "$tmp/log"; }
# meet: wait until all four are inside. It makes the worst case certain.
meet() { semop "$set" -1 && semop "$set" 0; }

for _ in 1 2 3 4; do region meet & done
wait
echo "without a token: up to $(most) of 4 processes were inside at once"
rm "$tmp/log"
V
for _ in 1 2 3 4; do { P; region : || :; V; } & done # V also if the region fails
wait
echo "with a token: up to $(most) of 4 processes were inside at once"
{ sh -c 'read -r _; kill -s KILL $$' <&8 || :; } 2>/dev/null
fifocat -n 1 -t 0.1 "$tmp/token" 2>/dev/null || echo "the holder of the token has died: the others wait without end (status $?)"
