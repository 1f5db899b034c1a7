"""Every error that ccontrol raises on purpose: what happened, the next step, the exit code.

Foreign exceptions are turned into these at the door of the library that raised them.
Exit codes: 1 findings or differences, 2 usage, 1x configuration, 2x store, 3x controller,
4x engine, 5x input file, 6x alerts and time stamps, 8x sensor.
"""


class CcontrolError(Exception):
    """Something that an operator can understand and act upon.

    `hint` is the next step, `exit_code` what the command line ends with, `retry` whether asking
    again later may help without anybody doing anything.
    """

    exit_code: int = 70
    hint: str = "This is a defect in ccontrol; please report it with the message above."
    retry: bool = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class ModelError(CcontrolError):
    """A driver delivered facts that contradict themselves or that no file could hold."""

    exit_code = 70


class ConfigError(CcontrolError):
    """The configuration file has faults; every one of them is in `faults`, with its path."""

    exit_code = 10
    hint = "Mend the lines named above, then run `ccontrol config check`."

    def __init__(
        self, message: str, faults: tuple[str, ...] = (), *, hint: str | None = None
    ) -> None:
        super().__init__("\n".join((message, *faults)), hint=hint)
        self.faults = faults


class ConfigMissingError(CcontrolError):
    """There is no configuration where one was looked for."""

    exit_code = 11
    hint = "Run `ccontrol init` to make one, or name it with --config."


class AlreadyThereError(CcontrolError):
    """Something that must never be overwritten exists already."""

    exit_code = 12
    hint = "Nothing was changed. Choose another folder, or remove the old one yourself."


class UnknownNameError(CcontrolError):
    """A site, controller or change of that name is not known here."""

    exit_code = 13
    hint = "`ccontrol status` lists the controllers, `ccontrol changes` the changes."


class SecretMissingError(CcontrolError):
    """A secret that the configuration refers to could not be had."""

    exit_code = 14
    hint = "Set the environment variable, file or systemd credential that the configuration names."


class StoreError(CcontrolError):
    """The store could not be read or written."""

    exit_code = 20
    hint = "Run `ccontrol verify`; the spool keeps every snapshot until the store takes it."


class StoreTamperedError(StoreError):
    """A signature, a hash or the order of the history does not hold."""

    exit_code = 21
    hint = "Do not repair it in place: keep a copy as evidence and compare it with a mirror."


class StoreForeignError(StoreError):
    """The branch holds a commit that this daemon did not make, or its history was rewritten."""

    exit_code = 22
    hint = "ccontrol refuses to write on top of it. Compare with a mirror, then restore the branch."


class StoreLockedError(StoreError):
    """Another process holds this store."""

    exit_code = 23
    hint = "Only one daemon may write a store. Stop the other one, or use its commands."
    retry = True


class StoreFullError(StoreError):
    """The disk has less room than the low-water mark, or none at all."""

    exit_code = 24
    hint = "Free or add disk space; polling goes on by itself afterwards."
    retry = True


class StoreReadOnlyError(StoreError):
    """The store's folder may not be written."""

    exit_code = 25
    hint = "Check the owner, the mode and the mount options of the folder."
    retry = True


class SigningError(StoreError):
    """The key that signs the history is missing, unreadable or refused to sign."""

    exit_code = 26
    hint = "Check the key file's path and mode (0600), or that ssh-agent holds the key."


class CosignerError(StoreError):
    """A cosigner on another host refuses a checkpoint: it has seen another history, or more."""

    exit_code = 28
    hint = (
        "Compare the history with a mirror and with what the cosigner holds before anything else."
    )


class MirrorError(StoreError):
    """A mirror refused what its source holds, or could not have it; it stands where it stood."""

    exit_code = 29
    hint = "If the history was rewritten, keep both as evidence; else see docs/mirror.md."


class UnreadableStateError(CcontrolError):
    """What the store holds of one controller cannot be understood; the others are not concerned."""

    exit_code = 27
    hint = "Run `ccontrol verify`; read a newer store with the version of ccontrol that wrote it."


class DriverError(CcontrolError):
    """A controller could not be read."""

    exit_code = 30
    hint = "Check the address and the cable; `ccontrol poll CONTROLLER` asks again."


class UnreachableError(DriverError):
    """No connection, or the controller fell silent."""

    exit_code = 30
    retry = True


class GarbledError(DriverError):
    """The controller answered with something that is not the protocol."""

    exit_code = 31
    hint = "Check that the address and port belong to a controller of this family."
    retry = True


class RefusedError(DriverError):
    """The controller answered and said no. Asking again will not help."""

    exit_code = 32
    hint = "Lower the protection level, or configure the password that allows reading."


class NoSpareConnectionError(DriverError):
    """The controller has too few free connections of our type to take one."""

    exit_code = 33
    hint = "Close an unused HMI or engineering connection, or reserve more in the configuration."
    retry = True


class OverBudgetError(DriverError):
    """The poll used up its time or its bytes before it was done."""

    exit_code = 34
    hint = "Raise time_limit_s or bytes_limit of this controller, or look at why it is so slow."
    retry = True


class ReadOnlyViolationError(DriverError):
    """A frame that is not on the list of reads was about to be sent; it was not sent."""

    exit_code = 39
    hint = "Nothing left this machine. This is a defect in ccontrol; please report it."


class EngineError(CcontrolError):
    """The daemon itself failed."""

    exit_code = 40
    hint = "See the journal of the service; nothing that was acknowledged is lost."


class WorkerDiedError(EngineError):
    """A worker process died or was killed while it read or decoded a controller."""

    exit_code = 41
    hint = "The controller is quarantined with growing pauses; `ccontrol status` shows until when."
    retry = True


class NotEnrolledError(EngineError):
    """A deeper look than a glance was asked of a controller that nobody enrolled."""

    exit_code = 42
    hint = "Run `ccontrol enroll CONTROLLER`; it prints first what will be asked and how often."


class PausedError(EngineError):
    """The controller or its site is paused."""

    exit_code = 43
    hint = "Run `ccontrol resume`, or wait until the pause ends."


class BadFileError(CcontrolError):
    """A file that was handed to ccontrol is not what it should be."""

    exit_code = 50
    hint = "Check that the file is complete and was written by `ccontrol capture`."


class DeliveryError(CcontrolError):
    """A channel did not take an alert; it stays in its queue and is sent again."""

    exit_code = 60
    hint = "Check receiver, certificate and firewall; `ccontrol alert test CHANNEL` tries it."
    retry = True


class TimeStampError(CcontrolError):
    """A time stamp does not hold, or its authority did not give one that does."""

    exit_code = 61
    hint = "Check url, authorities and policy in [site.timestamps], and the clocks of both hosts."
    retry = True


class SensorError(CcontrolError):
    """The sensor cannot listen, or hears nothing any more."""

    exit_code = 80
    hint = "Check the interface's name and that it is up (`ip link`), and the right CAP_NET_RAW."
    retry = True
