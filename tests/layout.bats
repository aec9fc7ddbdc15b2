load helper

# The layers of the tree: cmd may need the mechanisms, the mechanisms may need process, and process may need base. Of the
# mechanisms, only object may need the others. The tests read the built objects and the #include lines of the sources.

# backwards FILE: print the lines "A/FILE B/FILE" where folder A must not need folder B.
backwards() {
	awk '
		function level(folder) {
			return folder == "cmd" ? 4 : folder == "object" ? 3 : folder == "process" ? 1 : folder == "base" ? 0 : 2
		}
		{
			split($1, from, "/")
			split($2, to, "/")
		}
		from[1] != to[1] && level(from[1]) <= level(to[1])' "$1"
}

# uses: write the file uses, with the line "posix/queue base/text" if the first object needs a symbol of the second.
uses() {
	local other=portable source name object objects=()

	[ "$PLAT" = linux ] || other=linux
	for source in "$ROOT"/lib/*/*.c "$ROOT"/cmd/*.c; do
		name=${source#"$ROOT"/}
		name=${name#lib/}
		[[ ${name##*/} != "$other"* ]] || continue
		for object in "$ROOT/build/system/${name%.c}.o" "$ROOT/build/fast/${name%.c}.o"; do
			[ ! -e "$object" ] || objects+=("$object")
		done
	done
	nm -P -A "${objects[@]}" | awk '
		{
			sub(/.*\/build\/[a-z]*\//, "", $1)
			sub(/\.o:$/, "", $1)
		}
		$3 ~ /^[BCDRT]$/ { owner[$2] = $1 }
		$3 == "U" { user[++count] = $1; symbol[count] = $2 }
		END {
			for (i = 1; i <= count; i++)
				if (symbol[i] in owner && owner[symbol[i]] != user[i])
					print user[i], owner[symbol[i]]
		}' | LC_ALL=C sort -u >uses
	[ "$(wc -l <uses)" -gt 100 ]
}

@test "layout: no object needs an object of a higher folder or of another mechanism" {
	need binutils command -v nm
	uses
	backwards uses >wrong
	diff /dev/null wrong >&2
}

@test "layout: no objects need each other in a circle" {
	need binutils command -v nm
	uses
	tsort uses 2>&1 >/dev/null | diff /dev/null - >&2
}

@test "layout: no source includes a header of a higher folder or of another mechanism, and no command includes a private header" {
	(cd "$ROOT" && grep -oE '^#include "[a-z_]+/[a-z_]+' lib/*/*.[ch] cmd/*.[ch]) 2>/dev/null |
		sed 's/^lib\///; s/:#include "/ /' >includes
	[ "$(wc -l <includes)" -gt 100 ]
	{ backwards includes && grep '/internal$' includes | grep '^cmd' || true; } >wrong
	diff /dev/null wrong >&2
}

@test "layout: each header compiles alone" {
	local header compiler

	# CC can have options, as -m32.
	read -r -a compiler <<<"${CC:-cc}"
	need "a compiler" command -v "${compiler[0]}"
	for header in "$ROOT"/lib/*/*.h; do
		echo "#include \"$header\"" >alone.c
		"${compiler[@]}" -std=c99 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -I"$ROOT/lib" \
			-Wall -Wextra -Wno-unused -Werror -fsyntax-only alone.c >&2
	done
}
