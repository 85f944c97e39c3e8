"""What every answer of the interface is made of: nothing is told that is not named."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Count = Annotated[int, Field(ge=0)]


class Told(BaseModel):
    """Nothing is answered that is not named here."""

    model_config = ConfigDict(extra="forbid")
