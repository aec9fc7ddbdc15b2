#!/bin/sh
# machines.sh short|long|whole: build for other machines, with the cross compilers of Debian that are installed, and run unit tests,
# parsers, the commands of limits.sh and test files under qemu-user; for 32 bits with gcc -m32. Each command of limits.sh must print
# what it prints here. FILES names other test files. Tests that qemu.txt lists are left out. Nothing is done with short, and with
# whole more test files run. Exits 1 after a fault. Packages: gcc-12-TRIPLE, libc6-dev-ARCH-cross, qemu-user; gcc-12-multilib.
set -u

cd "$(dirname "$0")/../.." || exit 1
case ${1:-short} in
short) echo "machines: only with long" && exit 0 ;;
long) files= ;;
whole) files='fifocat semop shmput sockcat piperun' ;;
*) echo "usage: machines.sh short|long|whole" >&2 && exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
machines=0 faults=0
: "${FILES:=semop_file mqsend shmget ipcls ipcset fdsend fdrecv $files}"
# All programs are static under qemu, which starts them sooner: they are linked as semop is.
all=$(cd cmd && find . -name '*.c' ! -name '*_*' | sed 's,^./,,; s/.c$//' | tr '\n' ' ')

# wrap DIRECTORY QEMU...: replace each program by a script that runs it under qemu, through a link of the program's name, which
# the kernel then shows as the name of the process.
wrap() {
	directory=$1 qemu=$(command -v "$2")
	shift 2
	mkdir -p "$directory.real" "$directory.qemu"
	for program in "$directory"/*; do
		base=${program##*/}
		if [ ! -f "$program" ] || [ ! -x "$program" ]; then continue; fi
		mv "$program" "$directory.real/"
		ln -s "$qemu" "$directory.qemu/$base"
		printf '#!/bin/sh\nexec %s/%s %s %s/%s "$@"\n' "$directory.qemu" "$base" "$*" "$directory.real" "$base" >"$program"
		chmod 755 "$program"
	done
}

# leave_out MACHINE: let the tests that qemu.txt names skip themselves. A name of no test is a fault.
leave_out() {
	while read -r line; do
		case $line in
		'# '*) reason=${line#??} ;;
		"[$1] "* | [a-z]*)
			name=${line#"[$1] "}
			if grep -q "^@test \"$name" "$tree"/tests/*.bats; then
				sed -i "s|^@test \"$name.*|&\n\tskip \"$reason\"|" "$tree"/tests/*.bats
			else
				echo "machines: qemu.txt: no test begins with $name"
				faults=$((faults + 1))
			fi
			;;
		esac
	done <tests/torture/qemu.txt
}

# suite MACHINE: run the test files, as with sanitizers: without strace and limits on memory.
suite() {
	leave_out "$1"
	for file in $FILES; do
		SANITIZED=1 PLAT=linux timeout -k 10 600 bats --formatter tap "$tree/tests/$file.bats" || echo "not ok $file ends with $?"
	done >"$work/log" 2>&1
	left=$(grep -c '^ok .* # skip' "$work/log")
	failed=$(grep -c '^not ok [0-9]\|ends with 1[23]' "$work/log")
	echo "machines: $1: $(($(grep -c '^ok' "$work/log") - left)) passed, $failed failed, $left left out"
	[ "$failed" -eq 0 ] || grep -A 8 '^not ok' "$work/log" | cut -c 1-300
	[ "$failed" -eq 0 ] || faults=$((faults + 1))
}

# machine NAME CC QEMU...: build and test.
machine() {
	name=$1 cc=$2 tree=$work/$1
	shift 2
	[ "$1" = env ] && static='' || static=-static
	# shellcheck disable=SC2086 # nothing or a word
	if ! echo 'int main(void) { return 0; }' | $cc $static -x c -o "$work/try" - 2>/dev/null || ! "$@" "$work/try" 2>/dev/null; then
		echo "machines: $name: no compiler, or nothing that runs its programs"
		return
	fi
	machines=$((machines + 1))
	mkdir "$tree"
	cp -R Makefile config.mk cmd lib tests "$tree"
	link=${static#-}
	if ! make -s -C "$tree" PLAT=linux LINK="${link:-dynamic}" LDFLAGS="$static" SEMAPHORES="$all" USERS= HOSTS= CC="$cc" \
		CFLAGS='-O2 -std=c99 -Wall -Wextra -Werror' all build/unit build/fuzz build/peer >"$work/log" 2>&1; then
		faults=$((faults + 1))
		echo "machines: $name: the build fails"
		tail -n 20 "$work/log"
		return
	fi
	for test in "unit" "fuzz 1 5000"; do
		# shellcheck disable=SC2086 # words
		timeout 300 "$@" "$tree/build/"$test >"$work/log" 2>&1 || {
			faults=$((faults + 1))
			echo "machines: $name: $test"
			tail -n 5 "$work/log"
		}
	done
	[ -z "$static" ] || { wrap "$tree/build/bin" "$@" && wrap "$tree/build" "$@"; }
	OTHER=$tree/build/bin sh tests/torture/limits.sh short >"$work/log" 2>&1 || faults=$((faults + 1))
	sed "s/^limits:/machines: $name:/" "$work/log"
	[ -z "$static" ] || suite "$name"
}

# large NAME: put 3 GiB from a pipe into a file and get them, in 64 MiB of address space.
large() {
	tree=$work/$1 size=3221225472
	[ -d "$tree" ] || return 0
	if [ "$(df -Pk "$work" | awk 'END { print $4 }')" -lt 4000000 ]; then
		echo "machines: $1: 3 GiB by pipe: needs 4 GB of disk"
		return
	fi
	file=$work/large
	# shellcheck disable=SC2039,SC3045 # dash and bash have -v
	(
		ulimit -v 65536
		PATH=$tree/build/bin:$PATH
		{ head -c $((size - 4)) /dev/zero && printf tail; } | timeout 300 shmput -c "file:$file" &&
			[ "$(shmget -o $((size - 4)),4 "file:$file")" = tail ] &&
			[ "$(timeout 300 shmget "file:$file" | wc -c)" -eq $size ]
	) || {
		faults=$((faults + 1))
		echo "machines: $1: 3 GiB by pipe"
	}
	rm -f "$file"
}

# Headers of the machine itself serve 32 bits too.
machine i386 "gcc -m32 -idirafter /usr/include/$(gcc -print-multiarch)" env
large i386
for name in ${MACHINES:-s390x aarch64 arm riscv64}; do
	triple=$name-linux-gnu
	[ "$name" != arm ] || triple=arm-linux-gnueabihf
	machine "$name" "$triple-gcc-12" "qemu-$name"
done
echo "machines: $machines machines, $faults faults"
[ $faults -eq 0 ]
