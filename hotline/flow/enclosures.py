"""Files that come with an act (附件): known, of this case or of none yet, together within the limit."""

from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.errors import NotPossible
from hotline.flow.centre import Centre
from hotline.store import files
from hotline.store.work import Work


async def enclose(centre: Centre, work: Work, case: Case, facts: Act) -> None:
    """Ties the act's files to its case; raises NotPossible, naming the field."""
    tokens = tuple(getattr(facts, "attachments", ()))
    if not tokens:
        return
    total = await files.size_of_case(work.connection, case.id or 0)
    for token in dict.fromkeys(tokens):
        kept = await files.find(work.connection, centre.cipher, token)
        if kept is None or kept.case_id not in (None, case.id):
            raise NotPossible(
                "附件不存在，请重新上传。", "Unknown attachment.", field="attachments"
            )
        total += kept.size if kept.case_id is None else 0
    if total > centre.case_bytes:
        raise too_much(centre)
    await files.bind(work.connection, tokens, case.id or 0)


def too_much(centre: Centre) -> NotPossible:
    most = centre.case_bytes // 2**20
    return NotPossible(
        f"一件诉求的附件合计不能超过 {most} MB，请压缩或减少后再传。",
        f"A case's files together may hold {most} MB; send fewer or smaller ones.",
        field="attachments",
    )
