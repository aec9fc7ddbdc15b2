load helper
load lesson

# examples/tutorial/10-claims.md: what introductions to IPC claim, shown for each mechanism in a section that stands alone. It is run
# as a script in dash, and typed in bash.
SHELLS=dash

# claims SECTION: check the blocks of a section.
claims() {
	[ "$PLAT" = linux ] || skip "shows the numbers and the calls of Linux"
	need cc command -v cc
	taught 10-claims "$1"
	need script sh -c '[ "$(script -qec "echo typed" /dev/null </dev/null | tr -d "\r")" = typed ]'
	typed bash 10-claims "$1"
}

@test "tutorial: the claims about pipes are true" {
	claims Pipes
}

@test "tutorial: the claims about FIFOs are true" {
	claims FIFOs
}

@test "tutorial: the claims about signals are true" {
	[[ $(uname -m) == *86* ]] || skip "shows the signals of x86"
	need procps command -v ps
	claims Signals
}

@test "tutorial: the claims about message queues are true" {
	claims 'Message queues'
}

@test "tutorial: the claims about shared memory are true" {
	claims 'Shared memory'
}

@test "tutorial: the claims about semaphores are true" {
	claims Semaphores
}

@test "tutorial: the claims about sockets are true" {
	claims Sockets
}

@test "tutorial: the claims about raw sockets and privileged ports are true" {
	need_namespace
	need iproute2 command -v ip
	unshare -n ip link set lo up 2>/dev/null || skip "needs a private network"
	claims 'As root'
}

@test "tutorial: no section of the claims is left untested" {
	local section

	grep '^## ' "$ROOT/examples/tutorial/10-claims.md" | sed 's/^## //; $d' | while read -r section; do
		grep -q "^	claims '*$section'*\$" "$BATS_TEST_FILENAME" || { echo "no test runs $section" >&2; return 1; }
	done
}
