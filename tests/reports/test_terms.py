"""How a figure is told: a time never reads as nothing, and no figure reads as none."""

from hotline.reports import terms


def test_a_time_is_told_in_the_unit_that_fits_and_a_missing_one_as_a_dash() -> None:
    assert terms.lasted(None) == "—"
    assert terms.lasted(0.0) == terms.lasted(0.01) == "不足 1 小时"
    assert terms.lasted(0.13) == "3 小时" and terms.lasted(0.13, english=True) == "3 h"
    assert terms.lasted(11.34) == "11.3 天"
