"""What the interface answers of the knowledge base, as types."""

from hotline.web.told import Count, Moment, Told


class PartTold(Told):
    """A run of a text, and whether it is what was asked for."""

    text: str
    marked: bool


class AnswerTold(Told):
    """An article that answers a question, with the passage that says so."""

    id: int
    version: Count
    title: str
    topic: str
    department: str
    department_name: str
    place: str
    basis: str
    effective_on: str | None
    expires_on: str | None
    released_at: Moment | None
    passage: list[PartTold]
    score: float


class Answers(Told):
    items: list[AnswerTold]
    next_cursor: str | None


class Offered(Told):
    """The three best for what is typed so far."""

    items: list[AnswerTold]


class FileTold(Told):
    name: str
    size: Count
    type: str
    url: str


class ArticleRead(Told):
    """An article in force, as anyone reads it."""

    id: int
    version: Count
    title: str
    body: str
    topic: str
    department: str
    department_name: str
    place: str
    basis: str
    effective_on: str | None
    expires_on: str | None
    released_at: Moment | None
    files: list[FileTold]


class ArticleRow(Told):
    """An article in the list of those who write and review."""

    id: int
    title: str
    topic: str
    department: str
    department_name: str
    place: str
    public: bool
    stage: str
    stage_text: str
    latest: Count
    released: int | None
    released_at: Moment | None
    review_on: str | None
    expires_on: str | None
    used: Count
    helpful: Count
    unhelpful: Count


class Articles(Told):
    items: list[ArticleRow]
    older: int | None


class ArticleVersionTold(Told):
    n: Count
    revision: Count
    stage: str
    stage_text: str
    title: str
    body: str
    topic: str
    department: str
    place: str
    basis: str
    keywords: list[str]
    questions: list[str]
    public: bool
    effective_on: str | None
    expires_on: str | None
    attachments: list[str]
    origin: str
    author: str
    written_at: Moment
    submitted_at: Moment | None
    reviewer: str | None
    reviewed_at: Moment | None
    note: str


class ArticleTold(ArticleRow):
    """With every version, newest first."""

    versions: list[ArticleVersionTold]


class GapTold(Told):
    """A question without an answer, without who asked."""

    key: str
    question: str
    times: Count
    first_at: Moment
    last_at: Moment


class Gaps(Told):
    items: list[GapTold]


class OfferTold(Told):
    """A closed consultation that may become an article; identity removed."""

    number: str
    title: str
    body: str
    topic: str
    department: str
    received_at: Moment


class Offers(Told):
    items: list[OfferTold]


class Counted(Told):
    counted: bool
