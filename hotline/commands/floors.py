"""The lowest versions without known holes: what this installation has is held against them."""

import sys
from collections.abc import Iterator
from importlib import metadata

import structlog
from aiohttp import http_parser

from hotline.commands.finding import Finding, note, well, wrong
from hotline.config import WrongSetting

log = structlog.get_logger(__name__)

# Reliability programme §2.1; raised with every advisory that concerns us.
FLOORS = {
    "aiohttp": "3.13.3",  # CVE-2025-69223 to 69229
    "aiosmtpd": "1.4.6",  # CVE-2024-27305, CVE-2024-34083
    "aiosmtplib": "5.1",  # GHSA-v3q9-hj7j-63hq
    "scikit-learn": "1.5",  # CVE-2024-5206
    "jinja2": "3.1.6",  # CVE-2025-27516
    "cryptography": "44.0.1",  # CVE-2024-12797
    "pillow": "11.3",  # CVE-2025-48379
    "lxml": "5.4",
    "openpyxl": "3.1.5",
}
# CVE-2026-1299 (header injection by the mail package) is fixed from these on.
PYTHON = {11: 15, 12: 13, 13: 12, 14: 3}


def number(version: str) -> tuple[int, ...]:
    """As far as a version is numbers."""
    parts = []
    for part in version.split("."):
        if not part.isdigit():
            break
        parts.append(int(part))
    return tuple(parts)


def below() -> list[str]:
    """Packages that are older than their floor, with both versions."""
    return [
        f"{name} {metadata.version(name)} < {floor}"
        for name, floor in FLOORS.items()
        if number(metadata.version(name)) < number(floor)
    ]


def patched(version: tuple[int, int, int] = sys.version_info[:3]) -> bool:
    return version[2] >= PYTHON.get(version[1], 0)


def compiled() -> bool:
    """aiohttp's own parser: the one in plain Python had holes that this one had not."""
    return http_parser.HttpRequestParser is not http_parser.HttpRequestParserPy


def check_door() -> None:
    """No door opens with an aiohttp that has known holes: a start is refused. What is wrong beside
    it is told in the log, and by the doctor."""
    door, old = "aiohttp", below()
    for one in old:
        if one.startswith(f"{door} "):
            raise WrongSetting(
                f"{one}：低于已知漏洞的下限，不能启动，请升级（重新 make install）"
                " / has known holes: upgrade it before the start"
            )
    if not compiled():
        raise WrongSetting(
            "aiohttp 没有使用编译的解析器，不能启动：请重新安装 aiohttp，并去掉环境变量 AIOHTTP_NO_EXTENSIONS"
            " / aiohttp runs without its compiled parser: install it anew, and unset AIOHTTP_NO_EXTENSIONS"
        )
    if old:
        log.warning("dependencies.old", below=old)


def findings() -> Iterator[Finding]:
    old = below()
    if old:
        yield wrong(f"依赖版本有已知漏洞，请升级 / known holes, upgrade: {', '.join(old)}")
    else:
        yield well("依赖版本高于已知漏洞的下限 / no dependency with a known hole")
    if not compiled():
        yield wrong("aiohttp 缺少编译的解析器，请重新安装 / aiohttp lacks its compiled parser")
    if not patched():
        told = ".".join(str(part) for part in sys.version_info[:3])
        yield note(
            f"Python {told} 低于已修补的版本，请升级补丁号 / is below the patched release: "
            f"3.{sys.version_info[1]}.{PYTHON[sys.version_info[1]]}"
        )
