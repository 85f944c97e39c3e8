"""The city's letters: who we are in them, whose mailbox is whose, where their links lead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Post:
    """What letters go by; plain facts of the installation."""

    sender: str = ""  # the address that letters come from; empty: none leave
    addresses: tuple[str, ...] = ()  # all of ours
    departments: Mapping[str, str] = field(default_factory=dict)  # of mailboxes that have one
    most: int = 50 * 2**20  # bytes of a letter
    city: str = ""
    pages: str = ""  # address of the citizens' pages
    folder: Path | None = None  # where the office's own templates lie

    @property
    def domain(self) -> str:
        own = (self.sender, *self.addresses, "@hotline.invalid")
        return next(one.rpartition("@")[2] for one in own if one)
