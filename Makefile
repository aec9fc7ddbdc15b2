# ipc7. A newcomer needs two targets: make demo, and make check.
.POSIX:

include config.mk

VERSION = 0.1
COMMANDS = mqsend mqrecv shmput shmget sigsend sigrecv sigmask fifocat piperun sockcat $(SYSTEM_COMMANDS)
# What opens named POSIX semaphores is built with the system's C library, since musl keeps them elsewhere.
SYSTEM_COMMANDS = semop ipcdel $(LISTING_COMMANDS)
# What asks the tables of users too, which a static glibc cannot.
LISTING_COMMANDS = ipcls ipcset
# What asks the system's tables of hosts and protocols; a static link with glibc could not (musl has its own way).
NAMING_COMMANDS = sockcat
LIBRARY = text err num io deadline sigs trace record name child ready queue queue_posix queue_sysv source region region_map region_sysv delivery worker signame treatment inbox process ending stream exact whole fifo pipeline addr path sock flow outlet relay env packet packets pool hub session command
PLATFORM = mqueue msg memory pages limits signals arrival handle stream flow peer
SYSTEM_LIBRARY = $(LIBRARY) sema sema_posix sema_sysv sema_set holder show contents object permit change owner listing
SYSTEM_PLATFORM = $(PLATFORM) semaphore catalog names modes rights $(MORE_$(PLAT))
# What one platform has alone.
MORE_linux = mounts
HEADERS = lib/ipc7.h lib/backend.h
MAN1 = mqsend.1 mqrecv.1 shmput.1 shmget.1 semop.1 sigsend.1 sigrecv.1 sigmask.1 fifocat.1 piperun.1 sockcat.1 ipcls.1 ipcset.1 ipcdel.1
MAN7 = ipc7.7
BENCH = build/ratio build/queue-limit build/signal-limit build/pipe-limit build/socket-limit build/nothing
DIST = Makefile config.mk README LICENSE .clang-format cmd lib tests man examples .ci

# What LINK means here.
LINKED != case '$(LINK)' in auto) \
	if test '$(PLAT)' = linux && command -v musl-gcc >/dev/null; then echo musl; \
	elif test -f "$$($(CC) -print-file-name=libc.a)"; then echo static; \
	else echo dynamic; fi;; *) echo '$(LINK)';; esac
SYSTEM != case '$(LINKED)' in dynamic) echo dynamic;; \
	*) if test -f "$$($(CC) -print-file-name=libc.a)"; then echo static; else echo dynamic; fi;; esac
# Where there is musl-gcc, the system's own library is glibc, whose RTMIN is 34; musl's would be 35.
CC_musl = musl-gcc -static $(REALTIME_$(PLAT))
REALTIME_linux = -DREALTIME_FIRST=34
CC_static = $(CC) -static
CC_dynamic = $(CC)
NAMING_musl = musl
NAMING_static = dynamic
NAMING_dynamic = dynamic

# POSIX with XSI, and no more; a file in lib/linux asks for more itself.
DEFINES = -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64
COMPILE = $(DEFINES) $(CFLAGS) $(HARDEN)

OBJECTS = $(LIBRARY:%=build/%.o) $(PLATFORM:%=build/$(PLAT)-%.o)
SYSTEM_OBJECTS = $(SYSTEM_LIBRARY:%=build/system-%.o) $(SYSTEM_PLATFORM:%=build/system-$(PLAT)-%.o)
SYSTEM_SOURCES = $(SYSTEM_LIBRARY:%=lib/%.c) $(SYSTEM_PLATFORM:%=lib/$(PLAT)/%.c)
PROGRAMS = $(COMMANDS:%=build/bin/%)

all: $(PROGRAMS)

# Changes when one of the choices does, and what was built with others is then built anew.
CHOICE = $(PLAT) $(LINKED) $(SYSTEM) $(CC) $(CFLAGS) $(HARDEN) $(LDFLAGS)
build/choice: always
	@mkdir -p build
	@echo '$(CHOICE)' | cmp -s - $@ || echo '$(CHOICE)' >$@
always:

build/bin/%: build/%.o build/libipc7.a
	@mkdir -p build/bin
	$(CC_$(LINKED)) $(CFLAGS) $(LDFLAGS) -o $@ $< build/libipc7.a

$(LISTING_COMMANDS:%=build/bin/%): build/bin/%: build/system-%.o build/system.a
	@mkdir -p build/bin
	$(CC_dynamic) $(CFLAGS) $(LDFLAGS) -o $@ $< build/system.a

build/bin/semop build/bin/ipcdel: build/bin/%: build/system-%.o build/system.a
	@mkdir -p build/bin
	$(CC_$(SYSTEM)) $(CFLAGS) $(LDFLAGS) -o $@ $< build/system.a

$(NAMING_COMMANDS:%=build/bin/%): build/bin/%: build/%.o build/libipc7.a
	@mkdir -p build/bin
	$(CC_$(NAMING_$(LINKED))) $(CFLAGS) $(LDFLAGS) -o $@ $< build/libipc7.a

build/libipc7.a: $(OBJECTS)
	rm -f $@
	ar rc $@ $(OBJECTS)

build/system.a: $(SYSTEM_OBJECTS)
	rm -f $@
	ar rc $@ $(SYSTEM_OBJECTS)

build/%.o: lib/%.c $(HEADERS) Makefile config.mk build/choice
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) -c -o $@ $<

