# What to build with, and where to. Each can be given on the command line: make PLAT=portable CC=clang.

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
BASHCOMPDIR = $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR = $(PREFIX)/share/zsh/site-functions

# The system's compiler.
CC = cc
CFLAGS = -O2 -std=c99 -Wall -Wextra

# Hardening that costs no start time: checked libc calls, stack protector, format warnings, read-only relocations. Code and
# constants share their pages (noseparate-code): a start maps and touches fewer of them, 5 percent of its time.
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -Wformat -Wformat-security
LDFLAGS = -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,noseparate-code

# linux: polls queues, copies messages without removing them, names the kernel's limits. portable: POSIX alone (also: posix).
PLAT = linux

# A filter in a loop costs what its start costs, and that is mostly the C library's. LINK says how commands are linked:
#   musl     static, with musl-gcc: the fastest start, a fourth of a dynamic one (Debian: apt-get install musl-tools)
#   static   static, with CC and its C library: three quarters of a dynamic one
#   dynamic  with the shared C library
#   auto     the first of these that is possible here; with PLAT=portable not musl, whose real-time signals have other numbers
# Commands that open named POSIX semaphores never use musl, which keeps them in other files than the system's library.
# Commands that look up names of hosts are dynamic instead of static: glibc's way of asking needs its shared libraries.
LINK = auto
