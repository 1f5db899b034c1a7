"""Which files are firmware packages, by their names alone: what is in them nobody here reads."""

_ENDINGS = (".upd", ".dmk", ".nvs", ".ldx")
"""Siemens SIMATIC (UPD), Rockwell ControlFLASH Plus (DMK) and ControlFLASH (NVS): as users name
them who tell of their updates. Schneider Modicon (LDX): no source at hand. No file of them was
seen; what has another ending belongs into the folder."""
_FOLDER = "firmware"


def is_firmware(name: str) -> bool:
    """Tell whether a dropped file is firmware: by its ending, or by a folder "firmware" it lies in.

    `name` is relative to the watched folder, with "/" between its steps.
    """
    *folders, last = name.casefold().split("/")
    return last.endswith(_ENDINGS) or _FOLDER in folders
