"""What an act said is read on the case's page by those who work on it, each fact under its name."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import hotline.domain
from hotline.domain.acts import ACTS, citizen, department
from hotline.domain.acts import centre as acts
from hotline.domain.acts.asking import Act
from hotline.domain.people import Actor
from hotline.domain.words import Cause, Granted, Pause, Reached, Role, Satisfaction, Verdict
from hotline.domain.words import Decline as Code
from hotline.flow import work
from hotline.flow.citizen import act_upon
from hotline.web.entrywords import STANDING, UNTOLD, UNTOLD_OF, WORDED
from hotline.web.schemas import asked
from tests.flow.orders_support import (
    CALLBACK,
    DIRECTOR,
    DISPATCHER,
    INSPECTOR,
    case_of,
    in_hand,
    received,
    replied,
    unit,
)
from tests.makers import a_reply, an_officer
from tests.web.api_support import OWN_PAGE, Client, form_token, signed_in, token

LEADER = Role.LEADER


async def does(client: Client, number: str, *done: tuple[Act, Actor]) -> None:
    for facts, actor in done:
        await work.act(client.centre, number, facts, actor)


async def page(client: Client, number: str, role: str, query: str = "") -> str:
    await signed_in(client, role)
    answer = await client.get(f"/office/cases/{number}{query}")
    assert answer.status == 200
    return await answer.text()


def facts(found: str) -> list[str]:
    """Every fact of the timeline in plain words, newest entry first."""
    lines = re.findall(r"<li><span class=\"hint\">(.*?)</li>", found, re.S)
    return [re.sub("<[^>]+>", "", one).strip() for one in lines]


async def test_a_reply_sent_back_says_what_is_wrong_with_it(client: Client) -> None:
    number = await in_hand(client.centre)
    await does(
        client,
        number,
        (department.Contact(text="打了三次", reached=False), unit(client.centre)),
        (department.Contact(text="联系上了"), unit(client.centre)),
        (a_reply(legal_basis="《城市照明管理规定》"), unit(client.centre)),
        (acts.Revise(defects=("没有写明何时修好", "答非所问")), INSPECTOR),
    )
    told = facts(await page(client, number, "clerk"))
    assert "问题：没有写明何时修好；答非所问" in told
    assert "是否联系上：否" in told and "是否联系上：是" in told
    assert "法律依据：《城市照明管理规定》" in told and "诉求是否属实：属实" in told
    assert "状态：办结审核 → 办理中" in told


async def test_a_reply_is_not_sent_back_without_a_word(client: Client) -> None:
    number = await in_hand(client.centre)
    clerk = unit(client.centre)
    await does(client, number, (department.Contact(text="联系上了"), clerk), (a_reply(), clerk))
    found = await page(client, number, "inspector")
    version = str((await case_of(client.centre, number)).version)
    told = {"token": form_token(found), "action": "revise", "version": version, "text": ""}
    answer = await client.post(f"/office/cases/{number}/actions", data=told, headers=OWN_PAGE)
    wrong = await answer.text()
    assert answer.status == 422
    assert '<p class="wrong" id="revise-defects-wrong">请填写问题。</p>' in wrong
    who = await token(client, "inspector")
    body = {"action": "revise", "version": int(version), "defects": []}
    told_by_api = await client.post(f"/api/v1/cases/{number}/actions", json=body, headers=who)
    assert told_by_api.status == 422
    assert (await told_by_api.json())["errors"][0]["field"] == "defects"


async def test_who_grants_an_extension_reads_how_long_on_what_basis_and_whether_he_was_told(
    client: Client,
) -> None:
    number = await in_hand(client.centre)
    more = department.Extend(
        days=2, reason="等灯具到货", legal_basis="市照明办法第9条", citizen_informed=True
    )
    await does(client, number, (more, unit(client.centre)))
    found = await page(client, number, "director")
    form = found[found.index('id="action-grant"') :]
    form = form[: form.index("</form>")]
    for wanted in ("2", "市照明办法第9条", "等灯具到货"):
        assert wanted in form, wanted
    assert "已向诉求人说明：是" in facts(form)
    assert re.search(r"<option value=\"1\">延期 2 [^：]+：等灯具到货</option>", form)
    refused = acts.Grant(request=1, verdict=Granted.REFUSED, reason="期限足够")
    await does(client, number, (refused, DIRECTOR))
    told = facts(await page(client, number, "clerk"))
    assert "结果：驳回" in told and "申请事项：延期" in told and "审批人：热线办主任" in told


async def test_a_unit_that_has_to_do_it_again_reads_what_the_citizen_said_but_not_who_was_pressed(
    client: Client,
) -> None:
    number = await in_hand(client.centre)
    await replied(client.centre, number)
    heard = acts.FollowUp(
        outcome=Reached.REACHED,
        solved=False,
        unsolved_reason="灯还是不亮",
        satisfaction=Satisfaction.POOR,
        discontent="没有人来过",
        contacted=False,
        pressed=True,
    )
    await does(client, number, (heard, CALLBACK), (acts.Rework(reason="应办未办"), CALLBACK))
    told = facts(await page(client, number, "clerk"))
    for wanted in (
        "回访结果：已接通",
        "问题是否解决：否",
        "满意度：不满意",
        "未解决原因：灯还是不亮",
        "不满意原因：没有人来过",
        "承办单位是否联系过：否",
        "办理轮次：1 → 2",
    ):
        assert wanted in told, wanted
    assert not any("好评" in one for one in told)
    assert "是否有人要求好评或撤诉：是" in facts(await page(client, number, "callback"))
    clerk, caller = await token(client, "clerk"), await token(client, "callback")
    for headers, seen in ((clerk, False), (caller, True)):
        for path in (f"/api/v1/cases/{number}", f"/api/v1/cases/{number}/timeline"):
            answer = await (await client.get(path, headers=headers)).text()
            assert ('"pressed"' in answer) is seen, path


async def test_the_citizens_rating_is_told_whole(client: Client) -> None:
    number = await in_hand(client.centre)
    await replied(client.centre, number)
    good = Satisfaction.VERY_GOOD
    heard = acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=good)
    rated = citizen.Rate(
        solved=False, satisfaction=Satisfaction.VERY_POOR, pressed=True, comment="不好"
    )
    await does(client, number, (heard, CALLBACK), (acts.Close(), CALLBACK))
    case = await case_of(client.centre, number)
    await act_upon(client.centre, number, case.id or 0, rated, origin="127.0.0.1")
    told = facts(await page(client, number, "supervisor"))
    assert "满意度：非常不满意" in told and "是否有人要求您给好评：是" in told
    unit_reads = facts(await page(client, number, "clerk"))
    assert "满意度：非常不满意" in unit_reads and not any("好评" in one for one in unit_reads)


async def test_the_grounds_of_a_refusal_a_pause_a_return_and_an_order_are_told(
    client: Client,
) -> None:
    clerk, head = unit(client.centre), unit(client.centre, LEADER)
    declined = await received(client.centre, "declined")
    no = acts.Decline(reason_code=Code.LITIGATION, text="请向法院查询", told_by="电话告知")
    await does(client, declined, (no, DISPATCHER))
    told = facts(await page(client, declined, "agent"))
    assert "理由代码：诉讼或仲裁" in told and "告知方式：电话告知" in told
    referred = await received(client.centre, "referred")
    on = acts.Refer(target="119", reason_code=Code.EMERGENCY)
    await does(client, referred, (on, an_officer(Role.SHIFT_LEAD)))
    told = facts(await page(client, referred, "agent"))
    assert "转往：119" in told and "类别：紧急警情" in told
    asked_for = await received(client.centre, "asked")
    await does(client, asked_for, (acts.AskMore(missing=("门牌号", "时间")), DISPATCHER))
    assert "需补充的信息：门牌号；时间" in facts(await page(client, asked_for, "agent"))
    number = await in_hand(client.centre, "paused")
    day = client.clock.at.date() + timedelta(days=4)
    stop = department.Suspend(
        reason_code=Pause.AWAIT_TEST, reason="送检", resume_on=day, evidence="委托书3号"
    )
    order = acts.Supervise(level=3, cause=Cause.URGED, text="限期办结。")
    await does(client, number, (stop, clerk), (order, an_officer(Role.SUPERVISOR)))
    await does(client, number, (department.AnswerOrder(order=1, text="已安排"), head))
    await does(client, number, (department.Note(text="到了", arrived=True), clerk))
    told = facts(await page(client, number, "director"))
    for wanted in (
        f"预计恢复日期：{day}",
        "中止理由：检测鉴定",
        "证明材料名称或文号：委托书3号",
        "督办事由：群众多次催办",
        "督办单：督〔2026〕0001号",
        "已到现场：是",
    ):
        assert wanted in told, (wanted, told)
    english = await page(client, number, "director", "?lang=en")
    assert f"planned resume date: {day}" in facts(english)
    back = await in_hand(client.centre, "back", signed=False)
    no_duty = department.SendBack(
        reason="不归我局", legal_basis="三定方案", suggested_department="zjj"
    )
    uphold = acts.Rule(verdict=Verdict.UPHOLD, reason="依据充分")
    await client.get("/office/?lang=zh")
    await does(client, back, (no_duty, clerk), (uphold, DISPATCHER))
    told = facts(await page(client, back, "dispatcher"))
    name = client.centre.rules.tree.top("zjj")
    assert f"建议承办单位：{name}" in told and "裁定：同意退单" in told
    assert "法律依据或职责依据：三定方案" in told


def test_what_any_act_leaves_in_its_entry_has_a_name_or_is_known_not_to_be_told() -> None:
    """Every key that the domain writes into an entry: a new act's cannot be forgotten."""
    fields = {name for action in ACTS for name, (_, ask, _) in asked(action).items() if ask.zh}
    named = fields | set(WORDED) | set(STANDING) | set(UNTOLD)
    named |= {key for keys in UNTOLD_OF.values() for key in keys}
    written = set(_written())
    assert {"defects", "pressed", "again_at", "frozen", "moved", "co_departments"} <= written
    assert not written - named, f"say these in web/entrywords.py: {sorted(written - named)}"
    assert not (set(WORDED) | set(UNTOLD)) - written, "nothing writes these"


def _written() -> Iterator[str]:
    """The keys of every dictionary in a function of the domain that leaves something said."""
    folder = Path(hotline.domain.__file__).parent
    effects = "case requests handling closing dispatching supervision parts appeals recounting leaving urging"
    for name in (*effects.split(), "perform", "succession"):
        for function in ast.walk(ast.parse((folder / f"{name}.py").read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and _says(function):
                yield from _keys(function)


SAYS = re.compile(r"Said|Entry|dict\[str, Any\]")


def _says(function: ast.FunctionDef) -> bool:
    if function.returns is None or function.name == "sealed":
        return False
    return bool(SAYS.search(ast.unparse(function.returns)))


def _keys(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            names: list[Any] = list(node.keys)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            names = [node.targets[0].slice]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            names = list(node.value.elts)  # names whose values are taken from the act
        else:
            continue
        for one in names:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value
