"""Letters as bytes, written by hand: what the tests of reading and screening send."""

import struct
from base64 import b64encode
from collections.abc import Mapping

WORDS = "您好，望江大道12号门前的路灯坏了三天，晚上很黑，请尽快修理。"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def a_letter(
    body: str | bytes = WORDS,
    *,
    subject: str | bytes = "路灯不亮",
    charset: str = "utf-8",
    type: str = "",
    coding: str = "8bit",
    **headers: str | bytes,
) -> bytes:
    """`headers`: further ones, `_` for `-`; text is written in `charset`, bytes as they are."""
    lines: dict[str, str | bytes] = {
        "From": "zhao@example.org",
        "To": "12345@example.gov.cn",
        "Subject": subject,
        "Date": "Tue, 10 Mar 2026 09:15:00 +0800",
        "Message-ID": "<1@example.org>",
        "MIME-Version": "1.0",
        "Content-Type": type or f"text/plain; charset={charset}",
        "Content-Transfer-Encoding": coding,
    }
    lines.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = [_line(name, value, charset) for name, value in lines.items() if value != b"-"]
    made = body.encode(charset) if isinstance(body, str) else body
    return b"\r\n".join(head) + b"\r\n\r\n" + made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def a_parcel(*parts: bytes, kind: str = "mixed", **headers: str) -> bytes:
    """A letter of several parts."""
    mark = f"=_{len(b''.join(parts))}"
    line = f"--{mark}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return a_letter(body, type=f'multipart/{kind}; boundary="{mark}"', **headers)


def words(text: str = WORDS, kind: str = "plain") -> bytes:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
        + b64encode(text.encode())
    )


def a_file(name: str | bytes, body: bytes = PNG, kind: str = "image/png") -> bytes:
    told = name if isinstance(name, bytes) else f'filename="{name}"'.encode()
    return (
        b"Content-Type: %s\r\nContent-Disposition: attachment; %s\r\n" % (kind.encode(), told)
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + b64encode(body)
    )


def a_report(failed: str = "nobody@example.com", original: str = "<2@example.org>") -> bytes:
    """A delivery report as RFC 3464 has it."""
    status = (
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    returned = f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\nSubject: x\r\n"
    return a_parcel(
        words("The letter could not be delivered."),
        status.encode(),
        returned.encode(),
        kind="report; report-type=delivery-status",
        From="MAILER-DAEMON@mx.example.com",
        Subject="Undelivered Mail Returned to Sender",
    )


def _line(name: str, value: str | bytes, charset: str) -> bytes:
    return name.encode() + b": " + (value.encode(charset) if isinstance(value, str) else value)


def variants() -> Mapping[str, bytes]:
    """One of each kind, for whoever changes bytes at random."""
    page = "<html><body><p>路灯<b>坏了</b></p><blockquote>旧的</blockquote></body></html>"
    return {
        "plain": a_letter(),
        "gbk": a_letter(charset="gbk"),
        "alternative": a_parcel(words(), words(page, "html"), kind="alternative"),
        "photo": a_parcel(words(), a_file("现场.png")),
        "inside": a_parcel(words(), b"Content-Type: message/rfc822\r\n\r\n" + a_letter()),
        "report": a_report(),
        "page": a_letter(page, type="text/html; charset=utf-8"),
        "quoted": a_letter("还没修\n\n在 2026年3月10日，赵 <z@example.org> 写道：\n> 已修好\n"),
    }


def a_winmail(body: str, name: str, file: bytes) -> bytes:
    """winmail.dat as Outlook writes it: the words in GBK, one file."""

    def attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
        head = struct.pack("<BHHI", level, name, kind, len(data))
        return head + data + struct.pack("<H", sum(data) & 0xFFFF)

    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(
        (
            attribute(1, 0x9006, 8, struct.pack("<I", 0x10000)),
            attribute(1, 0x9007, 6, struct.pack("<II", 936, 0)),
            attribute(1, 0x800C, 2, body.encode("gbk") + b"\x00"),
            attribute(2, 0x9002, 6, bytes(14)),
            attribute(2, 0x8010, 1, name.encode("gbk") + b"\x00"),
            attribute(2, 0x800F, 6, file),
        )
    )
