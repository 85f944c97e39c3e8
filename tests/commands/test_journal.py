"""The log: one JSON object a line whatever happens, without a citizen's words, and never in the way."""

import io
import json
import logging
import warnings
from pathlib import Path

import aiohttp
import pytest
from aiohttp.multipart import parse_content_disposition

from hotline.commands import journal
from hotline.commands.journal import Unfailing
from tests.support.served import Served

PLANTED = {
    "name": "欧阳测试甲",
    "phone": "13912345678",
    "email": "ouyang.ceshi@example.cn",
    "address": "望江大道九百九十九号八栋",
    "words": "我的独特诉求内容zxqv",
    "id": "110101199003078515",
    "file": "绝密照片qwzx.png",
    "password": "Correct-horse-98765",
}


class Full(io.StringIO):
    """A disk without room, until there is some."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(text)


def test_a_full_disk_costs_lines_and_nothing_else_and_says_how_many() -> None:
    out = Full()
    log = Unfailing(out)
    for n in range(3):
        log.write(json.dumps({"event": n}) + "\n")
    out.full = False
    log.write('{"event": "after"}\n')
    lost, after = (json.loads(line) for line in out.getvalue().splitlines())
    assert (lost["event"], lost["lines"], after["event"]) == ("log.lines_lost", 3, "after")


def test_a_warning_of_a_library_is_a_line_that_quotes_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part's file name that no reader understands is quoted by the framework's own warning."""
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    journal.to_stderr(logging.INFO)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        parse_content_disposition(f"form-data; filename*={PLANTED['file']}")
    told = capsys.readouterr().err
    assert json.loads(told)["event"] == "library.warned" and PLANTED["file"] not in told


@pytest.mark.slow
async def test_a_day_in_the_log_holds_no_personal_data_and_one_object_a_line(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Good requests and bad ones, odd names, a wrong password, a database that goes away."""
    served = Served(sqlite_url, tmp_path)
    address = served.start()
    body = {
        "title": PLANTED["words"],
        "content": f'{PLANTED["words"]} {PLANTED["id"]} {PLANTED["phone"]}\r\n\x1b[31m{{"a":1}}',
        "contact": {name: PLANTED[name] for name in ("name", "phone", "email")},
        "place": {"address": PLANTED["address"]},
    }
    async with aiohttp.ClientSession() as session:
        url = f"{address}/api/v1/complaints"
        async with session.post(url, json=body, headers={"Idempotency-Key": "k"}) as answer:
            told = await answer.json()
        number, code = told["number"], told["query_code"]
        door = {"Query-Code": code}
        await session.get(f"{url}/{number}", headers=door)
        await session.post(
            f"{url}/{number}/supplements", json={"content": PLANTED["words"]}, headers=door
        )
        await session.post(url, json={**body, "contact": {"phone": PLANTED["phone"] + "x"}})
        await session.post(
            url, data=(PLANTED["words"] * 9).encode(), headers={"Content-Type": "application/json"}
        )
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", b"\x89PNG\r\n\x1a\n" + bytes(64), filename=PLANTED["file"])
        await session.post(f"{address}/api/v1/attachments", data=form)
        named = f"form-data; name=file; filename*={PLANTED['file']}; name*={PLANTED['name']}"
        broken = f"--b\r\nContent-Disposition: {named}\r\n\r\nx\r\n--b--\r\n".encode()
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        await session.post(f"{address}/api/v1/attachments", data=broken, headers=kind)
        wrong = {"username": PLANTED["name"], "password": PLANTED["password"]}
        await session.post(f"{address}/api/v1/sessions", json=wrong)
        await session.get(f"{address}/{PLANTED['name']}?phone={PLANTED['phone']}")
        (tmp_path / "hotline.db").rename(tmp_path / "gone")
        await session.post(url, json=body)
        (tmp_path / "gone").rename(tmp_path / "hotline.db")
    served.stop()
    lines = (tmp_path / "served.log").read_text("utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) > 8
    text = json.dumps([json.loads(line) for line in lines], ensure_ascii=False)
    found = {name for name, value in {**PLANTED, "code": code}.items() if value in text}
    assert found == set()
