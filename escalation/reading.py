"""A profile's text into Terms: read, laid over its base, checked; wrong ones name the key.

The version is the profile's own word plus a hash of everything it says, its base's text included.
"""

import hashlib
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from escalation import base, soundness
from escalation.profile import Profile
from escalation.terms import Terms

KINDS = {
    "missing": ("缺少这一项", "is missing"),
    "extra_forbidden": ("没有这样的键", "unknown key"),
    "literal_error": ("不是允许的值", "not one of the allowed values"),
    "enum": ("不是允许的值", "not one of the allowed values"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "int_type": ("应为整数", "must be a whole number"),
    "string_type": ("应为文字", "must be text"),
    "greater_than": ("数值太小", "is too small"),
    "greater_than_equal": ("数值太小", "is too small"),
    "less_than": ("数值太大", "is too large"),
    "less_than_equal": ("数值太大", "is too large"),
}


class BadTerms(ValueError):
    """A profile that cannot be used, with the key and what is wrong with it."""


def _nobody(name: str) -> str:
    raise BadTerms(f"期限方案 base：没有方案 {name} / base: no such profile: {name}")


def parse(text: str, read: Callable[[str], str] = _nobody) -> Terms:
    """From a profile's text; `read` gives the text of the profile it is based on."""
    texts = [text]

    def base_of(name: str) -> dict[str, Any]:
        texts.append(read(name))
        return _toml(texts[-1])

    try:
        found = base.whole(_toml(text), base_of)
        profile = Profile.model_validate(found)
    except ValidationError as error:
        raise BadTerms(_first(error)) from error
    except BadTerms:
        raise
    except ValueError as error:
        raise BadTerms(f"期限方案 {error}") from error
    for wrong in soundness.findings(profile):
        raise BadTerms(f"期限方案 {wrong.key} 有误：{wrong.zh} / {wrong.key}: {wrong.en}")
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
    return Terms(profile, f"{profile.name} {profile.edition} {digest}")


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTerms(f"期限方案不是有效的 TOML / not TOML: {error}") from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    zh, en = KINDS.get(first["type"], (first["msg"], first["msg"]))
    return f"期限方案 {key} 有误：{zh} / {key}: {en}"


def load(path: Path, read: Callable[[str], str] = _nobody) -> Terms:
    return parse(path.read_text("utf-8"), read)
