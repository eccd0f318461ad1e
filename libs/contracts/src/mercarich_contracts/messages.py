"""The messages. Each is only a hint that a later pass would give again; ids, no state, no secrets."""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mercarich_contracts.market import Marketplace


class Unreadable(Exception):
    """The bytes are not this message, or of a version this code does not know."""


class Message(BaseModel):
    """JSON with `schema` and `v`; readers ignore unknown fields and refuse unknown versions."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: int = 1

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """Raises `Unreadable` with one sentence that names what was expected."""
        try:
            message = cls.model_validate_json(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "body"
            raise Unreadable(f"not a {cls.__name__} message: {where}: {first['msg']}") from error
        if message.v != 1:
            raise Unreadable(f"a {cls.__name__} message of version {message.v}; this code reads version 1")
        return message

    def encode(self) -> bytes:
        return self.model_dump_json().encode()


@dataclass(slots=True)
class BatchItem:
    """A planner makes a million of them: a model costs ten times as much, a frozen value three times."""

    id: int
    """`source_items.id`."""
    item_id: str
    """The marketplace's own id."""
    seller_id: str | None = None
    """The source's seller, where known: lets the proxy answer many ids by one call."""


class CheckBatch(Message):
    """Look at these source items for this run."""

    schema_: Literal["check_batch"] = Field(default="check_batch", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    marketplace: Marketplace
    run_id: int
    generation: int
    """Of (check, marketplace); a worker drops the batch when the head is higher."""
    items: tuple[BatchItem, ...] = Field(min_length=1, max_length=10_000)
    max_workers: int = Field(default=4, ge=1)
    """The command's --max-workers: items of this batch under way at once."""
    without_update: bool = False
    """Mark only: what is gone is searched for, not withdrawn."""
    fresh: bool = False
    """A second look: the proxy must not answer from memory."""


class ListingsChanged(Message):
    """Listings of this seller wait to be pushed to Amazon."""

    schema_: Literal["listings_changed"] = Field(default="listings_changed", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    user_id: int
    restores: bool = False
    """False: push withdrawals only. True: the sweep has come to restores."""
    marketplace: Marketplace | None = None
    """The sweep's marketplace; None for all."""
    max_item_count: int | None = Field(default=None, ge=1)


class RevivalWanted(Message):
    """These listings want a replacement: they were withdrawn just now, or an update run has come to them."""

    schema_: Literal["revival_wanted"] = Field(default="revival_wanted", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    marketplace: Marketplace
    run_id: int | None = None
    """The run that asks: the check that withdrew them, or an update run."""
    generation: int | None = None
    """Of (update, marketplace), where an update run asks; a worker drops the message when the head is higher."""
    listing_ids: tuple[int, ...] = Field(min_length=1, max_length=10_000)
    max_workers: int = Field(default=4, ge=1)
    """The command's --max-workers: searches of this message under way at once."""


class JobWaiting(Message):
    """A seller's bulk search or CSV import waits for a worker."""

    schema_: Literal["job_waiting"] = Field(default="job_waiting", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    job_id: int
