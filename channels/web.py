"""The citizen's form post -> Incoming: what may be written, and what is wrong with it in words."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from channels.message import Attachment, Contact, Incoming, Place

TITLE, CONTENT, SHORT = 200, 20_000, 200
PHONE = re.compile(
    r"(?:\+?86)?1[3-9][0-9]{9}|(?:0[0-9]{2,3})?[1-9][0-9]{6,7}(?:-[0-9]{1,6})?|[48]00[0-9]{7}"
)
EMAIL = re.compile(
    r"[^@\s<>\"(),;:\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
)
# Control characters but tab and newline: nobody types them, and logs and sheets trip over them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field, for the person who filled it in."""

    field: str
    code: str
    zh: str
    en: str


class BadForm(Exception):
    """A form with problems; it is counted as refused and not kept."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__(", ".join(problem.field for problem in problems))
        self.problems = problems


def clean(text: str) -> str:
    """The documented normalisation: NFC, one kind of line end, no control characters, no edges."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return CONTROL.sub("", text).strip()


def broken(text: str) -> bool:
    """A lone surrogate is half a character: it can neither be kept nor shown."""
    return any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


class Form:
    """Reads fields one by one and gathers what is wrong with them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.problems: list[FieldProblem] = []

    def wrong(self, field: str, code: str, zh: str, en: str) -> None:
        self.problems.append(FieldProblem(field, code, zh, en))

    def text(self, field: str, zh: str, longest: int, *, needed: bool = False) -> str:
        raw = self._value(field)
        if raw is None:
            raw = ""
        if not isinstance(raw, str):
            self.wrong(field, "type", f"{zh}应为文字。", f"{field} must be text.")
            return ""
        if broken(raw):
            self.wrong(
                field,
                "encoding",
                f"{zh}含有无法识别的字符，请重新输入。",
                f"{field} has broken characters.",
            )
            return ""
        cleaned = clean(raw)
        if needed and not cleaned:
            self.wrong(field, "required", f"请填写{zh}。", f"{field} is required.")
        if len(cleaned) > longest:
            self.wrong(
                field,
                "too_long",
                f"{zh}不能超过 {longest} 字（现为 {len(cleaned)} 字）。",
                f"{field}: at most {longest} characters.",
            )
        return cleaned

    def flag(self, field: str, zh: str) -> bool:
        raw = self._value(field)
        if raw in (None, False, "", "off", "0"):
            return False
        if raw in (True, "on", "1", "true"):
            return True
        self.wrong(field, "type", f"{zh}应为“是”或“否”。", f"{field} must be true or false.")
        return False

    def number(self, field: str, zh: str, most: float) -> float | None:
        raw = self._value(field)
        if raw in (None, ""):
            return None
        try:
            value = float(raw) if not isinstance(raw, bool) else math.nan
        except (TypeError, ValueError, OverflowError):
            value = math.nan
        if not math.isfinite(value) or abs(value) > most:
            self.wrong(field, "range", f"{zh}不是有效的数值。", f"{field} is not a valid number.")
            return None
        return value

    def _value(self, field: str) -> Any:
        value: Any = self._values
        for name in field.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value


def complaint(
    values: Mapping[str, Any],
    *,
    channel: str = "web",
    key: str,
    at: datetime,
    types: frozenset[str],
    attachments: tuple[Attachment, ...] = (),
) -> Incoming:
    """A complaint from nested values (`contact.phone`, `place.address`, …); raises BadForm.

    A contact or `anonymous` is needed: else nobody could ever be answered.
    """
    form = Form(values)
    incoming = Incoming(
        channel=channel,
        key=key,
        title=form.text("title", "标题", TITLE, needed=True),
        content=form.text("content", "诉求内容", CONTENT, needed=True),
        received_at=at,
        type=_type(form, types),
        anonymous=form.flag("anonymous", "匿名"),
        confidential=form.flag("confidential", "保密"),
        place=_place(form, values),
        attachments=attachments,
    )
    contact = _contact(form, values)
    if not incoming.anonymous and not (contact and (contact.phone or contact.email)):
        form.wrong(
            "contact",
            "required",
            "请留下电话或邮箱以便答复；如不愿留下，请选择匿名。",
            "Leave a telephone or e-mail, or choose to be anonymous.",
        )
    if form.problems:
        raise BadForm(form.problems)
    return incoming if incoming.anonymous else replace(incoming, contact=contact)


def _type(form: Form, types: frozenset[str]) -> str | None:
    chosen = form.text("type", "诉求类型", SHORT)
    if chosen and chosen not in types:
        form.wrong("type", "unknown", "没有这种诉求类型，请重新选择。", "No such type.")
    return chosen or None


def _contact(form: Form, values: Mapping[str, Any]) -> Contact | None:
    if not _is_object(form, values, "contact", "联系方式"):
        return None
    name = form.text("contact.name", "姓名", 60)
    phone = unicodedata.normalize("NFKC", form.text("contact.phone", "电话", 40))
    email = form.text("contact.email", "邮箱", 254)
    digits = re.sub(r"[\s()（）]|(?<=[0-9])-(?=[0-9]{3,})", "", phone)
    if phone and not PHONE.fullmatch(digits):
        form.wrong(
            "contact.phone",
            "format",
            "电话号码格式不对，请填写手机号或带区号的座机。",
            "Not a telephone number.",
        )
    if email and not EMAIL.fullmatch(email):
        form.wrong("contact.email", "format", "邮箱地址格式不对。", "Not an e-mail address.")
    return Contact(name, digits, email) if name or phone or email else None


def _place(form: Form, values: Mapping[str, Any]) -> Place | None:
    if not _is_object(form, values, "place", "地点"):
        return None
    address = form.text("place.address", "地址", 300)
    district = form.text("place.district", "区县", 40)
    lon, lat = form.number("place.lon", "经度", 180), form.number("place.lat", "纬度", 90)
    return Place(address, district, lon, lat) if address or district or lon is not None else None


def _is_object(form: Form, values: Mapping[str, Any], field: str, zh: str) -> bool:
    found = values.get(field)
    if found is not None and not isinstance(found, Mapping):
        form.wrong(field, "type", f"{zh}的格式不对。", f"{field} must be an object.")
        return False
    return found is not None
