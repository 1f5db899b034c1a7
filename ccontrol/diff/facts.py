"""What differs between two readings of one unit: fields, sections of its image, what moved."""

import hashlib
from collections.abc import Iterator

from ccontrol.model.change import Difference
from ccontrol.model.secret import Sealed
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


def content_differences(before: Unit, after: Unit, *, anew: bool = False) -> list[Difference]:
    """Return how the approvable facts differ.

    `anew`: another interpretation read them than before. Then only what both of them know is
    compared, and images only under one mask.
    """
    if same_content(before, after):
        return []
    found = list(field_differences(before.fields, after.fields, anew=anew))
    if before.aspect != after.aspect and not anew:
        found.append(Difference("aspect", before.aspect.value, after.aspect.value))
    if not anew or _one_mask(before.image, after.image):
        found += _image_differences(before.image, after.image)
    return found


def field_differences(before: Fields, after: Fields, *, anew: bool = False) -> Iterator[Difference]:
    """Yield the fields that differ, sorted by name; `anew` as above."""
    old, new = dict(before), dict(after)
    for name in sorted(old.keys() & new.keys() if anew else old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if (one != other or type(one) is not type(other)) and comparable(one, other):
            yield Difference(name, one, other)


def comparable(one: Value | None, other: Value | None) -> bool:
    """Tell whether a difference says anything: what two seals made says nothing of the secret."""
    if isinstance(one, Sealed) and isinstance(other, Sealed):
        return one.seal_id == other.seal_id
    return True


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


def _one_mask(before: Image | None, after: Image | None) -> bool:
    return before is not None and after is not None and before.mask == after.mask


def _sections(image: Image | None) -> dict[str, bytes]:
    return dict(image.sections) if image else {}
