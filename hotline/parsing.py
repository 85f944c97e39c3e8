"""What may be said on the command line (contract: `hotline`): commands, arguments, help."""

import argparse
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from hotline import __doc__ as about
from hotline.commands import trayline
from hotline.domain.words import ACCOUNTS, Channel, Kind


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("hotline", description=about)
    top.add_argument(
        "--config", metavar="FILE", help="设置文件（TOML） / settings, else HOTLINE_CONFIG"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _running(commands)
    _accounts(commands)
    _keys(commands)
    _files(commands)
    trayline.add(_command(commands, "quarantine", trayline.__doc__ or ""))
    _calls(commands)
    _dispatching(commands)
    _knowing(commands)
    _generating(commands)
    return top


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    return made


def _running(commands: Any) -> None:
    serve = _command(commands, "serve", "运行热线 / run the hotline")
    serve.add_argument("--host")
    serve.add_argument("--port", type=_between(int, 0, 65535))
    serve.add_argument("--only", choices=("web", "watch", "mail"))
    _command(commands, "migrate", "更新数据库结构 / bring the database to the newest schema")
    seed = _command(commands, "seed", "写入城市资料 / departments, topics, duty list, districts")
    seed.add_argument(
        "--demo", action="store_true", help="演示账号和诉求 / accounts and complaints"
    )
    verify = _command(commands, "verify", "核验账目与记录 / check chains, equation, invariants")
    verify.add_argument("--json", action="store_true")
    again = _command(commands, "recount", "重算期限 / put running cases under a new calendar")
    again.add_argument("--dry-run", action="store_true", help="只列出，不写入 / only list them")
    again.add_argument(
        "--adopt-terms",
        action="store_true",
        help="改用现行方案 / also under the terms now in force",
    )
    kept = _command(commands, "backup", "备份 / write everything to one file, while it works")
    kept.add_argument("file", type=Path, help="文件或目录 / a new file, or a folder for it")
    again = _command(commands, "restore", "恢复到空的地方 / put a backup into an empty place")
    again.add_argument("file", type=Path)
    again.add_argument(
        "--erasures", type=Path, help="另存的删除台账 erasures.jsonl / the copy kept elsewhere"
    )
    doctor = _command(commands, "doctor", "检查安装 / say what is wrong with the installation")
    doctor.add_argument("--mail", action="store_true", help="只查邮件 / the ways of letters only")


def _accounts(commands: Any) -> None:
    user = _command(commands, "user", "账号 / staff accounts")
    doing = user.add_subparsers(dest="doing", required=True, metavar="add|list|disable|reset")
    added = _named(doing, "add")
    added.add_argument("--password-stdin", action="store_true")
    added.add_argument("--email", default="", help="通知也寄往此处 / where notices go as well")
    _command(doing, "list", "列出账号 / list them")
    for name in ("disable", "reset"):
        _command(doing, name, name).add_argument("name")
    token = _command(commands, "token", "机器令牌 / bearer tokens of machines")
    _named(token.add_subparsers(dest="doing", required=True, metavar="add"), "add")


def _named(commands: Any, name: str) -> argparse.ArgumentParser:
    made = _command(commands, name, "添加 / add one")
    made.add_argument("name")
    made.add_argument("--role", required=True, choices=[role.value for role in ACCOUNTS])
    made.add_argument("--department", metavar="CODE")
    return made


def _keys(commands: Any) -> None:
    keys = _command(commands, "keys", "密钥 / the keys of encrypted fields")
    doing = keys.add_subparsers(dest="doing", required=True, metavar="list|rotate")
    _command(doing, "list", "现有密钥 / which there are")
    rotated = _command(doing, "rotate", "轮换，不停机 / a new one for everything, online")
    rotated.add_argument("--suite", choices=("intl", "sm"))


def _files(commands: Any) -> None:
    intake = _command(commands, "intake", "从文件登记诉求 / complaints from CSV, XLSX, JSON lines")
    intake.add_argument("file", type=Path)
    channels = [channel.value for channel in Channel]
    intake.add_argument("--channel", choices=channels, default=Channel.WEB.value)
    intake.add_argument("--backdate", action="store_true", help="时限从 sent_at 起算，不发通知")
    replay = _command(commands, "replay", "回放记录 / replay a record on a moving clock")
    replay.add_argument("file", type=Path)
    replay.add_argument("--profile")
    replay.add_argument("--type", choices=[kind.value for kind in Kind])
    replay.add_argument("--until", type=_moment, metavar="TIME")
    replay.add_argument("--report", type=Path, metavar="OUT.json")
    simulate = _command(commands, "simulate", "同一记录两种方案对比 / one record, two profiles")
    simulate.add_argument("file", type=Path)
    simulate.add_argument("--profile", required=True, metavar="P")
    simulate.add_argument("--against", required=True, metavar="Q")
    simulate.add_argument("--report", type=Path, metavar="OUT.json")
    simulate.add_argument(
        "--page", type=Path, metavar="OUT.html", help="图表页 / a page with charts"
    )


def _dispatching(commands: Any) -> None:
    rules = _command(commands, "rules", "派单规则 / the dispatcher's rules")
    doing = rules.add_subparsers(dest="doing", required=True, metavar="list|check|try|…")
    _command(doing, "list", "列出现行规则 / those in force")
    checked = _with_files(_command(doing, "check", "检查规则 / find what is wrong"), "?")
    tried = _with_files(_command(doing, "try", "试算 / on the cases of the last days"), "?")
    tried.add_argument("--days", type=_between(int, 1, 366), default=30)
    for one in (checked, tried):
        one.add_argument("--json", action="store_true")
    _with_files(_command(doing, "export", "导出 CSV / to a file"), None)
    brought = _with_files(_command(doing, "import", "导入并生效 / put a file in force"), None)
    brought.add_argument("--note", default="", help="修改说明 / why")
    labels = _command(commands, "labels", "人工更正 / people's corrections")
    exported = labels.add_subparsers(dest="doing", required=True, metavar="export")
    _command(exported, "export", "导出训练数据，已打码 / as training rows, masked").add_argument(
        "file", type=Path
    )
    model = _command(commands, "model", "分类模型 / the classifier")
    about = model.add_subparsers(dest="doing", required=True, metavar="status|shadow")
    status = _command(about, "status", "现况 / how it stands")
    shadow = _command(about, "shadow", "候选模型试读 / a candidate reads along")
    shadow.add_argument("folder", type=Path, nargs="?", help="开始 / begin with this folder")
    shadow.add_argument("--stop", action="store_true")
    for one in (status, shadow):
        one.add_argument("--json", action="store_true")


def _knowing(commands: Any) -> None:
    known = _command(commands, "knowledge", "知识库 / the knowledge base")
    doing = known.add_subparsers(dest="doing", required=True, metavar="import|export|list")
    brought = _command(doing, "import", "导入为待审核 / XLSX, CSV or DOCX, to be reviewed")
    brought.add_argument("--rejects", type=Path, metavar="OUT.csv", help="退回清单 / what was not")
    for one in (brought, _command(doing, "export", "导出 XLSX 或 CSV / those in force")):
        one.add_argument("file", type=Path)
    _command(doing, "list", "列出 / list them")


def _generating(commands: Any) -> None:
    made = _command(commands, "generate", "生成模拟城市 / a synthetic city, in an empty database")
    made.add_argument("--cases", type=_between(int, 1, 5_000_000), default=10_000, metavar="N")
    made.add_argument("--seed", type=_between(int, 0, 2**31), default=1, help="相同种子结果相同")
    made.add_argument("--days", type=_between(int, 1, 3660), default=365)
    made.add_argument(
        "--whole",
        type=_between(int, 0, 3660),
        default=60,
        metavar="DAYS",
        help="最近多少天有完整办理过程 / days with whole timelines",
    )
    made.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="默认今天 / today")


