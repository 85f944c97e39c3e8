"""A text as a cell of a sheet: it stays a text, and nothing in it costs the file."""

import re

# With which a sheet takes a text for a formula; some take the wide signs of Chinese typing too.
LEADS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
# No sheet's XML can hold these: one of them would cost the whole file.
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
UNSEEN = "\ufffd \t\n\u3000"


def harmless(value: str) -> str:
    """With an apostrophe before what would be a formula, and a mark where a sign cannot be kept."""
    text = ILLEGAL.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    # What is asked of the words as they came: a sign that was taken out led them, too.
    led = any(one.startswith(LEADS) for one in (value, value.lstrip(), text.lstrip(UNSEEN)))
    return f"'{text}" if led else text


def told(cell: str) -> str:
    """What was meant by a cell that was made harmless."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell
