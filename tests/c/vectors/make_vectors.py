#!/usr/bin/env python3
"""Writes the vectors of numbers, keys and checksums beside this file, from implementations that are not ours:
Python's decimal, hashlib, hmac, zlib and base64, and OpenSSL's SipHash. Run it only to add cases."""
import base64
import decimal
import hashlib
import hmac
import pathlib
import random
import re
import subprocess
import zlib
from decimal import Decimal

HERE = pathlib.Path(__file__).parent
DIGITS_MAX, EXPONENT_MAX, EXPONENT_MIN = 38, 125, -130
GRAMMAR = re.compile(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?", re.ASCII)
decimal.setcontext(decimal.Context(prec=1000, Emin=-(10**9), Emax=10**9))


def write(name, title, lines):
    text = "".join(f"# {line}\n" for line in title.strip().splitlines()) + "\n"
    (HERE / name).write_text(text + "".join(f"{line}\n" if line else "\n" for line in lines))


def limits(digits, adjusted):
    if digits > DIGITS_MAX:
        return "too many digits"
    if adjusted > EXPONENT_MAX:
        return "overflow"
    return "underflow" if adjusted < EXPONENT_MIN else None


def canonical(value):
    return "0" if value == 0 else format(value.normalize(), "f")


def parsed(text, older):
    match = GRAMMAR.fullmatch(text)
    if not match:
        return "not numeric"
    sign, coefficient, exponent = match[1], match[2], int(match[3] or 0)
    scale = len(coefficient.partition(".")[2]) - exponent
    if older:
        if not -(2**31) <= exponent < 2**31 or not -(2**31) <= scale < 2**31:
            return "not numeric"
    elif not -(2**63) <= exponent < 2**63:
        return "not numeric"
    digits = coefficient.replace(".", "").strip("0")
    last = coefficient.replace(".", "").lstrip("0") or "1"
    adjusted = len(last) - 1 - scale
    if older and adjusted + 1 >= 2**31:
        adjusted -= 2**32
    return limits(len(digits), adjusted) or canonical(Decimal(sign + coefficient + f"e{exponent}"))


def summed(value):
    return "0" if value == 0 else limits(len(value.normalize().as_tuple().digits), value.adjusted()) or canonical(value)


def stored(value):
    """Sortable bytes by way of the plain text."""
    if value == 0:
        return "80 00"
    whole, _, fraction = format(abs(value), "f").partition(".")
    whole = whole.rjust(len(whole) + len(whole) % 2, "0")
    fraction = fraction.ljust(len(fraction) + len(fraction) % 2, "0")
    pairs = [int((whole + fraction)[i : i + 2]) for i in range(0, len(whole + fraction), 2)]
    exponent = len(whole) // 2
    while pairs[0] == 0:
        pairs.pop(0)
        exponent -= 1
    while pairs[-1] == 0:
        pairs.pop()
    data = [0x80 + exponent + 64] + [2 * pair + 1 for pair in pairs[:-1]] + [2 * pairs[-1]]
    return " ".join(f"{byte ^ (0xFF if value < 0 else 0):02x}" for byte in data)


def random_number(source, spread):
    digits = str(source.randrange(1, 10)) + "".join(
        source.choice("0123456789") for _ in range(source.choice([0, 1, 2, 3, 5, 9, 17, 18, 36, 37]))
    )
    exponent = max(EXPONENT_MIN, min(EXPONENT_MAX, source.randint(-spread, spread)))
    return Decimal(source.choice(["", "-"]) + digits[0] + "." + digits[1:] + f"e{exponent}")


def decimal_parse():
    nines = "9" * 38
    plain = """0 -0 +0 00 0.0 .0 0. -0.00 1 -1 +1 +3 007 1.10 1e3 1E3 1e+3 1e-3 5. .5 -.5 -5. +.5 +1e2 100 1500 0.0001
        00042 1.5E2 15e1 0.15e3 1.50 0.00100 12345678901234567890123456789012345678 10e-1 1e0 1e-0 1e+0 1e00000000000000000000001
        1e-00000000000000000000000000000000000001 -123.4560 99.99 1e37 1e38 123456789.987654321""".split()
    wrong = ["", " ", "abc", "1e", "1e+", "1e-", " 5", "5 ", "+", "-", ".", "+.", "-.e1", "e5", "E", "1.2.3", "..1", "1..", "++5",
        "+-5", "--5", "1+2", "1-", "1e5.", "1e.5", "1e5e5", "1e 5", "0x10", "1_000", "1,000", "NaN", "nan", "Infinity", "-inf", "1f",
        "1d", "1L", "\\t1", "1\\n", "\u0661", "\uff11", "1e\uff11", "\u22121"]
    edges = ["9e125", "9.99e125", f"9.{nines[1:]}e125", f"{nines}e88", f"{nines}e89", "1e126", "10e125", "0.1e126", "0.1e127",
        "-9.99e125", "-1e126", "1e-130", "0.1e-129", "0.1e-130", "9.9e-131", "10e-131", "1e-131", "-1e-130", "-1e-131",
        f"1.{'0' * 36}1e-130", f"1.{'0' * 37}1e-130", "1" + "0" * 125, "1" + "0" * 126, "0." + "0" * 129 + "1",
        "0." + "0" * 130 + "1", "0" * 200 + "7", "7." + "0" * 200, "1" + "0" * 300 + "e-300", "0." + "0" * 300 + "1e301",
        nines, nines + "9", "1" + "0" * 37 + "1", "1" + "0" * 36 + "1", "1." + "0" * 37 + "1", "0." + nines, "0." + nines + "1",
        nines + "0", "0" + nines, nines + "." + "0" * 40, nines + "1e100", nines + "1e-200", nines + "1e2147483647"]
    zeros = ["0e125", "0e126", "00e126", "0.0e126", "0.0e127", "-0e126", "0e-130", "0e-131", "0.0e-129", "0.0e-130",
        "0." + "0" * 130, "0." + "0" * 131, "0" * 500, "." + "0" * 130, "0e999999999999", "0e-999999999999"]
    huge = []
    for power in (31, 63):
        for magnitude in (2**power - 2, 2**power - 1, 2**power, 2**power + 1):
            huge += [f"1e{magnitude}", f"1e-{magnitude}", f"0e{magnitude}", f"0e-{magnitude}", f"10e{magnitude}",
                f"0.1e{magnitude}", f"0.1e-{magnitude}", f"-1e{magnitude}"]
    huge += ["1e" + "9" * 30, "1e-" + "9" * 30, "1e18446744073709551616", "1e18446744073709551617", "1e" + "0" * 50 + "125",
        "1e36893488147419103233", "1e-18446744073709551617", "1e184467440737095516160", "1e-184467440737095516161", "0e" + "9" * 30]
    lines = []
    for title, texts in (("plain", plain), ("no numbers", wrong), ("edges of range and precision", edges),
                         ("zeros", zeros), ("large exponents", huge)):
        lines += ["", f"# {title}"]
        for text in texts:
            raw = text.replace("\\t", "\t").replace("\\n", "\n")
            new, old = parsed(raw, False), parsed(raw, True)
            lines.append(f'"{text}" => {new}' + ("" if new == old else f" | older: {old}"))
    write("decimal_parse.txt", """
Texts of numbers, in quotes, and their canonical text or what refuses them. Where the older layer answers
differently, its answer follows. \\t and \\n stand for the characters.""", lines[1:])


def boundary_values():
    nines = "9" * 38
    texts = ["1e-130", "1.1e-130", "9.9e-130", "1e-129", f"1.{'0' * 36}1e-130", f"{nines[0]}.{nines[1:]}e-130", "1e-2", "9e-2", "0.01",
        "0.099", "0.1", "0.11", "0.9", "0.99", "0.999", "1", "1.01", "1.1", "1.5", "2", "9", "9.9", "9.99", "10", "10.1", "11", "42", "99",
        "99.5", "99.99", "100", "100.5", "101", "110", "999", "1000", "1001", "1010", "9999", "10000", "1e37", nines, f"{nines[:-1]}8",
        "1e38", f"1{'0' * 36}1", f"1{'0' * 37}", "9e124", "1e125", "9e125", "9.9e125", f"9.{nines[1:]}e125", "0.00101", "0.0110",
        "12345678901234567890123456789012345678", "1.2345678901234567890123456789012345678", "123456.789", "3.14159"]
    values = {Decimal(text) for text in texts}
    return sorted(values | {-value for value in values} | {Decimal(0)})


def decimal_stored():
    write("decimal_stored.txt", "Numbers in ascending order, and their sortable bytes.",
        [f"{str(value).lower()} => {stored(value)}" for value in boundary_values()])


def decimal_arithmetic():
    edge = ["0", "1", "-1", "9e125", "-9e125", "1e125", "1e-130", "-1e-130", "1.5e-130", "9" * 38, "1e38", "1e37", "-1e37",
        "0." + "9" * 38, "9." + "9" * 37 + "e125", "1e88", "1e87"]
    pairs = [(Decimal(a), Decimal(b)) for i, a in enumerate(edge) for b in edge[i:]]
    source = random.Random(20261122)
    for spread in (0, 3, 20, 36, 130):
        pairs += [(random_number(source, spread), random_number(source, spread)) for _ in range(45)]
    lines = []
    for index, (a, b) in enumerate(pairs):
        minus = index % 2 == 1
        result = summed(a - b if minus else a + b)
        lines.append(f"{str(a).lower()} {'-' if minus else '+'} {str(b).lower()} => {result}")
    write("decimal_arithmetic.txt", "Sums and differences: the canonical text, or what refuses them.", lines)


def decimal_size():
    observed = """1 2;12 2;123 3;1234 3;12345 4;123456 4;1234567 5;12345678 5;123456789 6;1234567891 6;12345678912 7
        123456789123 7;1234567890123456789 11;12345678901234567890123456789012345678 20;0042 2;100 2;1010 3;0.0000001 2;0 1;1E125 2
        1E-100 2;1.5 3;1.2 3;1.200 3;1.234 4;3.14159 5;100.5 4;0.15 2;15 2;-42 3;-12345 5;-1E125 3;-0.15 3;-0 1"""
    cases = [case.split() for case in observed.replace("\n", ";").split(";")]
    derived = [("1.05", 3), ("0.05", 2), ("0.0015", 2), ("0.00151", 3), ("-1.5", 4), ("1e-130", 2), ("10.01", 3), ("100.001", 5),
        ("9" * 38, 20), ("0." + "9" * 38, 20), ("9" * 19 + "." + "9" * 19, 21), ("-" + "9" * 19 + "." + "9" * 19, 22)]
    write("decimal_size.txt", """
DynamoDB's size of a number in an item, bytes. The first block was observed on AWS (byte-exact, at the 400 KB limit);
the second follows from the rule that the first gave.""",
        [f"{text} => {size}" for text, size in cases] + [""] + [f"{text} => {size}" for text, size in derived])


def key_codec():
    def escaped(data):
        return data.replace(b"\0", b"\0\xff") + b"\0\1"

    binaries = [b"", b"\0", b"\0\0", b"\0\1", b"\0\1\0", b"\0\xff", b"\1", b"\1\0", b"a", b"a\0", b"a\0\0", b"a\0a", b"a\1", b"aa",
        b"b", b"\xfe", b"\xff", b"\xff\0", b"\xff\xff"]
    strings = ["", "\0", "\0\0", "\1", "A", "a", "a\0", "a\0\1", "a\1", "ab", "b", "\u00e9", "\u20ac", "\ud7ff", "\uffff", "\U00010000",
        "\U0010ffff"]
    numbers = ["-9.9e125", "-1", "-1e-130", "0", "1e-130", "1", "1.5", "10", "9.9e125"]
    lines = [f"S {text.encode().hex(' ')} => {escaped(text.encode()).hex(' ')}" for text in strings]
    lines += [f"B {data.hex(' ')} => {escaped(data).hex(' ')}" for data in binaries]
    lines += [f"N {stored(Decimal(text))} => {stored(Decimal(text))}" for text in numbers]
    write("key_codec.txt", """
Key parts: the type, the value's bytes (of a number its sortable bytes), and the part as it stands in a key. Ascending
within a type.""", lines)


def siphash():
    key, lines = bytes(range(16)), []
    for length in range(80):
        command = ["openssl", "mac", "-macopt", f"hexkey:{key.hex()}", "-macopt", "size:8", "-in", "-", "SIPHASH"]
        digest = subprocess.run(command, input=bytes(range(length)), capture_output=True, check=True).stdout.decode().strip()
        lines.append(f"{length} => {bytes.fromhex(digest)[::-1].hex()}")
    write("siphash.txt", """
SipHash-2-4 with key 00 01 … 0f of the message 00 01 02 … of so many bytes: the function's published test vectors,
and some more from OpenSSL.""", lines)


def sha256():
    lines = [f'"{text}" => {hashlib.sha256(text.encode()).hexdigest()}' for text in ("", "abc",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")]
    for length in [*range(1, 10), *range(54, 75), *range(118, 131), 1000, 1000000]:
        lines.append(f"{length} => {hashlib.sha256(b'a' * length).hexdigest()}")
    write("sha256.txt", "SHA-256 of a text in quotes (the first three are FIPS 180-4's), or of so many letters a.", lines)


def hmac_sha256():
    cases = [(b"\x0b" * 20, b"Hi There"), (b"Jefe", b"what do ya want for nothing?"), (b"\xaa" * 20, b"\xdd" * 50),
        (bytes(range(1, 26)), b"\xcd" * 50), (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First"),
        (b"", b""), (b"k" * 63, b"m"), (b"k" * 64, b"m"), (b"k" * 65, b"m")]
    write("hmac_sha256.txt", "HMAC-SHA-256: key : message, both in hexadecimal. The first five are RFC 4231's.",
        [f"{key.hex()} : {message.hex()} => {hmac.digest(key, message, 'sha256').hex()}" for key, message in cases])


def crc32():
    lines = [f'"{text}" => {zlib.crc32(text.encode()):08x}' for text in ("", "a", "123456789", "{}", "The quick brown fox jumps over the lazy dog")]
    for length in [*range(1, 40), 255, 256, 1000, 65537]:
        lines.append(f"{length} => {zlib.crc32(bytes(i * 7 % 251 for i in range(length))):08x}")
    write("crc32.txt", "CRC-32 of a text in quotes, or of so many bytes, byte i being 7 i mod 251.", lines)


def base64_text():
    source = random.Random(4648)
    cases = [b"", b"f", b"fo", b"foo", b"foob", b"fooba", b"foobar", b"\0", b"\0\0", b"\0\0\0", b"\xff", b"\xff\xff", b"\xff\xff\xff",
        b"\xfb\xef\xbe"] + [source.randbytes(length) for length in range(4, 30)]
    write("base64.txt", "Bytes in hexadecimal and their base64. The first seven are RFC 4648's.",
        [f"{data.hex()} => {base64.b64encode(data).decode()}" for data in cases])


for make in (decimal_parse, decimal_stored, decimal_arithmetic, decimal_size, key_codec, siphash, sha256, hmac_sha256, crc32, base64_text):
    make()
