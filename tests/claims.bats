load helper
load lesson

# examples/tutorial/10-claims.md is a table of what introductions to IPC claim. The pages in examples/tutorial/claims show the claims. A
# page is run as a script in dash, and typed in bash.
SHELLS=dash

# claims PAGE: check the blocks of a page.
claims() {
	[ "$PLAT" = linux ] || skip "shows the numbers and the calls of Linux"
	need cc command -v cc
	taught "claims/$1"
	need script sh -c '[ "$(script -qec "echo typed" /dev/null </dev/null | tr -d "\r")" = typed ]'
	typed bash "claims/$1"
}

@test "tutorial: the claims about pipes are shown" {
	claims 1-pipes
}

@test "tutorial: the claims about FIFOs are shown" {
	claims 2-fifos
}

@test "tutorial: the claims about signals are shown" {
	[[ $(uname -m) == *86* ]] || skip "shows the signals of x86"
	need strace strace -o /dev/null true
	claims 3-signals
}

@test "tutorial: the claims about message queues are shown" {
	claims 4-message-queues
}

@test "tutorial: the claims about shared memory are shown" {
	claims 5-shared-memory
}

@test "tutorial: the claims about semaphores are shown" {
	claims 6-semaphores
}

@test "tutorial: the claims about sockets and datagrams are shown" {
	claims 7-sockets
	claims 8-datagrams
}

@test "tutorial: the claims about raw sockets and privileged ports are shown" {
	need_namespace
	need iproute2 command -v ip
	unshare -n ip link set lo up 2>/dev/null || skip "needs a private network"
	claims 9-root
}
