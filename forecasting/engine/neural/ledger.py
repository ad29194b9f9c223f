"""Every block of memory that tensors take and give back, in order."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter


class Ledger(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is entered, ``entries`` grows by the bytes of every new block, and by their negative
    when the block is freed."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: list[int] = []
        self._open: dict[int, weakref.finalize[Any, Any]] = {}

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run the operation; what lies in a block of its inputs is a view and takes nothing."""
        result = func(*args, **(kwargs or {}))
        there = {storage.data_ptr() for storage in _storages((args, kwargs))}
        for storage in _storages(result):
            place, size = storage.data_ptr(), storage.nbytes()
            if size and place not in there and place not in self._open:
                self.entries.append(size)
                self._open[place] = weakref.finalize(storage, self._close, place, size)
        return result

    def close(self) -> None:
        """Follow no block any longer."""
        for left in self._open.values():
            left.detach()
        self._open.clear()

    def _close(self, place: int, size: int) -> None:
        self.entries.append(-size)
        del self._open[place]


def _storages(values: Any) -> Iterator[torch.UntypedStorage]:
    for value in tree_iter(values):
        if isinstance(value, torch.Tensor) and value.layout is torch.strided:
            yield value.untyped_storage()
