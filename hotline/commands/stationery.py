"""What the doctor says of a city's own words: type and templates of papers, privacy notice, criteria."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from hotline.commands.finding import Finding, note, well, wrong
from hotline.domain.inspection import Subject
from hotline.flow import privacynotice, rubrics
from hotline.reports import papers_check, typeset


def findings(folder: Path, today: date) -> Iterator[Finding]:
    faces = typeset.faces()
    if faces:
        yield well(f"文书字体 / type for papers: {faces[0]}")
    else:
        yield note(
            "没有中文字体，文书只能出 Word，不能出 PDF；请安装中文字体（如思源宋体 Noto Serif CJK SC）"
            " / no Chinese font: papers as Word only"
        )
    bad = list(papers_check.broken(folder))
    yield from (wrong(f"{one.zh} / {one.en}") for one in bad)
    for name in papers_check.unread(folder):
        yield note(f"papers/{name} 不是文书模板的文件名，不会使用 / is no template's name, unused")
    if not bad:
        own = "、".join(papers_check.own(folder)) or "随程序提供 / as shipped"
        yield well(f"文书模板可用 / templates of papers: {own}")
    yield _notice(folder, today)
    yield _criteria(folder)


def _notice(folder: Path, today: date) -> Finding:
    try:
        told = privacynotice.read(folder)
    except privacynotice.BadNotice as error:
        return wrong(str(error))
    coming = [one for one in sorted(told.own) if one > today.isoformat()]
    later = f"，{coming[0]} 起换新版 / a new one from then on" if coming else ""
    return well(f"隐私说明 / privacy notice: {told.until(today)[0]}{later}")


def _criteria(folder: Path) -> Finding:
    """Of inspection: what the next sample would be scored by."""
    try:
        found = [rubrics.read(folder, one) for one in Subject]
    except rubrics.BAD as error:
        return wrong(f"{rubrics.NAME} 不能使用，不能抽取质检样本 / cannot be used: {error}")
    return well(f"质检评分标准 / criteria of inspection: {found[0].version}")
