#!/bin/bash
# soak.sh [short|long|whole]: messages go through four senders, a queue and four receivers, while signals come to all of them. Print how many
# messages were lost, how many came twice, and how often messages were put back. Exit 1 if more were lost than the manual states:
#   none by TERM, INT, USR1, STOP and CONT;
#   by a KILL of a receiver without COMMAND, what its output had not accepted: PIPE_BUF bytes;
#   none by a KILL of a receiver with COMMAND, of its guard, of its COMMAND, of its group or of all at once. COMMAND can run twice.
set -u

case ${1:-short} in
whole) messages=1000000 jobs=50000 ;;
long) messages=1000000 jobs=10000 ;;
*) messages=200000 jobs=1000 ;;
esac
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$ROOT/build/bin:$PATH
dir=$(mktemp -d)
cd "$dir" || exit 1
trap 'touch stop; wait; ipcdel mq:$queue 2>/dev/null; rm -rf "$dir"' EXIT
mkfifo moment
failed=0 killed=0

# signal NUMBER PID: send a signal to a process of this test.
signal() {
	[ "$(readlink "/proc/$2/cwd")" = "$dir" ] && kill "-$1" "$2"
} 2>/dev/null

# ended NUMBER: how many messages a sender that a signal has stopped had sent: its line tells. Without a line all that was read of the
# file was sent.
ended() {
	local position

	if [ -s "sent.$1" ]; then
		sed -n 's/.*no message was sent.*/0/p; s/.* \([0-9]*\) messages\{0,1\} w[aer]*e\{0,1\} sent.*/\1/p' "sent.$1" | tail -n 1
	else
		position=$(sed -n 's/^pos:[^0-9]*//p' "/proc/$BASHPID/fdinfo/3")
		head -c "$position" "input.$1" | wc -l
	fi
}

# sender NUMBER: send a quarter of the messages. After a signal go on behind the last one that was sent.
sender() {
	local first=1 last=$((messages / 4)) sent

	set -m
	while [ $first -le $last ]; do
		seq -f "$1.%.0f" $first $last >"input.$1"
		exec 3<"input.$1"
		mqsend "$queue" <&3 2>"sent.$1" &
		echo $! >"pid.$1"
		wait $! && break
		sent=$(ended "$1")
		[ -n "$sent" ] || { cat "sent.$1" >>violations; break; }
		first=$((first + sent))
	done 2>/dev/null
	rm -f "pid.$1"
	touch "done.$1"
}

# receiver NUMBER: write what comes to a file of its own.
receiver() {
	set -m
	until [ -e stop ]; do
		mqrecv -f -t 1 "$queue" >>"out.$1" 2>>errors &
		echo $! >"pid.$1"
		wait $!
	done 2>/dev/null
	rm -f "pid.$1"
}

# put_back: print how many lines say that messages were put back, or will be.
put_back() {
	grep -c ' put .*back\| put back' errors
}

# through QUEUE SIGNAL...: let the messages through while random signals come.
through() {
	local number pid signals lost bytes twice kills=0 sent=0

	queue=$1
	shift
	signals=("$@")
	rm -f out.* done.* stop errors violations
	touch errors violations out.5
	mqsend -c -d 10 -s 64 "$queue" </dev/null
	for number in 5 6 7 8; do receiver $number & done
	for number in 1 2 3 4; do sender $number & done
	until [ "$(echo done.*)" = "done.1 done.2 done.3 done.4" ] && [ "$(ipcls -H -o COUNT "mq:$queue")" = 0 ]; do
		read -rt 0.01 _ <>moment
		number=$((RANDOM % 8 + 1))
		read -r pid <"pid.$number" || continue
		set -- "${signals[RANDOM % ${#signals[@]}]}"
		# What a killed sender had sent, nobody knows.
		[ "$1" != KILL ] || [ $number -gt 4 ] || continue
		signal "$1" "$pid" || continue
		sent=$((sent + 1))
		case $1 in
		KILL) kills=$((kills + 1)) ;;
		STOP)
			read -rt 0.02 _ <>moment
			signal CONT "$pid"
			;;
		esac
	done 2>/dev/null
	touch stop
	wait
	for number in 1 2 3 4; do seq -f "$number.%.0f" $((messages / 4)); done | sort >expected
	sort out.* >received
	read -r lost bytes < <(sort -u received | comm -23 expected - | wc -lc)
	twice=$(uniq -d received | wc -l) killed=$((killed + kills))
	echo "$queue: ${signals[*]}: $sent signals, $kills kills; of $messages messages $lost were lost, $twice came twice; $(put_back) times put back"
	# A POSIX queue does not tell the size of its next message: PIPE_BUF bytes, and one message more.
	if [ "$bytes" -gt $((kills * (4096 + 64))) ] || [ "$twice" -gt 0 ] || [ -s violations ]; then
		failed=1
		cat violations
	fi
	ipcdel "mq:$queue"
}

