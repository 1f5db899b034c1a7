"""What another version of ccontrol wrote: found without reading all of it, and made anew.

Views are rendered anew, older forms upgraded; the facts are the same whoever writes them.
"""

from collections.abc import Mapping

from ccontrol.canonical.files import Files
from ccontrol.canonical.home import History
from ccontrol.canonical.layout import VIEWS, Home
from ccontrol.canonical.parse import parse
from ccontrol.canonical.reading import read
from ccontrol.canonical.render import render, renderer_file
from ccontrol.canonical.upgrades import is_old, upgraded


def stale(home: Home, history: History) -> bool:
    """Say whether the views at the head, or a form, are not what this version would write."""
    form = history.read(home.form).get(home.form)
    if form is None:
        return False
    family = read(home.form, form).text("family")
    shown = history.read(home.renderer).get(home.renderer)
    return shown != renderer_file(family) or is_old(home, history)


def anew(files: Mapping[str, bytes], home: Home) -> Files:
    """Return every file of a controller: facts in the newest forms, and views of them.

    `files` is all that lies in its plant/ and state/. What is in the newest form stays as it is,
    byte for byte.
    """
    facts = upgraded(files)
    shown = render(parse(facts), home.area)
    views = ((path, shown[path]) for path in shown if path.startswith(f"{VIEWS}/"))
    return Files([*facts.items(), *views])
