# ipc7, for GNU make (gmake on BSD). Two targets to start with: make demo and make check.
GNU != test -n "$(.FEATURES)" || echo "ipc7: this Makefile needs GNU make (gmake)" >&2
include config.mk

# Use all cores, unless -j says otherwise or another make is above this one.
MAKEFLAGS += $(if $(MAKELEVEL:0=),,-j$(shell getconf _NPROCESSORS_ONLN))

VERSION := $(shell sed -n 's/^.define IPC7_VERSION "\(.*\)"/\1/p' lib/base/command.h)
COMMANDS := $(sort $(foreach f,$(wildcard cmd/*.c),$(if $(findstring _,$(f)),,$(basename $(notdir $f)))))

# These commands limit the choice of the C library (see LINK in config.mk); the others do not.
SEMAPHORES = semop ipcdel ipcls
USERS = ipcset
HOSTS = sockcat fdsend fdrecv
FAST = $(filter-out $(SEMAPHORES) $(USERS) $(HOSTS),$(COMMANDS))

# The sources of the library, and of commands with several files, without those of other platforms. They are built into
# two libraries: build/fast.a, and build/system.a for the system's C library.
PLATFORMS := $(patsubst lib/base/%_limits.c,%,$(wildcard lib/base/*_limits.c))
PLATFORM := $(PLAT:posix=portable)
$(if $(filter $(PLATFORM),$(PLATFORMS)),,$(error PLAT is one of: $(PLATFORMS)))
OTHERS = $(addsuffix %,$(filter-out $(PLATFORM),$(PLATFORMS)))
SOURCES := $(foreach f,$(wildcard lib/*/*.c cmd/*_*.c),$(if $(filter $(OTHERS),$(notdir $f)),,$f))
SYSTEM_OBJECTS = $(patsubst %.c,build/system/%.o,$(SOURCES:lib/%=%))
FAST_OBJECTS = $(patsubst %.c,build/fast/%.o,$(filter-out semaphore/% object/%,$(SOURCES:lib/%=%)))

# The meaning of LINK (config.mk) for each of the four groups of commands.
HAS_STATIC := $(wildcard $(shell $(CC) -print-file-name=libc.a))
LINKED := $(if $(filter-out auto,$(LINK)),$(LINK),$(if $(and $(filter linux,$(PLATFORM)),$(shell command -v musl-gcc)),musl,$(if $(HAS_STATIC),static,dynamic)))
CC_fast = $(CC_$(LINKED))
CC_system = $(if $(and $(filter-out dynamic,$(LINKED)),$(HAS_STATIC)),$(CC) -static,$(CC))
CC_hosts = $(if $(filter musl,$(LINKED)),$(CC_musl),$(CC))
# Commands that read what peers send are position-independent, and their constants cannot be executed. A start costs
# a little more. musl-gcc has no option for static ones.
START := $(if $(filter musl,$(LINKED)),$(wildcard /usr/lib/$(shell uname -m)-linux-musl/rcrt1.o))
PIE = $(if $(START),-nostartfiles $(START) $(LD_PIE))
LD_PIE = -Wl,-pie,--no-dynamic-linker,-z,text,-z,separate-code
# A system with musl-gcc has glibc, whose first real-time signal is 34. The first of musl is 35.
CC_musl = musl-gcc -static -fPIE $(if $(filter linux,$(PLATFORM)),-DREALTIME_FIRST=34)
CC_static = $(CC) -static
CC_dynamic = $(CC)

# POSIX with XSI only. A linux*.c file requests more itself.
DEFINES = -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
COMPILE = $(DEFINES) $(CPPFLAGS) $(CFLAGS) $(HARDEN) -Ilib -MMD -MP
TOOLS = build/unit build/fuzz build/peer
TORTURED = $(COMMANDS:%=build/torture/%)
BENCH = $(patsubst tests/bench/%.c,build/%,$(wildcard tests/bench/*.c)) build/mqsend-dynamic $(if $(HAS_STATIC),build/mqsend-static)

all: $(COMMANDS:%=build/bin/%)

# This file changes if a choice changes, and everything is then rebuilt.
CHOICE = $(PLATFORM) $(LINKED) $(CC) $(CPPFLAGS) $(CFLAGS) $(HARDEN) $(LDFLAGS)
build/choice: always
	@mkdir -p build/bin
	@echo '$(CHOICE)' | cmp -s - $@ || echo '$(CHOICE)' >$@

define OBJECTS
build/$(1)/%.o: lib/%.c build/choice Makefile config.mk
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(COMPILE) -c -o $$@ $$<
build/$(1)/cmd/%.o: cmd/%.c build/choice Makefile config.mk
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(COMPILE) -c -o $$@ $$<
endef
$(eval $(call OBJECTS,fast))
$(eval $(call OBJECTS,system))

build/fast.a: $(FAST_OBJECTS)
build/system.a: $(SYSTEM_OBJECTS)
build/fast.a build/system.a:
	rm -f $@
	$(AR) rc $@ $^

$(FAST:%=build/bin/%): build/bin/%: build/fast/cmd/%.o build/fast.a
	$(CC_fast) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(HOSTS:%=build/bin/%): build/bin/%: build/fast/cmd/%.o build/fast.a
	$(CC_hosts) $(CFLAGS) $(LDFLAGS) $(PIE) -o $@ $^
$(SEMAPHORES:%=build/bin/%): build/bin/%: build/system/cmd/%.o build/system.a
	$(CC_system) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(USERS:%=build/bin/%): build/bin/%: build/system/cmd/%.o build/system.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# Programs for the tests, with the system's C library, and for the benchmarks.
build/unit: tests/unit.c build/system.a
build/fuzz: tests/fuzz/fuzz.c tests/fuzz/parsers.c build/system.a
build/peer: tests/peer.c build/choice
$(TOOLS):
	$(CC) $(COMPILE) $(LDFLAGS) -o $@ $(filter %.c %.a,$^)
build/%: tests/bench/%.c build/choice
	$(CC_fast) $(COMPILE) $(LDFLAGS) -o $@ $<
build/mqsend-dynamic build/mqsend-static: build/mqsend-%: build/system/cmd/mqsend.o build/system.a
	$(CC_$*) $(CFLAGS) $(LDFLAGS) -o $@ $^

# Dynamic commands, whose allocations a preloaded library can let fail.
$(TORTURED): build/torture/%: build/system/cmd/%.o build/system.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
build/failing.so build/hurry.so: build/%.so: tests/torture/%.c build/choice
	$(CC) $(CFLAGS) -shared -fPIC -o $@ $<
build/watch: tests/torture/watch.c build/choice
	$(CC_fast) $(CFLAGS) -o $@ $<

-include $(wildcard build/*.d build/*/*/*.d)

check: all $(TOOLS)
	PLAT=$(PLATFORM) sh tests/run.sh

# With real brokers, which the tests start themselves; see man/ipc7-machines.7. RATES=1 measures too.
check-brokers: all build/peer
	PLAT=$(PLATFORM) bats tests/brokers

# The pictures of the lessons as Chromium shows them.
check-pictures: all
	PLAT=$(PLATFORM) bats tests/pictures

demo: all
	PATH="$$PWD/build/bin:$$PATH" sh examples/demo.sh

# The pictures of the lessons, from real runs, into build/lessons.
lessons: all
	sh examples/teach/lessons build/lessons

bench: all $(BENCH)
	PATH="$$PWD/build/bin:$$PATH" sh tests/bench/bench.sh

torture: torture-programs
	bash tests/torture/run.sh long
torture-programs: all build/watch build/failing.so build/hurry.so $(TORTURED)

# What is installed: SOURCE MODE DESTINATION, a file each. DESTDIR may contain spaces.
EXAMPLES := $(shell cd examples && find . -type f ! -path './packaging/*' ! -path './completion/*' | LC_ALL=C sort)
INSTALLED = { \
	for f in $(COMMANDS); do echo build/bin/$$f 755 $(BINDIR)/$$f; done; \
	for f in man/*.[17]; do echo $$f 644 $(MANDIR)/man$${f\#\#*.}/$${f\#man/}; done; \
	echo examples/completion/ipc7.bash 644 $(BASHCOMPDIR)/ipc7; \
	for f in $(COMMANDS); do echo ipc7 link $(BASHCOMPDIR)/$$f; done; \
	echo examples/completion/_ipc7 644 $(ZSHCOMPDIR)/_ipc7; \
	echo examples/bats/ipc7.bash 644 $(BATSDIR)/ipc7/load.bash; \
	for f in README LICENSE; do echo $$f 644 $(DOCDIR)/$$f; done; \
	for f in $(EXAMPLES:./%=%); do test -x examples/$$f && m=755 || m=644; echo examples/$$f $$m $(DOCDIR)/examples/$$f; done; }
install: all
	@umask 022; set -e; $(INSTALLED) | while read -r source mode file; do \
		mkdir -p "$(DESTDIR)$${file%/*}"; rm -f "$(DESTDIR)$$file"; \
		if [ "$$mode" = link ]; then ln -s "$$source" "$(DESTDIR)$$file"; continue; fi; \
		cp "$$source" "$(DESTDIR)$$file"; chmod "$$mode" "$(DESTDIR)$$file"; done
	@echo "installed below $(DESTDIR)$(PREFIX)"

uninstall:
	@$(INSTALLED) | while read -r source mode file; do rm -f "$(DESTDIR)$$file"; done
	@for d in "$(DESTDIR)$(DOCDIR)" "$(DESTDIR)$(BATSDIR)/ipc7"; do \
		test ! -d "$$d" || find "$$d" -depth -type d -exec rmdir {} + 2>/dev/null || :; done

# The same tree always gives the same bytes: sorted, without owners, dated as the release. Needs GNU tar.
RELEASED = $$(sed -n 's/^ -- .*>  //p' ../examples/packaging/debian/changelog | head -n 1)
dist:
	rm -rf build/ipc7-$(VERSION)
	mkdir -p build/ipc7-$(VERSION)
	cp -R Makefile config.mk README LICENSE .clang-format cmd lib tests man examples .ci build/ipc7-$(VERSION)/
	cd build && tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=u,go-w --mtime="$(RELEASED)" \
		-I 'gzip -n' -cf ipc7-$(VERSION).tar.gz ipc7-$(VERSION)
	rm -rf build/ipc7-$(VERSION)

clean:
	rm -rf build

always:
.SECONDARY:
.PHONY: all always check check-brokers check-pictures demo lessons bench torture torture-programs install uninstall dist clean
