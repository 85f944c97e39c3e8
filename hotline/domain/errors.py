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


class NotFound(Refused):
    """No such thing, or none that this person may know of."""

    code = "not_found"


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


class KeyMismatch(Refused):
    """The same Idempotency-Key with another body."""

    code = "key_mismatch"

    def __init__(self) -> None:
        super().__init__(
            "这个提交标识已用于另一份内容，请换一个新的标识后重新提交。",
            "This Idempotency-Key was used with another body; take a new one.",
            field="Idempotency-Key",
        )


class KeyInFlight(Refused):
    """The first post under the key has not been answered yet."""

    code = "key_in_flight"

    def __init__(self) -> None:
        super().__init__(
            "同一提交正在处理，请稍候。", "The same post is being handled; wait a moment."
        )


class KeyExpired(Refused):
    """A repeat so late that its first answer, with the query code, is not kept any more."""

    code = "key_expired"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"这份内容早已收到（编号 {number}），查询码只在 7 天内重发；如需补发请拨打 12345。",
            f"Received long ago as {number}; its query code is repeated for 7 days only. Call 12345.",
            field="Idempotency-Key",
        )
