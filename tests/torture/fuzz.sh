#!/bin/sh
# fuzz.sh short|long: run each target of tests/fuzz under libFuzzer (clang) with sanitizers, for 5 or 60 seconds. A run starts
# with the corpus, and new inputs are not kept. Exits 1 after a fault; the input is then in build/fuzz-fault.*.
set -u

cd "$(dirname "$0")/../.." || exit 1
case ${1:-short} in
short) seconds=5 ;;
long) seconds=60 ;;
*) echo "usage: fuzz.sh short|long" >&2 && exit 2 ;;
esac
if ! echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
	clang -x c -fsanitize=fuzzer -o /dev/null - 2>/dev/null; then
	echo "fuzz: clang with libFuzzer is missing (Debian: clang, libclang-rt-dev)"
	[ -z "${CI:-}" ]
	exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p build
jobs=$(getconf _NPROCESSORS_ONLN)

sanitizers=address,undefined
# shellcheck disable=SC2016 # for the inner sh
find lib/*/*.c tests/fuzz/parsers.c tests/fuzz/system.c ! -name 'portable*' -print0 | xargs -0 -P "$jobs" -n 8 sh -c '
	work=$1 sanitizers=$2
	shift 2
	for file; do
		clang -std=c99 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -Ilib -Itests/fuzz -O1 -g \
			-fsanitize=fuzzer-no-link,"$sanitizers" -fno-sanitize-recover=all -c \
			-o "$work/$(echo "$file" | tr / _).o" "$file" || exit 255
	done' sh "$work" "$sanitizers" &&
	clang -fsanitize=fuzzer,"$sanitizers" -o "$work/fuzz" "$work"/*.o -lpthread || exit 1

# shellcheck disable=SC2016 # for the inner sh
for target in tests/fuzz/corpus/*; do
	echo "${target##*/}"
done | xargs -P "$jobs" -I TARGET sh -c '
	export FUZZ=$1
	mkdir "$2/new.$1"
	timeout $(($3 + 60)) "$2/fuzz" -close_fd_mask=2 -max_total_time="$3" -max_len=4096 -timeout=10 -artifact_prefix="build/fuzz-fault.$1." \
		"$2/new.$1" "tests/fuzz/corpus/$1" </dev/null >"$2/$1.log" 2>&1 || { echo "fuzz: $1:"; tail -n 40 "$2/$1.log"; }
' sh TARGET "$work" "$seconds" >"$work/faults"
cat "$work/faults"
faults=$(grep -c '^fuzz: [a-z]*:$' "$work/faults")
cat "$work"/*.log | awk -v faults="$faults" '
	/^Done [0-9]+ runs/ { runs += $2; targets++ }
	END { printf "fuzz: %d targets, %d inputs, %d faults\n", targets + faults, runs, faults }'
[ "$faults" -eq 0 ]
