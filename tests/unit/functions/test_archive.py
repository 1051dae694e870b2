"""Archives that users send: what is refused, in Lambda's words, and what is kept (lambda-control-plane section 4)."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.functions.world import zipped

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.functions import archive

BAD = "Could not unzip uploaded file. Please check your file, then try to upload again."


def made(fill: Callable[[zipfile.ZipFile], object], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        fill(target)
    return buffer.getvalue()


def entry(name: str, mode: int = 0, content: bytes = b"x") -> bytes:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    info.external_attr = mode << 16
    return made(lambda target: target.writestr(info, content))


def twice(first: str, second: str) -> bytes:
    def fill(target: zipfile.ZipFile) -> None:
        target.writestr(first, b"1")
        target.writestr("placeholder.", b"2")
        target.filelist[-1].filename = target.filelist[-1].orig_filename = second

    return made(fill)


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """With bytes at an offset of the record that the signature begins replaced."""
    at = data.index(signature) + offset
    return data[:at] + value + data[at + len(value) :]


CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
PLAIN = entry("app.py", content=b"y" * 1000)

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no archive": b"this is no archive",
    "cut short": PLAIN[:-30],
    "cut in the middle": PLAIN[: len(PLAIN) // 2],
    "parent": entry("../evil.py"),
    "parent inside": entry("a/../../evil.py"),
    "absolute": entry("/etc/evil"),
    "backslash": entry("..\\evil.py"),
    "drive": entry("C:evil.py"),
    "symbolic link": entry("link", stat.S_IFLNK | 0o777, b"/etc/passwd"),
    "device": entry("null", stat.S_IFCHR | 0o666),
    "pipe": entry("pipe", stat.S_IFIFO | 0o666),
    "no name": entry(""),
    "only a dot": entry("."),
    "long name": entry("n" * 300),
    "same name twice": twice("app.py", "app.py"),
    "same name otherwise spelled": twice("app.py", "./app.py"),
    "a file as folder": twice("app", "app/inner"),
    "encrypted": patched(PLAIN, CENTRAL, 8, b"\x01\x00"),
    "unknown compression": patched(patched(PLAIN, CENTRAL, 10, b"\x63\x00"), LOCAL, 8, b"\x63\x00"),
    "wrong checksum": patched(PLAIN, CENTRAL, 16, b"\0\0\0\0"),
    "claims less than it holds": patched(PLAIN, CENTRAL, 24, struct.pack("<I", 10)),
    "offset out of the file": patched(PLAIN, CENTRAL, 42, struct.pack("<I", 2**31)),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives(case: str) -> None:
    with pytest.raises(AwsError) as refused:
        archive.check(HOSTILE[case])
    assert (refused.value.code, refused.value.message) == ("InvalidParameterValueException", BAD)


def test_a_bomb() -> None:
    """270 MB of zeros in a few hundred KB: refused by what it declares, before anything is inflated."""
    chunk = bytes(1024 * 1024)

    def fill(target: zipfile.ZipFile) -> None:
        with target.open("zeros", "w") as file:
            for _ in range(251):
                file.write(chunk)

    data = made(fill)
    assert len(data) < quotas.MIB
    with pytest.raises(AwsError) as refused:
        archive.check(data)
    assert refused.value.message == "Unzipped size must be smaller than 262144000 bytes"
    # One that declares little stops where it said that it would end.
    with pytest.raises(AwsError) as lying:
        archive.check(patched(data, CENTRAL, 24, struct.pack("<I", 1000)))
    assert lying.value.message == BAD


def test_overlapping_entries_count_each_time() -> None:
    """Many names for the same bytes are as many files: the declared sizes add up."""
    inner = made(lambda target: target.writestr("a", bytes(30 * quotas.MIB)))
    start = inner.index(CENTRAL)
    end = inner.index(b"PK\x05\x06")
    record = inner[start:end]
    records = b"".join(record[:-1] + bytes([ord("a") + number]) for number in range(10))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 10, 10, len(records), start, 0)
    with pytest.raises(AwsError) as refused:
        archive.check(inner[:start] + records + tail)
    assert refused.value.message == "Unzipped size must be smaller than 262144000 bytes"


def test_too_large_an_archive() -> None:
    with pytest.raises(AwsError) as refused:
        archive.check(bytes(quotas.CODE_ZIPPED_BYTES + 1))
    assert (refused.value.code, refused.value.status) == ("RequestEntityTooLargeException", 413)
    assert refused.value.message == "Zipped size must be smaller than 52428800 bytes"


def test_what_is_kept(tmp_path: Path) -> None:
    """Execute bits are kept, everything is readable and nothing is writable; folders need no entry."""

    def fill(target: zipfile.ZipFile) -> None:
        for name, mode in (("deep/er/tool", 0o755), ("plain", 0o644), ("private", 0o600), ("none", 0)):
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16 | 0x20
            target.writestr(info, name)
        target.writestr("empty/", "")

    data = made(fill)
    archive.check(data)
    place = tmp_path / "code"
    place.mkdir()
    archive.unpack(data, place)
    modes = {str(path.relative_to(place)): stat.S_IMODE(path.stat().st_mode) for path in place.rglob("*")}
    assert modes == {
        "deep": 0o555,
        "deep/er": 0o555,
        "deep/er/tool": 0o555,
        "empty": 0o555,
        "plain": 0o444,
        "private": 0o444,
        "none": 0o555,
    }
    assert (place / "deep/er/tool").read_text() == "deep/er/tool"


def test_an_ordinary_archive_is_accepted() -> None:
    archive.check(zipped({"app.py": "x", "lib/__init__.py": "", "daten/ümlaut.txt": "y"}))
