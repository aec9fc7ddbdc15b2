# drawn.py PNG <LINES: check that each picture of a screenshot ("picture NAME TOP BOTTOM ...") is black on white, and is not blank.
import struct
import sys
import zlib


def chunks(data):
    at = 8
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        yield kind, data[at + 8:at + 8 + size]
        at += 12 + size


def paeth(a, b, c):
    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


# rows(FILE): the green of each pixel, by rows (PNG: 8 bits, RGB or RGBA, filters 0 to 4). A channel never depends on another.
def rows(name):
    parts = list(chunks(open(name, 'rb').read()))
    width, height, depth, colour = struct.unpack('>IIBB', parts[0][1][:10])
    step = {2: 3, 6: 4}[colour]
    assert depth == 8
    data = zlib.decompress(b''.join(body for kind, body in parts if kind == b'IDAT'))
    above = [0] * width
    for y in range(height):
        at = y * (width * step + 1)
        row, left, corner = [], 0, 0
        for value, up in zip(data[at + 2:at + 1 + width * step:step], above):
            how = data[at]
            left = value + (0, left, up, (left + up) // 2, paeth(left, up, corner) if how == 4 else 0)[how] & 255
            corner = up
            row.append(left)
        yield row
        above = row


image = list(rows(sys.argv[1]))
for line in sys.stdin:
    if not line.startswith('picture') or float(line.split()[3]) > len(image):
        continue
    name, top, bottom = line.split()[1:4]
    pixels = [pixel for row in image[int(float(top)):int(float(bottom))] for pixel in row]
    dark, light = sum(pixel < 96 for pixel in pixels), sum(pixel > 240 for pixel in pixels)
    assert dark > 500 and light > 0.9 * len(pixels), (name, dark, light, len(pixels))
    print(name, 'has', dark, 'dark pixels')
