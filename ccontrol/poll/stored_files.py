"""The project files of a controller as the store holds them, read without their texts."""

from collections.abc import Iterator

from ccontrol.canonical.bindings import Stored
from ccontrol.canonical.layout import Home
from ccontrol.canonical.project_files import PROJECT, facts_path, parsed_facts, text_folder
from ccontrol.canonical.reading import read
from ccontrol.store.repository import Repository


def stored_files(repository: Repository, home: Home) -> tuple[Stored, ...]:
    """Return what the store says of the project files of a controller."""
    return tuple(_stored(repository, home))


def _stored(repository: Repository, home: Home) -> Iterator[Stored]:
    root = home.folder(PROJECT)
    for name in repository.names(root):
        folder = f"{root}/{name}"
        path = facts_path(folder)
        content = repository.read(path).get(path)
        if content is None:
            continue  # the binding
        table = read(path, content)
        file = parsed_facts(table)
        text = repository.tree_of(text_folder(folder))
        is_read = text is not None and table.text("text_of") == file.sha256
        yield Stored(
            file,
            table.time("taken_at"),
            table.text("format"),
            text.sha256 if text is not None and is_read else "",
            table.text("contradicts", ""),
        )


def also_for(repository: Repository, home: Home, sha256: str) -> tuple[str, ...]:
    """Return the other controllers for which the same bytes were dropped."""
    line = f'\nsha256 = "{sha256}"\n'.encode()
    found = []
    for area in repository.names(PROJECT):
        for other in repository.names(f"{PROJECT}/{area}"):
            folder = f"{PROJECT}/{area}/{other}"
            if folder != home.folder(PROJECT) and any(
                line in content
                for name in repository.names(folder)
                for content in repository.read(facts_path(f"{folder}/{name}")).values()
            ):
                found.append(other)
    return tuple(sorted(found))
