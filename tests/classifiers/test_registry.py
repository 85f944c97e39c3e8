"""Model folders: refused when they do not match, let in only when no worse, taken back at will."""

import hashlib
import io
import json
import pickle
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pytest

from classifiers import registry
from classifiers.__main__ import main
from classifiers.gate import worse


def copied(tmp_path: Path, name: str = "second") -> Path:
    folder = registry.chosen(None)
    assert folder is not None
    shutil.copytree(folder, tmp_path / "models" / name)
    return tmp_path / "models" / name


def changed(folder: Path, **facts: object) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | facts), "utf-8")
    return folder


def weaker(folder: Path) -> Path:
    scores = json.loads((folder / "manifest.json").read_text("utf-8"))["scores"]
    scores["topics"]["all"]["macro_f1"] -= 0.05
    return changed(folder, scores=scores)


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    spoken = registry.spoken() | {"hash": "another"}
    with pytest.raises(registry.BadModel, match="other features"):
        registry.load(changed(copied(tmp_path), features=spoken))


def test_a_model_of_another_major_version_of_a_library_is_refused(tmp_path: Path) -> None:
    libraries = registry.libraries() | {"scikit-learn": "0.24.2"}
    with pytest.raises(registry.BadModel, match="scikit-learn 0.24.2"):
        registry.load(changed(copied(tmp_path), libraries=libraries))


def test_a_minor_version_is_no_hindrance(tmp_path: Path) -> None:
    major = registry.libraries()["numpy"].split(".")[0]
    libraries = registry.libraries() | {"numpy": f"{major}.0.0"}
    assert registry.load(changed(copied(tmp_path), libraries=libraries)).topics is not None


def test_the_manifest_tells_data_features_scores_thresholds_and_versions() -> None:
    folder = registry.chosen(None)
    assert folder is not None
    manifest = registry.load(folder).manifest
    assert set(manifest["libraries"]) == set(registry.LIBRARIES)
    assert all(len(one) == 64 for one in manifest["data_sha256"].values())
    assert len(manifest["models"]["topics"]["thresholds"]) == 7
    assert manifest["scores"]["topics"]["all"]["ece_noise"] > 0


def test_a_worse_model_is_not_let_in_without_a_reason(tmp_path: Path) -> None:
    folder = weaker(copied(tmp_path))
    with pytest.raises(registry.BadModel, match="宏平均F1"):
        registry.use(folder, tmp_path)
    registry.use(folder, tmp_path, reason="shown to the council")
    assert registry.chosen(tmp_path) == folder.resolve()
    assert "council" in (tmp_path / registry.CHOSEN).read_text("utf-8")


def test_an_equal_model_is_let_in_and_can_be_taken_back(tmp_path: Path) -> None:
    before, folder = registry.chosen(None), copied(tmp_path)
    registry.use(folder, tmp_path)
    assert registry.chosen(tmp_path) == folder.resolve()
    assert registry.back(tmp_path) == before == registry.chosen(tmp_path)


def test_there_is_nothing_to_go_back_to_at_first(tmp_path: Path) -> None:
    with pytest.raises(registry.BadModel, match="没有可以退回的模型"):
        registry.back(tmp_path)


def test_a_candidate_runs_in_the_shadow_and_changes_nothing(tmp_path: Path) -> None:
    used, folder = registry.chosen(tmp_path), weaker(copied(tmp_path))
    assert registry.candidate(tmp_path) is None
    registry.propose(folder, tmp_path)
    shadow = registry.candidate(tmp_path)
    assert shadow is not None and shadow.read("路灯不亮", "路灯坏了").topic.label
    assert registry.chosen(tmp_path) == used
    registry.propose(None, tmp_path)
    assert registry.candidate(tmp_path) is None