def _with_files(command: argparse.ArgumentParser, many: str | None) -> argparse.ArgumentParser:
    command.add_argument(
        "file", type=Path, nargs=many, help="规则 CSV / rules; else those in force"
    )
    command.add_argument("--tests", type=Path, metavar="FILE", help="所附测试 CSV / their tests")
    return command


def _calls(commands: Any) -> None:
    ring = _command(commands, "ring", "向运行中的热线播放模拟来电 / play calls to the running desk")
    ring.add_argument("--calls", type=_between(int, 1, 10_000), default=5, metavar="N")
    ring.add_argument("--agent", action="append", metavar="分机", help="可重复 / may be repeated")
    ring.add_argument("--seed", type=int, default=1)
    ring.add_argument(
        "--speed",
        type=_between(float, 0.1, 1000),
        default=1.0,
        help="倍速 / how many times as fast",
    )
    ring.add_argument("--url", metavar="URL", help="默认为本机设置的地址 / else as set")


def _between(kind: Callable[[str], float], least: float, most: float) -> Callable[[str], Any]:
    def read(text: str) -> float:
        found = kind(text)
        if not least <= found <= most:
            raise argparse.ArgumentTypeError(f"{least}–{most}")
        return found

    return read


def _moment(text: str) -> Any:
    columns = import_module("hotline.commands.columns")
    try:
        return columns.moment(text)
    except columns.BadMoment:
        raise argparse.ArgumentTypeError("应如 2026-11-24 09:30:00") from None
