"""TC6 XML made of bodies, as small as a test needs it."""


def project(body: str, interface: str = "", namespace: str = "tc6_0201", after: str = "") -> str:
    """Return a project with one program, Main."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<project xmlns="http://www.plcopen.org/xml/{namespace}" xmlns:xhtml="http://www.w3.org/1999/xhtml">
  <fileHeader companyName="Plant" productName="Editor" creationDateTime="2026-01-01T00:00:00"/>
  <contentHeader name="Pumps" modificationDateTime="2026-02-02T00:00:00"/>
  <types><dataTypes>
    <dataType name="Mode"><baseType><enum><values><value name="off"/><value name="on" value="2"/>
    </values></enum></baseType></dataType></dataTypes>
  <pous><pou name="Main" pouType="program"><interface>{interface}</interface>
  <body>{body}</body>{after}</pou></pous></types>
  <instances><configurations><configuration name="Config0"><resource name="Res0">
    <task name="cyclic" interval="T#20ms" priority="0"><pouInstance name="main" typeName="Main"/>
    </task></resource></configuration></configurations></instances>
</project>"""


def contact(key: int, name: str, *sources: int, more: str = "", y: int = 0) -> str:
    """Return a contact that is wired to others."""
    return _wired("contact", (key, y), name, sources, more)


def coil(key: int, name: str, *sources: int, more: str = "", y: int = 0) -> str:
    """Return a coil that is wired to contacts."""
    return _wired("coil", (key, y), name, sources, more)


def _wired(kind: str, at: tuple[int, int], name: str, sources: tuple[int, ...], more: str) -> str:
    key, y = at
    wires = "".join(f'<connection refLocalId="{source}"/>' for source in sources)
    return (
        f'<{kind} localId="{key}" {more}><position x="{key * 10}" y="{y}"/>'
        f"<connectionPointIn>{wires}</connectionPointIn><connectionPointOut/>"
        f"<variable>{name}</variable></{kind}>"
    )
