"""A refusal of what the schema allows must be about its meaning, never about its form.

Schemathesis itself would count every 422 to a body that fits the schema. That a file is unknown, that
a date lies in the past or that a rule is missing, no schema can say; that a text is empty or too long
or a number is none, it must.
"""

import json
from typing import Any

import schemathesis

FORM = {
    "required",
    "too_long",
    "too_many",
    "extra_forbidden",
    "enum",
    "literal_error",
    "format",
    "range",
    "string",
    "bool",
    "int",
    "float",
    "finite",
    "greater",
    "less",
    "model",
    "tuple",
    "list",
}


@schemathesis.check
def refused_for_its_meaning(context: Any, response: Any, case: Any) -> None:
    if response.status_code != 422 or case.meta is None:
        return
    if not case.meta.generation.mode.is_positive:
        return
    told = json.loads(response.content)
    codes = {one["code"] for one in told.get("errors", [])}
    assert not codes & FORM, f"fits the schema, refused for its form: {told['detail']}"
