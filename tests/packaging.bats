load helper

COMMANDS=(fdrecv fdsend fifocat ipcdel ipcls ipcset mqrecv mqsend piperun semop shmget shmput sigmask sigrecv sigsend sockcat)
DEBIAN=$ROOT/examples/packaging/debian
VERSION=$(sed -n 's/^.define IPC7_VERSION "\(.*\)"/\1/p' "$ROOT/lib/base/command.h")

@test "packaging: make install puts all files below DESTDIR, and make uninstall removes them" {
	local root="$PWD/my root" doc=usr/share/doc/ipc7

	{
		printf './usr/bin/%s\n' "${COMMANDS[@]}"
		printf './usr/share/bash-completion/completions/%s\n' "${COMMANDS[@]}" ipc7
		printf './usr/share/man/man1/%s.1\n' "${COMMANDS[@]}"
		(cd "$ROOT/man" && printf './usr/share/man/man7/%s\n' *.7)
		printf './usr/share/zsh/site-functions/_ipc7\n./usr/lib/bats/ipc7/load.bash\n'
		printf "./$doc/%s\n" README LICENSE
		(cd "$ROOT" && find examples -type f ! -path '*/packaging/*' ! -path '*/completion/*' -printf "./$doc/%p\n")
	} | LC_ALL=C sort >expected
	# Install twice: the second run overwrites. -o all prevents a build, because other tests use the programs now.
	for _ in 1 2; do
		(umask 027 && make -s -C "$ROOT" -o all install DESTDIR="$root" PREFIX=/usr PLAT="$PLAT" 2>/dev/null)
		(cd "$root" && find . ! -type d | LC_ALL=C sort) >got
		diff -u expected got
	done
	for command in "${COMMANDS[@]}"; do
		"$root/usr/bin/$command" -V
		cmp "$root/usr/share/bash-completion/completions/$command" "$ROOT/examples/completion/ipc7.bash"
		[ -s "$root/usr/share/man/man1/$command.1" ]
	done
	[ "$(find "$root/usr/bin" -type f -perm 755 | wc -l)" -eq 16 ]
	[ -z "$(find "$root/usr" -type f ! -perm 755 ! -perm 644)" ]
	# What is installed works without the sources.
	[ "$(cd "$root/$doc/examples" && PATH=$root/usr/bin:$PATH sh limiter.sh | tail -n 1)" = "$(sh "$ROOT/examples/limiter.sh" | tail -n 1)" ]
	printf '%s\n' 'setup() { bats_load_library ipc7; ipc7_setup; }' 'teardown() { ipc7_teardown; }' '@test "x" { ipc7_name mq posix; }' >x.bats
	BATS_LIB_PATH=$root/usr/lib/bats PATH=$root/usr/bin:$PATH plain bats x.bats
	try grep -rlw clone "$root"
	status 1
	: >"$root/usr/share/bash-completion/completions/other"
	make -s -C "$ROOT" uninstall DESTDIR="$root" PREFIX=/usr
	[ "$(find "$root" ! -type d)" = "$root/usr/share/bash-completion/completions/other" ]
	[ ! -e "$root/$doc" ] && [ ! -e "$root/usr/lib/bats/ipc7" ]
}

# need_tree: skip the test unless the whole tree is present.
need_tree() {
	[ -e "$ROOT/.ci/run" ] || skip "not the whole tree"
}

# plain COMMAND...: run COMMAND without the settings of an enclosing make.
plain() {
	env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES -u MAKELEVEL -u IPC7_TRACE "$@" 3>&-
}

@test "packaging: make dist packs the whole tree reproducibly, and the result can be built" {
	[ "$PLAT" = linux ] || skip "the choices of config.mk are for Linux"
	[ -z "${SANITIZED:-}" ] || skip "it is built without sanitizers"
	need_tree
	mkdir tree
	tar -C "$ROOT" --exclude=./build --exclude=./.git -cf - . | tar -C tree -xf -
	plain make -s -C tree dist
	mv "tree/build/ipc7-$VERSION.tar.gz" first.tar.gz
	(umask 077 && plain make -s -C tree dist)
	cmp "tree/build/ipc7-$VERSION.tar.gz" first.tar.gz
	rm -r tree
	tar -xzf first.tar.gz
	[ "$(ls)" = "$(printf 'first.tar.gz\nipc7-%s' "$VERSION")" ]
	if [ -e "$ROOT/.git" ]; then
		need git command -v git
		git -c safe.directory='*' -C "$ROOT" ls-files | grep -v '^\.git' >files
		[ -s files ]
		(cd "$ROOT" && xargs -d '\n' sha256sum) <files >sums
		(cd "ipc7-$VERSION" && sha256sum --quiet -c) <sums
		while read -r file; do
			[ ! -x "$ROOT/$file" ] || [ -x "ipc7-$VERSION/$file" ]
		done <files
	fi
	cd "ipc7-$VERSION"
	# No file is missing: make can reach all targets.
	plain make -n all check demo bench >/dev/null
}

