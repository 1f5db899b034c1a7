"""An SSH server that runs git for one key, by paramiko: HOST_KEY LOGIN_KEY.pub. Prints its port.

Runs in a Python of its own (tests/strangers/install). Like a login with git-shell it runs git's two
programs and nothing else.
"""

import base64
import importlib
import json
import shlex
import socket
import subprocess  # noqa: TID251 — runs git, as a login does
import sys
import threading
from pathlib import Path
from typing import IO, Any

Stranger = Any  # paramiko has no types

paramiko: Stranger = importlib.import_module("paramiko")
_PIECE = 1 << 15
PROGRAMS = {"git-upload-pack", "git-receive-pack"}


class Door(paramiko.ServerInterface):  # type: ignore[misc] # it has no types
    """Lets one key in, to run git."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def check_auth_publickey(self, _username: str, key: Stranger) -> Stranger:
        return paramiko.AUTH_SUCCESSFUL if key.asbytes() == self._key else paramiko.AUTH_FAILED

    def get_allowed_auths(self, _username: str) -> str:
        return "publickey"

    def check_channel_request(self, _kind: str, _number: int) -> Stranger:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_env_request(self, *_: Stranger) -> bool:
        return False

    def check_channel_exec_request(self, channel: Stranger, command: bytes) -> bool:
        words = shlex.split(command.decode())
        if len(words) != 2 or words[0] not in PROGRAMS:
            return False
        threading.Thread(target=run, args=(channel, words), daemon=True).start()
        return True


def run(channel: Stranger, words: list[str]) -> None:
    """Let git speak over a channel until it ends."""
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )

    def feed(into: IO[bytes]) -> None:
        with into:
            while piece := channel.recv(_PIECE):
                into.write(piece)

    def pass_on(out: IO[bytes], send: Stranger) -> None:
        while piece := out.read(_PIECE):  # whatever is there: it is not buffered
            send(piece)

    threading.Thread(target=feed, args=(process.stdin,), daemon=True).start()
    told = threading.Thread(target=pass_on, args=(process.stderr, channel.sendall_stderr))
    said = threading.Thread(target=pass_on, args=(process.stdout, channel.sendall))
    for each in (told, said):
        each.start()
    for each in (told, said):
        each.join()
    channel.send_exit_status(process.wait())
    channel.close()


def main() -> None:
    """Serve until killed."""
    host_key = paramiko.Ed25519Key(filename=sys.argv[1])
    login = base64.b64decode(Path(sys.argv[2]).read_text().split()[1])
    door = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(json.dumps({"port": door.getsockname()[1]}) + "\n")
    sys.stdout.flush()
    while True:
        line, _ = door.accept()
        transport = paramiko.Transport(line)
        transport.add_server_key(host_key)
        transport.start_server(server=Door(login))


main()
