load helper

# The pictures that examples/teach/sequence draws. The lessons show those of real runs (tutorial.bats).

PATH=$ROOT/examples/teach:$PATH

# Two traces: of queues, semaphores and signals, and of segments and sockets.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >one <<-'EOF'
		100.000000 11 0.000030 mqrecv: mq_open("/jobs", O_RDWR|O_CREAT, 0600, {mq_maxmsg=10, mq_msgsize=8192}) = 3
		100.000100 11 0.000010 mqrecv: mq_receive(3, "", 8192, [0]) = -1 EAGAIN
		100.200000 22 0.000020 mqsend: mq_open("/jobs", O_WRONLY) = 3
		100.000200 11 0.200200 mqrecv: mq_receive(3, "say \"hi\", then go", 8192, [9]) = 17
		100.200100 22 0.000900 mqsend: mq_send(3, "say \"hi\", then go", 17, 9) = 0
		100.201100 22 0.000010 mqsend: mq_send(3, "00000000000000000000000000000000"..., 40, 0) = 0
		100.250000 11 0.000010 mqrecv: mq_receive(3, "00000000000000000000000000000000"..., 8192, [0]) = 40
		100.300000 11 0.000010 mqrecv: mq_unlink("/jobs") = 0
		100.400000 33 0.000010 semop: semget(0x4d2, 0, 0) = 5
		100.400100 33 0.000010 semop: semop(5, {{sem_num=0, sem_op=-1, sem_flg=SEM_UNDO}, {sem_num=1, sem_op=-2, sem_flg=SEM_UNDO}}, 2) = 0
		100.500000 44 0.000010 semop: semop(5, {{sem_num=0, sem_op=-1, sem_flg=IPC_NOWAIT}}, 1) = -1 EAGAIN
		100.600000 55 0.000010 sigsend: pidfd_open(11, 0) = 3
		100.600100 55 0.000010 sigsend: pidfd_send_signal(3, SIGRTMIN+1, {si_code=SI_QUEUE, sival_int=42}, 0) = 0
		a line that is no call
	EOF
	cat >two <<-'EOF'
		1.000000 1 0.000010 shmput: open("/dev/shm", O_RDWR|O_TMPFILE, 0600) = 3
		1.000100 1 0.000010 shmput: pwrite(3, "<red>\n", 6, 0) = 6
		1.000200 1 0.000010 shmput: linkat(AT_FDCWD, "/proc/self/fd/3", AT_FDCWD, "/dev/shm/table", AT_SYMLINK_FOLLOW) = 0
		1.100000 2 0.000010 shmget: shm_open("/table", O_RDONLY, 0) = 3
		1.100100 2 0.000010 shmget: sendfile(1, 3, [0], 6) = 6
		1.200000 2 0.000010 shmget: shm_unlink("/table") = 0
		1.300000 3 0.000010 sockcat: socket(AF_INET, SOCK_DGRAM, 0) = 4
		1.300010 3 0.000010 sockcat: bind(4, {sa_family=AF_INET, sin_port=0, sin_addr=127.0.0.1}, 16) = 0
		1.400000 4 0.000010 sockcat: socket(AF_INET, SOCK_DGRAM, 0) = 3
		1.400010 4 0.000010 sockcat: connect(3, {sa_family=AF_INET, sin_port=9, sin_addr=127.0.0.1}, 16) = 0
		1.400020 4 0.000010 sockcat: send(3, "tea", 3, MSG_DONTWAIT|MSG_NOSIGNAL) = 3
		1.400030 3 0.000010 sockcat: recvmsg(4, {msg_name={sa_family=AF_INET, sin_port=5, sin_addr=127.0.0.1}, msg_iov="tea"}, MSG_DONTWAIT) = 3
		1.500000 5 0.000010 fdsend: socket(AF_UNIX, SOCK_STREAM, 0) = 3
		1.500010 5 0.000010 fdsend: connect(3, {sa_family=AF_UNIX, sun_path="door"}, 110) = -1 ECONNREFUSED
	EOF
	cat >one.txt <<-'EOF'
		        mqrecv    /jobs   mqsend    semop  sys..4d2   semop   sigsend  signals
		          11      queue     22       33    semaphore   44       55      to 11
		  0.000    : wait 0.200 s: receive    |        |        |        |        |
		           :        | send "say \"hi\", then go" prio 9 |        |        |
		  0.200    :        |<-------|        |        |        |        |        |
		           | receive "say \"hi\", then go" prio 9       |        |        |
		  0.200    |<-------|        |        |        |        |        |        |
		           |        | send "0000000000000000000..."     |        |        |
		  0.201    |        |<-------|        |        |        |        |        |
		           | receive "0000000000000000000..."  |        |        |        |
		  0.250    |<-------|        |        |        |        |        |        |
		           | remove |        |        |        |        |        |        |
		  0.300    |------->|        |        |        |        |        |        |
		           |        |        |        | 0:P 1:-2        |        |        |
		  0.400    |        |        |        |<-------|        |        |        |
		           |        |        |        |        | P EAGAIN        |        |
		  0.500    |        |        |        |        |-------x|        |        |
		           |        |        |        |        |        |       RTMIN+1 value 42
		  0.600    |        |        |        |        |        |        |------->|
	EOF
	cat >two.txt <<-'EOF'
		 shmput    /table    shmget    sockcat  udp:..1:9  sockcat   fdsend   unix:door
		    1      segment      2         3      socket       4         5      socket
		    | put "<red>\n"     |         |         |         |         |         |
		    |-------->|         |         |         |         |         |         |
		    |         | get 6 bytes       |         |         |         |         |
		    |         |-------->|         |         |         |         |         |
		    |         | remove  |         |         |         |         |         |
		    |         |<--------|         |         |         |         |         |
		    |         |         |         | send "tea"        |         |         |
		    |         |         |         |-------->|         |         |         |
		    |         |         |         |         | receive "tea"     |         |
		    |         |         |         |         |-------->|         |         |
		    |         |         |         |         |         |     connect ECONNREFUSED
		    |         |         |         |         |         |         |--------x|
	EOF
	# It begins after the opens, ends within a line, and has data that no command writes.
	cat >three <<-'EOF'
		-5.000000 9 0.000010 mqsend: mq_send(3, "too early", 9, 0) = 0
		7.000000 9 -0.000010 mqsend: mq_send(3, "backwards", 9, 0) = 0
		10.000000 4194300 0.000010 mqrecv: mq_receive(3, "opened before", 8192, [0]) = 13
		10.000100 4194301 0.000010 mqsend: mq_send(3, "another queue", 13, 0) = 0
		10.000200 4194301 0.000010 mqsend: msgsnd(5, {mtype=1, mtext="one"}, 3, 0) = 0
		10.000300 4194300 0.000010 mqrecv: msgrcv(5, {mtype=1, mtext="one"}, 8192, 0, IPC_NOWAIT) = 3
		10.002000 4194301 0.000010 mqsend: mq_open("/jobs-of-the-long-name-1", O_WRONLY) = 4
		10.002100 4194301 0.000010 mqsend: mq_send(4, "0123456789012345\xc3\xb6\xc3\x9f tail", 25, 0) = 0
		10.002200 4194301 0.000010 mqsend: mq_open("/jobs-of-the-long-name-2", O_WRONLY) = 4
		10.002300 4194301 0.000010 mqsend: mq_send(4, "0123456789012345678\\\\ tail", 25, 0) = 0
		10.002400 4194301 0.000010 mqsend: mq_send(4, "größe", 7, 0) = 0
		10.003000 4194302 0.000010 sigmask: sigprocmask(SIG_BLOCK, [HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD CONT TSTP TTIN TTOU URG WINCH RTMIN RTMIN+1], NULL) = 0
		10.004000 4194301 0.000010 sigsend: kill(4194302, SIGUSR1) = 0
		10.005000 4194301 0.000010 sigsend: kill(4194302, SIGUSR1) = 0
		10.006000 4194302 0.000010 sigrecv: sigwaitinfo([USR1], {si_signo=SIGUSR1, si_code=SI_USER}) = 10
		10.007000 4194301 0.000010 sigsend: kill(4194302, SIGUSR1) = 0
	EOF
	printf '10.008000 4194301 0.000010 sigsend: kill(4194302, SIGTERM) = -1' >>three
	cat >three.txt <<-'EOF'
		        mqrecv  fd ..00 mqsend  fd ..01 sysv:@5 /jo..-1 /jo..-2 sigmask signals
		        4194300  queue  4194301  queue   queue   queue   queue  4194302 4194302
		           | receive "opened before"       |       |       |       |       |
		  0.000    |<------|       |       |       |       |       |       |       |
		           |       |       | send "another queue"  |       |       |       |
		  0.000    |       |       |------>|       |       |       |       |       |
		  0.000    |       |       |-- send "one" >|       |       |       |       |
		  0.000    |<------- receive "one" --------|       |       |       |       |
		           |       |       | send "0123456789012345..."    |       |       |
		  0.002    |       |       |---------------------->|       |       |       |
		           |       |       | send "0123456789012345678..." |       |       |
		  0.002    |       |       |------------------------------>|       |       |
		  0.002    |       |       |-------- send "gr????e" ------>|       |       |
		  0.003 block HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD CONT T... *       |
		  0.004    |       |       * becomes sigsend       |       |       |       |
		  0.004    |       |       |--------------------- USR1 ------------------->|
		  0.005    |       |       |--------------------- USR1 ------------------->:
		  0.006    |       |       |       |       |       becomes sigrecv *       :
		           |       |       |       |       |       |       |       | USR1  |
		  0.006    |       |       |       |       |       |       |       |<------|
		  0.007    |       |       |--------------------- USR1 ------------------->|
	EOF
}

