# records.py: make numbered records, and count them again.
#   python3 records.py make FIRST LAST     write netstrings
#   python3 records.py check FIRST LAST    read netstrings, a cut one included; print how many are lost, doubled, out of order
# Every 50th record is empty. The others start with their number, and have NUL, newlines, bytes above 127, or the signs of netstrings.
import sys

TAILS = (b'', b'\n', b'\nx\n\n', b'\0\xff\x80\r\n\t', b'5:hello,', b' ' * 150)


def record(number):
    return b'' if number % 50 == 7 else b'%06d' % number + TAILS[number % len(TAILS)]


def netstrings(data):
    start = 0
    while start < len(data):
        colon = data.find(b':', start)
        if colon < 0:
            return
        end = colon + 1 + int(data[start:colon])
        if len(data) <= end:
            return
        if data[end:end + 1] != b',':
            sys.exit('not a netstring at byte %d' % start)
        yield data[colon + 1:end]
        start = end + 1


numbers = range(int(sys.argv[2]), int(sys.argv[3]) + 1)
if sys.argv[1] == 'make':
    for number in numbers:
        data = record(number)
        sys.stdout.buffer.write(b'%d:%s,' % (len(data), data))
else:
    left, last, lost, doubled, disordered = {}, -1, 0, 0, 0
    for number in numbers:
        left[record(number)] = left.get(record(number), 0) + 1
    for data in netstrings(sys.stdin.buffer.read()):
        if data not in left:
            sys.exit('changed: %r' % data[:80])
        left[data] -= 1
        if data and left[data] == 0:
            disordered += int(data[:6]) < last
            last = max(last, int(data[:6]))
    for count in left.values():
        lost += max(count, 0)
        doubled += max(-count, 0)
    print('lost %d doubled %d disordered %d' % (lost, doubled, disordered))
