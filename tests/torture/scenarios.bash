# scenarios.bash: what calls.sh and allocations.sh run, one scenario for each command, back end and way of use, and the checks after
# each run. All runs in a namespace of its own, so that every object there is one of a scenario.

LC_ALL=C
export LC_ALL
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$ROOT/build/bin:$PATH
unset IPC7_TRACE
declare -A OBJECTS
CAUSE='' CALL=''

# private ARGUMENT...: run the script again in its own IPC namespace, with its own /dev/shm and a mount of the queues.
private() {
	local prefix

	if [ -n "${TORTURE:-}" ]; then
		mkdir "$TORTURE/dir" && mkfifo "$TORTURE/moment" || exit 1
		return 0
	fi
	[ "$(id -u)" -eq 0 ] && prefix=(unshare -im) || prefix=(unshare -rim)
	"${prefix[@]}" true 2>/dev/null || { echo "skipped: no namespaces here"; exit 0; }
	TORTURE=$(mktemp -d) || exit 1
	export TORTURE
	# shellcheck disable=SC2016 # for the inner shell
	"${prefix[@]}" bash -c 'mount -t tmpfs none /dev/shm && mkdir "$TORTURE/mq" && mount -t mqueue none "$TORTURE/mq" || exit 1
		exec bash "$@"' bash "$0" "$@"
	prefix=$?
	rm -rf "$TORTURE"
	exit "$prefix"
}

