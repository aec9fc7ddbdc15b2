#!/bin/sh
# barber.sh: a barber sleeps until a customer comes. Customers wait on two chairs; a customer who finds no free chair leaves. Members
# of the set: 0 free chairs, 1 customers who wait, 2 haircuts that are done, 3 is for this script: the barber may finish a haircut.
set -eu

trap 'ipcdel "sem:${set-}" 2>/dev/null || :; until rm -rf "${tmp-}"; do :; done' EXIT
trap 'exit 143' HUP INT TERM
set=$(semop -c -i 2,0,0,0 sysv:new)
tmp=$(mktemp -d)

# Without a semaphore, the barber finds an empty room and decides to sleep. The customer who comes at that moment sits down and sends
# a signal, but the barber does not sleep yet. Later nothing wakes the barber: the wake-up is lost.
cat >"$tmp/barber" <<'END'
trap : USR1
[ ! -e "$1/customer" ] || exit 0
: >"$1/customer"; kill -s USR1 "$$" # what the customer does
exec sigrecv -t 0.1 USR1 # the barber sleeps
END
sh "$tmp/barber" "$tmp" 2>/dev/null || echo "without a semaphore: 1 customer waits, and the barber sleeps (status $?)"

barber() {
	for _ in 1 2 3; do
		semop "$set" 1:-1 && semop "$set" 0:+1 # sleep until a customer comes, who then leaves the chair
		semop "$set" 3:-1 && semop "$set" 2:+1
	done
}
customer() {
	semop -t 0 "$set" 0:-1 2>/dev/null || { echo left >>"$tmp/log" && return; }
	semop "$set" 1:+1 && semop "$set" 2:-1 && echo served >>"$tmp/log"
}
# waiting COUNT: wait until COUNT processes wait in the set.
waiting() { until [ "$(ipcls -H -o waiting "sem:$set")" = "$1" ]; do :; done; }

barber & waiting 1   # the barber sleeps
customer & waiting 2 # the customer waits for the end of the haircut, and the barber for this script
customer & customer & waiting 4
customer; customer; customer
semop "$set" 3:+3 && wait
echo "with semaphores: 6 customers came, $(grep -c served "$tmp/log") were served, $(grep -c left "$tmp/log") left"