@test "sequence: draws a trace in 80 columns, the same with every awk" {
	local awk

	for awk in awk mawk 'gawk --posix' 'busybox awk' original-awk; do
		command -v "${awk%% *}" >/dev/null || continue
		AWK=$awk sequence "$BATS_FILE_TMPDIR/one" | diff "$BATS_FILE_TMPDIR/one.txt" -
		cat "$BATS_FILE_TMPDIR/two" | AWK=$awk sequence -n | diff "$BATS_FILE_TMPDIR/two.txt" -
		AWK=$awk sequence -u "$BATS_FILE_TMPDIR/one" | sed 's/│/|/g; s/┊/:/g; s/─/-/g; s/◄/</g; s/►/>/g; s/×/x/g' |
			diff "$BATS_FILE_TMPDIR/one.txt" -
		AWK=$awk sequence -s "$BATS_FILE_TMPDIR/one" >"${awk%% *}.svg"
		cmp awk.svg "${awk%% *}.svg"
		# Names that are cut still differ, no process ID or escape is cut, and a signal that is pending is dotted.
		AWK=$awk sequence "$BATS_FILE_TMPDIR/three" | diff "$BATS_FILE_TMPDIR/three.txt" -
	done
	[ "$(cat "$BATS_FILE_TMPDIR"/{one,three}.txt | wc -L)" -le 80 ]
}

