"""Refusals: what a citizen or an officer can be told; anything else is a bug or an outage."""


class Refused(Exception):
    """An act that is not done, with the sentence for the person who asked, in both languages."""

    code = "refused"

    def __init__(self, zh: str, en: str, *, field: str | None = None) -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en
        self.field = field


class NotPossible(Refused):
    """The law of the case has no such step from here, or its guard says no."""

    code = "not_possible"


class NotAllowed(Refused):
    """The step exists, but not for this person on this case."""

    code = "not_allowed"


class NoSuchCase(Refused):
    """No case with that number, or none that this person may know of."""

    code = "no_such_case"

    def __init__(self) -> None:
        super().__init__(
            "没有找到这件诉求，请核对编号和查询码。",
            "No such case; please check the number and the query code.",
        )


class Stale(Refused):
    """Somebody else changed the case after it was read."""

    code = "stale"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"这件诉求刚被他人更新（现为第 {version} 版），请刷新后再操作。",
            f"The case was changed meanwhile (now version {version}); reload and try again.",
        )
        self.version = version
