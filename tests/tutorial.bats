load helper

# The lessons of examples/tutorial. In a fenced block, a line that starts with "$ " is a command, "> " continues the command, and
# any other line is the expected output. All blocks of a lesson are one script, as a student types them one after the other.

LESSONS='1-pipe 2-fifo 3-signal 4-message-queue 5-shared-memory 6-semaphore 7-socket 8-descriptors'
OBJECTS='jobs table board lock slots'

# lesson NAME: write the commands to script and the expected output to expected, with object names that no other process uses, in ID
# and KEY. The objects are removed after the test.
lesson() {
	local object

	ID=ipc7-tutorial-$$-$RANDOM
	KEY=$(key 62)
	KEY=${KEY#sysv:}
	for object in $OBJECTS; do
		NAMES+=("$ID-$object")
		SEGMENTS+=("$ID-$object")
		SEMAPHORES+=("$ID-$object")
	done
	NAMES+=("sysv:$KEY")
	SEGMENTS+=("sysv:$KEY")
	SEMAPHORES+=("sysv:$KEY")
	awk '/^```/ { open = !open; next } open' "$ROOT/examples/tutorial/$1.md" |
		sed -E "s/\b(${OBJECTS// /|})\b/$ID-\1/g; s/0x4d2/$KEY/g" >shown
	sed -n 's/^[$>] //p' shown >script
	sed '/^[$>] /d' shown >expected
	[ -s script ] && [ -s expected ]
}

# leaves_nothing: check that the lesson has left no object and no file.
leaves_nothing() {
	local object

	for object in $OBJECTS; do
		if ipcls -H "/$ID-$object" 2>/dev/null; then
			return 1
		fi
	done
	if ipcls -H "sysv:$KEY" 2>/dev/null; then
		return 1
	fi
	[ -z "$(ls -A directory)" ] || { ls -lA directory >&2; return 1; }
}

# taught NAME: run the lesson as one script in each shell, in an empty directory, and compare its output.
taught() {
	local shell

	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		lesson "$1"
		rm -rf directory
		mkdir directory
		(cd directory && "$shell" ../script) >got 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- || true
		diff -u expected got >&2 || { echo "in $1, with $shell" >&2; return 1; }
		leaves_nothing || { echo "left by $1, with $shell" >&2; return 1; }
	done
}

@test "tutorial: the commands in the lesson on pipes print what the lesson shows" {
	taught 1-pipe
}

@test "tutorial: the commands in the lesson on FIFOs print what the lesson shows" {
	taught 2-fifo
}

@test "tutorial: the commands in the lesson on signals print what the lesson shows" {
	taught 3-signal
}

@test "tutorial: the commands in the lesson on message queues print what the lesson shows" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	taught 4-message-queue
}

@test "tutorial: the commands in the lesson on shared memory print what the lesson shows" {
	taught 5-shared-memory
}

@test "tutorial: the commands in the lesson on semaphores print what the lesson shows" {
	taught 6-semaphore
}

@test "tutorial: the commands in the lesson on sockets print what the lesson shows" {
	taught 7-socket
}

@test "tutorial: the commands in the lesson on descriptors print what the lesson shows" {
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
	taught 8-descriptors
}

# typed NAME SHELL: type the lesson at a terminal, and write the output of an interactive shell to got, without its prompts and its
# messages about jobs.
typed() {
	local options=-i

	[ "$2" != bash ] || options='--norc --noprofile --noediting -i'
	lesson "$1"
	rm -rf directory
	mkdir directory
	{
		echo "PS1='@ ' PS2='@ '; echo BEGIN"
		cat script
		echo 'echo END'
		echo 'exit'
	} >keys
	# The terminal echoes no keys once stty has run. Earlier output stands before BEGIN.
	(cd directory && ENV='' HISTFILE='' timeout -k 1 120 \
		script -qec "stty -echo; exec $2 $options" /dev/null) <keys >screen 2>&1 3>&- 4>&- 5>&- 6>&- || true
	tr -d '\r' <screen | sed -E 's/^(@ )+//; s/^.*[#$] BEGIN$/BEGIN/; /^\[[0-9]+\] ?[-+ ]/d; /^\[[0-9]+\] [0-9]+$/d' |
		awk '$0 == "END" { exit } begun; $0 == "BEGIN" { begun = 1 }' >got
}

@test "tutorial: the lessons work when they are typed at a terminal" {
	local name shell

	need script sh -c '[ "$(script -qec "echo typed" /dev/null </dev/null | tr -d "\r")" = typed ]'
	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		for name in $LESSONS; do
			# These lessons show the calls of Linux.
			[ "$PLAT" = linux ] || [[ $name != [48]-* ]] || continue
			typed "$name" $shell
			# At a terminal, ipcls aligns its columns by spaces.
			diff -b -u expected got >&2 || { echo "in $name, typed in $shell" >&2; return 1; }
			leaves_nothing || { echo "left by $name, typed in $shell" >&2; return 1; }
		done
	done
}

@test "tutorial: each lesson has all sections and fewer than 120 lines" {
	local name

	for name in $LESSONS; do
		grep '^#' "$ROOT/examples/tutorial/$name.md" | sed 1d >sections
		printf '## %s\n' 'What it is' 'Try this' 'See the system calls' 'Why that happened' 'What goes wrong' Exercise Solution |
			diff - sections >&2 || { echo "in $name" >&2; return 1; }
		[ "$(wc -l <"$ROOT/examples/tutorial/$name.md")" -lt 120 ] || { echo "$name is long" >&2; return 1; }
		# These sections must show commands.
		awk '/^## / { section = $0 } /^\$ / { shown[section] = 1 } END {
			exit !(shown["## Try this"] && shown["## See the system calls"] && shown["## What goes wrong"] && shown["## Solution"])
		}' "$ROOT/examples/tutorial/$name.md" || { echo "$name does not show all" >&2; return 1; }
		grep -qF "$name.md" "$ROOT/examples/tutorial/0-start.md" || { echo "0-start.md does not name $name.md" >&2; return 1; }
	done
	[ "$(wc -l <"$ROOT/examples/tutorial/0-start.md")" -le 25 ]
	# LESSONS names every file of the directory.
	[ "$(cd "$ROOT/examples/tutorial" && echo *)" = "0-start.md $(printf '%s.md ' $LESSONS | sed 's/ $//')" ]
}
