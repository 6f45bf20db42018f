"""Keeps the API's listening socket open while weftd comes and goes.

A process of the lab holds the socket, so that clients wait in its backlog while weftd restarts, and hands it over a
Unix socket to whoever starts weftd.
"""
import os
import socket
from contextlib import suppress

from weftlab import processes
from weftlab.errors import LabError
from weftlab.layout import DEFAULT_API_PORT, DEFAULT_NAME
from weftlab.shell import wait_until

PROCESS = "api-socket"
HOST = "127.0.0.1"


def start(lab):
    """Opens the API socket on the host and starts its holder. Returns the port."""
    listener = _listen(lab)
    port = listener.getsockname()[1]
    (lab.dir / "api-port").write_text(str(port))
    processes.spawn(lab, "host", PROCESS, ["/usr/bin/python3", "-B", "-c", _HOLDER, _path(lab)],
                    env={"PYTHONPATH": os.path.dirname(os.path.dirname(__file__))}, fds={3: listener.fileno()})
    listener.close()
    wait_until(_path(lab).exists, "the holder of the API socket")
    return port


_HOLDER = "import sys; from weftlab.api_socket import hold; hold(sys.argv[1])"


def wanted_port(lab):
    """The port that LAB_API_PORT asks for, or the lab's own default; 0 for any."""
    text = os.environ.get("LAB_API_PORT") or str(DEFAULT_API_PORT if lab.name == DEFAULT_NAME else 0)
    if not (text.isdecimal() and int(text) < 65536):
        raise LabError(f"LAB_API_PORT={text!r}: a port number, or 0 for any")
    return int(text)


def _listen(lab):
    wanted = wanted_port(lab)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, wanted))
    except OSError as error:
        raise LabError(f"the API address {HOST}:{wanted} can't be opened: {error.strerror}. "
                       "Set LAB_API_PORT to another port, or 0 for any.") from error
    listener.listen(4096)
    return listener


def _path(lab):
    return lab.dir / "api.sock"


def port(lab):
    try:
        return int((lab.dir / "api-port").read_text())
    except FileNotFoundError as error:
        raise LabError(f"lab {lab.name} is not up (run: lab/lab up)") from error


def receive(lab):
    """A file descriptor of the listening socket, from its holder."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(_path(lab)))
        _, fds, _, _ = socket.recv_fds(client, 1, 1)
    return fds[0]


def hold(path):
    """The holder's whole life: fd 3 is the API socket; give a copy to everyone who asks."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path + ".new")
    server.listen()
    os.rename(path + ".new", path)
    while True:
        client, _ = server.accept()
        with client, suppress(OSError):
            socket.send_fds(client, [b"."], [3])
