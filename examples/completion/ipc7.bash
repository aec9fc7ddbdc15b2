# shellcheck shell=bash
# Completion of the commands of ipc7 in bash 4 or later. bash-completion loads this file by the name of the command. Without
# bash-completion, source it: . ipc7.bash
#
# The names of objects come from one run of ipcls. They are compared and quoted but never evaluated, because a name can be any
# text. A name that ipcls prints with \xNN is not offered.
#
# The functions share these variables: full is the word at the cursor without quotes; quote is the quote that is open in it; trim
# is its part up to the last character of COMP_WORDBREAKS, which readline keeps; base is the text before the part to complete:
# "kind," of kind,na and "file:" of file:/tm.

# _ipc7_letters COMMAND: set REPLY to its getopt string.
_ipc7_letters() {
	case $1 in
	mqsend) REPLY=0NrPcxd:s:m:p:e:t:L:uv ;;
	mqrecv) REPLY=n:afe:t:kp:0NrPA:b:D:j:R:cxd:s:m:uv ;;
	shmput) REPLY=cxm:s:o:t:uv ;;
	shmget) REPLY=fn:0No:t:uvz ;;
	semop) REPLY=cxE:i:m:t:uv ;;
	sigsend) REPLY=s:gq:wt:k:n:vl ;;
	sigrecv) REPLY=fn:qR:t:v ;;
	sigmask) REPLY=b:d:i:pv ;;
	fifocat) REPLY=wcm:uflL:n:0Ns:t:vz ;;
	piperun) REPLY=Fld:S:s:t:v ;;
	fdsend) REPLY=t:T:v ;;
	fdrecv) REPLY=m:n:R:t:uv ;;
	sockcat) REPLY=lfn:j:BIOKL:0NrPb:m:uR:t:T:vz ;;
	ipcls) REPLY=Hjo:v ;;
	ipcset) REPLY=m:o:s:v ;;
	ipcdel) REPLY=nv ;;
	esac
	REPLY+=hV
}

