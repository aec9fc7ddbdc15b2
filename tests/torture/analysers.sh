#!/bin/sh
# analysers.sh short|long: gcc -fanalyzer and cppcheck, and with long clang-tidy too. A tool that is missing is left out. Exits 1
# after a finding.
set -u

cd "$(dirname "$0")/../.." || exit 1
case ${1:-short} in
short | long) ;;
*) echo "usage: analysers.sh short|long" >&2 && exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set -- "${1:-short}" -std=c99 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -Ilib
mode=$1
shift
jobs=$(getconf _NPROCESSORS_ONLN)


# all COMMAND...: run COMMAND on each source, a few at a time, and collect what it says.
all() {

	find lib cmd -name '*.c' ! -name 'portable*' -print0 | xargs -0 -P "$jobs" -n 4 "$@" >>"$work/log" 2>&1
}

if gcc -fanalyzer -x c -c -o /dev/null /dev/null 2>/dev/null; then
	# shellcheck disable=SC2016 # for the inner sh
	all sh -c 'for file; do
		gcc '"$*"' -O2 -fanalyzer -S -o /dev/null "$file"
	done' gcc
fi
# The struct that outlives its function is that of the caller, who does not use the member afterwards.
if command -v cppcheck >/dev/null; then
	all cppcheck -q --std=c99 --enable=warning,performance,portability --suppress=missingInclude --suppress=autoVariables \
		-D__GNUC__=12 -Ilib
fi
# Left out: rules of style (easily-swappable-parameters, strcpy after a check of the size, a table without a NUL, names that POSIX
# reserves), results of snprintf into space that fits, calls that only matter with threads, popen of a constant, sscanf of a line of
# the kernel, and va_list, tables of functions and results by pointer, which clang 14 does not follow; vfork, whose child calls only
# what keeps its parent whole; and a rule about the posix_* functions of the C library that takes ours for them.
if [ "$mode" = long ] && command -v clang-tidy >/dev/null; then
	checks='-*,clang-analyzer-*,bugprone-*,cert-*,concurrency-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier'
	checks=$checks,-bugprone-narrowing-conversions,-bugprone-not-null-terminated-result,-cert-dcl37-c,-cert-dcl51-cpp,-cert-err33-c
	checks=$checks,-cert-env33-c,-cert-err34-c,-concurrency-mt-unsafe,-clang-analyzer-security.insecureAPI.strcpy
	checks=$checks,-clang-analyzer-valist.Uninitialized,-clang-analyzer-core.CallAndMessage
	checks=$checks,-clang-analyzer-core.UndefinedBinaryOperatorResult,-clang-analyzer-core.uninitialized.Assign
	checks=$checks,-clang-analyzer-security.insecureAPI.vfork,-clang-analyzer-unix.Vfork,-bugprone-posix-return
	# shellcheck disable=SC2016 # for the inner sh
	all sh -c 'checks=$1; shift; clang-tidy --quiet "-checks=$checks" "$@" -- '"$*" sh "$checks"
fi
# What gcc 12 and clang 14 report wrongly: the list of a hub keeps the client; there is a record, and space for the header of a
# message; dead letters are one or more; a loop on EAGAIN does not start after ENOMEM.
wrong='hub_client.c:.*malloc-leak|datagrams_send.c:.*(null-argument|NonNullParam)|descriptors.c:.*null-dereference'
wrong="$wrong|dead_letter.c:.*portability.UnixAPI|sysv_assign.c:.*NullDereference"
findings=$(grep -E '(warning|error):' "$work/log" | grep -vcE "$wrong")
grep -E '(warning|error):' "$work/log" | grep -vE "$wrong"
echo "analysers: $(find lib cmd -name '*.c' ! -name 'portable*' | wc -l) sources, $findings findings"
[ "$findings" -eq 0 ]
