"""The messages: hints, which a later pass over the rows would repeat. They hold ids, no state, no secrets."""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mercarich_contracts.market import Marketplace


class Unreadable(Exception):
    """The bytes are not this message, or its version is unknown to this code."""


class Message(BaseModel):
    """JSON with `schema` and `v`. Readers ignore unknown fields and refuse unknown versions."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: int = 1

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """Parse a message. Raises `Unreadable`, whose text says what was expected."""
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
    """A source item of a batch.

    Neither a model nor frozen: a planner makes a million of them, and a model would cost ten times as much, a frozen
    dataclass three times.
    """

    id: int
    """`source_items.id`."""
    item_id: str
    """The marketplace's own id."""
    seller_id: str | None = None
    """The source's seller, where known, so that the proxy can look up many ids by one call."""


WATCH_BATCH_ITEMS = 10
"""Source items of a batch of the watch: few, so that what becomes due is not behind many others."""


class CheckBatch(Message):
    """Look at these source items for this run."""

    schema_: Literal["check_batch"] = Field(default="check_batch", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    marketplace: Marketplace
    run_id: int
    generation: int
    """Generation of (check, marketplace); a worker drops the batch when a newer run has superseded this one."""
    items: tuple[BatchItem, ...] = Field(min_length=1, max_length=10_000)
    max_workers: int = Field(default=4, ge=1)
    """The command's --max-workers: maximum number of items of this batch that are looked at concurrently."""
    without_update: bool = False
    """Only mark: listings whose source is gone get a search for a replacement, but are not withdrawn."""
    fresh: bool = False
    """Bypass the proxy's cache: this is a second look."""
    background: float | None = Field(default=None, gt=0, le=1)
    """Share of the proxy's budget for all batches of the watch together, behind every other caller; None: a run's."""
    urgent: bool = False
    """A buyer has ordered these: they have the next turns of the proxy's budget."""


class ListingsChanged(Message):
    """Listings of this seller wait to be pushed to Amazon."""

    schema_: Literal["listings_changed"] = Field(default="listings_changed", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    user_id: int
    restores: bool = False
    """False: push withdrawals only. True: push restores, too, since the sweep asks for them."""
    marketplace: Marketplace | None = None
    """The sweep's marketplace; None: all."""
    max_item_count: int | None = Field(default=None, ge=1)


class RevivalWanted(Message):
    """These listings need a replacement: they were withdrawn just now, or an update run has reached them."""

    schema_: Literal["revival_wanted"] = Field(default="revival_wanted", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    marketplace: Marketplace
    run_id: int | None = None
    """The check run that withdrew them, or the update run."""
    generation: int | None = None
    """Generation of (update, marketplace) if an update run sent it; a worker drops it when the run is superseded."""
    listing_ids: tuple[int, ...] = Field(min_length=1, max_length=10_000)
    max_workers: int = Field(default=4, ge=1)
    """The command's --max-workers: maximum number of concurrent searches of this message."""


class JobWaiting(Message):
    """A seller's bulk search or CSV import waits for a worker."""

    schema_: Literal["job_waiting"] = Field(default="job_waiting", alias="schema")
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    job_id: int
