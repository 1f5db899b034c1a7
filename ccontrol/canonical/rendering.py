"""Views that another version of ccontrol made: found without reading them, and made anew.

Nothing but views/ is touched: facts are the same whoever shows them.
"""

from ccontrol.canonical.files import Files
from ccontrol.canonical.home import History
from ccontrol.canonical.layout import VIEWS, Home
from ccontrol.canonical.reading import read
from ccontrol.canonical.render import render, renderer_file
from ccontrol.model.state import State


def stale(home: Home, history: History) -> bool:
    """Say whether the views at the head are not what this version would write."""
    form = history.read(home.form).get(home.form)
    if form is None:
        return False
    family = read(home.form, form).text("family")
    return history.read(home.renderer).get(home.renderer) != renderer_file(family)


def views(state: State, home: Home) -> Files:
    """Return every file that the controller's folder under views/ has to hold."""
    files = render(state, home.area)
    return Files((path, files[path]) for path in files if path.startswith(f"{VIEWS}/"))
