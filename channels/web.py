"""The citizen's form post -> Incoming."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from channels.forms import SAID, BadForm, FieldProblem, Form, line, optional, problems, words
from channels.message import Attachment, Contact, Incoming, Place

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(?:0[0-9]{2,3})?[2-9][0-9]{6,7}|[48]00[0-9]{7}")
ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
DASHES = re.compile(r"[-‐-―−~]+")
EXTENSION = re.compile(
    r"(?P<number>.+?)(?:转|ext\.?|x|#|-)(?P<extension>[0-9]{1,6})", re.IGNORECASE
)
EMAIL = re.compile(
    r"[^@\s<>\"(),;:\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
)
Kind = Literal["consult", "help", "complaint", "report", "suggestion", "praise"]
Party = Literal["citizen", "enterprise"]
Tongue = Literal[
    "mandarin",
    "sichuanese",
    "cantonese",
    "min",
    "wu",
    "hakka",
    "tibetan",
    "uyghur",
    "mongolian",
    "english",
    "japanese",
    "korean",
    "sign",
    "other",
]
MOST_FILES = 10

NAMES: Mapping[str, str] = {
    "title": "标题",
    "content": "诉求内容",
    "type": "诉求类型",
    "place": "地点",
    "place.address": "地址",
    "place.district": "区县",
    "place.lon": "经度",
    "place.lat": "纬度",
    "contact": "联系方式",
    "contact.name": "姓名",
    "contact.phone": "电话",
    "contact.email": "邮箱",
    "anonymous": "匿名",
    "confidential": "保密",
    "party": "诉求主体",
    "language": "语言或方言",
    "attachments": "附件",
    "body": "诉求",
}


def phone_number(text: str) -> str:
    """Full-width digits, spaces and brackets are how people write; the digits are what is kept."""
    bare = re.sub(r"[\s().·\u200b-\u200f\u202a-\u202e]", "", unicodedata.normalize("NFKC", text))
    bare = DASHES.sub("-", bare)
    if not bare:
        return ""
    if whole := _number(bare):
        return whole
    if (parts := EXTENSION.fullmatch(bare)) and (number := _number(parts["number"])):
        return f"{number}-{parts['extension']}"
    raise PydanticCustomError("phone", "not a telephone number")


def _number(text: str) -> str | None:
    """The number as it is dialled in the country, or with + from abroad; None if it is none."""
    digits = re.sub(r"^00(?=[1-9])", "+", text.replace("-", ""))
    home = re.sub(r"^\+?86(?=[0-9]{8})", "", digits)
    if MOBILE.fullmatch(home) or LANDLINE.fullmatch(home):
        return home
    if home != digits and LANDLINE.fullmatch(f"0{home}"):
        return f"0{home}"  # after the country's code the area's loses its zero
    return digits if home == digits and ABROAD.fullmatch(digits) else None


def mail_address(text: str) -> str:
    if text and not EMAIL.fullmatch(text):
        raise PydanticCustomError("email", "not an e-mail address")
    return text


class ContactForm(Form):
    name: optional(line(60)) = None  # type: ignore[valid-type]
    phone: Annotated[optional(line(40)), AfterValidator(lambda v: v and phone_number(v))] = None  # type: ignore[valid-type]
    email: Annotated[optional(line(254)), AfterValidator(lambda v: v and mail_address(v))] = None  # type: ignore[valid-type]


class PlaceForm(Form):
    address: optional(line(300)) = None  # type: ignore[valid-type]
    district: optional(line(40)) = None  # type: ignore[valid-type]
    lon: optional(Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]) = None  # type: ignore[valid-type]
    lat: optional(Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]) = None  # type: ignore[valid-type]


class ComplaintForm(Form):
    """What a citizen writes; a contact or `anonymous` is needed, else nobody could be answered."""

    title: line(200, needed=True)  # type: ignore[valid-type]
    content: words(20_000, needed=True)  # type: ignore[valid-type]
    type: optional(Kind) = None  # type: ignore[valid-type]
    place: PlaceForm | None = None
    contact: ContactForm | None = None
    anonymous: bool = False
    confidential: bool = False
    party: optional(Party) = None  # type: ignore[valid-type]
    language: optional(Tongue) = None  # type: ignore[valid-type]
    attachments: Annotated[tuple[words(64), ...], Field(max_length=MOST_FILES)] = ()  # type: ignore[valid-type]

    @model_validator(mode="after")
    def reachable(self) -> "ComplaintForm":
        told = self.contact and (self.contact.phone or self.contact.email)
        if not self.anonymous and not told:
            raise PydanticCustomError("contact", "contact or anonymous")
        return self


def read(values: Any) -> ComplaintForm:
    """The form from what was posted; raises BadForm with every problem there is."""
    try:
        return ComplaintForm.model_validate(values)
    except ValidationError as error:
        found = _at_contact(problems(error, NAMES))
    if _nothing_left(values) and not any(one.field.startswith("contact") for one in found):
        found.append(FieldProblem("contact", "contact", *SAID["contact"]))
    raise BadForm(found)


def _nothing_left(values: Any) -> bool:
    """Told with the other problems: nobody should have to send a form twice to hear it."""
    if not isinstance(values, Mapping) or values.get("anonymous") not in (None, "", False):
        return False
    contact = values.get("contact") or {}
    return isinstance(contact, Mapping) and not (contact.get("phone") or contact.get("email"))


def _at_contact(found: list[FieldProblem]) -> list[FieldProblem]:
    """The missing contact is told where contacts are asked for."""
    return [replace(p, field="contact") if p.code == "contact" else p for p in found]


def incoming(
    form: ComplaintForm,
    *,
    channel: str = "web",
    key: str,
    at: datetime,
    attachments: tuple[Attachment, ...] = (),
) -> Incoming:
    """The form as it crosses the desk; an anonymous citizen's contact goes no further."""
    contact, place = form.contact, form.place
    return Incoming(
        channel=channel,
        key=key,
        title=form.title,
        content=form.content,
        received_at=at,
        type=form.type,
        anonymous=form.anonymous,
        confidential=form.confidential,
        party=form.party,
        language=form.language,
        contact=Contact(contact.name or "", contact.phone or "", contact.email or "")
        if contact and not form.anonymous
        else None,
        place=Place(place.address or "", place.district or "", place.lon, place.lat)
        if place
        else None,
        attachments=attachments,
    )
