"""Who may see a citizen's identity: contract.md's table, written down a second time."""

import pytest

from hotline.domain.access import may_reveal
from hotline.domain.words import ACCOUNTS, Kind, Role
from tests.makers import a_case, an_officer

ALWAYS = {"dispatcher", "supervisor", "inspector", "shift_lead", "director", "callback"}
OF_THE_LEAD = {"clerk", "leader"}  # once it is signed for; the agent by the call, see flow/phone


@pytest.mark.parametrize("role", sorted(ACCOUNTS))
@pytest.mark.parametrize("unit", ["cgj", "jyj"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("guarded", ["", "report", "confidential"])
def test_identity_is_told_to_whom_the_contract_says(
    role: Role, unit: str, signed: bool, guarded: str
) -> None:
    case = a_case(lead="cgj", handler="钱" if signed else None)
    case.type = Kind.REPORT if guarded == "report" else case.type
    case.confidential = guarded == "confidential"
    officer = an_officer(role, unit if role.value in OF_THE_LEAD else None)
    lead = role.value in OF_THE_LEAD and unit == "cgj" and signed and not guarded
    assert may_reveal(officer, case) == (role.value in ALWAYS or lead)
