"""The classifier at the terminal: how it stands, and the shadow run of a candidate."""

import asyncio
import json
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from classifiers import registry
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.flow import shadow
from hotline.flow.centre import Centre
from hotline.web import api_model
from hotline.wiring import candidate_folder

NAMES = {"type": "类型", "topic": "事项", "department": "部门", "urgency": "紧急程度"}


@dataclass(frozen=True)
class Asked:
    """`status`, or `shadow`: begin with a folder, stop, or tell how it goes."""

    doing: str
    folder: Path | None = None
    stop: bool = False
    as_json: bool = False


def asked(told: Namespace) -> Asked:
    return Asked(
        told.doing,
        getattr(told, "folder", None),
        getattr(told, "stop", False),
        getattr(told, "json", False),
    )


async def run(settings: Settings, wanted: Asked) -> int:
    async with centre_of(settings, make=False) as centre:
        if wanted.doing == "status":
            return _status(await api_model.model(centre, "zh"), as_json=wanted.as_json)
        if wanted.stop:
            await shadow.end(centre, OPERATOR)
            say("试读已停止 / the shadow run is over")
            return 0
        if wanted.folder is not None:
            return await _begin(centre, settings, wanted.folder)
        told = (await api_model.model(centre, "zh"))["shadow"]
        if told is None:
            raise Failed("没有候选模型在试读 / no candidate reads along")
        return _report(told, as_json=wanted.as_json)


async def _begin(centre: Centre, settings: Settings, folder: Path) -> int:
    """Chosen on this node, after it was loaded once; then announced to all."""
    try:
        name = (await asyncio.to_thread(registry.load, folder)).name
        await asyncio.to_thread(registry.use, folder, candidate_folder(settings.folder))
    except (registry.BadModel, OSError) as error:
        raise Failed(f"候选模型不能使用 / the candidate cannot be used: {error}") from None
    await shadow.begin(centre, OPERATOR, name)
    say(f"候选 {name} 从下一件诉求起试读，不派单 / reads along from the next text on")
    return 0


def _status(told: dict[str, Any], *, as_json: bool) -> int:
    """1 when cases that could go by themselves wait for people."""
    stopped = not told["dispatch"]["running"]
    if as_json:
        say(json.dumps(told, ensure_ascii=False))
        return int(stopped)
    if stopped:
        say(f"自动派单已停用：{told['dispatch']['reason']} / automatic dispatch is off")
    elif told["set_by_hand"]:
        say("设置为人工派单 / set to dispatch by hand")
    else:
        say("自动派单在运行 / automatic dispatch is on")
    base = told["baseline"]
    if base:
        state = "已学成" if base["until"] else "学习中"
        say(f"模型 / model: {base['model']}，常态{state}，{base['readings']} 件")
    for one in told["measures"]:
        say(f"{'✗' if one['out'] else '✓'} {one['text']}")
    for one in told["alarms"]:
        say(f"! {one['text']}")
    return int(stopped)


def _report(told: dict[str, Any], *, as_json: bool) -> int:
    if as_json:
        say(json.dumps(told, ensure_ascii=False))
        return 0
    say(f"候选 / candidate: {told['candidate']}（{told['since']}，{told['by']}）")
    say(
        f"已读 {told['texts']}，待读 {told['waiting']}，读不了 {told['failed']} / read, wait, failed"
    )
    console = Console(width=None if Console().is_terminal else 120)
    table = Table("项目 / field", "一致 / agree", "都对 / both", "现用 / model", "候选 / candidate")
    table.add_column("都错 / neither")
    for field, name in NAMES.items():
        one = told["fields"][field]
        agree = f"{one['agreed']}/{one['read']}"
        right = (str(one[who]) for who in ("both", "model", "candidate", "neither"))
        table.add_row(f"{name} / {field}", agree, *right)
    console.print(table)
    return 0
