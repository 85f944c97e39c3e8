"""`hotline rules`, `labels` and `model` at the terminal."""

import csv
import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from classifiers import registry
from classifiers import rows as trained_on
from hotline.commands import labels, model, rules
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of
from hotline.config import Settings
from hotline.domain.acts import centre as acts
from hotline.domain.words import Role
from hotline.flow import intake, shadow, work
from hotline.flow.shadow import Shadow
from hotline.store import acts as record
from hotline.wiring import Parts
from tests.commands.support import settings_in, told
from tests.conftest import one_reader
from tests.makers import a_complaint, an_officer

HOLE = "城市管理/市政设施/井盖缺失破损"


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    shutil.copy(empty_sqlite, tmp_path / "hotline.db")
    return settings_in(tmp_path)


async def some_cases(settings: Settings) -> list[str]:
    """Three received and accepted under another topic; one confidential, one a 举报."""
    numbers = []
    async with centre_of(settings, Parts(make_reader=one_reader)) as centre:
        centre.automatic = False
        for n, more in enumerate(({}, {"confidential": True}, {"type": "report"})):
            receipt = await intake.receive(
                centre, a_complaint(f"k{n}", received_at=centre.now(), **more)
            )
            while await intake.triage_pending(centre):
                pass
            dispatcher = an_officer(Role.DISPATCHER)
            await work.act(centre, receipt.number, acts.Accept(topic=HOLE), dispatcher)
            await work.act(centre, receipt.number, acts.Transfer(department="zjj"), dispatcher)
            numbers.append(receipt.number)
    return numbers


@pytest.mark.slow
async def test_rules_go_out_to_files_come_back_and_are_tried(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await some_cases(settings)
    file, tests = tmp_path / "rules.csv", tmp_path / "tests.csv"
    assert await rules.run(settings, rules.Asked("export", file, tests)) == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfid,level1")
    assert await rules.run(settings, rules.Asked("check", file, tests)) == 0
    text = file.read_text("utf-8-sig").splitlines()
    text.insert(1, "lamps,*,*,*,路灯,zjj,,no,dispatch,,试行")
    file.write_text("\n".join(text), "gb18030")
    capsys.readouterr()
    assert await rules.run(settings, rules.Asked("try", file, tests, as_json=True)) == 0
    found = told(capsys.readouterr().out)
    assert (found["cases"], found["moved"], found["right_after"]) == (3, 3, 3)
    assert await rules.run(settings, rules.Asked("try", file)) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert await rules.run(settings, rules.Asked("import", file, tests, note="试行")) == 0
    assert await rules.run(settings, rules.Asked("list")) == 0
    assert "version 2" in capsys.readouterr().out


@pytest.mark.slow
async def test_a_file_with_errors_is_told_and_not_put_in_force(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rules.csv"
    file.write_text("id,words,department\nx,(坏,nobody\n", "utf-8")
    assert await rules.run(settings, rules.Asked("check", file, as_json=True)) == 1
    found = told(capsys.readouterr().out)
    assert {"pattern", "dangling_department"} <= {one["code"] for one in found["items"]}
    with pytest.raises(Failed, match="未生效"):
        await rules.run(settings, rules.Asked("import", file))
    with pytest.raises(Failed, match="cannot be read"):
        await rules.run(settings, rules.Asked("check", tmp_path / "nothing.csv"))
    async with centre_of(settings) as centre:
        assert centre.city.book.version == 1


@pytest.mark.slow
async def test_labels_are_exported_masked_for_the_owner_alone_and_on_record(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await some_cases(settings)
    file = tmp_path / "labels.csv"
    file.touch(0o644)
    assert await labels.run(settings, labels.Asked(file)) == 0
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["label"], row["departments"]) for row in rows] == [
        ("城乡建设", ""),
        ("", "住房城乡建设"),
    ]
    assert rows[0]["topic"] == HOLE and rows[0]["body"]
    learnt = trained_on.load([file])  # the trainer knows each row by its columns
    assert [one.label for one in learnt.topics] == ["城乡建设"]
    assert [one.kinds for one in learnt.departments] == [("住房城乡建设",)]
    assert "2 件未导出" in capsys.readouterr().out
    async with centre_of(settings) as centre, centre.look() as look:
        newest = (await record.listed(look.connection))[0]
    assert (newest["act"], newest["about"]["rows"]) == ("labels_exported", 2)
    with pytest.raises(Failed, match="cannot be written"):
        await labels.run(settings, labels.Asked(tmp_path / "no" / "where.csv"))


@pytest.mark.slow
async def test_a_candidate_is_chosen_by_its_folder_reads_along_and_is_reported(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failed, match="no candidate"):
        await model.run(settings, model.Asked("shadow"))
    with pytest.raises(Failed, match="cannot be used"):
        await model.run(settings, model.Asked("shadow", tmp_path))
    folder = registry.chosen(None)
    assert folder is not None
    assert await model.run(settings, model.Asked("shadow", folder)) == 0
    numbers = await some_cases(settings)
    async with centre_of(settings, Parts(make_reader=one_reader)) as centre:
        assert await Shadow(centre).look() == len(numbers)
    capsys.readouterr()
    assert await model.run(settings, model.Asked("shadow", as_json=True)) == 0
    found = told(capsys.readouterr().out)
    assert found["texts"] == 3 and found["fields"]["topic"]["agreed"] == 3  # the same model
    assert await model.run(settings, model.Asked("shadow")) == 0
    assert await model.run(settings, model.Asked("status")) == 0
    assert "automatic dispatch is on" in capsys.readouterr().out
    assert await model.run(settings, model.Asked("status", as_json=True)) == 0
    assert json.loads(capsys.readouterr().out)["shadow"]["candidate"] == found["candidate"]
    assert await model.run(settings, model.Asked("shadow", stop=True)) == 0
    async with centre_of(settings) as centre:
        assert await shadow.running(centre) is None