def test_a_broken_candidate_is_left_out(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    registry.propose(folder, tmp_path)
    (folder / "arrays.npz").write_bytes(b"")
    assert registry.candidate(tmp_path) is None


class Planted:
    """What runs when it is unpacked by a reader that believes it."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def packed(way: int, good: Mapping[str, Any], mark: Path) -> bytes:
    """The model's arrays, one of them with a program in it; or the program instead of an archive."""
    out, name = io.BytesIO(), sorted(good)[way % len(good)]
    wicked = numpy.array([Planted(mark)] * (1 + way % 3), dtype=object)
    if way % 4 == 0:
        return pickle.dumps(Planted(mark), protocol=way // 4)
    if way % 4 == 1:
        numpy.save(out, wicked, allow_pickle=True)
        return out.getvalue()
    extra = {name: wicked} if way % 4 == 2 else {f"more_{way}": wicked, name: wicked}
    numpy.savez_compressed(out, **{**good, **extra})
    return out.getvalue()


def test_of_twenty_programs_in_a_models_arrays_none_runs(tmp_path: Path) -> None:
    """Row 37: even where the manifest vouches for them."""
    with numpy.load(io.BytesIO((copied(tmp_path) / "arrays.npz").read_bytes())) as found:
        good = {name: found[name] for name in list(found.files)[:5]}
    mark = tmp_path / "ran"
    pickle.loads(pickle.dumps(Planted(mark)))
    assert mark.exists(), "it would run"
    mark.unlink()
    for way in range(20):
        folder, body = tmp_path / "models" / "second", packed(way, good, mark)
        (folder / "arrays.npz").write_bytes(body)
        changed(folder, arrays_sha256=hashlib.sha256(body).hexdigest())
        with pytest.raises(registry.BadModel):
            registry.load(folder)
        assert not mark.exists(), way


def test_a_figure_that_is_gone_counts_as_worse() -> None:
    scores = {"topics": {"all": {"macro_f1": 0.9, "accuracy_at_80": 0.97}}}
    assert worse({"scores": {}}, {"scores": scores})
    assert not worse({"scores": scores}, {"scores": {}})


def test_noise_between_two_trainings_is_no_worsening() -> None:
    def told(f1: float) -> dict[str, object]:
        return {"scores": {"topics": {"all": {"macro_f1": f1}}}}

    assert not worse(told(0.929), told(0.930))
    assert worse(told(0.920), told(0.930))


def test_rows_that_the_model_learnt_from_are_said_to_flatter_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("title,body,label\n路灯不亮,路灯坏了,城乡建设\n", "utf-8")
    folder = copied(tmp_path)
    changed(folder, data_sha256={"rows.csv": hashlib.sha256(data.read_bytes()).hexdigest()})
    assert main(["evaluate", str(data), "--model", str(folder), "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["learnt_from"] and "--cross-validated" in told.err


def test_the_contracts_figures_are_printed_at_the_shipped_thresholds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "rows.jsonl"
    rows = [
        {"title": "拖欠工资", "body": "公司拖欠农民工工资三个月", "label": "劳动和社会保障"},
        {"title": "幼儿园学费", "body": "幼儿园乱收学费", "label": "教育文体"},
    ]
    data.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), "utf-8")
    assert main(["evaluate", str(data), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    wanted = {"rows", "macro_f1", "accuracy", "ece", "accuracy_at_80"}
    wanted |= {"coverage_at_98", "precision_at_coverage", "per_label"}
    assert wanted <= set(told) and told["accuracy"] == 1.0 and "learnt_from" not in told


def test_a_type_column_is_measured_with_the_same_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("title,body,type\n咨询公积金,请问公积金怎么提取,consult\n", "utf-8")
    assert main(["evaluate", str(data), "--task", "type", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == 1.0


def words_of(told: Any) -> list[str]:
    """Every string of a manifest: names and values, at any depth."""
    if isinstance(told, str):
        return [told]
    if isinstance(told, Mapping):
        return [one for pair in told.items() for part in pair for one in words_of(part)]
    return [one for part in told for one in words_of(part)] if isinstance(told, list) else []


SUM = re.compile(r"[0-9a-f]{64}")
DIGITS = re.compile(r"[0-9]{7,}")


def test_the_shipped_model_holds_no_telephone_and_no_id_number() -> None:
    """Reliability row 37: the vocabulary is hashed, and no place in it is as large as a telephone."""
    folder = registry.chosen(None)
    assert folder is not None
    assert {one.name for one in folder.iterdir()} == {"arrays.npz", "manifest.json"}
    with numpy.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        for name in arrays.files:
            assert arrays[name].dtype.kind in "iuf", f"{name} could hold words"
            if name.endswith("_places"):
                assert int(arrays[name].max()) < 10**10, name
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    words = [one for one in words_of(manifest) if SUM.fullmatch(one) is None]
    assert len(words) > 100
    assert [one for one in words if DIGITS.search(one)] == []
    assert words_of({"a": [{"b": "13800001234"}]}) == ["a", "b", "13800001234"]
    assert DIGITS.search("13800001234")
