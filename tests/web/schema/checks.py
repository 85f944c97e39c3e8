"""A refusal of what the schema allows must be about its meaning, never about its form.

Schemathesis itself would count every 422 to a body that fits the schema. That a file is unknown, that
a date lies in the past or that a rule is missing, no schema can say; that a text is empty or too long
or a number is none, it must.
"""

import json
from typing import Any

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection

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


UPLOAD = "POST /api/v1/attachments"


@schemathesis.check
def refused_unless_its_digits_are_a_file(context: Any, response: Any, case: Any) -> None:
    """Schemathesis's own check, for the one operation where it is off by the settings.

    As a part of a form the number 0 is sent as the byte "0", with a name of a file: plain text, and
    the same bytes as the text "0", which the document allows. That it was meant as a number cannot
    be seen, here or by anybody; every other wrong body of the operation must be refused.
    """
    if case.operation.label != UPLOAD:
        return
    body = case.body if isinstance(case.body, dict) else {}
    if isinstance(body.get("file"), int | float):
        return
    negative_data_rejection(context, response, case)
