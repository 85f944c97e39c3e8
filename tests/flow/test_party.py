"""Whose matter it is and what is spoken: kept with the case and its history, with own limits."""

import pytest

from channels import web
from channels.forms import BadForm
from escalation.calendar import Span
from escalation.promise import Promise
from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.promises import Step
from hotline.domain.words import Kind, Party, Role, Tongue
from hotline.flow.written import content_hash
from hotline.store.rows import case_values
from hotline.wiring import load_terms
from tests import makers


@pytest.mark.parametrize(
    ("kind", "usual", "own"),
    [("consult", 3, 2), ("help", 5, 4), ("complaint", 10, 4), ("report", 15, 15)],
)
def test_an_enterprise_has_limits_of_its_own_where_the_profile_tells_them(
    kind: str, usual: int, own: int
) -> None:
    terms = makers.rules().terms
    everybody = terms.limit(Promise.REPLY, type=kind, urgency="normal")
    enterprise = terms.limit(Promise.REPLY, type=kind, urgency="normal", party="enterprise")
    assert everybody and enterprise and (everybody.span.n, enterprise.span.n) == (usual, own)
    if own != usual:
        assert "珠海 2023" in enterprise.source
        contact = terms.limit(Promise.CONTACT, type=kind, urgency="normal", party="enterprise")
        assert contact and contact.span == Span.parse("1 working_hour")


def test_a_profile_takes_no_favour_of_another_city_over() -> None:
    for name in ("sichuan-2025", "fuzhou-2017", "shandong-2020", "beijing-draft"):
        terms = load_terms(name)
        for kind in Kind:
            one, other = (
                terms.limit(Promise.REPLY, type=kind.value, urgency="normal", party=party)
                for party in Party
            )
            assert one == other, (name, kind)


def test_an_emergency_is_as_fast_for_an_enterprise_and_a_longer_law_still_holds() -> None:
    terms = makers.rules().terms
    told = [
        terms.limit(Promise.REPLY, type="help", urgency="urgent", party=party) for party in Party
    ]
    assert told[0] == told[1]
    gas = terms.limit(
        Promise.REPLY,
        type="complaint",
        urgency="normal",
        topic=("", "供气", ""),
        party="enterprise",
    )
    assert gas and gas.override == "gas-complaint" and gas.or_longer and gas.or_longer.span.n == 4


def test_a_correction_to_an_enterprise_counts_the_promise_anew_and_stands_in_the_history() -> None:
    case = makers.a_case(type=Kind.COMPLAINT)
    before = case.due_at
    facts = acts.Correct(reason="系企业诉求", party=Party.ENTERPRISE, language=Tongue.CANTONESE)
    step = Step(makers.an_officer(Role.SHIFT_LEAD), makers.MONDAY, makers.rules())
    perform.perform(case, facts, step)
    assert before and case.due_at and case.due_at < before
    assert case.entries[-1].after["party"] == "enterprise"
    assert case.entries[-1].after["language"] == "cantonese"
    values = case_values(case)
    assert (values["party"], values["language"]) == ("enterprise", "cantonese")


def test_what_was_sent_before_these_were_asked_for_keeps_its_hash() -> None:
    form = web.read({"title": "a", "content": "b", "anonymous": True})
    enterprise = form.model_copy(update={"party": "enterprise"})
    plain, told = (web.incoming(one, key="k", at=makers.MONDAY) for one in (form, enterprise))
    assert content_hash(plain) == "5b1da233be14dd97a4654d6d5cf4e7b2a98f323d6a054bd612a90e60d0a23ce6"
    assert content_hash(told) != content_hash(plain)


def test_a_word_that_is_no_choice_is_said() -> None:
    with pytest.raises(BadForm) as caught:
        web.read({"title": "a", "content": "b", "anonymous": True, "party": "club"})
    assert [one.field for one in caught.value.problems] == ["party"]


def test_the_form_knows_every_language_that_the_case_knows() -> None:
    for one in Tongue:
        told = {"title": "a", "content": "b", "anonymous": True, "language": one.value}
        assert web.read(told).language == one.value
