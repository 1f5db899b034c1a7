"""Conditions answered as far as something is known: with yes, no, or what is left to ask."""

from collections.abc import Callable, Iterator

from ccontrol.model.policy import AllOf, AnyOf, Condition, Leaf, Not

Answer = Callable[[Leaf], bool | None]
"""What is known of a single question; None: nothing yet."""


def ask(condition: Condition, answer: Answer) -> Condition | bool:
    """Return whether a condition holds, or what of it is still to be asked."""
    match condition:
        case AllOf(of):
            return _joined(of, answer, over=False)
        case AnyOf(of):
            return _joined(of, answer, over=True)
        case Not(of):
            left = ask(of, answer)
            return not left if isinstance(left, bool) else Not(left)
        case _:
            told = answer(condition)
            return condition if told is None else told


def holds(condition: Condition, answer: Answer) -> bool:
    """Return whether a condition holds, once everything is known."""
    return ask(condition, answer) is True


def questions(condition: Condition) -> int:
    """Return how many single questions a condition asks: the more, the more special it is."""
    match condition:
        case AllOf(of) | AnyOf(of):
            return sum(map(questions, of))
        case Not(of):
            return questions(of)
        case _:
            return 1


def against(condition: Condition, answer: Answer) -> Iterator[Condition]:
    """Yield the parts of a condition for which it does not hold, each as small as can be."""
    if holds(condition, answer):
        return
    if isinstance(condition, AllOf):
        for part in condition.of:
            yield from against(part, answer)
    else:
        yield condition


def _joined(of: tuple[Condition, ...], answer: Answer, *, over: bool) -> Condition | bool:
    """Return what several say together; one answer, `over`, ends the asking."""
    left: list[Condition] = []
    for part in of:
        told = ask(part, answer)
        if told is over:
            return over
        if not isinstance(told, bool):
            left.append(told)
    if not left:
        return not over
    if len(left) == 1:
        return left[0]
    return AnyOf(tuple(left)) if over else AllOf(tuple(left))