# objects: put the names of all objects, and of files in the current directory, into the associative array OBJECTS.
objects() {
	local kind line name

	OBJECTS=()
	for name in /dev/shm/* "$TORTURE"/mq/* ./*; do
		[[ $name == *'*' ]] || OBJECTS[$name]=1
	done
	for kind in msg sem shm; do
		while read -r line; do
			# shellcheck disable=SC2086 # words
			set -- $line
			[[ $1 == key ]] || OBJECTS[$kind:$1]=1
		done </proc/sysvipc/$kind
	done
}

# clear: remove all objects and files.
clear() {
	objects
	rm -rf /dev/shm/* "$TORTURE"/mq/* ./*
	[[ " ${!OBJECTS[*]}" != *" "[ms][seh][gm]:* ]] || ipcrm --all
}

# wrong TEXT: note what is wrong with the run.
wrong() {
	WRONG+="$*; "
}

# names KIND: set Q, S and L, the names of a queue, a segment and a semaphore of that kind.
names() {
	KIND=$1
	case $1 in
	posix) Q=/queue S=/segment L=/lock ;;
	sysv) Q=sysv:1001 S=sysv:1002 L=sysv:1003 ;;
	file) S=file:segment L=file:lock ;;
	esac
}

# kept MESSAGE...: the messages are those in the queue and on standard output, in any order. A COMMAND whose end is not known may be
# tried again.
kept() {
	local found

	found=$({ mqrecv -a "$Q"; cat out; sed -n 's/.*not put back.*: "\(.*\)"$/\1/p' err; } 2>/dev/null | sort | { [ "$CAUSE" = ECHILD ] && uniq || cat; } | tr '\n' ' ')
	[[ $found == "$* " ]] || wrong "found $found, not $*"
}

# sent MESSAGE...: the queue has these messages, or if the command has failed the first of them.
sent() {
	local found all="$* "

	found=$(mqrecv -a "$Q" 2>/dev/null | tr '\n' ' ')
	[[ $found == "$all" ]] || { [[ $STATUS != 0 && $all == "$found"* ]]; } || wrong "found $found, not $all"
}

# holds OLD NEW: the segment holds NEW, or OLD if the command has failed.
holds() {
	local found

	found=$(shmget "$S" 2>/dev/null | tr -d '\0')
	[[ $found == "$2" ]] || [[ $STATUS != 0 && $found == "$1" ]] || wrong "the segment holds $found"
}

# value N: the semaphore has this value.
value() {
	local found

	found=$(semop "$L" 2>/dev/null)
	[[ $found == "$1" ]] || wrong "the value is $found, not $1"
}

# printed TEXT: this is standard output, or if the command has failed the start of it.
printed() {
	local found

	found=$(tr '\0\n' '. ' <out)
	[[ $found == "$1" || $CAUSE == EPIPE ]] || [[ $STATUS != 0 && $1 == "$found"* ]] || wrong "printed $found"
}

# peer COMMAND...: start the other side of a scenario.
peer() {
	"$@" <"$IN" >peer.out 2>peer.err &
	PEER=$!
}

# appears FILE: wait until the other side has written a file.
appears() {
	until [ -s "$1" ] || ! kill -0 "$PEER"; do :; done 2>/dev/null
}

# end_peer: kill the other side, with its children, without a word of the shell about that.
end_peer() {
	disown -a
	# shellcheck disable=SC2046 # words
	kill -KILL "$PEER" $(cat "/proc/$PEER/task/$PEER/children")
} 2>/dev/null

# answer: wait for the end of the other side, which must have printed this if the command has succeeded.
answer() {
	[ "$STATUS" -eq 0 ] || return 0
	wait "$PEER" && PEER=
	[[ $(tr '\n' ' ' <peer.out) == "$1" ]] || wrong "the peer has $(cat peer.out peer.err)"
}

# Each scenario sets RUN, the command. BEGIN makes what it needs; CHECK looks at the result, with the status in STATUS. LEFT lists
# the objects that may be there afterwards. NOTES is a pattern for lines that may come with status 0.
queue='mqsend -c -d 10 -s 64 "$Q" a b c'
s_mqsend() { names "$1"; BEGIN=$queue RUN=(mqsend "$Q" d e) CHECK='sent a b c d e'; }
s_mqsend_records() { s_mqsend "$1"; TEXT='d\ne\n' RUN=(mqsend -t 5 "$Q"); }
s_mqsend_create() { names "$1"; RUN=(mqsend -c "$Q" d e) CHECK='[ "$STATUS" -ne 0 ] || sent d e' LEFT="mq/queue msg:1001"; }
s_mqsend_netstrings() { names "$1"; TEXT='3:1\td,3:1\te,' RUN=(mqsend -xN -P -e end "$Q") CHECK='[ "$STATUS" -ne 0 ] || sent d e end' LEFT="mq/queue msg:1001"; }
s_mqsend_full() {
	names "$1"
	BEGIN='mqsend -c -d 2 -s 8 "$Q" a b; peer mqrecv -n 3 "$Q"' RUN=(mqsend -t 5 "$Q" c)
	CHECK='answer "a b c "' STATUSES='0|1|124'
}
s_mqrecv() { names "$1"; BEGIN=$queue RUN=(mqrecv -n 2 "$Q") CHECK='kept a b c'; }
s_mqrecv_all() { names "$1"; BEGIN=$queue RUN=(mqrecv -au -0 "$Q") CHECK='all_taken'; }
s_mqrecv_wait() { names "$1"; BEGIN='mqsend -c -d 10 -s 64 "$Q" a b; { mqrecv -n 0 "$Q"; mqsend -t 1 "$Q" c; } & PEER=$!' RUN=(mqrecv -n 3 -t 9 "$Q") CHECK='wait; PEER=; kept a b c' STATUSES='0|1|124'; }
s_mqrecv_ready() { names "$1"; RUN=(mqrecv -cfu -t 0.05 -R ready "$Q") STATUSES='124|1' LEFT=./ready; }
s_mqrecv_keep() { names "$1"; BEGIN=$queue RUN=(mqrecv -ak "$Q") CHECK='copied'; }
s_mqrecv_command() { names "$1"; BEGIN=$queue RUN=(mqrecv -n 2 "$Q" -- sh -c 'cat; echo') CHECK='kept a b c' STATUSES='0|1|12[567]'; }
s_mqrecv_failing() { names "$1"; BEGIN=$queue RUN=(mqrecv -n 2 "$Q" -- sh -c 'cat >/dev/null; exit 9') CHECK='kept a b c' STATUSES='9|1|12[567]'; }
s_mqrecv_attempts() { names "$1"; BEGIN=$queue RUN=(mqrecv -A 2,1ms -D file:dead -n 2 "$Q" -- sh -c 'cat >/dev/null; exit 9') CHECK='dead_letters' STATUSES='0|1|12[567]' NOTES='*dead*' LEFT=./dead; }
s_mqrecv_dead_queue() { names "$1"; BEGIN=$queue';mqsend -c -d 10 -s 64 /dead </dev/null' RUN=(mqrecv -D /dead -n 2 "$Q" -- false) CHECK='mqrecv -a /dead >>out; kept a b c' STATUSES='0|1|12[567]' NOTES='*dead*' LEFT=; }
s_mqrecv_batch() { names "$1"; BEGIN=$queue RUN=(mqrecv -0 -b 2 -n 3 "$Q" -- tr '\0' '\n') CHECK='kept a b c' STATUSES='0|1|12[567]'; }
s_mqrecv_pool() { names "$1"; BEGIN=$queue RUN=(mqrecv -j 2 -n 3 "$Q" -- sh -c 'echo "$(cat)"') CHECK='kept a b c' STATUSES='0|1|12[567]'; }
segment='printf old | shmput -c -s 3 "$S"'
s_shmput() { names "$1"; BEGIN=$segment TEXT=new RUN=(shmput "$S") CHECK='holds old new'; }
s_shmput_create() { names "$1"; TEXT=new RUN=(shmput -c -m 640 -s 3 "$S") CHECK='[ "$STATUS" -ne 0 ] || holds "" new' LEFT='shm/segment shm:1002 ./segment'; }
s_shmput_size() { names "$1"; TEXT=new RUN=(shmput -x -s 64K "$S") CHECK='[ "$STATUS" -ne 0 ] || holds "" new' LEFT='shm/segment shm:1002 ./segment'; }
s_shmput_part() { names "$1"; BEGIN=$segment TEXT=w RUN=(shmput -o 2 "$S") CHECK='holds old olw'; }
s_shmput_unlink() { names "$1"; BEGIN=$segment TEXT=new RUN=(shmput -u "$S") CHECK='[ "$STATUS" -eq 0 ] || holds old new'; }
s_shmput_command() { names "$1"; BEGIN=$segment RUN=(shmput -t 5 "$S" -- sed s/old/new/) CHECK='holds old new' STATUSES='0|12[567]'; }
s_shmput_command_create() { names "$1"; RUN=(shmput -c "$S" -- printf new) CHECK='[ "$STATUS" -ne 0 ] || holds "" new' STATUSES='0|12[567]' LEFT='shm/segment ./segment'; }
s_shmput_command_fails() { names "$1"; RUN=(shmput -c "$S" -- sh -c 'echo new; exit 9') STATUSES='9|12[567]'; }
s_shmput_new() { RUN=(shmput -c -s 3 sysv:new) TEXT=new LEFT='shm:0' CHECK=private_one; }
s_shmget() { names "$1"; BEGIN=$segment RUN=(shmget -o 0,3 "$S") CHECK='printed old'; }
s_shmget_pages() { names "$1"; BEGIN=$segment RUN=(shmget -z -o 0,3 "$S") CHECK='printed old'; }
s_shmget_unlink() { names "$1"; BEGIN=$segment RUN=(shmget -u -0 -o 0,3 "$S") CHECK='printed old.; [ "$STATUS" -eq 0 ] || holds old old'; }
s_shmget_follow() { names "$1"; BEGIN=$segment';{ shmget -o 0,0 "$S"; while :; do for text in new old; do read -rt 0.1 _ <>"$TORTURE/moment"; printf $text | shmput "$S"; done; done; } & PEER=$!' RUN=(shmget -f -0 -n 2 -t 5 "$S") CHECK=followed STATUSES='0|1|124'; }
semaphore='semop -c -i 2 "$L" || semop "$L"'
s_semop_take() { names "$1"; BEGIN=$semaphore RUN=(semop -t 5 "$L" -1) CHECK='changed 2 1'; }
s_semop_give() { names "$1"; BEGIN=$semaphore RUN=(semop "$L" +1) CHECK='changed 2 3'; }
s_semop_values() { names "$1"; BEGIN=$semaphore RUN=(semop "$L") CHECK='printed "2 "'; }
s_semop_create() { names "$1"; RUN=(semop -c -i 2 "$L" -1) CHECK='[ "$STATUS" -ne 0 ] || value 1' LEFT='shm/sem.lock sem:1003'; }
s_semop_busy() { names "$1"; BEGIN='semop -c -i 0 "$L"' RUN=(semop -t 0.02 -E 0 "$L" -1) STATUSES='0|1'; }
s_semop_command() { names "$1"; BEGIN=$semaphore RUN=(semop "$L" -- echo held) CHECK='printed "held "; value 2' STATUSES='0|12[567]'; }
s_semop_unlink() { names "$1"; RUN=(semop -cu -i 2 "$L" -- echo held) CHECK='printed "held "' STATUSES='0|12[567]'; }
s_semop_lock() { names file; RUN=(semop -c -t 5 -i "$1" "$L" -- echo held) CHECK='printed "held "; [ ! -e lock ] || semop -t 0 "$L" -- true || wrong locked' STATUSES='0|12[567]' LEFT=./lock; }
s_semop_waiting() { names file; BEGIN='semop -c "$L" -- bash -c "echo >taken; read -rt 0.05 _ <>$TORTURE/moment" & PEER=$!; appears taken' RUN=(semop -t 9 -i "$1" "$L" -- echo held) CHECK='printed "held "' STATUSES='0|124|12[567]' LEFT=./lock; }
s_semop_set() { RUN=(semop -c -i 1,2,3 sysv:1003 0:-1 1:-1 2:+1) CHECK='[ "$STATUS" -ne 0 ] || L=sysv:1003 value "0
1
4"' LEFT=sem:1003; }
s_semop_assign() { names sysv; BEGIN=$semaphore RUN=(semop "$L" =5) CHECK='changed 2 5'; }
s_sigsend() { BEGIN='sleep 20 & PEER=$!' RUN=(sigsend) CHECK='[ "$STATUS" -ne 0 ] || { wait "$PEER"; PEER=; }'; ADD='$PEER'; }
s_sigsend_wait() { s_sigsend; RUN=(sigsend -w -t 5 -k KILL); STATUSES='0|1|124'; }
s_sigsend_value() { BEGIN='mkfifo ready; peer sigrecv -q -R ready USR1; read -r _ <ready' RUN=(sigsend -s USR1 -q 7) CHECK='answer "7 "'; ADD='$PEER'; }
s_sigsend_values() { BEGIN='mkfifo ready; peer sigrecv -q -n 2 -R ready RTMIN; read -r _ <ready' TEXT='7\n8\n' RUN=(sigsend -s RTMIN -q -) CHECK='answer "7 8 "'; ADD='$PEER'; }
s_sigrecv() { BEGIN='mkfifo ready; { read -r pid <ready && sigsend -s USR1 -q 5 "$pid"; } & PEER=$!' RUN=(sigrecv -q -t 5 -R ready USR1) CHECK='printed "5 "' STATUSES='0|1|124'; }
s_sigmask() { RUN=(sigmask -b USR1 -i HUP echo a) CHECK='printed "a "' STATUSES='0|12[567]'; }
s_sigmask_show() { RUN=(sigmask -p) ADD='$$'; }
s_fifocat() { BEGIN='mkfifo fifo; printf "a\nb\n" >fifo & PEER=$!' RUN=(fifocat ${1:-} fifo) CHECK='printed "a b "'; }
s_fifocat_follow() { s_fifocat; RUN=(fifocat -f -t 0.2 fifo) STATUSES='124|1'; }
s_fifocat_write() { BEGIN='mkfifo fifo; cat fifo >got & PEER=$!' TEXT='a\nb\n' RUN=(fifocat ${1:-} -w fifo) CHECK='delivered'; }
s_fifocat_create() { RUN=(fifocat -c -t 0.05 fifo) STATUSES='124|1' LEFT=./fifo; }
s_fifocat_count() { BEGIN='mkfifo fifo; printf "a\nb\nc\n" >fifo & PEER=$!' RUN=(fifocat -u -n 2 fifo) CHECK='printed "a b "'; }
s_piperun() { RUN=(piperun echo a -- cat -- cat) CHECK='printed "a "' STATUSES='0|12[567]'; }
s_piperun_ring() { RUN=(piperun -l -S statuses true -- true) STATUSES='0|12[567]' LEFT=./statuses; }
s_piperun_finish() { RUN=(piperun -F -t 5 sleep 20 -- echo a) CHECK='printed "a "' STATUSES='0|124|12[567]'; }
s_sockcat() { BEGIN='peer sockcat -l -R ready unix:s; appears ready' TEXT='a\n' RUN=(sockcat -T 2 unix:s) CHECK='printed "a "; answer "a "' LEFT=./s; }
s_sockcat_records() { s_sockcat; RUN=(sockcat -0 unix:s); TEXT='a\0'; CHECK='printed a.'; }
s_sockcat_tcp() { BEGIN='peer sockcat -l -R ready tcp::0; appears ready; read -r address <ready' TEXT='a\n' RUN=(sockcat) ADD='$address' CHECK='printed "a "; answer "a "'; }
s_sockcat_again() { BEGIN='peer sockcat -l -f -R ready unix:s -- cat; appears ready' TEXT='a\n' RUN=(sockcat -f -n 1 unix:s) CHECK='printed "a "' LEFT=./s; }
s_sockcat_listen() { BEGIN='peer sockcat -T 3 unix:s' TEXT='a\n' RUN=(sockcat -lu -R ready unix:s) CHECK='printed "a "; answer "a "' LEFT=./ready; }
s_sockcat_serve() { BEGIN='peer sockcat -T 3 unix:s' TEXT='a\n' RUN=(sockcat -lu -f -n 1 unix:s -- cat) CHECK='answer "a "' STATUSES='0|1|12[567]' NOTES='*clients wait until*'; }
s_sockcat_command() { BEGIN='peer sockcat -l -R ready unix:s; appears ready' TEXT='a\n' RUN=(sockcat unix:s -- cat) STATUSES='0|1|12[567]' LEFT=./s; }
s_sockcat_hub() { BEGIN='peer sockcat -T 3 unix:s' TEXT='a\n' RUN=(sockcat -lu -f -n 1 -t 5 unix:s) CHECK='printed "a "' STATUSES='0|1|124' NOTES='*'; }
s_sockcat_packets() { BEGIN='peer sockcat -l -n 1 -O -R ready unix-dgram:s; appears ready' TEXT='a\n' RUN=(sockcat -O unix-dgram:s) LEFT=./s; }
s_sockcat_udp() { BEGIN='{ until read -r address <ready; do :; done; printf "a\n" | sockcat -O "$address"; } 2>/dev/null & PEER=$!' RUN=(sockcat -l -O -n 1 -t 5 -R ready udp::0) RUN=(sockcat -l -I -n 1 -t 5 -R ready udp::0) CHECK='printed "a "' LEFT=./ready STATUSES='0|1|124'; }
s_fdsend() { BEGIN='peer fdrecv -R ready unix:s -- cat; appears ready' TEXT='a\n' RUN=(fdsend unix:s) CHECK='answer "a "' LEFT=./s; }
s_fdrecv() { BEGIN='peer fdsend -T 3 unix:s' TEXT='a\n' RUN=(fdrecv -u unix:s -- cat) CHECK='printed "a "' STATUSES='0|1|12[567]'; }
everything='mqsend -c -d 2 -s 64 /queue a; mqsend -c sysv:1001 a; printf a | shmput -c /segment; printf a | shmput -c -s 1 sysv:1002; semop -c /lock -1; semop -c sysv:1003 -1'
s_ipcls() { BEGIN=$everything RUN=(ipcls -H ${1:-}) CHECK='[ "$STATUS" -ne 0 ] || [ -s err ] || [ "$CAUSE" = EPIPE ] || [ "$CAUSE" = EIDRM ] || [ "$(wc -l <out)" -eq 6 ] || wrong "lists $(wc -l <out)"' NOTES='*'; }
s_ipcls_named() { BEGIN=$everything RUN=(ipcls -H -o KIND,COUNT,VALUE,CREATOR mq:/queue mq:sysv:1001 shm:/segment shm:sysv:1002 sem:/lock sem:sysv:1003); }
s_ipcset() { BEGIN=$everything RUN=(ipcset -m 640 mq:/queue mq:sysv:1001 shm:/segment shm:sysv:1002 sem:/lock sem:sysv:1003); }
s_ipcdel() { BEGIN=$everything RUN=(ipcdel mq:/queue mq:sysv:1001 shm:/segment shm:sysv:1002 sem:/lock sem:sysv:1003) CHECK='objects; [ "$STATUS" -ne 0 ] || [ "$CAUSE" = EIDRM ] || [[ " ${!OBJECTS[*]}" != *" "[ms][seh][gm]:* ]] || wrong "objects are left"'; }

# Checks of single scenarios.
all_taken() {
	local queue=$TORTURE/mq/queue

	[ "$KIND" = posix ] || queue=$(grep -w 1001 /proc/sysvipc/msg)
	tr '\0' '\n' <out >out.lines
	mv out.lines out
	# -u removes a queue from which something was taken, with all that is in it.
	if [ "$CAUSE" = EPIPE ] || [ -e "$queue" ] || [[ $queue == *1001* ]]; then kept a b c; else printed 'a b c '; fi
}
copied() {
	[ "$CAUSE" = EPIPE ] || printed 'a b c '
	: >out
	kept a b c
}
dead_letters() {
	[ ! -e dead ] || grep -o '[abc],' dead | tr ',' '\n' | grep . >>out
	kept a b c
}
private_one() {
	objects
	if [ "$STATUS" -eq 0 ]; then
		S=$(cat out) && holds '' new
	else
		[ -z "${OBJECTS[shm:0]:-}" ] || wrong "a private segment is left"
	fi
}
followed() {
	# Puts can come before the first look.
	[[ $(tr '\0' . <out) == @(old|new).@(old|new). ]] || printed old.new.
}
changed() {
	if [ "$STATUS" -eq 0 ]; then value "$2"; else value "$1"; fi
}
delivered() {
	[ "$STATUS" -ne 0 ] || { wait "$PEER"; PEER=; }
	[[ $STATUS != 0 || $(tr '\n' ' ' <got) == 'a b ' ]] || wrong "the reader has $(cat got)"
}

SCENARIOS=()
for scenario in mqsend mqsend_records mqsend_create mqsend_netstrings mqsend_full mqrecv mqrecv_all mqrecv_wait mqrecv_ready mqrecv_keep mqrecv_command mqrecv_failing mqrecv_attempts mqrecv_dead_queue mqrecv_batch mqrecv_pool; do
	SCENARIOS+=("$scenario posix" "$scenario sysv")
done
SCENARIOS=("${SCENARIOS[@]/mqrecv_keep posix/mqrecv_ready posix}")
for scenario in shmput shmput_create shmput_size shmput_part shmput_unlink shmput_command shmget shmget_pages shmget_unlink; do
	[ $scenario = shmput_command ] || SCENARIOS+=("$scenario sysv")
	SCENARIOS+=("$scenario posix" "$scenario file")
done
for scenario in semop_take semop_give semop_values semop_create semop_busy semop_command semop_unlink; do
	SCENARIOS+=("$scenario posix" "$scenario sysv")
done
SCENARIOS+=("shmput_command_create posix" "shmput_command_create file" "shmput_command_fails posix" "shmput_command_fails file" shmput_new
	"shmget_follow posix" "shmget_follow file" "semop_lock 1" "semop_lock 3" "semop_waiting 1" "semop_waiting 2" semop_set semop_assign
	sigsend sigsend_wait sigsend_value sigsend_values sigrecv sigmask sigmask_show
	fifocat fifocat_follow "fifocat -0" fifocat_write "fifocat_write -l" "fifocat_write -z" fifocat_create fifocat_count piperun piperun_ring piperun_finish
	sockcat sockcat_records sockcat_tcp sockcat_again sockcat_listen sockcat_serve sockcat_command sockcat_hub sockcat_packets sockcat_udp
	fdsend fdrecv "ipcls" "ipcls -j" ipcls_named ipcset ipcdel)

# trial PREFIX...: run the scenario SCENARIO once, with the words before its command, and check it. What is wrong is in WRONG, the
# status in STATUS, standard error in the file err. The output of the words themselves belongs into $TORTURE. CAUSE is the error that
# the words bring about, if any.
trial() {
	local name report text

	# shellcheck disable=SC2086 # words
	set -- "$@" --- $SCENARIO
	STATUSES='0|1' NOTES='' LEFT='' BEGIN='' CHECK='' TEXT='' ADD='' PEER='' WRONG='' IN=$TORTURE/input
	while [ "$1" != --- ]; do
		local prefix+=("$1")
		shift
	done
	"s_$2" "${@:3}"
	cd "$TORTURE/dir" || exit 1
	clear
	# shellcheck disable=SC2059 # the text is a format
	printf "$TEXT" >"$IN"
	eval "$BEGIN" >/dev/null 2>&1
	objects
	local -A before=()
	for name in "${!OBJECTS[@]}"; do before[$name]=1; done
	eval "RUN+=($ADD)"
	"$ROOT/build/watch" 10 "$TORTURE/report" "${prefix[@]}" "${RUN[@]}" <"$IN" >out 2>err
	STATUS=$?
	report=$(<"$TORTURE/report")
	# A process that is no child any more must not be ended: another one may have its number.
	[ -z "$report" ] || [ "$report $CAUSE" = 'left ECHILD' ] || wrong "$report"
	lines
	# shellcheck disable=SC2086 # words
	for name in out err out.lines peer.out peer.err got ready taken; do before[./$name]=1; done
	objects
	for name in "${!OBJECTS[@]}"; do
		[ -n "${before[$name]:-}" ] || [[ " $LEFT " == *" ${name#/dev/} "* || " $LEFT " == *" mq/${name##*/} "* ]] ||
			# What cannot be looked at, or not be locked, is not removed, nor is a semaphore of whose making sem_open does not tell.
			[[ $CALL == *unlink* || $CALL == *ctl || $CALL == *stat* || $text == *"stay in /dev/shm"* || $text == *"not removed"* || $CALL$text == "semop: /lock: Cannot allocate memory" || $CAUSE == EIDRM || $CAUSE == ENOLCK ]] || wrong "left $name"
	done
	eval "$CHECK"
	[ -z "$PEER" ] || end_peer
	wait
}