@test "packaging: the Debian package has the files that it needs, and the version of the tree" {
	for file in control rules changelog copyright source/format tests/control; do
		[ -s "$DEBIAN/$file" ]
	done
	[ -x "$DEBIAN/rules" ]
	[[ $(head -n 1 "$DEBIAN/changelog") == "ipc7 ($VERSION-"*') '* ]]
	[ "$(mqsend -V)" = "mqsend (ipc7) $VERSION" ]
	for command in "${COMMANDS[@]}"; do
		grep -q "[ .]$command[ ,.]*" "$DEBIAN/control"
	done
	# The licence is that of the tree.
	[ "$(sed -n '/^ Permission/,$s/^ \.*//p' "$DEBIAN/copyright")" = "$(sed -n '/^Permission/,$p' "$ROOT/LICENSE")" ]
	grep -qF "ipc7-$VERSION.tar.gz" "$DEBIAN/../README"
	# The examples that autopkgtest runs are there.
	grep -o 'examples/[^ ]*' "$DEBIAN/tests/control" >files
	while read -r file; do [ -s "$ROOT/$file" ]; done <files
}

@test "packaging: the files for RPM and Alpine are valid, and have the version of the tree" {
	sh -n "$DEBIAN/../alpine/APKBUILD"
	grep -qx "pkgver=$VERSION" "$DEBIAN/../alpine/APKBUILD"
	need rpm command -v rpmspec
	try rpmspec -q --srpm --qf '%{VERSION} %{LICENSE}' "$DEBIAN/../rpm/ipc7.spec"
	status 0
	output "$VERSION ISC"
}

@test "packaging: dpkg reads the changelog, the control file and the rules" {
	need dpkg-dev command -v dpkg-parsechangelog
	try dpkg-parsechangelog -l "$DEBIAN/changelog" -S Version
	status 0
	[[ $output == "$VERSION-"* && -z $stderr ]]
	mkdir tree
	cp -R "$DEBIAN" tree/
	cd tree
	# dpkg-checkbuilddeps exits with 1 if build dependencies are missing, and with another status if it cannot read control.
	try dpkg-checkbuilddeps -d 'libc6'
	status 0
	try dpkg-checkbuilddeps
	[ "$status" -eq 0 ] || [[ $stderr == *'Unmet build dependencies: debhelper-compat (= 13)'* ]]
	# The rules pass dpkg's hardening flags to make.
	mkdir bin
	printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >bin/dh_auto_build
	chmod 755 bin/dh_auto_build
	PATH=$PWD/bin:$PATH try plain make -s -f debian/rules override_dh_auto_build
	status 0
	for word in PREFIX=/usr LINK=dynamic HARDEN= ZSHCOMPDIR=/usr/share/zsh/vendor-completions; do
		grep -qx "$word" <<<"$output"
	done
	[[ $output == *CFLAGS=*-fstack-protector*_FORTIFY_SOURCE=*LDFLAGS=*-z,relro*-z,now* ]]
}

@test "packaging: the units for systemd are valid, and one says when it is ready" {
	local units=$ROOT/examples/systemd unit

	need systemd systemd-analyze --version
	for unit in "$units"/*; do
		sed "s,/usr/bin/\(mqrecv\|mqsend\|sockcat\),$ROOT/build/bin/\1,; s,/usr/local/bin/job,/bin/true," "$unit" >"${unit##*/}"
	done
	try systemd-analyze verify ./*.service ./*.socket
	status 0
	[ -z "$output$stderr" ]
	# The shell command of the unit, with a systemd-notify that writes into a FIFO.
	mkdir bin
	mkfifo notice
	printf '#!/bin/sh\necho "$*" >%s/notice\n' "$PWD" >bin/systemd-notify
	chmod 755 bin/systemd-notify
	sed -n '/^ExecStart/,/date.$/p' ipc7-ready.service | sed "s/^ExecStart=/exec /; s/\\$\\$/\$/" >start
	PATH=$PWD/bin:$PATH background sh start
	read -r line <notice
	[ "$line" = '--ready --status=unix:socket' ]
	[ -n "$(sockcat -I unix:socket)" ]
	kill "$PID"
	ends 143
}
