"""How lists are read page by page, and how things of ours are written as JSON: only the fields that a view names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.model.errors import InvalidInput
from pipeline.store.cursors import read_cursor, write_cursor

MOST: Final = 200
USUAL: Final = 50
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=300, description="`next` of the page before, unchanged.")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"\S")]
"""Why; kept sealed."""
RecordingName = Annotated[str, Path(pattern=r"^rec_[0-9a-hjkmnp-tv-z]{26}$", description="Earmark's id of it.")]
Name = Annotated[str, Path(pattern=r"^[a-z]{3,8}_[0-9a-hjkmnp-tv-z]{26}$", description="Earmark's id of it.")]


class View(BaseModel):
    """What is told of something: the named fields and no other."""

    model_config = ConfigDict(from_attributes=True)


class Given(BaseModel):
    """What a program sends; anything that is not named is refused."""

    model_config = ConfigDict(extra="forbid")


class Why(Given):
    """A reason for an act."""

    reason: Reason = Field(repr=False, description="Kept sealed.")


class Page[T](BaseModel):
    """Some of a list."""

    items: list[T]
    next: str | None = Field(description="The `cursor` of the next page; null where there is none.")


def slice_of[T](
    items: Sequence[T], key: Callable[[T], str], *, cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """Cut a page out of a short list that is read whole.

    Raises:
        InvalidInput: the cursor is of no page of this list.
    """
    begin = 0
    if cursor:
        (last,) = read_cursor(cursor, str)
        begin = next((at for at, one in enumerate(items, 1) if key(one) == last), 0)
        if not begin:
            raise InvalidInput("a cursor is what a page gave, unchanged")
    page = list(items[begin : begin + limit])
    return page, write_cursor(key(page[-1])) if begin + limit < len(items) else None


def after_of(cursor: str | None) -> str:
    """Read after which id a page begins; empty for the first page."""
    found: str = read_cursor(cursor, str)[0] if cursor else ""
    return found


def next_of(after: str | None) -> str | None:
    """Write after which id the next page begins."""
    return write_cursor(after) if after else None