@test "sequence: -w sets the duration from which a call has waited" {
	[ "$(sequence "$BATS_FILE_TMPDIR/one" | grep -c ' wait ')" -eq 1 ]
	[ "$(sequence -w 0.0005 "$BATS_FILE_TMPDIR/one" | grep -c ' wait ')" -eq 2 ]
}

@test "sequence: an SVG is whole, stands alone, and draws nothing outside its borders" {
	local trace

	need python3 python3 -c ''
	for trace in one two three; do
		sequence -s "$BATS_FILE_TMPDIR/$trace" >picture.svg
		python3 - <<-'EOF'
			import re
			import xml.etree.ElementTree as tree
			top = tree.parse('picture.svg').getroot()
			assert top.tag == '{http://www.w3.org/2000/svg}svg'
			left, upper, width, height = map(float, top.get('viewBox').split())
			count = 0
			for node in top.iter():
			    name = node.tag.split('}')[1]
			    assert name in ('svg', 'title', 'style', 'rect', 'line', 'polygon', 'text'), name
			    assert not [key for key in node.attrib if 'href' in key]
			    numbers = {key: float(node.get(key)) for key in ('x', 'y', 'x1', 'y1', 'x2', 'y2') if node.get(key)}
			    xs = [value for key, value in numbers.items() if key[0] == 'x']
			    ys = [value for key, value in numbers.items() if key[0] == 'y']
			    if name == 'rect':
			        xs.append(numbers.get('x', 0) + float(node.get('width')))
			        ys.append(numbers.get('y', 0) + float(node.get('height')))
			    if name == 'text':
			        size = 7.3 * len(node.text)
			        xs.append(xs[0] + {'start': size, 'middle': size / 2, 'end': -size}[node.get('text-anchor')])
			    if name == 'polygon':
			        count += 1
			        points = [float(number) for number in re.findall(r'[0-9.]+', node.get('points'))]
			        xs, ys = points[::2], points[1::2]
			    assert all(0 <= x <= width for x in xs) and all(0 <= y <= height for y in ys), (name, node.attrib, node.text)
			assert count >= 5
			assert top.get('{http://www.w3.org/XML/1998/namespace}space') == 'preserve'
			# A browser cuts what is wider than its page.
			assert '@media print{svg{max-width:100%' in top[1].text
		EOF
	done
}

@test "sequence: a trace without an exchange, a missing file and a wrong option are told" {
	try sequence </dev/null
	status 1
	error 'sequence: no line of a trace with an exchange (bytes in a pipe are not traced)'
	for file in missing .; do
		try sequence "$file"
		status 1
		error "sequence: $file: no such file, or it cannot be read"
	done
	try sequence -x
	status 2
	[ "$(sequence -h | head -n 1)" = 'usage: sequence [-nsu] [-w SECONDS] [FILE...]' ]
}

@test "make lessons draws the picture of each lesson, or says that it has none" {
	[ "$PLAT" = linux ] || skip "the lessons show the calls of Linux"
	# One run of a lesson is enough.
	mkdir -p copy/examples/tutorial copy/build
	cp -R "$ROOT/examples/teach" copy/examples/
	cp "$ROOT/examples/tutorial/1-pipe.md" "$ROOT/examples/tutorial/7-socket.md" copy/examples/tutorial/
	ln -s "$ROOT/build/bin" copy/build/bin
	timeout 60 sh copy/examples/teach/lessons build/lessons </dev/null >drawn
	[ "$(cat drawn)" = "1-pipe: no picture (the lesson says why)
$PWD/build/lessons/7-socket.svg" ]
	grep -q 'receive &quot;TEA\|receive "TEA' build/lessons/7-socket.svg
	grep -q 'send "coffee"' build/lessons/7-socket.txt
}
