load helper
load lesson

# The lessons of examples/tutorial on one mechanism each. classics.bats and claims.bats test the other two.

LESSONS='1-pipe 2-fifo 3-signal 4-message-queue 5-shared-memory 6-semaphore 7-socket 8-descriptors'
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
	[ "$PLAT" = linux ] || skip "shows the calls of Linux"
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

@test "tutorial: the lessons work when they are typed at a terminal" {
	local name shell

	need script sh -c '[ "$(script -qec "echo typed" /dev/null </dev/null | tr -d "\r")" = typed ]'
	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		for name in $LESSONS; do
			# These lessons show the calls of Linux.
			[ "$PLAT" = linux ] || [[ $name != [458]-* ]] || continue
			typed $shell "$name"
		done
	done
}

@test "tutorial: each lesson has all sections and fewer than 145 lines" {
	local name

	for name in $LESSONS; do
		grep '^#' "$ROOT/examples/tutorial/$name.md" | sed "1d; /^## The picture$/d" >sections
		printf '## %s\n' 'What it is' 'Try this' 'See the system calls' 'Why that happened' 'What goes wrong' Exercise Solution |
			diff - sections >&2 || { echo "in $name" >&2; return 1; }
		[ "$(wc -l <"$ROOT/examples/tutorial/$name.md")" -lt 145 ] || { echo "$name is long" >&2; return 1; }
		# These sections must show commands.
		awk '/^## / { section = $0 } /^\$ / { shown[section] = 1 } END {
			exit !(shown["## Try this"] && shown["## See the system calls"] && shown["## What goes wrong"] && shown["## Solution"])
		}' "$ROOT/examples/tutorial/$name.md" || { echo "$name does not show all" >&2; return 1; }
	done
	[ "$(wc -l <"$ROOT/examples/tutorial/0-start.md")" -le 27 ]
	# 0-start.md and this file name every lesson of the directory.
	for name in $LESSONS 9-classics 10-claims; do
		grep -qF "\`$name.md\`" "$ROOT/examples/tutorial/0-start.md" || { echo "0-start.md does not name $name.md" >&2; return 1; }
	done
	[ "$(cd "$ROOT/examples/tutorial" && printf '%s\n' *.md | wc -l)" -eq 11 ]
}

@test "tutorial: the table of claims names every section of its pages, and lines that the pages run" {
	local tutorial=$ROOT/examples/tutorial

	awk -v table="$tutorial/10-claims.md" '
		FILENAME != table && FNR == 1 { page = FILENAME; sub(/.*\/claims\//, "claims/", page); section = ""; blocks = 0 }
		FILENAME != table && /^## / { section = page " " ($2 + 0); wanted[section] }
		FILENAME != table && /^[$>] / { run[section] = run[section] "\n" $0 }
		FILENAME != table && /^```/ && ++blocks > 24 { print page " has more than 12 blocks"; bad = 1 }
		FILENAME == table && /^## / { split($0, part, "`"); page = part[2] }
		FILENAME == table && /^[|] [0-9]/ {
			split($0, cell, " [|] ?")
			section = page " " substr(cell[1], 3)
			named[section]
			if (!(section in wanted)) { print "there is no section " section; bad = 1 }
			line = substr(cell[4], 2, length(cell[4]) - 2)
			if (cell[4] ~ /^`/ && !index(run[section], line)) { print section " does not run " line; bad = 1 }
		}
		END {
			for (section in wanted)
				if (!(section in named)) { print "the table does not name " section; bad = 1 }
			exit bad
		}' "$tutorial"/claims/*.md "$tutorial/10-claims.md" >&2
	# Each page has a test.
	for name in "$tutorial"/claims/*.md; do
		grep -q "^	claims $(basename "$name" .md)\$" "$ROOT/tests/claims.bats" || { echo "no test runs $name" >&2; return 1; }
	done
}

# outline FILE: print the blocks and the levels of the headings.
outline() {
	awk '/^```/ { open = !open } open || /^(```|    )/ { print; next } /^#/ { print $1 }' "$1"
}

# prose FILE: print the other lines.
prose() {
	awk '/^```/ { open = !open; next } !open && !/^(    |[|]---|$)/' "$1"
}

# lines FILE: print the sections and the lines of the tables.
lines() {
	awk -F ' [|] ' '/^[|] [0-9-]/ { print $1, $4 ~ /^`/ ? $4 : "" }' "$1"
}

@test "tutorial: the lessons in Chinese have the blocks of the English ones, and translate every line of prose" {
	local name english=$ROOT/examples/tutorial chinese=$ROOT/examples/tutorial/zh

	diff <(cd "$english" && ls -- *.md claims/*) <(cd "$chinese" && ls -- *.md claims/*) >&2
	for name in $(cd "$english" && ls -- *.md claims/*); do
		diff <(outline "$english/$name"; lines "$english/$name") <(outline "$chinese/$name"; lines "$chinese/$name") >&2 ||
			{ echo "in zh/$name" >&2; return 1; }
		prose "$english/$name" >lines
		! prose "$chinese/$name" | grep -Fxf lines >&2 || { echo "English in zh/$name" >&2; return 1; }
	done
	# README there shows the first block of README.
	diff <(awk '/^```/ { n++ } n == 1' "$ROOT/README") <(awk '/^```/ { n++ } n == 1' "$chinese/README") >&2
	for name in "$chinese"/*.md "$chinese"/claims/* "$chinese"/README; do
		iconv -f UTF-8 -t UTF-8 "$name" >/dev/null || { echo "$name is not UTF-8" >&2; return 1; }
	done
	# The prose names other files by their paths from its own directory.
	for name in "$english/claims" "$chinese" "$chinese/claims"; do
		(cd "$name" && grep -oh '`\.\./[^`]*`' ./*.md | tr -d '`' | xargs ls >/dev/null)
	done
}
