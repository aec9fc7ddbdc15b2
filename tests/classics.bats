load helper
load lesson

# examples/classics: the classic problems of synchronisation, and the lesson that explains them.

CLASSICS=$ROOT/examples/classics
SHELLS=dash

# shown_for NAME: print what the lesson shows for the classic.
shown_for() {
	awk -v name="/$1.sh\"" '/^```/ { next } /^\$ / { shown = index($0, name) > 0; next } /^$/ { shown = 0 } shown' \
		"$ROOT/examples/tutorial/9-classics.md"
}

# shows NAME SHELL: run a classic, and check its output.
shows() {
	TMPDIR=$PWD/files timeout 60 "$2" "$CLASSICS/$1.sh" >"$1.$2" 2>&1 </dev/null 3>&-
	diff -u "$1.expected" "$1.$2" >&2 || { echo "in $1, with $2" >&2; return 1; }
}

@test "classics: each goes wrong without the semaphore and works with it, in dash and bash, also side by side" {
	local name round shell

	mkdir files
	for name in "$CLASSICS"/*.sh; do
		name=$(basename "$name" .sh)
		shown_for "$name" >"$name.expected"
		[ "$(wc -l <"$name.expected")" -ge 2 ] || { echo "the lesson does not show $name" >&2; return 1; }
		[ "$(wc -l <"$CLASSICS/$name.sh")" -le 40 ] || { echo "$name is long" >&2; return 1; }
	done
	for round in 1 2; do
		JOBS=()
		for name in *.expected; do
			for shell in dash bash; do
				! command -v $shell >/dev/null || background shows "${name%.expected}" $shell
			done
		done
		for PID in "${JOBS[@]}"; do ends 0; done
	done
	[ -z "$(ls -A files)" ] || { ls -lA files >&2; return 1; }
}

@test "classics: each leaves nothing behind if it is stopped midway" {
	mkdir files
	mkfifo line alive
	cat >stopped <<-'END'
		exec 8<>line
		for script in "$1"/*.sh; do
			sh "$script" >&8 2>/dev/null &
			read -r _ <&8
			printf '[-]%d\t\n' "$!" >>names
			kill -s TERM "$!"
			wait "$!"
		done
	END
	# Its end of file comes once no process of the classics is left.
	background timeout 120 cat alive
	[ "$(TMPDIR=$PWD/files makes -s "timeout 60 sh stopped '$CLASSICS' 9>alive")" -eq 0 ]
	ends 0
	[ -z "$(ls -A files)" ] || { ls -lA files >&2; return 1; }
	# A segment's name ends in the number of the script's process.
	if ipcls -H shm 2>/dev/null | grep -f names; then false; fi
}

@test "tutorial: the commands in the lesson on the classics print what the lesson shows" {
	taught 9-classics
	need script sh -c '[ "$(script -qec "echo typed" /dev/null </dev/null | tr -d "\r")" = typed ]'
	typed bash 9-classics
}

@test "tutorial: the lesson on the classics quotes lines that its scripts have" {
	local line

	sed -n 's/^    //p' "$ROOT/examples/tutorial/9-classics.md" >quoted
	[ "$(wc -l <quoted)" -gt 5 ]
	while read -r line; do
		grep -qF -- "$line" "$CLASSICS"/*.sh || { echo "no script has: $line" >&2; return 1; }
	done <quoted
}
