"""What staff write is masked like what citizens write: a number in a note is still a citizen's number."""

from typing import Any

from hotline.domain.acts import centre
from hotline.domain.acts.asking import Act
from hotline.domain.naming import signed, without_own
from hotline.domain.numbers import mask_cards, mask_text

OWN = frozenset({"phone", "contact_phone", "handler"})  # the official's own, given to be called
CODES = frozenset({"attachments", "call_id"})  # of files and calls: words to nobody
# What the citizen reads may name an office's telephone; an ID number it never needs.
PUBLIC = frozenset({"public_reply"})
ANSWERS = (centre.Answer, centre.Decline, centre.Refer)


def masked(facts: Act, citizen: str = "") -> Act:
    """The same act with phone and ID numbers in its words masked, and the name of its `citizen`.

    Not the name in what the citizen reads: an answer may well begin with it.
    """
    public = PUBLIC | ({"text"} if isinstance(facts, ANSWERS) else set())

    def clean(name: str, value: object) -> object:
        if type(value) is tuple:
            return tuple(clean(name, one) for one in value)
        if type(value) is not str or name in OWN | CODES:
            return value
        if name in public:
            return mask_cards(value)
        return mask_words(value, citizen)

    return type(facts)(**{name: clean(name, value) for name, value in facts.__dict__.items()})


def kept(facts: Any, name: str = "") -> Any:
    """The facts of an act as they lie, its words masked: an earlier release knew fewer spellings."""
    if isinstance(facts, dict):
        return {key: kept(value, key) for key, value in facts.items()}
    if isinstance(facts, list):
        return [kept(one, name) for one in facts]
    if not isinstance(facts, str) or name in OWN | CODES:
        return facts
    return mask_cards(facts) if name in PUBLIC else mask_text(facts)


def mask_words(text: str, citizen: str, beside: str = "") -> str:
    """What a case's text shows to everybody: no telephone or ID number, nor its citizen's own name.

    Nor a name by which the text, or another `beside` it, calls whoever wrote or the nearest of his:
    many who leave their name with nobody sign their letter. The name of who is complained about
    stays, since the department must look into it.
    """
    text = mask_text(text)
    for name in sorted({citizen, *signed(text), *signed(beside)}, key=len, reverse=True):
        text = without_own(text, name)
    return text
