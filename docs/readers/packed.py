#!/usr/bin/env python3
"""Reads payloads of Freshet's codec `packed`, as docs/record-format.md specifies them.

    from packed import json_of
    text = json_of(payload)                    # the document's JSON, bytes
    text = json_of(payload, dictionaries)      # of its view, by number

`dictionary_of` takes what a field of `{namespace}:dictionary:VIEW` holds in Redis:

    number, dictionary = dictionary_of(redis.hget('{freshet}:dictionary:pictures', '78050757'))

As a program: reads lines of a payload in hexadecimal from standard input, writes each one's JSON.
Its arguments are files with dictionaries as Redis holds them.
Needs the module `zstandard` (Debian: python3-zstandard) for payloads that are compressed.
It trusts what it reads: it is short, and made to be read beside the specification.
"""
import hashlib
import struct
import sys

MAGIC = bytes.fromhex('28b52ffd')


def unzstd(frame, size, dictionary=b''):
    import zstandard
    given = {'dict_data': zstandard.ZstdCompressionDict(dictionary)} if dictionary else {}
    return zstandard.ZstdDecompressor(**given).decompress(MAGIC + frame, max_output_size=size)


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def get(self, count):
        part = self.data[self.at:self.at + count]
        if len(part) < count:
            raise ValueError('the payload ends too early')
        self.at += count
        return part

    def byte(self):
        return self.get(1)[0]

    def rest(self):
        return self.get(len(self.data) - self.at)

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def zigzag(self):
        value = self.varint()
        return value >> 1 if value % 2 == 0 else -(value + 1 >> 1)

    def text(self):
        return self.get(self.varint())

    def list(self):
        return [self.text() for _ in range(self.varint())]


class Bits:
    def __init__(self, data):
        self.value, self.at = int.from_bytes(data, 'little'), 0

    def get(self, width):
        part = self.value >> self.at & (1 << width) - 1
        self.at += width
        return part


def dictionary_of(stored):
    """The number and the bytes of a dictionary of this codec, from what Redis holds of it."""
    if stored[0] != 4:
        raise ValueError('a dictionary of another codec')
    number = int.from_bytes(hashlib.sha256(stored).digest()[:4], 'big') >> 4
    return number + (1 << 15 if number < 1 << 15 else 0), stored[1:]


class Dictionary:
    def __init__(self, data):
        source = Bytes(data)
        if source.byte() != 1:
            raise ValueError('a dictionary of another version')
        self.shapes, self.layouts, self.texts = source.list(), source.list(), source.list()
        self.zstd = source.rest()


def json_of(payload, dictionaries={}):
    head = Bytes(bytes(payload))
    first = head.byte()
    if first >> 4 != 1:
        raise ValueError('not packed, or another version')
    known = Dictionary(dictionaries[head.varint()]) if first & 1 else None
    zstd = known.zstd if known else b''
    if first & 8:
        size = head.varint()
        return unzstd(head.rest(), size, zstd) if first & 2 else head.get(size)
    shape_place, layout_place = (head.varint(), head.varint()) if known else (0, 0)
    plain_size = head.varint()
    plain_frame = head.varint() if first & 2 else 0
    rows_size, rows_frame = (head.varint(), head.varint()) if first & 4 else (0, 0)
    plain = unzstd(head.get(plain_frame), plain_size, zstd) if first & 2 else head.get(plain_size)
    rows = unzstd(head.get(rows_frame), rows_size) if rows_frame else head.get(rows_size)
    data = Bytes(plain)
    shape = known.shapes[shape_place - 1] if shape_place else data.text()
    layout = known.layouts[layout_place - 1] if layout_place else data.text()
    reader = Reader(Bytes(shape), Bytes(layout), data, Bytes(rows), Bits(head.rest()),
                    known.texts if known else [])
    return reader.value().encode('utf-8', 'surrogateescape')


