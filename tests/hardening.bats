load helper

@test "hardening: no stack and no writable page is executable, relocations are read-only, and peers meet position-independent code" {
	local command file headers symbols wrong=0

	[ "$PLAT" = linux ] || skip "looks at programs of Linux"
	need binutils command -v readelf
	grep -q relro "$ROOT/build/choice" || skip "the build has other options for the linker"
	for file in "$ROOT"/cmd/*.c; do
		[[ $file != *_* ]] || continue
		command=$(basename "$file" .c)
		headers=$(readelf -hldW "$ROOT/build/bin/$command")
		symbols=$(readelf -sW "$ROOT/build/bin/$command")
		grep -q 'GNU_STACK.* RW  ' <<<"$headers" || { echo "$command: the stack" >&2; wrong=1; }
		grep -q 'LOAD.* RWE ' <<<"$headers" && { echo "$command: a writable page" >&2; wrong=1; }
		grep -q GNU_RELRO <<<"$headers" || { echo "$command: no RELRO" >&2; wrong=1; }
		grep -q __stack_chk_fail <<<"$symbols" || { echo "$command: no stack protector" >&2; wrong=1; }
		# What is linked dynamically, or reads what peers send.
		case $headers:$command in
		*INTERP*) grep -q '__[a-z]*_chk@' <<<"$symbols" || { echo "$command: no checked calls" >&2; wrong=1; } ;;
		*:sockcat | *:fdrecv) ;;
		*) continue ;;
		esac
		grep -q 'Type: *DYN' <<<"$headers" || { echo "$command: not position-independent" >&2; wrong=1; }
		grep -q 'BIND_NOW\|Flags: NOW' <<<"$headers" || { echo "$command: no BIND_NOW" >&2; wrong=1; }
	done
	[ $wrong -eq 0 ]
}
