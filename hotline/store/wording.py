"""Columns of free text: telephone and ID numbers in it are masked on the way in and on the way out.

Whoever writes, by whatever page, file or command, writes through the column; and what an earlier
release wrote unmasked is masked when it is read (reliability 2.3).
"""

from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from hotline.domain.numbers import mask_private, mask_text
from hotline.store.database import Json


def masked(value: Any) -> Any:
    """The same value with every text inside it masked; masked twice it is the same."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    if isinstance(value, dict):
        return {name: masked(one) for name, one in value.items()}
    return value


class _Masked(TypeDecorator[Any]):
    """What all of them do."""

    impl: Any = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return masked(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return masked(value)


class Wording(_Masked):
    """What somebody wrote, of any length."""

    cache_ok = True


class Line(_Masked):
    """What somebody wrote, of a length."""

    impl = String
    cache_ok = True


class _OfOffice(_Masked):
    """What an office tells people: its own telephones stand there to be called, nobody else's."""

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value and mask_private(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return value and mask_private(value)


class OfficeWording(_OfOffice):
    """Of any length."""

    cache_ok = True


class OfficeLine(_OfOffice):
    """Of a length."""

    impl = String
    cache_ok = True


class Wordings(_Masked):
    """Several of them, as JSON."""

    impl = Json
    cache_ok = True
