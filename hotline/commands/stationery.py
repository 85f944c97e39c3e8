"""What the doctor says of papers: whether there is Chinese type, and the office's own templates."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from hotline.commands.finding import Finding, note, well, wrong
from hotline.flow import privacynotice
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


def _notice(folder: Path, today: date) -> Finding:
    try:
        told = privacynotice.read(folder)
    except privacynotice.BadNotice as error:
        return wrong(str(error))
    coming = [one for one in sorted(told.own) if one > today.isoformat()]
    later = f"，{coming[0]} 起换新版 / a new one from then on" if coming else ""
    return well(f"隐私说明 / privacy notice: {told.until(today)[0]}{later}")
