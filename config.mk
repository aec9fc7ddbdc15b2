# Options of the build and of make install. Each can be set on the command line: make PLAT=portable CC=clang.
# DESTDIR (make install DESTDIR=/tmp/root) is put in front of every installed path.

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
BASHCOMPDIR = $(PREFIX)/share/bash-completion/completions
# Debian's zsh looks in /usr/share/zsh/vendor-completions instead of /usr/share/zsh/site-functions
ZSHCOMPDIR = $(PREFIX)/share/zsh/site-functions
# README, lessons and examples
DOCDIR = $(PREFIX)/share/doc/ipc7
# bats_load_library ipc7 looks in /usr/lib/bats, or in BATS_LIB_PATH
BATSDIR = $(PREFIX)/lib/bats

# The system's compiler. With LINK=musl, musl-gcc compiles most commands; REALGCC in the environment names its gcc.
CC = cc
AR = ar
CPPFLAGS =
CFLAGS = -O2 -std=c99 -Wall -Wextra

# Hardening that costs no start time: checked libc calls, stack protector, format warnings, read-only relocations. A package that
# has hardening in its own CFLAGS sets HARDEN= on the command line.
# noseparate-code puts code and constants into the same pages; fewer pages to map make a start shorter.
HARDEN = -D_FORTIFY_SOURCE=3 -fstack-protector-strong -Wformat -Wformat-security
LDFLAGS = -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,noseparate-code

# linux: poll queues, copy messages without removing them, name the kernel's limits. portable (or posix): use POSIX only.
PLAT = linux

# In a loop, a filter costs mostly its start, which depends on the C library. LINK selects how commands are linked:
#   musl     static, with musl-gcc: starts in a quarter to a third of the time of dynamic (Debian: apt-get install musl-tools)
#   static   static, with CC and its C library: starts in about three quarters of the time of dynamic
#   dynamic  with the shared C library
#   auto     the first of these that works here; with PLAT=portable never musl, which numbers real-time signals differently
# Commands that open named POSIX semaphores never use musl, because musl keeps them in other files than the system's library.
# Commands that look up hosts, or users by name, are dynamic instead of static, because glibc needs its shared libraries for that.
LINK = auto
