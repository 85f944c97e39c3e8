"""What staff write is masked like what citizens write: a number in a note is still a citizen's number."""

from hotline.domain.acts import centre
from hotline.domain.acts.asking import Act
from hotline.domain.people import IDENTITY, mask_id_number, mask_text

OWN = frozenset({"phone", "contact_phone", "handler"})  # the official's own, given to be called
# What the citizen reads may name an office's telephone; an ID number it never needs.
PUBLIC = frozenset({"public_reply"})
ANSWERS = (centre.Answer, centre.Decline, centre.Refer)


def masked(facts: Act) -> Act:
    """The same act with phone and ID numbers in its words masked."""
    public = PUBLIC | ({"text"} if isinstance(facts, ANSWERS) else set())
    told = {name: _masked(name, value, name in public) for name, value in facts.__dict__.items()}
    return type(facts)(**told)


def _masked(name: str, value: object, public: bool) -> object:
    if type(value) is tuple:
        return tuple(_masked(name, one, public) for one in value)
    if type(value) is not str or name in OWN:
        return value
    if public:
        return IDENTITY.sub(lambda found: mask_id_number(found.group()), value)
    return mask_text(value)
