"""What our letters say and how they are marked: templates, signed ids, threads, headers."""

import email
import email.policy
import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest

from channels.mailbox.marks import case_among, case_of, sign_message_id
from channels.mailbox.notices import BadTemplate, Facts, Notice, compose
from channels.mailbox.send import LOOP, letter
from channels.message import Outgoing
from tests.support.scale import Scale

KEY = b"0123456789abcdef"
NUMBER = "20261125-000001"
FACTS = Facts(
    NUMBER,
    title="路灯<b>不亮",
    query_code="K7Q2",
    link="https://example.gov.cn/q",
    answer="已修好。\n谢谢",
    rating_link="https://example.gov.cn/r",
)
SENDER = "12345@example.gov.cn"
TOLD = Outgoing("z@example.org", "已收到", "正文", NUMBER, "n1", html="<p>正文</p>")


@pytest.mark.parametrize("notice", Notice)
def test_every_letter_names_the_case_and_takes_answers(notice: Notice) -> None:
    made = compose(notice, FACTS)
    assert NUMBER in made.subject and "请在此行以上回复" in made.text
    assert "<b>" not in made.html and made.html.startswith("<!doctype html>")


def test_the_receipt_has_number_and_query_code() -> None:
    made = compose(Notice.RECEIPT, FACTS)
    assert NUMBER in made.text and "K7Q2" in made.text and "K7Q2" in made.html
    more = compose(Notice.RECEIPT, replace(FACTS, supplement=True))
    assert "补充" in more.subject


def test_an_offices_own_words_go_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    own = tmp_path / "mail" / "receipt.txt"
    own.write_text("收到 {{ number }}\n\n{{ title }}，请放心。", "utf-8")
    made = compose(Notice.RECEIPT, FACTS, tmp_path)
    assert (made.subject, made.text) == (f"收到 {NUMBER}", "路灯<b>不亮，请放心。\n")
    (tmp_path / "mail" / "receipt.html").write_text("<h1>{{ title }}</h1>", "utf-8")
    assert compose(Notice.RECEIPT, FACTS, tmp_path).html == "<h1>路灯&lt;b&gt;不亮</h1>"
    assert "来信" not in compose(Notice.RECEIPT, FACTS, tmp_path).text


@pytest.mark.parametrize(
    "template",
    [
        "收到 {{ nummer }}\n\n正文",
        "收到 {{ number\n\n正文",
        "只有一行",
        "x\n\n{{ ''.__class__.__mro__ }}",
        "x\n\n{{ 'a' * 1000000 }}",
        "x\n\n{{ 1 / 0 }}",
    ],
)
def test_a_template_that_cannot_be_used_says_which_it_is(template: str, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "receipt.txt").write_text(template, "utf-8")
    with pytest.raises(BadTemplate, match="receipt.txt"):
        compose(Notice.RECEIPT, FACTS, tmp_path)


def test_what_a_citizen_wrote_is_never_a_template_nor_a_header() -> None:
    nasty = replace(FACTS, title="{{ 7*7 }}\nBcc: x@example.org", answer="{% raw %}")
    made = compose(Notice.REPLY, nasty)
    assert "{{ 7*7 }} Bcc: x@example.org" in made.text and "{% raw %}" in made.text
    assert "\n" not in made.subject


OBJECTS = ("''", "()", "[]", "{}", "number", "title", "self", "cycler", "lipsum", "namespace")
WAYS = (
    ".__class__.__mro__[1].__subclasses__()",
    ".__init__.__globals__['os'].popen('id').read()",
    "|attr('__class__')|attr('__base__')",
    ".__class__.__base__.__subclasses__()[40]('/etc/passwd').read()",
    "['__class__']['__mro__']",
    "|attr(['__cl','ass__']|join)",
)


def test_of_sixty_ways_out_of_a_template_none_leads_out(tmp_path: Path) -> None:
    """Row 38: in an office's own template they are an error; in a citizen's words they are words."""
    (tmp_path / "mail").mkdir()
    own, ways = tmp_path / "mail" / "receipt.txt", [a + b for a in OBJECTS for b in WAYS]
    assert len(ways) == 60
    for way in ways:
        own.write_text("x\n\n{{ " + way + " }}", "utf-8")
        try:
            told = compose(Notice.RECEIPT, FACTS, tmp_path).text
        except BadTemplate:
            told = ""
        assert not any(word in told for word in ("<class", "subclasses", "root:", "uid=")), way
        said = "{{ " + way + " }}"
        made = compose(Notice.REPLY, replace(FACTS, title=said, answer=said))
        assert said in made.text
        assert compose(Notice.RECEIPT, FACTS).text, "the next letter goes out"


