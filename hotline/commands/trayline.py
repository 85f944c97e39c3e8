"""来信隔离区 / letters that need a person"""

import argparse

DOING = {
    "show": "查看 / look at one, safely",
    "replay": "重新解析 / read it again, as if it had just come",
    "link": "并入诉求 / it belongs to a case",
    "file": "另立新件 / a new case",
    "dismiss": "不予处理 / nothing comes of it",
}
NAMES = ("kind", "letter", "charset", "number", "reason", "address")


def add(tray: argparse.ArgumentParser) -> None:
    """What `hotline quarantine` may be told; the command itself is slow to import."""
    doing = tray.add_subparsers(
        dest="doing", required=True, metavar="list|show|replay|link|file|dismiss|addresses|clear"
    )
    listed = doing.add_parser("list", help="列出 / list them")
    listed.add_argument("--kind", help="原因 / why: unreadable, held, large, stranger, closed, …")
    for name, text in DOING.items():
        one = doing.add_parser(name, help=text, description=text)
        one.add_argument("letter", type=int, metavar="ID")
        if name in ("show", "replay"):
            one.add_argument("--charset")
        elif name == "link":
            one.add_argument("number", metavar="NUMBER")
        elif name == "dismiss":
            one.add_argument("--reason", required=True)
    doing.add_parser("addresses", help="退信地址 / addresses that letters came back from")
    text = "恢复发信 / letters may go there again"
    cleared = doing.add_parser("clear", help=text, description=text)
    cleared.add_argument("address", metavar="ID")
    cleared.add_argument("--reason", required=True)


def told(parsed: argparse.Namespace) -> dict[str, str | int | None]:
    return {name: getattr(parsed, name, None) for name in NAMES}
