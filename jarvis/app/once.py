"""A property that is built once, whichever threads ask for it at the same time."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar, overload

T = TypeVar("T")


class built_once(cached_property[T]):  # noqa: N801 - a decorator is written like one
    """`cached_property` under the instance's lock `building`; from Python 3.12 on the original has none of its own, and
    two threads would build two."""

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> built_once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> built_once[T] | T:
        if instance is None:
            return self
        with instance.building:  # type: ignore[attr-defined]
            return super().__get__(instance, owner)
