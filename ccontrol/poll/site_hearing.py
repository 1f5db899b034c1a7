"""What witnesses of a site have to say of a controller and a time: its log, and our own polls."""

from datetime import UTC, datetime

from ccontrol.errors import StoreError
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import LISTENER, Hearing, Watch
from ccontrol.poll.addresses import Addresses
from ccontrol.poll.own_ends import OwnEnds
from ccontrol.store.witness_log import Account, WitnessLog

_BEGINNING = datetime.min.replace(tzinfo=UTC)


class SiteHearing:
    """Implements poll.witnesses.Witnesses with a site's log. Any thread may ask."""

    def __init__(self, log: WitnessLog, own: OwnEnds, addresses: Addresses) -> None:
        self._log = log
        self._own = own
        self._addresses = addresses

    def about(self, controller: Controller, since: datetime | None, until: datetime) -> Hearing:
        """Return what was heard; what cannot be read is told as trouble, not raised."""
        begin = since or _BEGINNING
        addresses = self._addresses.of(controller)
        try:
            account = self._log.about({controller.id}, addresses, begin, until)
            own = self._own.between(controller.id, begin, until) if account.heard else ()
        except StoreError as error:
            return Hearing(addresses=addresses, trouble=f"the log of witnesses: {error}")
        said = [heard.said for heard in account.heard]
        return Hearing(
            events=tuple(each for each in said if isinstance(each, EngineeringEvent)),
            watches=tuple(
                each for each in said if isinstance(each, Watch) and each.sensor != LISTENER
            ),
            own=own,
            mirrored=controller.mirrored,
            addresses=addresses,
            left_out=account.left_out,
            trouble=_spoiled(account),
        )


def _spoiled(account: Account) -> str:
    if not account.spoiled:
        return ""
    return f"{account.spoiled} lines of the log of witnesses cannot be read"
