"""What differs between two readings of one unit: fields, sections of its image, what moved."""

import hashlib
from collections import Counter
from collections.abc import Iterator

from ccontrol.model.change import Difference
from ccontrol.model.unit import Fields, Image, Unit, Value


def same(before: Fields, after: Fields) -> bool:
    """Tell whether two lists of fields are equal; True and 1 are not."""
    return before == after and all(
        type(one[1]) is type(other[1]) for one, other in zip(before, after, strict=True)
    )


def same_content(before: Unit, after: Unit) -> bool:
    """Tell whether people would have nothing to approve anew."""
    return (
        before.image == after.image
        and before.aspect == after.aspect
        and same(before.fields, after.fields)
    )


def content_differences(before: Unit, after: Unit) -> tuple[Difference, ...]:
    """Return how the approvable facts differ."""
    found = list(field_differences(before.fields, after.fields))
    if before.aspect != after.aspect:
        found.append(Difference("aspect", before.aspect.value, after.aspect.value))
    return (*found, *_image_differences(before.image, after.image))


def field_differences(before: Fields, after: Fields) -> Iterator[Difference]:
    """Yield the fields that differ, sorted by name."""
    old, new = dict(before), dict(after)
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one != other or type(one) is not type(other):
            yield Difference(name, one, other)


def value_difference(before: Unit, after: Unit) -> Difference:
    """Return how the actual values differ, by length and hash."""
    return Difference("actual values", weighed(before.values), weighed(after.values))


def weighed(data: bytes | None) -> Value | None:
    """Return what stands for bytes where they are too long to show: their length and SHA-256."""
    if data is None:
        return None
    return f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"


def _image_differences(before: Image | None, after: Image | None) -> Iterator[Difference]:
    if before == after:
        return
    mask, new_mask = (image.mask if image else None for image in (before, after))
    if mask != new_mask:
        yield Difference("mask", mask, new_mask)
    old, new = _sections(before), _sections(after)
    for name in (*old, *(name for name in new if name not in old)):
        if old.get(name) != new.get(name):
            yield Difference(f"section {name}", weighed(old.get(name)), weighed(new.get(name)))
    order, new_order = tuple(old), tuple(new)
    if set(order) == set(new_order) and order != new_order:
        yield Difference("order of sections", order, new_order)


def _sections(image: Image | None) -> dict[str, bytes]:
    """Return the sections by name; the second of a name is "name (2)"."""
    met: Counter[str] = Counter()
    found: dict[str, bytes] = {}
    for name, data in image.sections if image else ():
        met[name] += 1
        found[name if met[name] == 1 else f"{name} ({met[name]})"] = data
    return found