# lines: check status and standard error.
lines() {
	local count=0 allowed=$STATUSES line

	text=$(<err)
	[[ $CAUSE != EIDRM ]] || allowed+='|3'
	[[ $CAUSE != EAGAIN && $CAUSE != ETIMEDOUT ]] || allowed+='|124'
	[[ $STATUS =~ ^($allowed)$ ]] || wrong "status $STATUS"
	[[ $CAUSE != EINTR || $STATUS =~ ^(${STATUSES%%|*})$ ]] || wrong "EINTR ends it with $STATUS"
	while read -r line; do
		[ -z "$line" ] || count=$((count + 1))
		[[ -z $line || $line == "${RUN[0]}: "*": "?* ]] || [[ $line =~ ^[a-z]*": "(Cannot allocate|Out of)" memory"$ ]] || wrong "line without an object"
	done <<<"$text"
	case $STATUS in
	"${STATUSES%%|*}") [ -z "$text" ] || [[ $NOTES != '' && $text == $NOTES ]] || [[ $STATUS != 0 ]] || wrong "a line and status $STATUS" ;;
	*) [ "$count" -eq 1 ] || [[ $text == *"not put back"* || $CALL == write || ( $count -eq 2 && "$CALL $SCENARIO" =~ unlink|ctl|hub ) || $SCENARIO == *pool* ]] || wrong "$count lines" ;;
	esac
}
