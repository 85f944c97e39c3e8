"""Policy profiles: what each rule says is there, what is wrong is named by its key in two languages."""

import tomllib
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from classifiers.catalogue import topics
from escalation import base, soundness
from escalation.calendar import ZONE, Span, WorkCalendar
from escalation.profile import Override
from escalation.promise import Promise, start
from escalation.reading import BadTerms, parse
from escalation.terms import Terms
from hotline.config import WrongSetting
from hotline.wiring import load_terms

CHINA = WorkCalendar.china()
MONDAY = datetime(2026, 11, 23, 10, tzinfo=ZONE)
PROFILES = resources.files("hotline") / "seed" / "profiles"
DEFAULT = (PROFILES / "default.toml").read_text("utf-8")
NAMES = ("default", "sichuan-2025", "fuzhou-2017", "shandong-2020", "beijing-draft")
TYPES = ("consult", "help", "complaint", "report", "suggestion", "praise")
PROMISES = (Promise.DISPATCH, Promise.SIGN, Promise.CONTACT, Promise.REPLY, Promise.RULING)


def reply(terms: Terms, kind: str, urgency: str = "normal") -> str:
    limit = terms.limit(Promise.REPLY, type=kind, urgency=urgency)
    assert limit is not None
    return str(limit.span)


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("default", (3, 5, 10, 15, 7, 5)),
        ("sichuan-2025", (3, 7, 15, 15, 7, 5)),
        ("fuzhou-2017", (2, 3, 10, 10, 5, 5)),
        ("shandong-2020", (5, 5, 5, 5, 5, 5)),
    ],
)
def test_each_rule_gives_its_own_reply_limits(name: str, limits: tuple[int, ...]) -> None:
    terms = load_terms(name)
    for kind, n in zip(TYPES, limits, strict=True):
        assert reply(terms, kind) == f"{n} working_day"


def test_beijings_draft_counts_natural_days_and_hours_for_utilities() -> None:
    terms = load_terms("beijing-draft")
    assert {reply(terms, kind) for kind in TYPES} == {"7 natural_day"}
    assert reply(terms, "help", "urgent") == "24 natural_hour"
    assert reply(terms, "help", "critical") == "2 natural_hour"
    assert reply(terms, "help", "complex") == "15 natural_day"


def test_shandong_lets_a_reply_be_extended_by_ten_days_and_a_return_take_two() -> None:
    terms = load_terms("shandong-2020")
    extension = terms.extension("help", "normal")
    assert extension is not None and str(extension.span) == "10 working_day"
    assert extension.times == 1 and extension.most(5) == 10
    assert str(terms.return_window("help", "normal")) == "2 working_day"


@pytest.mark.parametrize("name", NAMES)
def test_every_promise_of_every_type_names_its_rule(name: str) -> None:
    terms = load_terms(name)
    for kind in TYPES:
        for urgency in ("critical", "urgent", "normal", "complex"):
            for promise in PROMISES:
                limit = terms.limit(promise, type=kind, urgency=urgency)
                assert limit is None or limit.source


@pytest.mark.parametrize("name", NAMES[1:])
def test_what_a_rule_does_not_say_is_the_defaults_and_says_so(name: str) -> None:
    terms, default = load_terms(name), load_terms("default")
    theirs = terms.limit(Promise.SIGN, type="help", urgency="normal")
    ours = default.limit(Promise.SIGN, type="help", urgency="normal")
    assert theirs is not None and ours is not None and theirs.span == ours.span
    assert theirs.source == f"本方案沿用默认方案：{ours.source}"
    own = terms.limit(Promise.REPLY, type="complaint", urgency="normal")
    assert own is not None and "沿用" not in own.source


def test_the_version_covers_the_base_and_every_word_of_the_profile() -> None:
    own = 'base = "default"\nname = "x"\nedition = "1"\n'
    first = parse(own, lambda _: DEFAULT).version
    assert first.startswith("x 1 ") and first == parse(own, lambda _: DEFAULT).version
    assert parse(own + "# more\n", lambda _: DEFAULT).version != first
    assert parse(own, lambda _: DEFAULT + "# more\n").version != first


def changed(old: str, new: str) -> str:
    assert old in DEFAULT
    return DEFAULT.replace(old, new, 1)


