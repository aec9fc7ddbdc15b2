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

@test "documents: the synopsis of each manual is that of -h" {
	local command

	for command in mqsend mqrecv shmput shmget semop sigsend sigrecv sigmask fifocat piperun sockcat ipcls ipcset ipcdel; do
		# .Op Fl cuvx .Op Fl 0 | N | r and so on: the letters, in order
		[ -s "$ROOT/man/$command.1" ]
		for letter in $($command -h | sed -n 's/^  -\(.\).*/\1/p'); do
			grep -q "^\.It Fl $letter" "$ROOT/man/$command.1" || { echo "$command.1: no -$letter" >&2; return 1; }
		done
	done
}
