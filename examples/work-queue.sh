#!/bin/sh
# work-queue.sh: a work queue with four workers, retries and dead letters. A job that fails goes back into the queue with the
# number of its next try. After three tries it goes to a dead-letter queue. A worker that is ended by TERM puts its job back.
# Here a job is a number to factor; any other text fails.
set -eu

queue=/work-$$
dead=/dead-$$
places=
tmp=
clean_up() {
	trap '' HUP INT TERM
	# $! may not be in the list yet. -k TERM repeats the signal, because a shell that is starting a command can miss it.
	[ $# -eq 0 ] || sigsend -t 1 -k TERM "$@" "$!" 2>/dev/null || :
	# This ends every process that waits for them.
	ipcdel "mq:$queue" 2>/dev/null || :
	ipcdel "sem:$places" 2>/dev/null || :
	wait
	ipcdel "mq:$dead" 2>/dev/null || :
	rm -rf "$tmp"
}
set --
trap 'clean_up "$@"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

# The queue has ten places. A job holds a place until it is done or given up, so a retry always finds space, and once all places
# are free every job is accounted for. A job that has started to report ignores TERM, so it always completes its report.
cat >"$tmp/job" <<'END'
read -r try text
factors=$(factor -- "$text" 2>/dev/null) && try=done
trap '' HUP INT TERM
case $try in
done) printf '%s\n' "$factors" ;;
3) mqsend "$2" "$text" ;;
*) exec mqsend -p 1 "$IPC7_QUEUE" "$((try + 1)) $text" ;;
esac && exec semop "$1" +1
END
places=$(semop -c -i 10 sysv:new)
mqsend -c -d 10 "$queue" </dev/null
mqsend -c -d 10 "$dead" </dev/null
for worker in 1 2 3 4; do
	mqrecv -f -e END "$queue" -- sh "$tmp/job" "$places" "$dead" >"$tmp/done$worker" &
	set -- "$@" "$!"
done
# The workers receive END last, because it has a lower priority. The sender runs in the background: a signal ends wait at once.
{
	for job in 91 ninety 97 1001 many 65537 12 13 14 15 16; do
		semop "$places" -1 && mqsend -p 1 "$queue" "1 $job"
	done
	semop "$places" -10 && mqsend "$queue" END END END END
} &
set -- "$@" "$!"
wait
set --
printf 'done:\n%s\ngiven up:\n%s\n' "$(sort -n "$tmp"/done?)" "$(mqrecv -a "$dead" | sort)"
