"""What is thought of a text: with a model and without, of odd texts, and never by running data."""

import json
import random
import shutil
import time
from pathlib import Path

import pytest

from classifiers import registry
from classifiers.catalogue import topics
from classifiers.keywords import Keywords
from classifiers.model import reading_from
from classifiers.places import NAME, _named, places
from classifiers.reader import Reader
from classifiers.tokens import normalise

CITY = {"望江区": ["望江大道", "望江花园"], "云山区": ["云山路"]}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return registry.load_default(gazetteer=CITY)


def test_a_complaint_is_read_whole_with_reasons(reader: Reader) -> None:
    found = reader.read("望江花园物业乱收停车费", "物业没有公示就涨了停车费，要求退还。")
    assert found.topic.label.startswith("城乡建设/物业服务")
    assert found.district.label == "望江区" and found.type.label == "complaint"
    assert found.urgency.label == "normal" and found.topic.reasons
    assert reading_from(json.loads(json.dumps(found.as_json()))) == found


def test_without_a_model_the_catalogue_still_speaks() -> None:
    found = Reader(Keywords(topics()), CITY).read("路灯不亮", "路灯坏了，晚上很黑")
    assert found.topic.label.endswith("路灯故障") and not found.topic.sure
    assert not found.department.sure


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("楼道里燃气泄漏，味道很重", "critical"),
        ("工地坍塌，有工人被埋", "critical"),
        ("孩子被困在电梯里，快来人", "urgent"),
        ("小区停水三天了", "urgent"),
        ("建议消防演练防止火灾", "normal"),
        ("生意火爆，晚上很吵", "normal"),
        ("路灯坏了", "normal"),
    ],
)
def test_emergencies_are_told_from_figures_of_speech(reader: Reader, text: str, level: str) -> None:
    assert reader.read("", text).urgency.label == level


@pytest.mark.parametrize(
    ("title", "body", "wanted"),
    [
        ("咨询公积金提取", "请问公积金怎么办理提取，需要什么材料？", "consult"),
        ("举报黑作坊", "有人无证经营，请查处", "report"),
        ("建议增设公交站", "希望增设一个站点", "suggestion"),
        ("表扬社区民警", "特别感谢民警帮我找回老人", "praise"),
    ],
)
def test_what_the_citizen_wants_is_heard(
    reader: Reader, title: str, body: str, wanted: str
) -> None:
    assert reader.read(title, body).type.label == wanted


@pytest.mark.parametrize("text", ["", "   ", "？！", "a" * 50, "路" * 20_000, "ＡＢＣ１２３"])
def test_odd_texts_get_an_answer_at_once(reader: Reader, text: str) -> None:
    began = time.perf_counter()
    found = reader.read(text[:200], text)
    assert time.perf_counter() - began < 2.0
    assert found.type.label and not found.topic.sure


def test_a_traditional_text_is_read_like_a_simplified_one(reader: Reader) -> None:
    told, other = (
        reader.read("路燈壞了", "小區的路燈壞了"),
        reader.read("路灯坏了", "小区的路灯坏了"),
    )
    assert told.topic == other.topic and told.topic.label.endswith("路灯故障")


def test_the_suggestions_are_a_choice_between_matters(reader: Reader) -> None:
    found = reader.read("小区停水", "物业说是自来水公司检修，停水两天没有通知").topic
    paths = [found.label, *(one.label for one in found.runners_up)]
    assert len({path.rsplit("/", 1)[0] for path in paths}) == 3


def test_an_empty_text_is_not_given_a_topic(reader: Reader) -> None:
    assert reader.read("", "").topic.confidence == 0.0


def test_a_long_run_of_one_sign_is_shortened() -> None:
    assert len(normalise("好" * 1_000_000)) <= 2000


def test_a_model_that_is_not_what_its_manifest_says_is_refused(tmp_path: Path) -> None:
    folder = registry.chosen(None)
    assert folder is not None
    shutil.copytree(folder, tmp_path / "m")
    arrays = tmp_path / "m" / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:-1] + b"x")
    with pytest.raises(registry.BadModel, match="not those of the manifest"):
        registry.load(tmp_path / "m")


@pytest.mark.parametrize(
    ("name", "value"), [("format", 2), ("features", {"cutter": "another"}), ("libraries", {})]
)
def test_a_model_of_an_earlier_version_is_refused_with_what_to_do(
    tmp_path: Path, name: str, value: object
) -> None:
    folder = registry.chosen(None)
    assert folder is not None
    shutil.copytree(folder, tmp_path / "m")
    place = tmp_path / "m" / "manifest.json"
    manifest = json.loads(place.read_text("utf-8"))
    place.write_text(json.dumps({**manifest, name: value}), "utf-8")
    with pytest.raises(registry.BadModel, match="请重新训练或换用其他模型"):
        registry.load(tmp_path / "m")


def test_no_department_is_acted_on_that_earned_no_threshold(reader: Reader) -> None:
    """A sure topic alone sends nothing: which kind of department answers must be as sure."""
    found = reader.read("小区停水三天", "自来水公司停水三天，没有通知，自来水水压也很低。")
    limits = [] if reader.departments is None else reader.departments.thresholds
    assert found.department.label == "自来水公司" and min(limits) > 1
    assert not found.department.sure


def test_the_shipped_model_holds_numbers_and_no_citizens_words() -> None:
    folder = registry.chosen(None)
    assert folder is not None and sum(f.stat().st_size for f in folder.iterdir()) < 12 * 2**20
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    han = {c for c in json.dumps(manifest, ensure_ascii=False) if "一" <= c <= "鿿"}
    labels = {c for part in manifest["models"].values() for label in part["labels"] for c in label}
    assert han <= labels


def test_a_chosen_model_can_be_taken_back(tmp_path: Path) -> None:
    folder = registry.chosen(None)
    assert folder is not None
    shutil.copytree(folder, tmp_path / "models" / "second")
    registry.use(tmp_path / "models" / "second", tmp_path)
    assert registry.chosen(tmp_path) == (tmp_path / "models" / "second").resolve()
    registry.use(folder, tmp_path)
    assert registry.chosen(tmp_path) == folder.resolve()


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("望江区滨江街道望江大道88号工地夜里施工", ("滨江街道", "望江大道")),
        ("合肥市蜀山区南七街道", ("南七街道",)),
        ("住在望江区长岭家园小区3栋", ("长岭家园",)),
        ("高新区科学大道与创新大道交口", ("科学大道", "创新大道")),
        ("阳光小区西门外", ("阳光小区",)),
        ("城市广场跳舞", ("城市广场",)),
    ],
)
def test_a_place_is_its_own_name_without_the_district_in_front(
    told: str, found: tuple[str, ...]
) -> None:
    assert places(told) == found


def test_names_looked_for_near_their_kind_are_those_found_from_left_to_right() -> None:
    dice = random.Random(5)
    for _ in range(2000):
        text = "".join(dice.choices("大道街路巷小区学校村a1，望江新", k=dice.randint(0, 40)))
        found = [match.span() for match in _named(text)]
        assert found == [match.span() for match in NAME.finditer(text)]
