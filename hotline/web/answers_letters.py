"""What the interface of the tray answers, as types."""

from hotline.web.told import Count, Moment, Told


class LetterMark(Told):
    check: str
    reason: str


class LetterLying(Told):
    """A letter in the tray; its sender and subject are masked."""

    id: int
    kind: str
    kind_text: str
    mailbox: str
    size: Count
    received_at: Moment
    waiting_seconds: Count | None
    outcome: str
    problem: str | None
    number: str | None
    subject: str
    sender: str
    marks: list[LetterMark]


class LettersLying(Told):
    items: list[LetterLying]
    older: int | None


class LetterFile(Told):
    name: str
    size: Count


class LetterShown(LetterLying):
    """One letter, safe to look at: words only, masked; `unreadable` says why it is raw."""

    text: str
    attachments: list[LetterFile]
    unreadable: str


class LetterJudged(Told):
    id: int
    outcome: str
