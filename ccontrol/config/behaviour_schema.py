"""The table of [site.behaviour]: how long a site learns who works on its controllers."""

from pydantic import Field

from ccontrol.config.schema import Table
from ccontrol.config.settings import LEARNING_DAYS


class BehaviourTable(Table):
    """[site.behaviour]: what is learnt of the users of controllers."""

    learning_days: int = Field(LEARNING_DAYS, ge=0, le=366)
