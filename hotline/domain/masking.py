"""What staff write is masked like what citizens write: a number in a note is still a citizen's number."""

from hotline.domain.acts.asking import Act
from hotline.domain.people import IDENTITY, mask_id_number, mask_text

OWN = frozenset({"phone", "contact_phone", "handler"})  # the official's own, given to be called
PUBLIC = frozenset({"public_reply"})  # may name an office's telephone; an ID number it never needs


def masked(facts: Act) -> Act:
    """The same act with phone and ID numbers in its words masked."""
    return type(facts)(**{name: _masked(name, value) for name, value in facts.__dict__.items()})


def _masked(name: str, value: object) -> object:
    if type(value) is tuple:
        return tuple(_masked(name, one) for one in value)
    if type(value) is not str or name in OWN:
        return value
    if name in PUBLIC:
        return IDENTITY.sub(lambda found: mask_id_number(found.group()), value)
    return mask_text(value)