THIRD = '{ level = 3, kind = "supervise", over = "1 working_day" },'
FOURTH = '{ level = 4, kind = "supervise", over = "5 working_day" },'
HELP = 'reply = { limit = "5 working_day"'
WRONG = {
    "an unknown key": (
        changed("[numbers]", "[numbers]\nmax_retrns = 2"),
        "numbers.max_retrns",
        "没有这样的键",
        "unknown key",
    ),
    "an unknown table": (DEFAULT + "[extra]\n", "extra", "没有这样的键", "unknown key"),
    "a bad unit": (
        changed(HELP, 'reply = { limit = "5 workdays"'),
        "limits.normal.help.reply.limit",
        "5 workdays",
        "5 working_day",
    ),
    "a limit without a source": (
        changed(
            'ruling = { limit = "2 natural_hour", source = "本方案自定" }',
            'ruling = { limit = "2 natural_hour" }',
        ),
        "limits.critical.ruling.source",
        "缺少",
        "missing",
    ),
    "a missing type": (
        changed("[limits.normal.help]", "[ladders_of_old]\n[limits.normal.hlp]"),
        "limits.normal",
        "",
        "",
    ),
    "a missing order level": (
        changed("5 = { limit", "# 5 = { limit"),
        "orders.5",
        "缺少",
        "missing",
    ),
    "ladder steps out of order": (
        changed(f"{THIRD}\n  {FOURTH}", f"{FOURTH}\n  {THIRD}"),
        "ladders.reply.4",
        "先后颠倒",
        "out of order",
    ),
    "a step without a moment": (
        changed('{ level = 0, kind = "remind", used = 0.75 }', '{ level = 0, kind = "remind" }'),
        "ladders.sign.0",
        "used",
        "one of",
    ),
    "a ladder of no promise": (
        changed("finish = [{", "finnish = [{"),
        "ladders.finnish",
        "没有这样的承诺",
        "no promise",
    ),
    "a grantor nobody is": (
        changed('by = ["director"]', 'by = ["mayor"]'),
        "limits.urgent.extension.by.0",
        "不是允许的值",
        "allowed",
    ),
    "an extension in another unit": (
        changed('extension = { limit = "5 working_day"', 'extension = { limit = "5 natural_day"'),
        "limits.normal.help.extension.limit",
        "单位应相同",
        "unit",
    ),
    "more grantors than times": (
        changed('by = ["director"]', 'by = ["director", "office"]'),
        "limits.urgent.extension.by",
        "次数",
        "grantors",
    ),
    "an override of no type": (
        changed('types = ["complaint", "report"]', 'types = ["complain"]'),
        "overrides.0.types",
        "没有诉求类型",
        "no such type",
    ),
    "office hours out of order": (
        changed('office = ["09:00-12:00"', 'office = ["12:00-09:00"'),
        "counting.office",
        "先后不对",
        "out of order",
    ),
    "a day that is both": (
        changed(
            'day_ends = "24:00"', 'day_ends = "24:00"\nclosed = [2026-06-30]\nopened = [2026-06-30]'
        ),
        "counting.closed",
        "又休又上班",
        "closed and worked",
    ),
    "an end of day nobody knows": (
        changed('day_ends = "24:00"', 'day_ends = "noon"'),
        "counting.day_ends",
        "不是允许的值",
        "allowed",
    ),
    "a ground longer than the total": (
        changed('AWAIT_TEST = "30 working_day"', 'AWAIT_TEST = "31 working_day"'),
        "suspension.grounds.AWAIT_TEST",
        "超过",
        "longer",
    ),
    "no TOML": ("name = ", "", "TOML", "TOML"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_profile_names_the_key_in_both_languages(what: str) -> None:
    text, key, zh, en = WRONG[what]
    with pytest.raises(BadTerms) as wrong:
        parse(text)
    told = str(wrong.value)
    assert key in told and zh in told and en in told and " / " in told


def test_a_type_that_is_left_out_is_named() -> None:
    start, end = DEFAULT.index("[limits.normal.praise]"), DEFAULT.index("# 疑难")
    with pytest.raises(BadTerms, match=r"limits\.normal\.praise.*缺少.*missing"):
        parse(DEFAULT[:start] + DEFAULT[end:])


def test_a_base_that_is_not_there_or_comes_back_to_itself_is_refused() -> None:
    own = 'base = "nowhere"\nname = "x"\nedition = "1"\n'
    with pytest.raises(BadTerms, match="nowhere"):
        parse(own)
    with pytest.raises(BadTerms, match="nowhere → nowhere.*circle"):
        parse(own, lambda _: own)
    with pytest.raises(BadTerms, match="base"):
        parse("base = 5\n" + own.partition("\n")[2])


def test_a_base_may_have_a_base_and_every_value_names_where_it_came_from() -> None:
    shelf: dict[str, dict[str, Any]] = {
        "default": {"name": "default", "a": {"source": "甲"}, "b": {"source": "乙"}, "c": 1},
        "province": {"name": "province", "base": "default", "b": {"source": "丙"}},
    }
    city = base.whole({"name": "city", "base": "province", "c": 2}, shelf.__getitem__)
    assert city == {
        "name": "city",
        "a": {"source": "本方案沿用默认方案：甲"},
        "b": {"source": "本方案沿用province方案：丙"},
        "c": 2,
    }


def test_a_citys_own_file_may_stand_on_a_shipped_profile(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "shandong-2020"\nname = "mine"\nedition = "1"\n', "utf-8")
    assert load_terms(str(path)).name == "mine"
    path.write_text('base = "default"\nname = "mine"\nedition = "1"\n', "utf-8")
    assert load_terms(str(path)).name == "mine"
    with pytest.raises(WrongSetting, match="nowhere"):
        load_terms("nowhere")


CATALOGUE = {name for topic in topics() for name in (topic.level1, topic.level2, topic.level3)}


def test_every_topic_of_a_shipped_profile_is_in_the_shipped_catalogue() -> None:
    for name in NAMES:
        assert load_terms(name).misfits(CATALOGUE, ()) == []


def test_a_topic_the_catalogue_has_not_is_said_with_its_key() -> None:
    terms = parse(changed('topics = ["供气"]', 'topics = ["供汽"]'))
    found = terms.misfits({"供气"}, ())
    assert [one.key for one in found] == ["overrides.0.topics（gas-complaint）"]
    assert "供汽" in found[0].zh and "catalogue" in found[0].en
    assert load_terms("default").misfits({"供气"}, ()) == []


GAS = ("公用事业", "供气", "燃气收费")


def test_an_override_that_is_off_does_nothing() -> None:
    off = parse(changed('id = "gas-complaint"', 'id = "gas-complaint"\nenabled = false'))
    on = load_terms("default")
    for terms, n in ((off, 10), (on, 15)):
        limit = terms.limit(Promise.REPLY, type="complaint", urgency="normal", topic=GAS)
        assert limit is not None and limit.span.n == n


def test_an_override_wins_where_longer_unless_it_replaces() -> None:
    shorter = changed(
        'limit = "15 working_day"\nsource = "城镇', 'limit = "3 working_day"\nsource = "城镇'
    )
    replacing = shorter.replace('id = "gas-complaint"', 'id = "gas-complaint"\nmode = "replace"')
    for text, span in ((shorter, "10 working_day"), (replacing, "3 working_day")):
        limit = parse(text).limit(Promise.REPLY, type="complaint", urgency="normal", topic=GAS)
        assert limit is not None
        begun = start(Promise.REPLY, MONDAY, limit, CHINA, terms_version="t")
        assert str(begun.span) == span


def test_a_department_counts_by_its_own_calendar_and_the_version_says_so() -> None:
    own = '[departments.zjj]\noffice = ["08:00-16:00"]\nclosed = [2026-11-24]\n'
    city, departments = parse(DEFAULT + own).calendars(CHINA)
    assert city is CHINA and departments["zjj"].version.startswith(f"{CHINA.version} zjj:")
    assert departments["zjj"].due(MONDAY, Span.parse("1 working_day")).day == 26
    assert [one.key for one in parse(DEFAULT + own).misfits({"供气"}, {"cgj"})] == [
        "departments.zjj"
    ]


def test_the_city_may_close_at_the_end_of_business() -> None:
    closing = parse(changed('day_ends = "24:00"', 'day_ends = "close"'))
    city, _ = closing.calendars(CHINA)
    assert city.due(MONDAY, Span.parse("1 working_day")) == datetime(
        2026, 11, 24, 17, 30, tzinfo=ZONE
    )
    assert city.version != CHINA.version


def test_local_statutes_ship_as_examples_that_are_off() -> None:
    rows = tomllib.loads((resources.files("hotline.seed") / "overrides.toml").read_text("utf-8"))
    found = [Override.model_validate(row) for row in rows["overrides"]]
    assert len(found) >= 15 and not any(row.enabled for row in found)
    assert len({row.id for row in found}) == len(found) and all(row.source for row in found)
    assert {row.promise for row in found} == {"reply", "on_site"}
    assert {topic for row in found for topic in row.topics} <= CATALOGUE


def test_findings_of_a_sound_profile_are_none() -> None:
    for name in NAMES:
        assert list(soundness.findings(load_terms(name)._profile)) == []
