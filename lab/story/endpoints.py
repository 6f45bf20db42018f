"""The ends of the network - instance, pod, host port - and what traffic between them is checked for."""
import hashlib
import itertools
import os
import re

TRANSFER_BYTES = 4 << 20
PORT = 5001


class Endpoint:
    """Somewhere to run commands, with an address on the tenant network."""

    def __init__(self, teller, name, prefix):
        self._t = teller
        self.name = name
        self.prefix = prefix
        self.address = None

    def busybox(self, words):
        """A busybox applet there: the nodes are the host's own system, which may lack netcat."""
        return f"{self.prefix} busybox {words}"


def ping_all_ways(teller, endpoints):
    for source, target in itertools.permutations(endpoints, 2):
        answer = teller.run(f"{source.busybox('ping')} -c 3 {target.address}")
        teller.check("3 packets received, 0% packet loss" in answer and answer.count("ttl=64") == 3,
                     f"{source.name} to {target.name}: no loss, ttl=64")


def tcp_both_ways(teller, endpoints):
    """A file from everyone to everyone; its checksum tells that it arrived whole."""
    path = f"/tmp/first-light-{os.getpid()}"
    content = os.urandom(TRANSFER_BYTES)
    with open(path, "wb") as file:
        file.write(content)
    try:
        for source, target in itertools.permutations(endpoints, 2):
            _transfer(teller, source, target, path, hashlib.md5(content).hexdigest())
    finally:
        os.unlink(path)


def _transfer(teller, source, target, path, checksum):
    # A listener whose stdin ends would end the connection: it gets a pipe that never does.
    listener = (f"{target.prefix} sh -c 'hold=/tmp/hold.$$; mkfifo $hold; echo ready; "
                f"busybox nc -l -p {PORT} 0<>$hold | busybox md5sum; rm $hold'")
    with teller.beside(listener, "ready") as receiving:
        _wait_for_listener(teller, target)
        teller.run(f"{source.busybox('nc')} -w 20 {target.address} {PORT} < {path}")
        received = re.search(r"[0-9a-f]{32}", receiving.wait(60))
    teller.check(received and received[0] == checksum,
                 f"{source.name} to {target.name}: {TRANSFER_BYTES >> 20} MiB by TCP arrived whole")


def _wait_for_listener(teller, target):
    teller.wait_quietly(lambda: f":{PORT:04X} " in teller.quiet(f"{target.prefix} cat /proc/net/tcp /proc/net/tcp6"),
                        f"a listener on {target.name}")