build/%.o: cmd/%.c $(HEADERS) Makefile config.mk build/choice
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) -Ilib -c -o $@ $<

build/$(PLAT)-%.o: lib/$(PLAT)/%.c $(HEADERS) Makefile config.mk build/choice
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) -c -o $@ $<

build/system-%.o: lib/%.c $(HEADERS) Makefile config.mk build/choice
	@mkdir -p build
	$(CC_$(SYSTEM)) $(COMPILE) -c -o $@ $<

build/system-%.o: cmd/%.c $(HEADERS) Makefile config.mk build/choice
	@mkdir -p build
	$(CC_$(SYSTEM)) $(COMPILE) -Ilib -c -o $@ $<

build/system-$(PLAT)-%.o: lib/$(PLAT)/%.c $(HEADERS) Makefile config.mk build/choice
	@mkdir -p build
	$(CC_$(SYSTEM)) $(COMPILE) -c -o $@ $<

# Programs of the tests and benchmarks, built with the system's own C library.
build/unit: tests/unit.c $(SYSTEM_SOURCES) $(HEADERS) build/choice
	@mkdir -p build
	$(CC) $(COMPILE) -Ilib -o $@ tests/unit.c $(SYSTEM_SOURCES)

build/fuzz: tests/fuzz/fuzz.c build/system.a
	@mkdir -p build
	$(CC_dynamic) $(COMPILE) $(LDFLAGS) -Ilib -o $@ tests/fuzz/fuzz.c build/system.a

build/peer: tests/peer.c build/choice
	@mkdir -p build
	$(CC) $(COMPILE) -o $@ tests/peer.c

build/ratio: tests/bench/ratio.c
	@mkdir -p build
	$(CC) $(COMPILE) -o $@ tests/bench/ratio.c

build/queue-limit: tests/bench/queue-limit.c
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) -o $@ tests/bench/queue-limit.c

build/signal-limit: tests/bench/signal-limit.c build/choice
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) -o $@ tests/bench/signal-limit.c

build/pipe-limit: tests/bench/pipe-limit.c build/choice
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) -o $@ tests/bench/pipe-limit.c

build/socket-limit: tests/bench/socket-limit.c build/choice
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) -o $@ tests/bench/socket-limit.c

build/nothing: tests/bench/nothing.c
	@mkdir -p build
	$(CC_$(LINKED)) $(COMPILE) $(LDFLAGS) -o $@ tests/bench/nothing.c

check: all build/unit build/fuzz build/peer
	PLAT=$(PLAT) sh tests/run.sh

demo: all
	PATH="$$PWD/build/bin:$$PATH" sh examples/demo.sh

bench: all $(BENCH)
	PATH="$$PWD/build/bin:$$PATH" sh tests/bench/bench.sh

install: all
	umask 022 && mkdir -p $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR)
	for f in $(COMMANDS); do rm -f $(DESTDIR)$(BINDIR)/$$f && cp build/bin/$$f $(DESTDIR)$(BINDIR)/ && chmod 755 $(DESTDIR)$(BINDIR)/$$f || exit 1; done
	for f in $(MAN1); do cp man/$$f $(DESTDIR)$(MANDIR)/man1/ && chmod 644 $(DESTDIR)$(MANDIR)/man1/$$f || exit 1; done
	for f in $(MAN7); do cp man/$$f $(DESTDIR)$(MANDIR)/man7/ && chmod 644 $(DESTDIR)$(MANDIR)/man7/$$f || exit 1; done
	cp examples/completion/ipc7.bash $(DESTDIR)$(BASHCOMPDIR)/ipc7 && chmod 644 $(DESTDIR)$(BASHCOMPDIR)/ipc7
	for f in $(COMMANDS); do ln -sf ipc7 $(DESTDIR)$(BASHCOMPDIR)/$$f || exit 1; done
	cp examples/completion/_ipc7 $(DESTDIR)$(ZSHCOMPDIR)/ && chmod 644 $(DESTDIR)$(ZSHCOMPDIR)/_ipc7

uninstall:
	for f in $(COMMANDS); do rm -f $(DESTDIR)$(BINDIR)/$$f; done
	for f in $(MAN1); do rm -f $(DESTDIR)$(MANDIR)/man1/$$f; done
	for f in $(MAN7); do rm -f $(DESTDIR)$(MANDIR)/man7/$$f; done
	for f in ipc7 $(COMMANDS); do rm -f $(DESTDIR)$(BASHCOMPDIR)/$$f; done
	rm -f $(DESTDIR)$(ZSHCOMPDIR)/_ipc7

# Of one tree the same bytes each time, whoever makes it: sorted, without owners, dated as the release. It needs GNU tar.
RELEASED = $$(sed -n 's/^ -- .*>  //p' ../examples/packaging/debian/changelog | head -n 1)
dist:
	rm -rf build/ipc7-$(VERSION)
	mkdir -p build/ipc7-$(VERSION)
	cp -R $(DIST) build/ipc7-$(VERSION)/
	cd build && tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=u,go-w --mtime="$(RELEASED)" \
		-I 'gzip -n' -cf ipc7-$(VERSION).tar.gz ipc7-$(VERSION)
	rm -rf build/ipc7-$(VERSION)

clean:
	rm -rf build

.SECONDARY: $(COMMANDS:%=build/%.o) $(SYSTEM_COMMANDS:%=build/system-%.o)
.PHONY: all always check demo bench install uninstall dist clean