# victims RECEIVER: print what one kill ends: one process out of the receiver, its guard and its COMMAND, its group, or all of them.
victims() {
	local -a all

	read -r -d '' -a all < <(echo "$1"; cat "/proc/$1/task/$1/children")
	[ ${#all[@]} -gt 1 ] || return
	case $((RANDOM % 8)) in
	0) echo "-$1" ;;
	1) echo "${all[*]}" ;;
	2) echo "${all[RANDOM % ${#all[@]}]}" ;;
	*) echo "$1" ;;
	esac
}

# work QUEUE: let four workers do the jobs, while they are killed.
work() {
	local kills=0 sender pid worker
	local -a victims

	queue=$1
	rm -f stop errors
	touch errors
	mqsend -c -d 10 -s 64 "$queue" </dev/null
	: >finished
	# A worker that ends is started again, in a process group of its own.
	for worker in 1 2 3 4; do
		(
			set -m
			while [ ! -e stop ]; do
				# shellcheck disable=SC2016 # for the inner shell
				mqrecv -f -t 1 "$queue" -- sh -c 'read -r n; echo "$n" >>finished' 2>>errors &
				echo $! >worker.$worker
				wait $!
			done 2>/dev/null
		) &
	done
	seq "$jobs" | mqsend "$queue" &
	sender=$!
	while kill -0 $sender 2>/dev/null; do
		read -rt 0.03 _ <>moment
		[ $kills -lt $((jobs / 20)) ] || continue
		read -r pid <worker.$((RANDOM % 4 + 1)) || continue
		[ "$(readlink "/proc/$pid/cwd")" = "$dir" ] || continue
		read -r -a victims < <(victims "$pid")
		[ ${#victims[@]} -gt 0 ] && kill -KILL -- "${victims[@]}" && kills=$((kills + 1))
	done 2>/dev/null
	until [ "$(ipcls -H -o COUNT "mq:$queue")" = 0 ] && ! pgrep -f "mqrecv .* $queue " >/dev/null; do
		[ -e stop ] || { [ "$(ipcls -H -o COUNT "mq:$queue")" -ne 0 ] || touch stop; }
		read -rt 0.5 _ <>moment
	done
	wait
	# What the last receivers had in hand when they were killed with their guards, another one gets.
	# shellcheck disable=SC2016
	mqrecv -f -t 0 "$queue" -- sh -c 'read -r n; echo "$n" >>finished' 2>>errors
	lost=$(sort finished | uniq | sort - <(seq "$jobs" | sort) | uniq -u | wc -l) twice=$(sort finished | uniq -d | wc -l) killed=$((killed + kills))
	echo "$queue: $kills kills; of $jobs jobs $lost were lost, $twice done twice; $(put_back) times put back"
	[ "$lost" -eq 0 ] && [ "$twice" -le "$kills" ] || failed=1
	ipcdel "mq:$queue"
}

key=sysv:$((0x72000000 + ($$ & 0xffff)))
for name in /soak-$$ "$key"; do
	through "$name" TERM INT USR1 STOP
	through "$name" TERM INT USR1 STOP KILL
	work "$name"
done
[ $failed -eq 0 ] && echo "$killed kills: no more was lost than the manual states"
exit $failed
