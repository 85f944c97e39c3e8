"""One letter for each screen, and letters of people that no screen may take for something else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from channels.mailbox.marks import LOOP, loop_mark, sign_message_id
from channels.mailbox.reading import read
from channels.mailbox.screens import SCREENS, Settings, Verdict, decided, screen
from channels.mailbox.send import letter
from channels.message import Outgoing
from tests.channels.letters import a_file, a_letter, a_parcel, a_report, words

KEY, OTHER = b"0123456789abcdef", b"another hotline's"
DOMAIN = "example.gov.cn"
OURS = Settings(domain=DOMAIN, key=KEY, addresses=(f"12345@{DOMAIN}",))
SIGNED = sign_message_id("20261125-000001", "n1", KEY, DOMAIN)
NOTICE = Outgoing("z@example.org", "已收到", "您的来信已收到", "20261125-000001", "n1")


def verdicts(raw: bytes, settings: Settings = OURS) -> dict[str, Verdict]:
    return {one.screen: one for one in screen(read(raw), settings)}


CAUGHT: dict[str, tuple[bytes, str, Settings]] = {
    "own": (letter(NOTICE, f"12345@{DOMAIN}", KEY).as_bytes(), "own", OURS),
    "bounce": (a_report(original=SIGNED), "bounce", OURS),
    "loop": (
        letter(NOTICE, "12345@other.gov.cn", OTHER)
        .as_bytes()
        .replace(b"Auto-Submitted", b"X-Gone"),
        "automatic",
        OURS,
    ),
    "automatic": (a_letter(Auto_Submitted="auto-replied"), "automatic", OURS),
    "list": (a_letter(List_Id="<news.example.org>"), "automatic", OURS),
    "spam": (a_letter(X_Spam_Flag="YES"), "quarantine", OURS),
    "hops": (b"Received: from a\r\n" * 31 + a_letter(), "quarantine", OURS),
    "size": (a_letter("路" * 100), "quarantine", replace(OURS, size=200)),
    "attachments": (a_parcel(words(), a_file("发票.pdf.exe")), "mark", OURS),
    "rate": (a_letter(), "mark", replace(OURS, recent=21)),
}


def test_every_screen_has_a_letter_that_it_catches() -> None:
    assert [one.name for one in SCREENS] == list(CAUGHT)


@pytest.mark.parametrize("name", CAUGHT)
def test_a_screen_catches_its_letter_and_says_why(name: str) -> None:
    raw, kind, settings = CAUGHT[name]
    found = verdicts(raw, settings)
    assert found[name].kind == kind
    assert any("\u4e00" <= sign <= "\u9fff" for sign in found[name].reason)
    deciding = decided(tuple(found.values()))
    assert deciding is None if kind == "mark" else deciding is not None and deciding.kind == kind


@pytest.mark.parametrize(
    "raw",
    [
        a_letter(),
        a_letter(Auto_Submitted="no"),
        a_letter(subject="投诉：贵单位自动回复没有用"),
        a_letter(subject="Re: 20261125-000001 还没修", In_Reply_To=SIGNED),
        a_letter(From="12345@example.gov.cn"),
        a_letter(subject="小区垃圾邮件太多"),
        a_letter(X_Spam_Flag="NO", X_Spam_Status="No, score=1"),
        a_letter("请打开 http://example.org/a.exe"),
        a_parcel(words(), a_file("现场.png")),
        a_letter("mailer-daemon 退信了怎么办", subject="退信"),
    ],
)
def test_letters_of_people_pass(raw: bytes) -> None:
    assert decided(tuple(verdicts(raw).values())) is None


@pytest.mark.parametrize(
    "subject",
    [
        "自动回复: 已收到",
        "自动回复：路灯",
        "Re: 自动回复",
        "Automatic reply: x",
        "Out of Office: x",
        "已读: 通知",
    ],
)
def test_automatic_answers_are_known_by_their_subject(subject: str) -> None:
    assert verdicts(a_letter(subject=subject))["automatic"].kind == "automatic"


@pytest.mark.parametrize(
    "headers",
    [
        {"Precedence": "bulk"},
        {"X-Autoreply": "yes"},
        {"X-Auto-Response-Suppress": "All"},
        {"Return-Path": "<>"},
    ],
)
def test_automatic_letters_are_known_by_their_headers(headers: dict[str, str]) -> None:
    assert decided(tuple(verdicts(a_letter(**headers)).values())) is not None


def test_who_only_wants_no_receipts_may_be_a_person() -> None:
    assert "automatic" not in verdicts(a_letter(X_Auto_Response_Suppress="DR, RN, NRN"))
    assert "automatic" in verdicts(a_letter(X_Auto_Response_Suppress="DR, OOF, AutoReply"))


def test_the_null_return_path_is_known_where_the_way_in_told_it() -> None:
    assert "automatic" in verdicts(a_letter(), replace(OURS, envelope=""))
    assert "automatic" not in verdicts(a_letter(), replace(OURS, envelope="z@example.org"))


def test_a_bounce_names_whom_it_could_not_reach_and_which_letter_it_means() -> None:
    found = verdicts(a_report("z@example.org", SIGNED))["bounce"]
    assert (found.failed, found.permanent) == (("z@example.org",), True)
    assert (found.original_id, found.case) == (SIGNED, "20261125-000001")
    forged = verdicts(a_report("z@example.org", SIGNED.replace("000001", "000002")))["bounce"]
    assert forged.case == ""


def test_a_bounce_in_free_words_is_known_too() -> None:
    told = "很抱歉，您的邮件无法送达：\nnobody@example.com\n550 5.1.1 User unknown\n"
    raw = a_letter(told, subject="系统退信", From="postmaster@qq.example")
    assert verdicts(raw)["bounce"].failed == ("nobody@example.com",)
    exim = a_letter("x", From="Mailer-Daemon@mx.example", X_Failed_Recipients="a@example.com")
    assert verdicts(exim)["bounce"].failed == ("a@example.com",)


def test_a_bounce_that_encloses_our_letter_names_it() -> None:
    ours = b"Content-Type: message/rfc822\r\n\r\n" + a_letter(Message_ID=SIGNED)
    raw = a_parcel(
        words("a@example.com 无法投递"), ours, From="postmaster@x.example", Subject="退信"
    )
    assert verdicts(raw)["bounce"].case == "20261125-000001"


def test_a_delayed_letter_marks_nobody() -> None:
    raw = a_report().replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1")
    found = verdicts(raw)["bounce"]
    assert (found.failed, found.permanent) == ((), False)


def test_only_we_can_claim_that_a_letter_is_ours() -> None:
    forged = a_letter(**{LOOP: loop_mark(OTHER, DOMAIN), "Message-ID": SIGNED[:-20] + "@x>"})
    assert "own" not in verdicts(forged)


def test_a_picture_that_is_none_is_marked() -> None:
    page = a_parcel(words(), a_file("a.png", b"<html><script>alert(1)</script></html>"))
    assert "a.png" in verdicts(page)["attachments"].reason


Answer = Callable[[bytes], bytes | None]


def a_hotline(name: str, key: bytes) -> Answer:
    """Answers what no screen decides on with a receipt, as a hotline does."""
    settings = Settings(domain=f"{name}.gov.cn", key=key, addresses=(f"12345@{name}.gov.cn",))

    def answer(raw: bytes) -> bytes | None:
        seen = read(raw)
        if decided(screen(seen, settings)) is not None:
            return None
        told = replace(NOTICE, to=seen.sender.address, in_reply_to=seen.message_id)
        return letter(told, f"12345@{name}.gov.cn", key).as_bytes()

    return answer


@pytest.mark.parametrize("stripped", [b"", b"Auto-Submitted", b"X-Hotline-Loop"])
def test_two_hotlines_wired_to_each_other_exchange_at_most_two_letters(stripped: bytes) -> None:
    """Even where a server between them takes one of the marks away."""
    hotlines = [a_hotline("b", b"b" * 16), a_hotline("a", b"a" * 16)]
    raw: bytes | None = a_letter(From="12345@a.gov.cn")
    exchanged = 0
    while raw is not None and exchanged < 10:
        exchanged += 1
        raw = hotlines[(exchanged + 1) % 2](raw)
        if raw and stripped:
            raw = raw.replace(stripped, b"X-Gone")
    assert exchanged <= 2