# _ipc7_unquote WORD [QUOTE]: set REPLY to WORD without quotes, and OPEN to the open quote. WORD starts inside QUOTE.
_ipc7_unquote() {
	local word=$1 i c next

	OPEN=${2-} REPLY=
	for ((i = 0; i < ${#word}; i++)); do
		c=${word:i:1} next=${word:i+1:1}
		if [[ $OPEN == "'" ]]; then
			if [[ $c == "'" ]]; then OPEN=; else REPLY+=$c; fi
		elif [[ $c == "\\" && ( -z $OPEN || $next == [\$\`\"\\] ) ]]; then
			REPLY+=$next
			i=$((i + 1))
		elif [[ $c == '"' || ( $c == "'" && -z $OPEN ) ]]; then
			if [[ -n $OPEN ]]; then OPEN=; else OPEN=$c; fi
		else
			REPLY+=$c
		fi
	done
}

# _ipc7_redirects WORD: return 0 if WORD is a redirection.
_ipc7_redirects() {
	[[ $1 == *[\<\>]* && $1 != *[!\<\>\&\|]* ]]
}

# Join the words that bash has split at colons and the like. Sets words, up to the cursor, and places, the index in COMP_WORDS
# where each word starts.
_ipc7_words() {
	local line=${COMP_LINE:0:COMP_POINT} i word apart=1

	words=() places=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		! _ipc7_redirects "$word" || apart=1
		if [[ $line == [[:space:]]* ]]; then
			line=${line#"${line%%[![:space:]]*}"}
			apart=1
		fi
		# The word at the cursor may continue after the cursor.
		((i < COMP_CWORD)) || word=$line
		line=${line:${#word}}
		if ((apart)); then
			words+=("$word") places+=("$i")
		else
			words[${#words[@]} - 1]+=$word
		fi
		apart=0
		! _ipc7_redirects "$word" || apart=1
	done
}

# _ipc7_offer CANDIDATE...: offer each that starts with the word, quoted as the line needs.
_ipc7_offer() {
	local candidate

	for candidate; do
		candidate=$base$candidate
		[[ $candidate == "$full"* ]] || continue
		candidate=${candidate:${#trim}}
		case $quote in
		"'") candidate=${candidate//\'/"'\\''"} ;;
		'"')
			candidate=${candidate//\\/\\\\}
			candidate=${candidate//\"/\\\"}
			candidate=${candidate//\$/\\\$}
			candidate=${candidate//\`/\\\`}
			candidate=${candidate//!/"\"'!'\""}
			;;
		*)
			printf -v candidate %q "$candidate"
			# printf quotes commas, which need no quoting.
			[[ $candidate == \$\'* ]] || candidate=${candidate//\\,/,}
			;;
		esac
		COMPREPLY+=("$candidate")
	done
}

# _ipc7_paths [fifo|executable]: offer directories, and all or only such files. readline quotes them.
_ipc7_paths() {
	local path=${full#"$base"} file home=

	if [[ $path == \~/* ]]; then
		home=$HOME
		path=$home${path:1}
	fi
	while IFS= read -r -d '' file; do
		[[ -e $file || -L $file ]] || continue
		[[ -d $file || -z ${1-} || ( $1 == fifo && -p $file ) || ( $1 == executable && -x $file ) ]] || continue
		[[ -z $home ]] || file=\~${file:${#home}}
		file=$base$file
		COMPREPLY+=("${file:${#trim}}")
	done < <(shopt -u failglob nullglob; set +f; printf '%s\0' "$path"*)
	compopt -o filenames 2>/dev/null
}

# _ipc7_objects KIND: offer objects. The user may omit the slash, or write posix: first.
_ipc7_objects() {
	local word=${full#"$base"} name

	case $word in
	file:*)
		[[ $1 == mq ]] || { base+=file:; _ipc7_paths; }
		return
		;;
	sysv:./* | sysv:../* | sysv:/*)
		base+=sysv:
		_ipc7_paths
		return
		;;
	esac
	[[ $1 == mq ]] || _ipc7_offer file:
	while IFS= read -r name; do
		[[ $name != *\\x* ]] || continue
		case $word in
		'' | /* | sysv:*) _ipc7_offer "$name" ;;
		posix:*) [[ $name != /* ]] || _ipc7_offer "posix:$name" ;;
		*) _ipc7_offer "${name#/}" ;;
		esac
	done < <(command ipcls -H -o name "$1" 2>/dev/null </dev/null)
}

# _ipc7_any [all]: offer all objects as KIND:NAME; with all, the kinds too.
_ipc7_any() {
	local kind name

	[[ ${1-} != all ]] || _ipc7_offer mq shm sem
	while IFS=$'\t' read -r kind name; do
		[[ $name != *\\x* ]] || continue
		case $full in
		*:[!/]*) _ipc7_offer "$kind:${name#/}" ;;
		*) _ipc7_offer "$kind:$name" ;;
		esac
	done < <(command ipcls -H -o kind,name 2>/dev/null </dev/null)
}

# _ipc7_list CANDIDATE...: extend base to the last comma of the list, and offer each that the list lacks.
_ipc7_list() {
	local candidate had=${full#"$base"}

	[[ $had == *,* ]] && had=${had%,*}, || had=
	base+=$had
	for candidate; do
		[[ ,$had == *",$candidate,"* ]] || _ipc7_offer "$candidate"
	done
	compopt -o nospace 2>/dev/null
}

# _ipc7_signals [list]: offer signals, or extend a list of them.
_ipc7_signals() {
	local name word=${full#"$base"} names=()

	[[ ${1-} != list ]] || { word=${word##*,}; names=(all); }
	while read -r _ name _; do
		[[ $word == SIG* ]] && name=SIG$name
		names+=("$name")
	done < <(command sigsend -l 2>/dev/null </dev/null)
	"_ipc7_${1-offer}" "${names[@]}"
}

_ipc7_columns() {
	local columns='kind name id key owner mode size used count group depth msgsize value waiting creator lastpid changed' word

	word=${full#"$base"}
	[[ ${word##*,} != [[:upper:]]* ]] || columns=${columns^^}
	# shellcheck disable=SC2086 # they are words
	IFS=$' \t\n' _ipc7_list $columns
}

_ipc7_owners() {
	local word=${full#"$base"} name what=-u

	if [[ $word == *:* ]]; then
		base+=${word%%:*}:
		what=-g
	fi
	while IFS= read -r name; do
		_ipc7_offer "$name"
	done < <(compgen "$what")
}

_ipc7_processes() {
	local id

	while read -r id; do
		[[ $id == 0 ]] || _ipc7_offer "$id"
	done < <(ps -A -o "$1=" 2>/dev/null)
}

# _ipc7_addresses SCHEME...: offer addresses of these kinds.
_ipc7_addresses() {
	local word=${full#"$base"}

	case $word in
	unix:* | unix-dgram:* | unix-seq:*)
		base+=${word%%:*}:
		_ipc7_paths
		;;
	*) _ipc7_offer "$@" ;;
	esac
}

# _ipc7_command START: complete the command at words[START].
_ipc7_command() {
	local directories file

	if (($1 < ${#words[@]} - 1)); then
		if declare -F _comp_command_offset >/dev/null; then
			_comp_command_offset "${places[$1]}"
		elif declare -F _command_offset >/dev/null; then
			_command_offset "${places[$1]}"
		else
			_ipc7_paths
		fi
	elif [[ $full == */* || $full == \~* ]]; then
		_ipc7_paths executable
	else
		IFS=: read -r -a directories <<<"$PATH"
		while IFS= read -r -d '' file; do
			[[ ! -f $file || ! -x $file ]] || _ipc7_offer "${file##*/}"
		done < <(shopt -u failglob nullglob; set +f; for file in "${directories[@]}"; do printf '%s\0' "$file/$full"*; done)
	fi
}

# Complete the argument of option LETTER of COMMAND.
_ipc7_argument() {
	case $1$2 in
	*R | piperunS) _ipc7_paths ;;
	mqrecvD) _ipc7_objects mq ;;
	sigsend[sk]) _ipc7_signals ;;
	sigmask[bdi]) _ipc7_signals list ;;
	sockcatb) _ipc7_addresses tcp: tcp4: tcp6: udp: udp4: udp6: unix: unix-dgram: unix-seq: raw: ;;
	ipclso) _ipc7_columns ;;
	ipcseto) _ipc7_owners ;;
	esac
}

# Complete operand NUMBER, from 1, of COMMAND.
_ipc7_operand() {
	case $1,$2 in
	mqsend,1 | mqrecv,1) _ipc7_objects mq ;;
	shmput,1 | shmget,1) _ipc7_objects shm ;;
	semop,1) _ipc7_objects sem ;;
	semop,*) _ipc7_offer -1 +1 0 -- ;;
	mqrecv,2 | shmput,2 | sockcat,2 | fdrecv,2) _ipc7_offer -- ;;
	sockcat,1) _ipc7_argument sockcat b ;;
	fdsend,1 | fdrecv,1) _ipc7_addresses unix: unix-seq: ;;
	sigsend,*)
		case $given in
		*l*) _ipc7_signals ;;
		*g*) _ipc7_processes pgid ;;
		*) _ipc7_processes pid ;;
		esac
		;;
	sigrecv,*) _ipc7_signals list ;;
	sigmask,*) _ipc7_processes pid ;;
	fifocat,1) _ipc7_paths fifo ;;
	ipcls,*) _ipc7_any all ;;
	ipcset,* | ipcdel,*) _ipc7_any ;;
	esac
}

# _ipc7 COMMAND WORD PREVIOUS: called by bash.
_ipc7() {
	local command=${1##*/} IFS=$' \t\n' REPLY OPEN words places
	local full quote trim base='' letters given='' wanted='' separator=-- operands=0 options=1 start=0 i j last word

	COMPREPLY=()
	_ipc7_words
	last=$((${#words[@]} - 1))
	((last > 0)) || return 0
	_ipc7_unquote "${words[last]}"
	full=$REPLY quote=$OPEN
	_ipc7_unquote "${2-}" "$quote"
	trim=
	[[ $full != *"$REPLY" ]] || trim=${full:0:${#full} - ${#REPLY}}
	if _ipc7_redirects "${words[last - 1]}"; then
		_ipc7_paths
		return 0
	fi
	_ipc7_letters "$command"
	letters=$REPLY

	# Scan the words before the cursor, and the word at the cursor if it may be options with an argument.
	for ((i = 1; i <= last; i++)); do
		word=${words[i]}
		((i < last)) || word=$full
		if _ipc7_redirects "$word"; then
			i=$((i + 1))
		elif ((options)) && [[ $word == -- && $i -lt $last ]]; then
			options=0
		elif ((options)) && [[ $word == -[!-]* ]]; then
			for ((j = 1; j < ${#word}; j++)); do
				given+=${word:j:1}
				[[ $letters == *"${word:j:1}:"* ]] || continue
				if ((j < ${#word} - 1)); then
					((i < last)) || { wanted=${word:j:1} base=${word:0:j + 1}; }
				elif ((i < last)); then
					i=$((i + 1))
					((i < last)) || wanted=${word:j:1}
				fi
				[[ $command${word:j:1} != piperund ]] || separator=${word:j + 1}${words[i]#"$word"}
				break
			done
		elif ((i < last)); then
			options=0
			case $command$given in
			sigmask*p*) ;;
			sigmask*) ((start)) || start=$i ;;
			piperun*)
				((start)) || start=$i
				[[ $word != "$separator" ]] || start=$((i + 1))
				;;
			mqrecv* | semop* | sockcat* | fdrecv*) [[ $word != -- || $operands -eq 0 || $start -ne 0 ]] || start=$((i + 1)) ;;
			esac
			operands=$((operands + 1))
		fi
	done
	case $command$given in
	sigmask*p*) ;;
	sigmask* | piperun*) ((operands)) || start=$last ;;
	esac

	if [[ -n $wanted ]]; then
		_ipc7_argument "$command" "$wanted"
	elif ((options)) && [[ $full == -* ]]; then
		if [[ $full == --* ]]; then
			_ipc7_offer --help --version
		elif [[ $full == - ]]; then
			letters=${letters//:/}
			for ((i = 0; i < ${#letters}; i++)); do
				_ipc7_offer "-${letters:i:1}"
			done
		else
			_ipc7_offer "$full"
		fi
	elif ((start)); then
		_ipc7_command "$start"
	else
		_ipc7_operand "$command" $((operands + 1))
	fi
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *: ]] || compopt -o nospace 2>/dev/null
	return 0
}

complete -F _ipc7 mqsend mqrecv shmput shmget semop sigsend sigrecv sigmask fifocat piperun sockcat fdsend fdrecv ipcls ipcset ipcdel
