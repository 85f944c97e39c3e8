"""Package data of a believable city: departments, districts, duty list, accounts, complaints."""

import csv
import io
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

# What a district is known by, in the order in which a text is searched for it.
PLACES = ("streets", "roads", "estates", "schools", "landmarks")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a shipped table, as they are written."""
    text = (resources.files("hotline.seed") / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def departments() -> list[dict[str, Any]]:
    """The tree: city bureaus as the catalogue names them, district units, street offices.

    街道/乡镇 is no office but a line: a place makes it the district's government, and that
    passes the work on (加派) to the street.
    """
    return [
        {**row, "parent": row["parent"] or None, "dispatchable": row["dispatchable"] == "yes"}
        for row in rows("departments")
    ]


def districts() -> list[dict[str, Any]]:
    return [
        {
            "name": row["name"],
            "places": [place for kind in PLACES for place in row[kind].split("|")],
            "lon": float(row["lon"]),
            "lat": float(row["lat"]),
        }
        for row in rows("districts")
    ]


def boundaries() -> bytes:
    """The demo districts' borders as GeoJSON: as invented as the districts, and no map of a real city."""
    return (resources.files("hotline.seed") / "boundaries.geojson").read_bytes()


def duties() -> list[dict[str, Any]]:
    """The duty list in its order: the first line that fits wins."""
    return [
        {
            **row,
            "district_level": row["district_level"] == "yes",
            "co_departments": [code for code in row["co_departments"].split("|") if code],
        }
        for row in rows("duties")
    ]


def rule_tests() -> list[dict[str, str]]:
    """The tests attached to the duty list's rules: texts of our own, and where they must lead."""
    return rows("rule_tests")


def accounts() -> list[dict[str, str]]:
    return rows("accounts")


def rosters() -> dict[str, list[dict[str, str]]]:
    """The demo units' duty rosters; area code 0000 is nobody's."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows("rosters"):
        found.setdefault(row["department"], []).append(row)
    return found


@cache
def notices() -> tuple[str, ...]:
    """Every version of the privacy notice, the newest first; none is ever taken away."""
    names = (one.name for one in (resources.files("hotline.seed") / "privacy").iterdir())
    return tuple(sorted({name.partition(".")[0] for name in names}, reverse=True))


@cache
def privacy(language: str, version: str = "") -> tuple[str, str]:
    """The privacy notice: its version, and its text; the newest, unless an older one is named."""
    version = version or notices()[0]
    name = f"{version}.{'en' if language == 'en' else 'zh'}.md"
    text = (resources.files("hotline.seed") / "privacy" / name).read_text("utf-8")
    return version, text.partition("\n")[2].strip()


def told_elsewhere() -> dict[str, dict[str, str]]:
    """What a citizen is told with each reason of not being accepted."""
    return {row["code"]: row for row in rows("not_accepted")}


def by_name(found: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {str(row["name"]): str(row["code"]) for row in found}


def complaints() -> list[dict[str, Any]]:
    """Believable complaints with the `story` each is led through, written for this project."""
    return [
        {
            **row,
            "anonymous": row["anonymous"] == "yes",
            "confidential": row["confidential"] == "yes",
            "age_days": int(row["age_days"]),
            "solved": row["solved"] == "yes",
        }
        for row in rows("complaints")
    ]


@cache
def synonyms() -> list[list[str]]:
    """Words that people use for one thing, a group a row; for search only."""
    return [row["words"].split("|") for row in rows("synonyms")]


def articles() -> list[dict[str, str]]:
    """A first stock of the knowledge base, for the demo city and written for this project."""
    return rows("articles")


def inspection() -> str:
    """What score sheets are scored by, as TOML, where a city has nothing of its own."""
    return (resources.files("hotline.seed") / "inspection.toml").read_text("utf-8")
