"""Letters read: charsets, structure, attachments, contacts; the Chinese mails by their manifest."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from channels.mailbox.charsets import decode
from channels.mailbox.facts import Enclosure, Reading, Unreadable
from channels.mailbox.reading import read
from channels.mailbox.screens import Settings, decided, screen
from channels.mailbox.wire import packed, unpacked
from tests.channels.letters import (
    PNG,
    WORDS,
    a_file,
    a_letter,
    a_parcel,
    a_winmail,
    variants,
    words,
)
from tests.conftest import shared

SYNTH = "corpora/cn-mime-synth"


def wrong_by(told: dict[str, Any], reading: Reading) -> list[str]:
    """What the manifest asks and the reading does not have."""
    names = [one.name for one in reading.attachments]
    subjects = told.get("subject_any") or [told["subject"]]
    shown = reading.subject + reading.text + reading.sender.name
    verdict = decided(screen(reading, Settings(addresses=("12345@example.gov.cn",))))
    checks = {
        "subject": told["subject"] is None or reading.subject in subjects,
        "text": all(part in reading.text for part in told["text_contains"]),
        "attachments": names == told["attachments"] or "attachment_count" in told,
        "count": len(names) == told.get("attachment_count", len(names)),
        "names": not any(x in n for x in told.get("must_not_contain_in_name", []) for n in names),
        "html": not any(part in reading.html for part in told.get("html_must_not_contain", [])),
        "inner": told.get("inner_subject", "") in reading.whole_text,
        "automatic": (verdict is not None) is told["auto"],
        "replacement": "\ufffd" not in shown,
    }
    return [name for name, right in checks.items() if not right]


def test_all_of_the_chinese_mails_are_read_as_their_manifest_says() -> None:
    folder = shared(SYNTH)
    wrong: dict[str, list[str]] = {}
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for told in manifest:
        found = wrong_by(told, read((folder / told["file"]).read_bytes()))
        if found:
            wrong[f"{told['file']} {told['note']}"] = found
    assert len(manifest) == 94 and not wrong


def test_the_check_by_the_manifest_sees_what_is_wrong() -> None:
    told = {"subject": "路灯不亮", "text_contains": ["望江大道"], "attachments": [], "auto": False}
    seen = read(a_letter())
    assert wrong_by(told, seen) == []
    for spoilt, named in (
        (replace(seen, subject="路灯不�"), ["subject", "replacement"]),
        (replace(seen, text=""), ["text"]),
        (replace(seen, attachments=(Enclosure("a", "b", b""),)), ["attachments"]),
        (replace(seen, headers=(("auto-submitted", "auto-replied"),)), ["automatic"]),
    ):
        assert wrong_by(told, spoilt) == named


LINES = [
    "路灯不亮",
    "你好",
    "投诉烧烤店油烟",
    "朱镕基路〇号楼囍字店积水",
    "𠮷祥里夜间噪音，请尽快处理",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("label", [None, "gb2312", "utf-8", "us-ascii", "iso-8859-1", "nonsense"])
@pytest.mark.parametrize("real", ["utf-8", "gb18030"])
def test_chinese_is_read_whatever_the_label_says(line: str, label: str | None, real: str) -> None:
    assert decode(line.encode(real), label).text == line


@pytest.mark.parametrize(
    ("line", "real"),
    [
        ("Müller grüßt", "iso-8859-1"),
        ("¡This is 1 sign", "iso-8859-1"),
        ("Привет мир", "koi8-r"),
        ("こんにちは", "shift_jis"),
        ("こんにちは", "iso-2022-jp"),
        ("안녕하세요", "euc-kr"),
        ("反映捷運站電梯故障", "big5"),
        ("您好", "hz-gb-2312"),
        ("您好", "utf-16le"),
    ],
)
def test_a_label_that_is_right_is_believed(line: str, real: str) -> None:
    assert decode(line.encode(real), real).text == line


def test_a_broken_byte_costs_one_sign_and_not_the_letter() -> None:
    whole = WORDS.encode()
    made = decode(whole[:40] + b"\xff" + whole[42:], "utf-8")
    assert made.text.startswith(WORDS[:12]) and made.text.endswith(WORDS[-15:])
    assert made.flaws


def test_the_officers_choice_goes_before_every_label() -> None:
    raw = a_letter("電梯故障".encode("big5"), charset="utf-8", subject="電梯".encode("big5"))
    seen = read(raw, charset="big5")
    assert (seen.subject, seen.text) == ("電梯", "電梯故障")
    with pytest.raises(Unreadable, match="不认识的编码"):
        read(raw, charset="klingon")


def test_people_ids_and_dates_are_taken_from_the_headers() -> None:
    seen = read(
        a_letter(
            From='"=?gbk?B?1dTLxA==?=" <Zhao@Example.ORG>',
            Reply_To="赵四 <z2@example.org>",
            To="热线 <12345@example.gov.cn>, b@example.org",
            In_Reply_To="<a@h>",
            References="<r1@h>\r\n <a@h>",
            subject="Re: 20261125-000007 还没修",
        )
    )
    assert (seen.sender.name, seen.sender.address) == ("赵四", "Zhao@example.org")
    assert [one.address for one in seen.reply_to] == ["z2@example.org"]
    assert [one.address for one in seen.to] == ["12345@example.gov.cn", "b@example.org"]
    assert (seen.message_id, seen.in_reply_to) == ("<1@example.org>", ("<a@h>",))
    assert seen.references == ("<r1@h>", "<a@h>")
    assert seen.date == datetime(2026, 3, 10, 1, 15, tzinfo=UTC)
    assert seen.case_numbers == ("20261125-000007",)


def test_a_display_name_that_looks_like_an_address_does_not_become_the_sender() -> None:
    seen = read(a_letter(From='"mayor@city.gov.cn" <thief@example.org>'))
    assert seen.sender.address == "thief@example.org"
    two = read(a_letter(From="a@example.org, b@example.org"))
    assert two.sender.address == "a@example.org"
    assert any("发件人不止一个" in flaw for flaw in two.flaws)


GBK = b64encode("反映路灯不亮".encode("gbk")).decode()


@pytest.mark.parametrize(
    ("coded", "told"),
    [
        (f"=?gbk?B?{GBK[:6]}?=\r\n =?gbk?B?{GBK[6:]}?=", "反映路灯不亮"),
        (f"=?gbk?B?{GBK}?= =?utf-8?Q?=E7=81=AF?=", "反映路灯不亮灯"),
        ("=?utf-8?Q?=E7=81=AF_坏了吗??=", "灯 坏了吗?"),
        ("[外部] =?utf-8?Q?=E7=81=AF?= 坏了", "[外部] 灯 坏了"),
        ("=?utf-8?B?54Gv", "=?utf-8?B?54Gv"),
        ("=?nonsense?B?54Gv?=", "灯"),
    ],
)
def test_encoded_words_are_read_as_senders_write_them(coded: str, told: str) -> None:
    assert read(a_letter(subject=coded)).subject == told


def test_an_id_that_a_program_encoded_is_known_again() -> None:
    one = f"<{'20261125-000001.' + 'a' * 90}@example.gov.cn>"
    made = EmailMessage(policy=SMTP)
    made["References"] = one
    assert b"=?utf-8?q?" in made.as_bytes()
    raw = made.as_bytes().partition(b": ")[2].partition(b"\r\n\r\n")[0]
    assert read(a_letter(References=raw)).references == (one,)


def test_an_address_that_is_coded_with_its_name_is_found() -> None:
    coded = b64encode("赵四 <zhao@example.org>".encode()).decode()
    sender = read(a_letter(From=f"=?utf-8?B?{coded}?=")).sender
    assert (sender.name, sender.address) == ("赵四", "zhao@example.org")


def test_nothing_that_cannot_be_seen_stays_in_a_subject() -> None:
    seen = read(a_letter(subject="路灯\u202e坏了\u200b\x07 Bcc: x"))
    assert seen.subject == "路灯坏了 Bcc: x"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("..\\..\\x.exe", "x.exe"),
        ("../../etc/passwd", "passwd"),
        ("CON.txt", "_CON.txt"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a:b|c?.png", "a_b_c_.png"),
        ("照片\x00\x1f 1.png ..", "照片 1.png"),
        (".htaccess", "htaccess"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
        ("...", "附件1.png"),
    ],
)
def test_names_of_files_are_made_safe(name: str, safe: str) -> None:
    told = b"filename*=utf-8''" + "".join(f"%{byte:02X}" for byte in name.encode()).encode()
    (only,) = read(a_parcel(words(), a_file(told))).attachments
    assert only.name == safe


def test_two_files_of_one_name_are_told_apart() -> None:
    seen = read(a_parcel(words(), a_file("a.png"), a_file("a.png", b"other")))
    assert [one.name for one in seen.attachments] == ["a.png", "a-2.png"]
    assert seen.attachments[1].body == b"other"


def test_a_letter_inside_a_letter_is_read_with_its_photos() -> None:
    inner = a_parcel(words("旧信里的话"), a_file("现场.png"), Subject="旧信")
    passed_on = b"Content-Type: message/rfc822\r\n\r\n" + inner
    seen = read(a_parcel(words("请看下面的信"), passed_on))
    assert seen.text == "请看下面的信"
    assert [(one.kind, "旧信里的话" in one.text) for one in seen.folded] == [("forwarded", True)]
    assert [one.name for one in seen.attachments] == ["现场.png"]
    alone = read(a_parcel(passed_on))
    assert "旧信里的话" in alone.text and "主题：旧信" in alone.text


def test_what_outlook_wraps_is_unwrapped() -> None:
    wrapped = a_winmail(WORDS, "现场照片.png", PNG)
    seen = read(a_parcel(a_file("winmail.dat", wrapped, "application/ms-tnef")))
    assert seen.text == WORDS
    assert [(one.name, one.body) for one in seen.attachments] == [("现场照片.png", PNG)]
    both = read(a_parcel(words("另有说明"), a_file("winmail.dat", wrapped, "application/ms-tnef")))
    assert both.text == "另有说明"


def test_a_wrapping_that_is_broken_is_kept_as_it_is() -> None:
    broken = a_winmail(WORDS, "a.png", PNG)[:60] + b"\xff" * 30
    seen = read(a_parcel(words(), a_file("winmail.dat", broken, "application/ms-tnef")))
    assert seen.text == WORDS and [one.body for one in seen.attachments] == [broken]
    assert any("winmail.dat" in flaw for flaw in seen.flaws)


def test_the_plain_way_is_taken_unless_it_only_points_to_the_page() -> None:
    page = "<p>路灯坏了，</p><table><tr><td>望江大道</td><td>12号</td></tr></table>" * 5
    both = read(a_parcel(words("路灯坏了"), words(page, "html"), kind="alternative"))
    assert both.text == "路灯坏了" and "<td>" in both.html
    points = words("请用支持HTML的客户端查看", "plain")
    assert "望江大道" in read(a_parcel(points, words(page, "html"), kind="alternative")).text


def test_words_that_have_a_files_name_are_read_where_there_are_no_others() -> None:
    named = words().replace(b"charset=utf-8", b"charset=utf-8; name=body.txt")
    seen = read(a_parcel(named, a_file("a.png")))
    assert seen.text == WORDS and [one.name for one in seen.attachments] == ["body.txt", "a.png"]
    assert read(a_parcel(words("前面的话"), named)).text == "前面的话"
    page = words("<p>路灯坏了</p>", "html").replace(b"charset=utf-8", b"charset=utf-8; name=a.html")
    assert read(a_parcel(page)).text == "路灯坏了"


def test_a_page_that_is_called_plain_is_read_as_a_page() -> None:
    seen = read(a_letter("<!DOCTYPE html>\n<html><body><p>路灯<b>坏了</b></p></body></html>"))
    assert seen.text == "路灯坏了" and seen.html == "<p>路灯<b>坏了</b></p>"
    assert read(a_letter("<html5> 标签怎么写？")).text == "<html5> 标签怎么写？"


def test_a_boundary_that_is_wrong_still_leads_to_the_words() -> None:
    parcel = a_parcel(words(), a_file("a.png"))
    raw = re.sub(rb'boundary="[^"]*"', b'boundary="other"', parcel)
    seen = read(raw)
    assert seen.text == WORDS and [one.name for one in seen.attachments] == ["a.png"]
    assert any("boundary" in flaw for flaw in seen.flaws)


def test_a_very_long_letter_is_enclosed_whole() -> None:
    seen = read(a_letter("路" * 600_000))
    assert len(seen.text) == 500_000
    assert seen.attachments[0].body.decode() == "路" * 600_000


def test_phones_are_offered_and_parts_of_identity_numbers_are_not() -> None:
    told = "电话138 0013 8000，家里０２８－８５５５１２３４，身份证110105194912310021，订单9138001380001"
    assert read(a_letter(told)).phones == ("13800138000", "028-85551234")


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (
            "我家住在成都市锦江区望江大道12号3栋2单元501室，很吵",
            "成都市锦江区望江大道12号3栋2单元501室",
        ),
        ("地址：建设路街道和平小区5号楼", "建设路街道和平小区5号楼"),
        ("朝阳区望京街道，楼下油烟扰民", "朝阳区望京街道"),
    ],
)
def test_chinese_addresses_are_offered(told: str, address: str) -> None:
    assert address in read(a_letter(told)).addresses


def test_what_is_no_letter_is_refused_in_plain_words() -> None:
    with pytest.raises(Unreadable, match="空"):
        read(b" \r\n")


@pytest.mark.slow
def test_what_lies_too_deep_is_refused_in_plain_words() -> None:
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(1000)
    )
    with pytest.raises(Unreadable, match="嵌套过深"):
        read(b"Subject: x\r\n" + deep)


def test_a_reading_crosses_a_pipe_unchanged() -> None:
    for raw in variants().values():
        seen = read(raw)
        assert unpacked(packed(seen)) == seen
    with pytest.raises(Unreadable) as caught:
        unpacked(packed(Unreadable("坏", kind="memory")))
    assert (caught.value.reason, caught.value.kind) == ("坏", "memory")
