"""What is new in an answer stays; history, forwards and signatures are folded, none is lost."""

import pytest

from channels.mailbox.folding import REPLY_ABOVE, fold
from channels.mailbox.markup import text
from channels.mailbox.reading import read
from tests.channels.letters import a_letter, a_parcel, words

NEW = "还没修，昨晚又黑了。"
OLD = "您反映的路灯已修好。"
LAYOUTS = {
    "gmail": f"{NEW}\n\n热线 <12345@example.gov.cn> 于2026年3月10日周二 09:15写道：\n\n> {OLD}\n",
    "apple, marked": f"{NEW}\n\n> 在 2026年3月10日，09:15，热线 <h@example.org> 写道：\n> \n> {OLD}\n",
    "apple, plain": f"{NEW}\n\n在 2026年3月10日，09:15，热线 <h@example.org> 写道：\n\n{OLD}\n",
    "outlook": f"{NEW}\n\n发件人: 热线 <h@example.org>\n发送时间: 2026年3月10日 9:15\n"
    f"收件人: 赵 <z@example.org>\n主题: 答复\n\n{OLD}\n",
    "outlook, ruled": f"{NEW}\n________________________________\n发件人: 热线\n日期: 2026年3月10日\n"
    f"收件人: 赵\n主题: 答复\n{OLD}\n",
    "qq": f"{NEW}\n\n\n------------------ 原始邮件 ------------------\n"
    f'发件人: "热线"<h@example.org>;\n发送时间: 2026年3月10日(星期二) 上午9:15\n主题: 答复\n\n{OLD}\n',
    "foxmail": f"{NEW}\n\n\n\n赵四\n \n发件人： 热线\n发送时间： 2026-03-10 09:15\n收件人： 赵\n主题： 答复\n{OLD}\n",
    "163, at": f'{NEW}\n\n\nAt 2026-03-10 09:15:00, "热线" <h@example.org> wrote:\n>{OLD}\n',
    "163, in": f'{NEW}\n\n\n在 2026-03-10 09:15:00，"热线" <h@example.org> 写道：\n{OLD}\n',
    "netease master": f"{NEW}\n\n\n---- 回复的原邮件 ----\n| 发件人 | 热线<h@example.org> |\n{OLD}",
    "gmail, english": f"{NEW}\n\nOn Tue, Mar 10, 2026 at 9:15 AM Hotline <h@example.org> wrote:\n\n> {OLD}\n",
    "broken over lines": f"{NEW}\n\nOn Tue, Mar 10, 2026 at 9:15 AM Hotline\n<h@example.org> wrote:\n> {OLD}\n",
    "outlook, english": f"{NEW}\n\n-----Original Message-----\nFrom: Hotline\nSent: Tuesday\nTo: Zhao\n{OLD}",
    "original": f"{NEW}\n\n-----原始邮件-----\n发件人:热线\n发送时间:2026-03-10\n收件人:赵\n{OLD}",
    "qq, english": f"{NEW}\n\n------------------ Original ------------------\nFrom: Hotline\nDate: Tue\n{OLD}",
    "aliyun": f"{NEW}\n\n{'-' * 66}\n发件人：热线\n日　期：2026年03月10日\n收件人：赵\n主　题：答复\n\n{OLD}",
    "139": f"{NEW}\n\n----邮件原文----\n发件人：热线\n{OLD}",
    "our own line": f"{NEW}\n\n{REPLY_ABOVE}\n\n{OLD}",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_only_what_is_new_stays(layout: str) -> None:
    seen = fold(layout)
    assert NEW in seen.text and OLD not in seen.text
    assert "写道" not in seen.text and "wrote" not in seen.text
    assert any(OLD in one.text for one in seen.folded)
    assert NEW in seen.whole and OLD in seen.whole


@pytest.mark.parametrize(
    "told",
    [
        "他在群里写道：明天停水。\n请问是真的吗？",
        "在2026年3月10日，物业在群里写道：\n明天停水。\n请问是真的吗？",
        "第一件事：路灯\n--\n" + "第二件事：停水\n" * 12 + "完",
        "发件人：物业\n我收到一封信，说要涨价。",
        "我家在二楼--三楼之间漏水",
        "主题：路灯\n路灯坏了\n时间：昨晚",
        "我来自北京，现在住在望江大道。\n楼下很吵。\n请处理。\n谢谢。\n赵",
        "收费标准 > 5元 不合理",
    ],
)
def test_words_that_only_look_like_history_stay(told: str) -> None:
    assert fold(told).text == told and not fold(told).folded


def test_an_answer_below_the_quote_is_found() -> None:
    told = f"On 2026-03-10 Hotline <h@example.org> wrote:\n> {OLD}\n>\n> 谢谢\n\n{NEW}\n"
    seen = fold(told)
    assert seen.text == NEW and OLD in seen.folded[0].text


@pytest.mark.parametrize(
    "sign", ["发自我的iPhone", "来自 QQ邮箱手机版", "Sent from my iPhone", "-- \n赵四\n13800138000"]
)
def test_signatures_are_folded(sign: str) -> None:
    seen = fold(f"{NEW}\n\n{sign}\n")
    assert seen.text == NEW and [one.kind for one in seen.folded] == ["signature"]


def test_the_card_of_netease_is_a_signature() -> None:
    card = "| |\n赵四\n|\n|\n邮箱：zhao@example.org\n|\n\n签名由 网易邮箱大师 定制"
    seen = fold(f"{NEW}\n\n{card}\n\n在2026年03月10日 09:15，热线 写道：\n{OLD}")
    assert seen.text == NEW
    assert [one.kind for one in seen.folded] == ["signature", "quote"]


def test_a_phone_in_the_signature_is_still_offered() -> None:
    assert read(a_letter(f"{NEW}\n\n-- \n赵四 13800138000\n")).phones == ("13800138000",)


def test_who_only_passes_a_letter_on_tells_what_stands_in_it() -> None:
    told = "---------- 转发的邮件 ----------\n发件人: 物业\n日期: 2026年3月10日\n主题: 停水\n\n明天停水。"
    seen = read(a_letter(told, subject="转发：停水"))
    assert "明天停水" in seen.text
    with_words = read(a_letter(f"请核实。\n\n{told}", subject="转发：停水"))
    assert with_words.text == "请核实。"
    assert [one.kind for one in with_words.folded] == ["forwarded"]


@pytest.mark.parametrize(
    "quoted",
    [
        f'<div class="gmail_quote"><div>热线 于2026年3月10日写道：</div><blockquote>{OLD}</blockquote></div>',
        f'<blockquote type="cite"><div>{OLD}</div></blockquote>',
        f'<div id="isReplyContent">{OLD}</div>',
        f'<div id="divRplyFwdMsg"><b>发件人:</b> 热线<br><b>主题:</b> 答复</div><div>{OLD}</div>',
        "<div>------------------&nbsp;原始邮件&nbsp;------------------</div><div>发件人: 热线</div>"
        f"<div>{OLD}</div>",
    ],
)
def test_what_a_client_marks_as_quoted_in_a_page_is_folded(quoted: str) -> None:
    seen = fold(text(f"<html><body><div>{NEW}</div>{quoted}</body></html>"))
    assert seen.text == NEW and OLD in seen.whole
    assert not {"\ue0f0", "\ue0f1"} & set(seen.whole + seen.text)


def test_an_answer_with_nothing_new_has_no_words_of_its_own() -> None:
    seen = read(a_letter(f"在 2026年3月10日，热线 <h@example.org> 写道：\n> {OLD}\n"))
    assert seen.text == "" and OLD in seen.whole_text


def test_lines_that_flow_are_put_together() -> None:
    raw = a_letter("路灯 \n坏了\n请修", type="text/plain; charset=utf-8; format=flowed; delsp=yes")
    assert read(raw).text == "路灯坏了\n请修"


def test_a_page_alone_is_read_as_a_reader_sees_it() -> None:
    page = "<p>路灯坏了</p><ul><li>望江大道</li></ul><style>p{}</style><script>x</script>"
    assert read(a_parcel(words(page, "html"))).text.split() == ["路灯坏了", "*", "望江大道"]
