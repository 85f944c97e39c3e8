"""What the interface tells of several cases at once: each with what became of it."""

from hotline.web.told import Count, Told


class BulkProblem(Told):
    """Why nothing is done with a case."""

    code: str
    detail: str


class BulkItem(Told):
    """One case: 200, or the status that the same act would have on the case alone."""

    number: str
    status: int
    version: Count | None
    title: str | None
    topic: str | None
    state: str | None
    to: str | None
    problem: BulkProblem | None


class BulkTold(Told):
    """批量办理: what would be done or was done; `undo` is the kind that takes it back."""

    step: str
    kind: str
    to: str
    undo: str | None
    able: Count
    refused: Count
    items: list[BulkItem]
