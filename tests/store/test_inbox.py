"""Letters gathered into one commit: each is told what became of its own."""

import asyncio
from dataclasses import replace

from hotline.flow.centre import Centre
from hotline.store.inbox import Inbox, Letter
from hotline.wiring import system_clock


async def test_one_key_told_three_times_in_a_commit_is_one_receipt_and_hides_no_other(
    any_centre: Centre,
) -> None:
    inbox = Inbox(any_centre.store, any_centre.cipher)
    at = system_clock()
    letters = [
        Letter("web", key, key * 64, at, {"content": "路灯不亮"}, answer_scope="complaints")
        for key in "baacb"
    ]
    inbox.start()
    kept = await asyncio.gather(*map(inbox.keep, letters))
    await inbox.stop()
    assert [one.fresh for one in kept] == [True, True, False, True, False]
    assert [one.content_hash[0] for one in kept] == list("baacb")
    assert replace(kept[4], fresh=True) == kept[0] and replace(kept[2], fresh=True) == kept[1]
    assert len({one.number for one in kept}) == len({one.query_code for one in kept}) == 3
