"""The files of a controller on their way into the store: many, and their texts large."""

import zlib
from collections.abc import Iterable, Iterator, Mapping

_WORTH_BYTES = 1024
_QUICKLY = 1


class Files(Mapping[str, bytes]):
    """Path → content. Each content is held packed and unpacked when it is asked for.

    A program as text has some twelve times its size; whoever takes the files one by one never
    holds more than one of them so.
    """

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        self._packed = {path: _packed(content) for path, content in files}

    def __getitem__(self, path: str) -> bytes:
        is_packed, content = self._packed[path]
        return zlib.decompress(content) if is_packed else content

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, path: object) -> bool:
        return path in self._packed


def _packed(content: bytes) -> tuple[bool, bytes]:
    if len(content) < _WORTH_BYTES:
        return False, content
    return True, zlib.compress(content, _QUICKLY)
