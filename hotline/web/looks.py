"""How pages look for whoever reads them: light or dark, and the elder's mode 长者模式; kept in cookies."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

# What may be chosen by a link, each kept in a cookie of its own for a year; the first is without.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": ("auto", "light", "dark"),
    "view": ("plain", "elder"),
}
YEAR = 31_536_000


@dataclass(frozen=True)
class Look:
    """`theme` auto follows the device."""

    theme: str = "auto"
    view: str = "plain"

    @property
    def elder(self) -> bool:
        """Large type and fewer choices."""
        return self.view == "elder"


def of(request: web.Request) -> Look:
    """The link just followed, else the choice made before; a word that is no choice is none."""
    told = {name: _chosen(request, name) for name in CHOICES}
    return Look(**{name: value for name, value in told.items() if value})


def _chosen(request: web.Request, name: str) -> str:
    wanted = request.query.get(name) or request.cookies.get(f"hotline_{name}", "")
    return wanted if wanted in CHOICES[name] else ""


def keep(request: web.Request, response: web.Response) -> None:
    """Remembers what was chosen on this very page."""
    for name, choices in CHOICES.items():
        wanted = request.query.get(name)
        if wanted == choices[0]:
            response.del_cookie(f"hotline_{name}")
        elif wanted in choices:
            response.set_cookie(
                f"hotline_{name}", wanted, samesite="Lax", httponly=True, max_age=YEAR
            )
