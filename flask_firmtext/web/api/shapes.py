"""What everything that is asked and answered has in common: pydantic models, which are all the description there is."""

from __future__ import annotations

from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")
MOST = 100

#: A reference of the practice system's.
Ref = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
#: A phone number.
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]


class Given(BaseModel):
    """What a body holds: no field that we do not know, nothing that has to be guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    #: Whether no body at all says the same as an empty object.
    may_be_left_out: ClassVar[bool] = False


class Asked(BaseModel):
    """What a query holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paging(Asked):
    """``after`` is the ``next`` of the page before."""

    after: str | None = Field(None, max_length=500, description="The `next` of the page before.")
    limit: int = Field(25, ge=1, le=MOST, description="So many at most.")


class Answer(BaseModel):
    """What is answered. More fields may come; none goes."""

    model_config = ConfigDict(frozen=True)


class Page(Answer, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(description="Ask with it as `after` for the page that follows; null at the end.")


class Person(Answer):
    """Somebody who works in the practice system."""

    ref: str
    name: str


class Done(Answer):
    """Whether anything was changed: what is as it should be already is left as it is."""

    done: bool