class Reader:
    """Each value becomes its JSON; a sequence becomes the list of its values' JSON."""

    def __init__(self, shape, layout, data, rows, bits, texts):
        self.shape, self.layout, self.data, self.rows, self.bits = shape, layout, data, rows, bits
        self.texts = texts

    def names(self):
        return [decoded(name) for name in self.shape.list()]

    def value(self):
        kind = self.shape.byte()
        if kind == 0:
            return self.single(self.layout.byte())
        if kind == 1:
            # A name is followed by its value only in a table; here all names come first.
            names = self.names()
            return '{' + ','.join('"%s":%s' % (name, self.value()) for name in names) + '}'
        return '[' + ','.join(self.sequence(kind, self.layout.varint(), 0)) + ']'

    def single(self, code):
        if code < 3:
            return ('null', 'false', 'true')[code]
        return self.strings(code, 1)[0] if code < 16 else self.numbers(code, 1, 0)[0]

    def sequence(self, kind, count, columns):
        if kind == 2:
            return [self.value() for _ in range(count)]
        if kind == 3:
            return self.numbers(self.layout.byte(), count, columns)
        if kind == 4:
            return self.strings(self.layout.byte(), count)
        if kind == 5:
            return [('false', 'true')[self.bits.get(1)] for _ in range(count)]
        if kind == 6:
            return self.table(count)
        if kind == 7:
            lengths = [self.layout.varint()] * count
            all_values = self.sequence(self.shape.byte(), sum(lengths), lengths[0] if lengths else 0)
        else:
            lengths = self.integers(self.layout.byte(), count, 0)
            all_values = self.sequence(self.shape.byte(), sum(lengths), 0)
        arrays, at = [], 0
        for length in lengths:
            arrays.append('[' + ','.join(all_values[at:at + length]) + ']')
            at += length
        return arrays

    def table(self, count):
        names, columns, waiting = self.names(), [], []
        for place in range(len(names)):
            kind = self.shape.byte()
            peek = self.layout.data[self.layout.at:self.layout.at + 2]
            if kind == 3 and len(peek) == 2 and 32 <= peek[0] < 48 and peek[1] == 7:
                style = self.layout.get(2)[0] - 32
                waiting.append((place, style, self.layout.varint(), self.data.varint(),
                                self.integers(self.layout.byte(), count, 0)))
                columns.append(None)
            else:
                columns.append(self.sequence(kind, count, 0))
        for place, style, power_column, base, integers in waiting:
            factor = (base >> 1) / 1000
            factor = single(factor) if base & 1 else factor
            powers = [1.0]
            while len(powers) < 32:
                powers.append(powers[-1] * factor)
            columns[place] = [
                float_text(single(integer * single(powers[int(power)])), style, True)
                for integer, power in zip(integers, columns[power_column])]
        return ['{' + ','.join('"%s":%s' % (name, column[row]) for name, column in zip(names, columns)) + '}'
                for row in range(count)]

    def strings(self, code, count):
        if code == 8:
            texts = [self.data.text() for _ in range(count)]
        elif code == 9:
            texts = []
            for _ in range(count):
                digits = self.hexadecimal(32)
                texts.append(b'-'.join(digits[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))))
        elif code == 10:
            width, known = self.layout.byte(), self.data.varint()
            before = self.texts[known - 1] if known else self.data.text()
            texts = [before + b'%0*d' % (width, number)
                     for number in self.integers(self.layout.byte(), count, 0)]
        elif code == 11:
            texts = [self.texts[self.data.varint()] for _ in range(count)]
        else:
            texts = [self.hexadecimal(self.data.varint()) for _ in range(count)]
        return ['"%s"' % decoded(text) for text in texts]

    def hexadecimal(self, count):
        return bytes(b'0123456789abcdef'[self.bits.get(4)] for _ in range(count))

    def numbers(self, code, count, columns):
        if code == 16:
            return [str(number) for number in self.integers(self.layout.byte(), count, columns)]
        if code in (17, 18):
            scale = self.layout.byte()
            return [decimal(number, scale, code == 18)
                    for number in self.integers(self.layout.byte(), count, 0)]
        if code == 19:
            return [''.join('0123456789-+.eE'[self.bits.get(4)] for _ in range(self.data.varint()))
                    for _ in range(count)]
        is_single = code < 48
        numbers = self.floats(count, is_single)
        return [float_text(number, code - (32 if is_single else 48), is_single) for number in numbers]

    def integers(self, code, count, columns):
        data, bits = self.data, self.bits
        if code == 0:
            return [data.zigzag() for _ in range(count)]
        if code == 1:
            least, width = data.zigzag(), data.byte()
            return [signed(least + bits.get(width)) for _ in range(count)]
        if code == 2:
            return list(data.get(count))
        if code == 3:
            flags = self.bitmap(count)
            others = iter(self.integers(self.layout.byte(), sum(flags), 0))
            return [next(others) if flag else 0 for flag in flags]
        if code == 4:
            values = [data.zigzag()]
            for delta in self.integers(self.layout.byte(), count - 1, 0):
                values.append(signed(values[-1] + delta))
            return values
        if code == 5:
            return [size if size < 2 else 1 << size - 1 | bits.get(size - 1) for size in data.get(count)]
        if code == 6:
            return [data.zigzag()] * count
        if code == 7:
            return [bits.get(1) for _ in range(count)]
        values = bytearray(self.rows.get(count))
        if code == 65:
            rows = count // columns
            for row in range(rows):
                back = bits.get((rows - 1).bit_length())
                if back:
                    for i in range(row * columns, (row + 1) * columns):
                        values[i] ^= values[i - back * columns]
        return list(values)

    def bitmap(self, count):
        value = int.from_bytes(self.data.get((count + 7) // 8), 'little')
        return [value >> i & 1 for i in range(count)]

    def floats(self, count, is_single):
        code, data, bits = self.layout.byte(), self.data, self.bits
        exponent_bits, mantissa_bits = (8, 23) if is_single else (11, 52)
        width = 1 + exponent_bits + mantissa_bits
        read = from_single if is_single else from_double
        rounded = single if is_single else float
        if code == 0:
            least, flags = data.varint(), data.byte()
            kept = data.byte() if flags & 32 else mantissa_bits
            numbers = []
            for _ in range(count):
                mantissa = bits.get(kept) << mantissa_bits - kept
                exponent = least + bits.get(flags & 15)
                sign = bits.get(1) if flags & 16 else 0
                numbers.append(read(sign << width - 1 | exponent << mantissa_bits | mantissa))
            return numbers
        if code == 1:
            return [read(bits.get(width)) for _ in range(count)]
        if code == 2:
            numbers = []
            for exponent in data.get(count):
                mantissa, sign = bits.get(23), bits.get(1)
                numbers.append(from_single(sign << 31 | exponent << 23 | mantissa))
            return numbers
        if code == 3:
            power = data.byte()
            return [rounded(number / 2.0 ** power) for number in self.integers(self.layout.byte(), count, 0)]
        if code == 4:
            divisor = data.varint()
            return [rounded(number / divisor) for number in self.integers(self.layout.byte(), count, 0)]
        if code == 5:
            different = data.byte()
            numbers = self.floats(different, is_single)
            return [numbers[bits.get((different - 1).bit_length())] for _ in range(count)]
        flags = self.bitmap(count)
        others = iter(self.floats(sum(flags), is_single))
        return [next(others) if flag else 0.0 for flag in flags]


def decoded(text):
    return text.decode('utf-8', 'surrogateescape')


def signed(value):
    return (value + 2 ** 63) % 2 ** 64 - 2 ** 63


def from_single(bits):
    return struct.unpack('<f', struct.pack('<I', bits))[0]


def from_double(bits):
    return struct.unpack('<d', struct.pack('<Q', bits))[0]


def single(value):
    return struct.unpack('<f', struct.pack('<f', value))[0]


def decimal(number, scale, is_trimmed):
    digits = str(abs(number))
    while is_trimmed and scale and digits.endswith('0'):
        digits, scale = digits[:-1] or '0', scale - 1
    digits = digits.rjust(scale + 1, '0')
    text = digits[:-scale] + '.' + digits[-scale:] if scale else digits
    return '-' + text if number < 0 else text


# Exponents of the first digit without exponent from, below; `.0` after integers; `.0` before an
# exponent; `+` in exponents; exponents of two digits; the letter.
STYLES = [
    (-4, 16, True, False, True, True, 'e'),
    (-999, 999, True, False, False, False, 'e'),
    (-999, 999, False, False, False, False, 'e'),
    (-4, 15, False, False, True, True, 'e'),
    (-4, 6, False, False, True, True, 'e'),
    (-6, 21, False, False, True, False, 'e'),
    (-3, 7, True, True, False, False, 'E'),
    (-5, 16, True, False, False, False, 'e'),
]


def shortest(value, is_single):
    """The digits and the exponent of the first, of a number above 0."""
    if not is_single:
        mantissa, _, exponent = ('%r' % value).partition('e')
        whole, _, fraction = mantissa.partition('.')
        fraction = '' if fraction == '0' and not exponent else fraction
        digits = (whole + fraction).lstrip('0')
        first = int(exponent or 0) + (len(whole) - 1 if whole != '0' else len(digits) - len(fraction) - 1)
        return digits.rstrip('0'), first
    for precision in range(9):
        mantissa, _, exponent = ('%.*e' % (precision, value)).partition('e')
        near = int(mantissa.replace('.', ''))
        fitting = []
        for digits in (near, near - 1, near + 1):
            text = '%de%d' % (digits, int(exponent) - precision)
            if 0 < float(text) < 3.4028235e38 + 1e31 and single(float(text)) == value:
                fitting.append((abs(float(text) - value), digits))
        if fitting:
            digits = str(min(fitting, key=lambda fit: fit[0])[1])
            return digits.rstrip('0'), int(exponent) - precision + len(digits) - 1
    raise ValueError('no decimal of %r' % value)


def float_text(value, style, is_single):
    low, high, point, mantissa_point, plus, two_digits, letter = STYLES[style]
    sign = '-' if struct.pack('>d', value)[0] & 128 else ''
    if value == 0:
        return sign + ('0.0' if point else '0')
    digits, first = shortest(abs(value), is_single)
    if first < low or first >= high:
        text = digits[0] + ('.' + digits[1:] if len(digits) > 1 else '.0' if mantissa_point else '')
        exponent = ('%02d' if two_digits else '%d') % abs(first)
        return sign + text + letter + ('-' if first < 0 else '+' if plus else '') + exponent
    if first < 0:
        return sign + '0.' + '0' * (-first - 1) + digits
    if len(digits) <= first + 1:
        return sign + digits.ljust(first + 1, '0') + ('.0' if point else '')
    return sign + digits[:first + 1] + '.' + digits[first + 1:]


if __name__ == '__main__':
    files = dict(dictionary_of(open(name, 'rb').read()) for name in sys.argv[1:])
    for line in sys.stdin:
        sys.stdout.buffer.write(json_of(bytes.fromhex(line.strip()), files) + b'\n')
