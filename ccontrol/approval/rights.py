"""What a commit on `approved` does, who may do that, and who may not. Pure; checks no signature."""

from collections.abc import Iterable, Iterator

from ccontrol.model.approval import Anchor, DecisionKind, People, Role

_PLANT, _WINDOWS, _DECISIONS, _ATTESTATIONS = "plant/", "changes/", "decisions/", "attestations/"
_PEOPLE = "people/"
_FOLDERS = (_PLANT, _WINDOWS, _DECISIONS, _ATTESTATIONS, _PEOPLE)
_ATTRIBUTES = ".gitattributes"
_SAYS_ONLY = frozenset({Role.APPROVER, Role.INVESTIGATOR})
_BY_KIND = {DecisionKind.INVESTIGATE: _SAYS_ONLY, DecisionKind.ATTEST: _SAYS_ONLY}
_APPROVES = frozenset({Role.APPROVER})


def belongs(path: str) -> bool:
    """Tell whether a file has a place on `approved` at all: none that tells git something has."""
    return path == _ATTRIBUTES or (path.startswith(_FOLDERS) and "/.git" not in path)


def is_append_only(path: str) -> bool:
    """Tell whether a file may only be added, never edited nor taken away."""
    return path.startswith((_DECISIONS, _ATTESTATIONS))


def roles_for(path: str, kind: DecisionKind | None = None) -> frozenset[Role]:
    """Return the roles of which a person needs one to change this file; none: any person may.

    `kind` is that of the decision in the file. Files of `people/` carry signatures of their own.
    """
    if path.startswith(_ATTESTATIONS):
        return _SAYS_ONLY
    if path.startswith(_DECISIONS):
        return _APPROVES if kind is None else _BY_KIND.get(kind, _APPROVES)
    return _APPROVES if path.startswith((_PLANT, _WINDOWS)) else frozenset()


def right_fault(
    people: People, principal: str, path: str, kind: DecisionKind | None = None
) -> str | None:
    """Return why a person may not change this file, None when it is theirs to change."""
    needed = roles_for(path, kind)
    person = people.person(principal)
    if not needed or (person is not None and person.roles & needed):
        return None
    words = " or ".join(sorted(role.value for role in needed))
    return f"{principal} is no {words} and changed {path}"


def requester_fault(
    anchor: Anchor, people: People, principal: str, requesters: Iterable[str]
) -> str | None:
    """Return a complaint when somebody approved what they had asked for, and may not.

    `people` are those in force at that place: what is configured today does not judge the past.
    """
    rule = people.requester_approves
    may = anchor.requester_approves if rule is None else rule
    own = principal.lower() in {name.strip().lower() for name in requesters}
    if may or not own:
        return None
    return f"{principal} asked for it, and so may not approve it"


def succession_faults(anchor: Anchor, before: People | None, after: People) -> Iterator[str]:
    """Yield what is wrong with a new version of who may sign, apart from its signatures."""
    if before is not None and after.serial <= before.serial:
        yield f"its serial {after.serial} is not higher than {before.serial}"
    if after.threshold < anchor.threshold:
        yield f"its threshold {after.threshold} is below {anchor.threshold}, which is configured"


def root_rule(anchor: Anchor, before: People | None) -> tuple[frozenset[str], int]:
    """Return whose signatures a new version needs, and how many of them."""
    if before is None:
        return frozenset(anchor.roots), anchor.threshold
    return frozenset(before.roots), max(before.threshold, anchor.threshold)
