# Functions for the tests of the lessons in examples/tutorial. In a fenced block of a lesson, a line that starts with "$ " is a
# command, "> " continues the command, and any other line is the expected output. All blocks of a lesson are one script, as a student
# types them one after the other.

OBJECTS='jobs table board lock slots'

# lesson NAME [SECTION]: write the commands to script and the expected output to expected, with object names that no other process
# uses, in ID and KEY. With SECTION, take only the blocks below that heading. The objects are removed after the test.
# sequence draws the names of the lesson.
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
	awk -v only="${2:-}" '/^## / { section = substr($0, 4) }
		/^```/ { open = !open; next }
		open && (only == "" || section == only)' "$ROOT/examples/tutorial/$1.md" >shown
	sed -n 's/^[$>] //p' shown | sed -E "s/\b(${OBJECTS// /|})\b/$ID-\1/g; s/0x4d2/$KEY/g" >script
	sed '/^[$>] /d' shown >expected
	plain_sequence "$ID"
	[ -s script ] && [ -s expected ]
}

# plain: give the names in the output back to those of the lesson.
plain() {
	sed -i "s/$ID-//g; s/$KEY/0x4d2/g" got
}

# leaves_nothing: check that the lesson has left no object and no file.
leaves_nothing() {
	local object left=()

	for object in sysv:"$KEY" $OBJECTS; do
		[[ $object == sysv:* ]] || object=/$ID-$object
		left+=("mq:$object" "shm:$object" "sem:$object")
	done
	if ipcls -H "${left[@]}" 2>/dev/null | grep . >&2; then
		return 1
	fi
	[ -z "$(ls -A directory)" ] || { ls -lA directory >&2; return 1; }
}

# taught NAME [SECTION]: run the lesson as one script in each shell of SHELLS, in an empty directory, and compare its output.
SHELLS='dash bash'
taught() {
	local shell

	for shell in $SHELLS; do
		command -v $shell >/dev/null || continue
		lesson "$@"
		rm -rf directory
		mkdir directory
		(cd directory && examples=$ROOT/examples timeout -k 1 60 "$shell" ../script) >got 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- || true
		plain
		diff -u expected got >&2 || { echo "in $*, with $shell" >&2; return 1; }
		leaves_nothing || { echo "left by $*, with $shell" >&2; return 1; }
	done
}

# typed SHELL NAME [SECTION]: type the lesson at a terminal, and compare the output of an interactive shell, without its prompts and its
# messages about jobs.
typed() {
	local shell=$1 options=-i

	shift
	[ "$shell" != bash ] || options='--norc --noprofile --noediting -i'
	lesson "$@"
	rm -rf directory
	mkdir directory
	{
		echo "PS1='@ ' PS2='@ '; echo BEGIN"
		cat script
		echo 'echo END'
		echo 'exit'
	} >keys
	# The terminal echoes no keys once stty has run. Earlier output stands before BEGIN.
	(cd directory && ENV='' HISTFILE='' examples=$ROOT/examples timeout -k 1 120 \
		script -qec "stty -echo; exec $shell $options" /dev/null) <keys >screen 2>&1 3>&- 4>&- 5>&- 6>&- || true
	tr -d '\r' <screen | sed -E 's/^(@ )+//; s/^.*[#$] BEGIN$/BEGIN/; /^\[[0-9]+\] ?[-+ ]/d; /^\[[0-9]+\] [0-9]+$/d' |
		awk '$0 == "END" { exit } begun; $0 == "BEGIN" { begun = 1 }' >got
	plain
	# At a terminal, ipcls aligns its columns by spaces. bash puts an empty line in front of some messages about jobs.
	diff -b -B -u expected got >&2 || { echo "in $*, typed in $shell" >&2; return 1; }
	leaves_nothing || { echo "left by $*, typed in $shell" >&2; return 1; }
}
