load helper

# The blocks of a document that show commands: in a manual between .Bd -literal and .Ed, in the README between fences. A line that
# starts with "$ " is a command, one with "> " goes on with it, all others are what they print.

# blocks DOCUMENT: writes each to a file of its own, block1 and so on.
blocks() {
	case $1 in
	*.[17])
		awk -v RS='\n' '/^\.Bd -literal/ { n++; open = 1; next } /^\.Ed/ { open = 0 } open { print > ("block" n) }' "$1"
		for block in block*; do
			sed -i 's/\\e/\\/g; s/\\&//g; s/\\-/-/g' "$block"
		done
		;;
	*)
		awk '/^```/ { if (!open) n++; open = !open; next } open { print > ("block" n) }' "$1"
		;;
	esac
}

# runs SHELL BLOCK: runs it with names that nobody else uses, and compares.
runs() {
	local id=ipc7-$$-$RANDOM key

	key=$(key 63)
	key=${key#sysv:}
	sed -E "s/\b(jobs|results|dead|table|board|lock|slots)\b/$id-\1/g; s/0x4d2/$key/g" "$2" >named
	sed -n 's/^[$>] //p' named >script
	sed '/^[$>] /d' named >expected
	rm -rf directory
	mkdir directory
	(cd directory && "$1" ../script) >got 2>&1 </dev/null 3>&- || true
	diff -u expected got >&2
	# Nothing is left that the next block would meet.
	[ "$PLAT" = portable ] || ipcls -H -o kind,name 2>/dev/null | grep -e "$id" -e "sysv:$key$" >left || return 0
	[ "$PLAT" = portable ] || { cat left >&2; return 1; }
}

documented() {
	local block shell count=0

	blocks "$ROOT/$1"
	for block in block*; do
		grep -q '^\$ ' "$block" || continue
		count=$((count + 1))
		for shell in dash bash; do
			command -v $shell >/dev/null || continue
			runs $shell "$block" || { echo "in $1, with $shell:" >&2; cat "$block" >&2; return 1; }
		done
	done
	[ $count -ge "$2" ]
}

@test "documents: what README shows is true" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	documented README 4
}

@test "documents: the command lines in the text of README run" {
	need procps command -v pgrep
	local name pid

	# What pgrep finds is only ours: the name of a command is unique.
	cp "$(command -v sleep)" "ipc7s$$"
	background "$PWD/ipc7s$$" 1000
	until pgrep "ipc7s$$" >/dev/null; do moment; done
	pgrep "ipc7s$$" | sigsend -w -t 5 -k KILL
	ends 143
	mkfifo ready heard held
	exec 7<>held 9<>heard
	ready sockcat -l -f -B -P -R ready unix:chat >room <held
	name=$PID
	ready sockcat -R ready unix:chat <held >heard
	pid=$PID
	echo hello | sockcat -O unix:chat
	read -r line <&9
	[[ $line == unix:#*$'\t'hello ]]
	kill "$name"
	PID=$pid
	wait "$PID" || true
	grep -q "^unix:#.*"$'\t'"hello$" room
}

@test "documents: what mqsend(1) shows is true" {
	documented man/mqsend.1 5
}

@test "documents: what mqrecv(1) shows is true" {
	documented man/mqrecv.1 5
}

@test "documents: what shmput(1), shmget(1) and semop(1) show is true" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	for command in shmput shmget semop; do
		rm -f block*
		documented man/$command.1 5
	done
}

@test "documents: what sigsend(1) and sigrecv(1) show is true" {
	for command in sigsend sigrecv; do
		rm -f block*
		documented man/$command.1 5
	done
}

@test "documents: what sigmask(1) shows is true" {
	[ "$PLAT" = linux ] || skip "shows the signals of other processes"
	documented man/sigmask.1 5
}

@test "documents: what fifocat(1) shows is true" {
	[ "$PLAT" = linux ] || skip "tells what a reader has not taken"
	documented man/fifocat.1 6
}

@test "documents: what piperun(1) shows is true" {
	documented man/piperun.1 6
}

@test "documents: what sockcat(1) shows is true" {
	[ "$PLAT" = linux ] || skip "shows an abstract name, and packets that are answered"
	documented man/sockcat.1 6
}

@test "documents: what ipcls(1), ipcset(1) and ipcdel(1) show is true" {
	[ "$PLAT" = linux ] || skip "shows what POSIX has no way to know"
	documented man/ipcls.1 6
	rm -f block*
	documented man/ipcset.1 4
	rm -f block*
	documented man/ipcdel.1 5
}

@test "documents: what ipc7(7), ipc7-limits(7) and ipc7-guide(7) show is true" {
	documented man/ipc7.7 2
	rm -f block*
	documented man/ipc7-limits.7 1
	rm -f block*
	documented man/ipc7-guide.7 7
}

# manual_options COMMAND: its options in its manual, each with the word that stands for its argument.
manual_options() {
	awk '/^\.It Fl / {
		for (i = 3; i <= NF && $i != "Ar"; i++)
			if (length($i) == 1 && $i != ",")
				print $i ($(i + 1) == "Ar" ? " " $(i + 2) : "")
	}' "$ROOT/man/$1.1" | sort -u
}

# help_options COMMAND: the same in its -h, and in the completion for bash: letters, with a colon where an argument follows.
help_options() {
	"$1" -h | sed -nE 's/^  -(.)( ([A-Z]+))?.*/\1 \3/; s/ $//; s/^(. [A-Z]+|.)$/\1/p' | sort -u
}

@test "documents: manual, -h and completion have the same options" {
	local command

	. "$ROOT/examples/completion/ipc7.bash"
	for command in mqsend mqrecv shmput shmget semop sigsend sigrecv sigmask fifocat piperun sockcat ipcls ipcset ipcdel; do
		manual_options $command >manual
		help_options $command >help
		[ -s manual ]
		diff manual help >&2 || { echo "$command" >&2; return 1; }
		_ipc7_letters $command
		printf '%s' "${REPLY%hV}" | grep -o '.:*' | sort >letters
		sed -E 's/^(.) .*/\1:/' help | sort >wanted
		diff letters wanted >&2 || { echo "$command" >&2; return 1; }
	done
}

@test "documents: -h has at most 48 lines" {
	local command

	for command in mqsend mqrecv shmput shmget semop sigsend sigrecv sigmask fifocat piperun sockcat ipcls ipcset ipcdel; do
		[ "$($command -h | wc -l)" -le 48 ]
	done
}

@test "documents: README has at most 250 lines of at most 80 columns" {
	[ "$(wc -l <"$ROOT/README")" -le 250 ]
	! awk 'length > 80 { print; long = 1 } END { exit !long }' "$ROOT/README" >&2
}
