load helper

# Completion in bash and in zsh, driven through each shell's own line editor: a line is typed, then the completion key.

COMMANDS=(mqsend mqrecv shmput shmget semop sigsend sigrecv sigmask fifocat piperun sockcat fdsend fdrecv ipcls ipcset ipcdel)
COMPLETION=$ROOT/examples/completion

# typed bash|zsh LINE...: complete each LINE. The candidates for the first LINE are in hits1, and so on; the completed lines are in
# the file lines. bash runs SETUP first.
typed() {
	local shell=$1

	shift
	rm -f hits* lines
	need "$shell" command -v "$shell"
	need setsid command -v setsid
	printf '%s\n' "$@" >typed
	"in_$shell" >log 2>&1 3>&-
	[ "$(wc -l <lines)" -eq $# ] || { cat log lines >&2; return 1; }
}

# bash's line editor reads its keys from a pipe as well.
in_bash() {
	cat >rc <<'RC'
hits() {
	printf '%s\n' "${COMPREPLY[@]}" >hits$count
}
dump() {
	printf '%s\n' "$READLINE_LINE" >>lines
	READLINE_LINE= count=$((count + 1))
}
count=1
if function=$(complete -p mqsend) 2>/dev/null; then
	function=${function##*-F } function=${function%% *}
	eval "real$(declare -f "$function")"
	eval "$function() { real$function \"\$@\"; hits; }"
fi
bind -x '"\C-x\C-d": dump'
RC
	{
		printf ' %s; . ./rc\n' "${SETUP-. \"$COMPLETION/ipc7.bash\"}"
		while IFS= read -r line; do
			printf '%s\t\030\004' "$line"
		done <typed
		printf ' exit\n'
	} | INPUTRC=/dev/null TERM=dumb setsid -w timeout -k 1 120 bash --norc --noprofile -i
}

in_zsh() {
	cat >driver <<'RC'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source ./rc'
zpty -w shell $'\x18\x18'
zpty -r shell answer '*driven*'
print -r -- $answer
zpty -d shell
RC
	cat >rc <<'RC'
PS1= RPS1=
fpath=($COMPLETION $fpath)
autoload -Uz compinit
compinit -u -D
offer() {
	compadd() {
		local -a hits
		if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
			builtin compadd -O hits "$@"
			(( ! $#hits )) || print -rl -- "$hits[@]" >>hits$count
		fi
		builtin compadd "$@"
	}
	_main_complete
	unfunction compadd
}
zle -C offer complete-word offer
drive() {
	local line
	integer count=0
	for line in "${(@f)$(<typed)}"; do
		(( ++count ))
		BUFFER=$line CURSOR=$#line
		zle offer
		print -r -- "$BUFFER" >>lines
	done
	print driven
	exit
}
zle -N drive
bindkey '^X^X' drive
RC
	COMPLETION=$COMPLETION TERM=dumb setsid -w timeout -k 1 120 zsh -f driver </dev/null
}

# become bash|zsh LINE RESULT...: check that each LINE completes to RESULT. zsh may end a list with a comma, which is ignored.
become() {
	local shell=$1 lines=() results=() i

	shift
	while [ $# -gt 0 ]; do
		lines+=("$1") results+=("$2")
		shift 2
	done
	typed "$shell" "${lines[@]}"
	for i in "${!lines[@]}"; do
		got=$(sed -n "$((i + 1))p" lines)
		got=${got%,}
		[ "${got% }" = "${results[i]}" ] ||
			{ printf '%s: %q\n became %q\n    not %q\n' "$shell" "${lines[i]}" "$got" "${results[i]}" >&2; return 1; }
	done
}

# has NUMBER WORD...: check that each WORD is a candidate for line NUMBER.
has() {
	local number=$1 word

	shift
	for word; do
		grep -qxF -e "$word" "hits$number" 2>/dev/null || { echo "line $number is not offered $word" >&2; return 1; }
	done
}

options_of_all() {
	local i letter

	typed "$1" "${COMMANDS[@]/%/ -}"
	for i in "${!COMMANDS[@]}"; do
		${COMMANDS[i]} -h | sed -n 's/^\(  -[^ ]\(, -[^ ]\)*\).*/\1/p' | tr -d ' ' | tr , '\n' >letters
		printf '%s\n' -h -V >>letters
		# shellcheck disable=SC2046
		has $((i + 1)) $(cat letters)
		# The synopsis has the same options, and there are no other candidates.
		[ "$(grep -c '^-[^-]' "hits$((i + 1))")" -eq "$(wc -l <letters)" ] ||
			{ echo "${COMMANDS[i]}: $(diff "hits$((i + 1))" letters)" >&2; return 1; }
	done
}

@test "completion: bash offers every option of every command" {
	options_of_all bash
}

@test "completion: zsh offers every option of every command" {
	options_of_all zsh
}

# Completions that do not depend on ipcls.
static() {
	mkdir -p 'here/in side'
	mkfifo here/fifo
	: >here/file
	: >'here/$(touch hacked)'
	become "$1" \
		'sigsend -s TER' 'sigsend -s TERM' \
		'sigsend -k SIGTER' 'sigsend -k SIGTERM' \
		'sigsend -sTER' 'sigsend -sTERM' \
		'sigsend -wk TER' 'sigsend -wk TERM' \
		'sigsend -l TER' 'sigsend -l TERM' \
		'sigrecv INT,TER' 'sigrecv INT,TERM' \
		'sigmask -b HUP,al' 'sigmask -b HUP,all' \
		'sigmask -i INT,SIGTER' 'sigmask -i INT,SIGTERM' \
		'ipcls -o kind,na' 'ipcls -o kind,name' \
		'ipcls -o KIND,MSG' 'ipcls -o KIND,MSGSIZE' \
		'ipcls -o kind,ki' 'ipcls -o kind,ki' \
		'ipcls -Ho wai' 'ipcls -Ho waiting' \
		'ipcls se' 'ipcls sem' \
		'ipcset -o roo' 'ipcset -o root' \
		'ipcset -o root:roo' 'ipcset -o root:root' \
		'sockcat unix-s' 'sockcat unix-seq:' \
		'sockcat unix:here/fil' 'sockcat unix:here/file' \
		'sockcat -b unix-dgram:here/in' 'sockcat -b unix-dgram:here/in\ side/' \
		'sockcat tcp:localhost:1 -- toucha' 'sockcat tcp:localhost:1 -- toucha' \
		'sockcat -f tcp:localhost:1 -- cat here/fil' 'sockcat -f tcp:localhost:1 -- cat here/file' \
		'fdsend unix-s' 'fdsend unix-seq:' \
		'fdsend -T 5 unix:here/fil' 'fdsend -T 5 unix:here/file' \
		'fdrecv -R here/fil' 'fdrecv -R here/file' \
		'fdrecv unix:here/file ' 'fdrecv unix:here/file --' \
		'fdrecv unix:here/file -- sigmas' 'fdrecv unix:here/file -- sigmask' \
		'fifocat here/f' 'fifocat here/fifo' \
		'mqrecv -R here/fil' 'mqrecv -R here/file' \
		'mqrecv -R here/\$' 'mqrecv -R here/\$\(touch\ hacked\)' \
		'mqrecv jobs ' 'mqrecv jobs --' \
		'mqrecv jobs -- sockca' 'mqrecv jobs -- sockcat' \
		'piperun sigmas' 'piperun sigmask' \
		'piperun cat here/file -- sigmas' 'piperun cat here/file -- sigmask' \
		'piperun -- sigmas' 'piperun -- sigmask' \
		'piperun -d @@ cat -- @@ sigmas' 'piperun -d @@ cat -- @@ sigmask' \
		'piperun -d@ cat @ sigmas' 'piperun -d@ cat @ sigmask' \
		'piperun -S here/fil' 'piperun -S here/file' \
		'semop lock -' 'semop lock -' \
		'semop lock +' 'semop lock +1' \
		'shmput fi' 'shmput file:' \
		'shmput file:here/fil' 'shmput file:here/file' \
		'mqsend sysv:./here/fil' 'mqsend sysv:./here/file' \
		'mqsend jobs -' 'mqsend jobs -'
	[ ! -e hacked ]
	[ ! -e here/hacked ]
	typed "$1" 'sockcat ' 'sigrecv RT' 'ipcls -o ' 'ipcls ' 'fdsend unix'
	has 1 tcp: tcp4: tcp6: udp: udp4: udp6: unix: unix-dgram: unix-seq: raw:
	has 2 RTMIN RTMIN+1 RTMAX
	# shellcheck disable=SC2046
	has 3 $(ipcls -h | sed -n '/KIND NAME/,/CHANGED/p' | sed 's/(.*//' | tr ' A-Z' '\na-z' | grep .)
	has 4 mq shm sem
	has 5 unix: unix-seq:
	[ "$(wc -l <hits5)" -eq 2 ]
}

@test "completion: bash completes signals, columns, users, addresses, paths and commands" {
	static bash
}

@test "completion: zsh completes signals, columns, users, addresses, paths and commands" {
	static zsh
}

processes() {
	background sleep 100
	typed "$1" "sigsend ${PID%?}" "sigmask -p ${PID%?}"
	has 1 "$PID"
	has 2 "$PID"
}

@test "completion: bash and zsh complete process ids" {
	need ps command -v ps
	processes bash
	processes zsh
}

need_list() {
	[ "$PLAT" = linux ] || skip "POSIX cannot list"
	ipcls -H mq >/dev/null 2>&1 || [ "$(id -u)" -eq 0 ] || skip "/dev/mqueue is not mounted, and this is not root"
}

# Objects of both families, some with names that are shell code.
names() {
	local unique=ipc7-$$-$BATS_TEST_NUMBER

	NAMES+=("/$unique-\$(touch hacked)" "/$unique-'q\"; touch hacked" "/$unique-+jobs")
	for Q in "${NAMES[@]}"; do
		mqsend -c $SMALL "$Q" hello
	done
	new_name sysv
	mqsend -c $SMALL "$Q" hello
	new_segment posix
	segment=$S
	echo hello | shmput -c "$segment"
	new_semaphore posix
	semaphore=$S
	semop -c "$semaphore" >/dev/null
}

objects() {
	local unique=ipc7-$$-$BATS_TEST_NUMBER

	become "$1" \
		"mqsend /$unique-+" "mqsend /$unique-+jobs" \
		"mqrecv $unique-+" "mqrecv $unique-+jobs" \
		"mqrecv -D /$unique-+ jobs" "mqrecv -D /$unique-+ jobs" \
		"mqrecv -D /$unique-+" "mqrecv -D /$unique-+jobs" \
		"mqsend posix:/$unique-+" "mqsend posix:/$unique-+jobs" \
		"mqsend /$unique-\\\$" "mqsend /$unique-\\\$\\(touch\\ hacked\\)" \
		"mqsend '/$unique-\$" "mqsend '/$unique-\$(touch hacked)'" \
		"mqsend \"/$unique-\\\$" "mqsend \"/$unique-\\\$(touch hacked)\"" \
		"mqsend ${Q%?}" "mqsend $Q" \
		"mqsend '${Q%?}" "mqsend '$Q'" \
		"ipcdel mq:${Q%?}" "ipcdel mq:$Q" \
		"ipcset -m 600 mq:/$unique-+" "ipcset -m 600 mq:/$unique-+jobs" \
		"ipcls -H mq:$unique-+" "ipcls -H mq:$unique-+jobs" \
		"ipcdel mq:/$unique-+ mq:/$unique-\\\$" "ipcdel mq:/$unique-+ mq:/$unique-\\\$\\(touch\\ hacked\\)" \
		"ipcdel shm:${segment%?}" "ipcdel shm:$segment" \
		"ipcdel sem:${semaphore%?}" "ipcdel sem:$semaphore" \
		"shmget ${segment%?}" "shmget $segment" \
		"shmput -s 4K ${segment%?}" "shmput -s 4K $segment" \
		"semop ${semaphore%?}" "semop $semaphore"
	# A candidate is the name and nothing else.
	typed "$1" "mqsend /$unique-" 'ipcls mq:'
	[ "$(wc -l <hits1)" -eq 3 ]
	grep -qF "/$unique-+jobs" hits2
	[ ! -e hacked ]
}

@test "completion: bash completes the names of objects" {
	need_list
	names
	objects bash
	typed bash "mqsend /ipc7-$$-$BATS_TEST_NUMBER-"
	eval "got=($(tr '\n' ' ' <hits1))"
	[ "$(printf '%s\n' "${got[@]}" | sort)" = "$(printf '%s\n' "${NAMES[@]:0:3}" | sort)" ]
	[ ! -e hacked ]
	# The same in a bash that does not split words at colons.
	SETUP="COMP_WORDBREAKS=\${COMP_WORDBREAKS//[:@]}; . \"$COMPLETION/ipc7.bash\""
	objects bash
}

@test "completion: zsh completes the names of objects" {
	need_list
	names
	objects zsh
}

@test "completion: bash and zsh complete a handle with an @, and offer no name that ipcls cannot print" {
	need_list
	handle=$(mqsend -c sysv:new hello)
	NAMES+=("$handle" "/ipc7-$$-$BATS_TEST_NUMBER"$'-\n')
	mqsend -c "/ipc7-$$-$BATS_TEST_NUMBER"$'-\n' hello
	# Other queues, which come and go, may have a handle with the same first digits.
	mkdir stub
	printf '#!/bin/sh\n%s/build/bin/ipcls "$@" | grep -v "^sysv:@" | cat - handle\n' "$ROOT" >stub/ipcls
	echo "$handle" >handle
	chmod 755 stub/ipcls
	PATH=$PWD/stub:$PATH
	become bash "mqrecv ${handle%?}" "mqrecv $handle" "mqrecv /ipc7-$$-$BATS_TEST_NUMBER-" "mqrecv /ipc7-$$-$BATS_TEST_NUMBER-"
	become zsh "mqrecv ${handle%?}" "mqrecv $handle" "mqrecv /ipc7-$$-$BATS_TEST_NUMBER-" "mqrecv /ipc7-$$-$BATS_TEST_NUMBER-"
}

@test "completion: bash and zsh call ipcls once, and print nothing if it fails" {
	mkdir stub
	cat >stub/ipcls <<-'SH'
		#!/bin/sh
		echo "$*" >>calls
		echo 'ipcls: wrong' >&2
		exit 1
	SH
	chmod 755 stub/ipcls
	PATH=$PWD/stub:$PATH
	for shell in bash zsh; do
		rm -f calls
		become $shell 'mqsend /ipc7-' 'mqsend /ipc7-'
		[ "$(cat calls)" = '-H -o name mq' ]
		[ "$(grep -c wrong log)" -eq 0 ]
		rm calls
		become $shell 'ipcdel mq:' 'ipcdel mq:'
		[ "$(cat calls)" = '-H -o kind,name' ]
		[ "$(grep -c wrong log)" -eq 0 ]
	done
}

@test "completion: bash-completion and zsh find the files that make install puts in place" {
	need bash-completion test -f /usr/share/bash-completion/bash_completion
	make -s -C "$ROOT" -o all install DESTDIR="$PWD/root" PREFIX=/usr PLAT="$PLAT" 2>/dev/null
	for command in "${COMMANDS[@]}"; do
		[ -f "root/usr/share/bash-completion/completions/$command" ]
	done
	export XDG_DATA_DIRS=$PWD/root/usr/share
	SETUP='. /usr/share/bash-completion/bash_completion'
	become bash 'sigsend -s TER' 'sigsend -s TERM' 'ipcls --v' 'ipcls --version' 'piperun sigmask -i TER' 'piperun sigmask -i TERM' \
		'mqrecv jobs -- sigsend -k TER' 'mqrecv jobs -- sigsend -k TERM' 'sockcat unix-s' 'sockcat unix-seq:'
	COMPLETION=$PWD/root/usr/share/zsh/site-functions
	become zsh 'sigsend -s TER' 'sigsend -s TERM' 'ipcls --v' 'ipcls --version'
}

@test "completion: the files have no syntax errors" {
	bash -n "$COMPLETION/ipc7.bash"
	need zsh command -v zsh
	zsh -n "$COMPLETION/_ipc7"
}
