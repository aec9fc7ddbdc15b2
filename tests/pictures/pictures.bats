load ../helper
load ../lesson

# The pictures that examples/teach/sequence draws, as Chromium shows them. One start draws all. A start takes seconds on a busy
# machine, so make check leaves this out: make check-pictures.

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PATH=$ROOT/build/bin:$ROOT/build:$PATH

# real LESSON: draw the picture of a lesson from a run of its commands.
real() {
	lesson "$1" 'The picture'
	sed -i "s,sequence -n trace,sequence -s trace >../$1.svg," script
	mkdir -p directory
	(cd directory && timeout 60 sh ../script) </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&-
}

# many: draw five senders and five receivers of a queue, and 200 calls.
many() {
	awk 'BEGIN {
		for (i = 0; i < 10; i++)
			printf "1.0 %d 0.1 mq%s: mq_open(\"/%0250d\", O_RDWR) = 3\n", 4194290 + i, i % 2 ? "recv" : "send", 1
		for (i = 0; i < 200; i++)
			printf i % 2 ? "%.3f %d 0.%03d mqrecv: mq_receive(3, \"number %d, and more to do\", 8192, [1]) = 30\n" : \
				"%.3f %d 0.%03d mqsend: mq_send(3, \"number %d, and more to do\", 30, 1) = 0\n", 1.1 + i / 100, 4194290 + i % 10, i % 90, i
	}' | "$ROOT/examples/teach/sequence" -s >many.svg
}

# hostile: draw data and names that are markup, long labels, and waits across others.
hostile() {
	local signals='HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU'

	"$ROOT/examples/teach/sequence" -s >hostile.svg <<-EOF
		1.0 11 0.1 mqsend: mq_open("/</text><script>document.body.remove()</script>&amp;]]>", O_WRONLY) = 3
		1.1 11 0.1 mqsend: mq_send(3, "</text><script>  a", 18, 0) = 0
		1.2 22 9.0 semop: semop(7, {$(printf '{sem_num=%d, sem_op=-2, sem_flg=SEM_UNDO}, ' {1..40})}, 40) = 0
		1.3 33 5.0 mqrecv: msgrcv(5, {mtype=77, mtext="<!--"}, 8192, 0, 0) = 4
		1.4 44 0.1 sigmask: sigprocmask(SIG_BLOCK, [$signals], NULL) = 0
		1.5 22 0.1 sigmask: sigprocmask(SIG_BLOCK, [$signals], NULL) = 0
		1.6 11 0.1 mqsend: mq_send(3, "größe 日本語 $(printf '\033[31m')", 9, 2147483647) = 0
	EOF
}

@test "sequence: Chromium shows the five pictures, and hard ones, with letters that can be read on paper and do not collide" {
	local svg

	need chromium command -v chromium
	need python3 python3 -c ''
	[ "$PLAT" = linux ] || skip "the lessons show the calls of Linux"
	for svg in 2-fifo 3-signal 4-message-queue 6-semaphore 7-socket; do
		real $svg
	done
	many
	hostile
	{
		echo '<!DOCTYPE html><meta charset="utf-8"><body style="margin: 0">'
		for svg in [2-7]-*.svg many.svg hostile.svg; do
			echo "<script type=\"image/svg+xml\" title=\"$svg\">"
			sed 's,</script>,<\\/script>,g' "$svg"
			echo '</script>'
		done
		cat "$BATS_TEST_DIRNAME/check.html"
	} >page.html
	# Nothing outside of this machine is asked.
	HOME=$PWD timeout -k 1 120 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --no-first-run \
		--disable-background-networking --host-resolver-rules='MAP * ~NOTFOUND' --user-data-dir="$PWD/profile" \
		--window-size=1000,1400 --screenshot="$PWD/page.png" --dump-dom "file://$PWD/page.html" >dom 2>log || { cat log >&2; return 1; }
	sed '1,/<pre>$/d; /^<\/pre>/,$d' dom >found
	grep -qx done found || { cat log >&2; return 1; }
	if grep -vE '^(picture|done)' found >&2; then
		return 1
	fi
	[ "$(grep -c '^picture' found)" -eq 7 ]
	python3 "$BATS_TEST_DIRNAME/drawn.py" page.png <found
}
