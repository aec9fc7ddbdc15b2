load helper

# The examples of the documents: in a manual the blocks between .Bd -literal and .Ed, in README the fenced blocks. A line that
# starts with "$ " is a command, "> " continues the command, and any other line is the expected output.

# blocks DOCUMENT: write each block to a file of its own, block1, block2 and so on.
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

# runs SHELL BLOCK: run the block with object names that no other process uses, and compare its output.
runs() {
	local id=ipc7-$$-$RANDOM key

	key=$(key 63)
	key=${key#sysv:}
	sed -n 's/^[$>] //p' "$2" |
		sed -E "s/\b(jobs|results|dead|table|board|lock|slots)\b/$id-\1/g; s/0x4d2/$key/g" >script
	sed '/^[$>] /d' "$2" >expected
	plain_sequence "$id"
	rm -rf directory
	mkdir directory
	(cd directory && "$1" ../script) >got 2>&1 </dev/null 3>&- || true
	sed -i "s/$id-//g; s/$key/0x4d2/g" got
	diff -u expected got >&2 || return 1
	# The block must not leave an object, because the next block would find it.
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

@test "documents: the commands in README print what README shows" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	documented README 4
}

@test "documents: the command lines in the text of README work" {
	need procps command -v pgrep
	local name pid

	# The program has a unique name, so pgrep finds no other process.
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

@test "documents: the examples of mqsend(1) print what the page shows" {
	documented man/mqsend.1 5
}

@test "documents: the examples of mqrecv(1) print what the page shows" {
	[ "$PLAT" = linux ] || skip "an example locks a file"
	documented man/mqrecv.1 5
}

@test "documents: the examples of shmput(1), shmget(1) and semop(1) print what the pages show" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	for command in shmput shmget semop; do
		rm -f block*
		documented man/$command.1 5
	done
}

@test "documents: the examples of sigsend(1) and sigrecv(1) print what the pages show" {
	[ "$PLAT" = linux ] || skip "POSIX takes a process that nobody has waited for as one that runs"
	for command in sigsend sigrecv; do
		rm -f block*
		documented man/$command.1 5
	done
}

@test "documents: the examples of sigmask(1) print what the page shows" {
	[ "$PLAT" = linux ] || skip "shows the signals of other processes"
	documented man/sigmask.1 5
}

@test "documents: the examples of fifocat(1) print what the page shows" {
	[ "$PLAT" = linux ] || skip "tells what a reader has not taken"
	documented man/fifocat.1 6
}

@test "documents: the examples of piperun(1) print what the page shows" {
	documented man/piperun.1 6
}

@test "documents: the examples of sockcat(1) print what the page shows" {
	[ "$PLAT" = linux ] || skip "shows an abstract name, and packets that are answered"
	documented man/sockcat.1 6
}

@test "documents: the examples of fdsend(1) and fdrecv(1) print what the pages show" {
	[ "$PLAT" = linux ] || skip "shows that a receiver refused"
	documented man/fdsend.1 3
	rm -f block*
	documented man/fdrecv.1 4
}

@test "documents: the examples of ipcls(1), ipcset(1) and ipcdel(1) print what the pages show" {
	[ "$PLAT" = linux ] || skip "shows what POSIX has no way to know"
	documented man/ipcls.1 6
	rm -f block*
	documented man/ipcset.1 4
	rm -f block*
	documented man/ipcdel.1 5
}

@test "documents: the examples of ipc7(7), ipc7-security(7) and ipc7-guide(7) print what the pages show" {
	documented man/ipc7.7 2
	rm -f block*
	documented man/ipc7-security.7 1
	rm -f block*
	documented man/ipc7-guide.7 7
}

@test "documents: the crontab in ipc7-guide(7) keeps what fails, ends at END, and skips a job under its lock" {
	[ "$PLAT" = linux ] || skip "POSIX has no locks of open files"
	local queue=ipc7-$$-$RANDOM settings

	blocks "$ROOT/man/ipc7-guide.7"
	sed "s/\bjobs\b/$queue/" "$(grep -l '^@reboot' block*)" >crontab
	mapfile -t settings < <(grep '^[A-Z]*=' crontab)
	# entry TIME: run an entry as cron does, with few variables and sh.
	entry() { env -i "${settings[@]}" "PATH=$PATH" timeout 20 sh -c "$(sed -n "s/^$1 //p" crontab)"; }
	printf '#!/bin/sh\nread -r job\n[ "$job" = good ] && echo "$job"\n' >job
	printf '#!/bin/sh\necho saved\n' >backup
	chmod +x job backup
	mqsend -c "$queue" good bad good END
	entry @reboot
	mqrecv -n 0 -u "$queue"
	[ "$(cat workers.log)" = $'good\ngood' ]
	[ "$(cat dead)" = $'5:0\tbad,' ]
	[ "$(entry '0 3 \* \* \*')" = saved ]
	exec 8<>backup.lock
	semop fd:8 -1
	[ -z "$(entry '0 3 \* \* \*' 2>&1)" ]
	exec 8>&-
}

# manual_options COMMAND: print the options in its manual, each with the name of its argument.
manual_options() {
	awk '/^\.It Fl / {
		for (i = 3; i <= NF && $i != "Ar"; i++)
			if (length($i) == 1 && $i != ",")
				print $i ($(i + 1) == "Ar" ? " " $(i + 2) : "")
	}' "$ROOT/man/$1.1" | sort -u
}

# help_options COMMAND: print the options in its -h in the same form.
help_options() {
	"$1" -h | sed -nE 's/^  -(.)( ([A-Z]+))?.*/\1 \3/; s/ $//; s/^(. [A-Z]+|.)$/\1/p' | sort -u
}

@test "documents: the manual, -h and the completion of each command list the same options" {
	local command

	. "$ROOT/examples/completion/ipc7.bash"
	for command in mqsend mqrecv shmput shmget semop sigsend sigrecv sigmask fifocat piperun sockcat fdsend fdrecv ipcls ipcset ipcdel; do
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

@test "documents: -h of each command prints at most 48 lines" {
	local command

	for command in mqsend mqrecv shmput shmget semop sigsend sigrecv sigmask fifocat piperun sockcat fdsend fdrecv ipcls ipcset ipcdel; do
		[ "$($command -h | wc -l)" -le 48 ]
	done
}

@test "documents: README has at most 250 lines of at most 80 columns" {
	[ "$(wc -l <"$ROOT/README")" -le 250 ]
	! awk 'length > 80 { print; long = 1 } END { exit !long }' "$ROOT/README" >&2
}

@test "documents: a manual quotes error lines only in its examples, which the tests run" {
	local page

	for page in "$ROOT"/man/*; do
		! awk '/^\.Bd -literal/ { open = 1 } /^\.Ed/ { open = 0 } !open' "$page" |
			grep -E '(mqsend|mqrecv|shmput|shmget|semop|sig(send|recv|mask)|fifocat|piperun|sockcat|fd(send|recv)|ipc(ls|set|del)): [a-z/"-]' >&2 || false
	done
}