OURS = {
    *("from", "to", "subject", "message-id", "auto-submitted", "x-auto-response-suppress"),
    *("in-reply-to", "references", "list-id", "list-unsubscribe", "mime-version", "content-type"),
    *("content-transfer-encoding", LOOP.lower()),
}


@pytest.mark.soak
def test_two_thousand_texts_that_would_be_headers_are_none(scale: Scale) -> None:
    """Row 33: line ends and their kin in every text that becomes part of a letter's head."""
    ends = ("\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r\n ")
    names = ("Bcc", "To", "Cc", "Reply-To", "Sender", "Content-Type", "X-Loop", "DKIM-Signature")
    tried, every = 0, 1 if scale.examples > 1 else 5
    for end, name, n in itertools.product(ends, names, range(0, 25, every)):
        nasty = f"{'x' * (n % 5)}{end * (1 + n // 5)}{name}: forged@example.org{end}{end}forged"
        told = replace(TOLD, subject=nasty, in_reply_to=nasty, references=(nasty,))
        told = replace(told, unsubscribe=f"https://x/{nasty}", message_id=nasty, about=nasty)
        head = letter(told, SENDER, KEY).as_bytes().split(b"\r\n\r\n")[0]
        found = [one.split(b":")[0].decode().lower() for one in re.split(rb"\r\n(?![ \t])", head)]
        assert set(found) <= OURS and len(found) == len(set(found)), nasty
        tried += 1
    assert tried == 2000 // every


def test_a_signed_id_names_its_case_and_nobody_else_can_make_one() -> None:
    made = sign_message_id(NUMBER, "20261125-000001.3.unit:zjj.mail.1", KEY, "example.gov.cn")
    assert case_of(made, KEY) == NUMBER and len(made) < 100
    assert case_of(made, b"another") is None and case_of(made, b"") is None
    assert case_of(made.replace("-000001.", "-000002."), KEY) is None
    assert case_among(["<x@y>", made, "<z@y>"], KEY) == NUMBER
    assert case_among([], KEY) is None


def test_notices_that_differ_only_late_have_ids_of_their_own() -> None:
    ids = {sign_message_id(NUMBER, "n" * 60 + end, KEY, "x.cn") for end in "abc"}
    assert len(ids) == 3
    assert sign_message_id(NUMBER, "n1", KEY, "x.cn") == sign_message_id(NUMBER, "n1", KEY, "x.cn")


def test_an_answer_goes_into_the_thread_of_what_it_answers() -> None:
    told = replace(TOLD, in_reply_to="<b@x>", references=("<a@x>", "no id", "<b@x>"))
    made = letter(told, SENDER, KEY)
    assert made["In-Reply-To"] == "<b@x>" and made["References"] == "<a@x> <b@x>"
    assert made["Auto-Submitted"] == "auto-replied"
    assert case_of(str(made["Message-ID"]), KEY) == NUMBER


def test_a_persons_own_words_are_not_called_automatic() -> None:
    assert letter(replace(TOLD, automatic=False), SENDER, KEY)["Auto-Submitted"] is None
    assert letter(TOLD, SENDER, KEY)["Auto-Submitted"] == "auto-generated"


def test_who_gets_letters_regularly_can_end_it() -> None:
    made = letter(replace(TOLD, unsubscribe="https://example.gov.cn/u?t=1"), SENDER, KEY)
    assert made["List-Unsubscribe"] == "<https://example.gov.cn/u?t=1>"
    assert made["List-Id"] == "<notices.example.gov.cn>"
    assert letter(TOLD, SENDER, KEY)["List-Id"] is None


@pytest.mark.parametrize(
    "nasty", ["<a@x>\r\nBcc: v@example.org", "x\nBcc: v@example.org", "<a\x00@x>"]
)
def test_no_header_comes_in_with_an_id_or_a_subject(nasty: str) -> None:
    told = replace(TOLD, subject=nasty, in_reply_to=nasty, references=(nasty,), unsubscribe=nasty)
    raw = letter(told, SENDER, KEY).as_bytes()
    seen = email.message_from_bytes(raw, policy=email.policy.default)
    assert seen["Bcc"] is None and seen["In-Reply-To"] is None and seen["References"] is None
