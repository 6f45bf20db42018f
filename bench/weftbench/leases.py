"""DHCP leases of one agent: many ports at once, and one after the other, from the discover to the acknowledgement."""
import json
import pathlib
import subprocess
import time

from .client import Client, World
from .report import percentile

PORTS, ROUNDS, QUICK_ROUNDS, NODE = 200, 10, 3, "worker1"
REST = 1.1  # seconds after which a port may send as many requests as before


def _plug(lab, world, names):
    """Ports whose interfaces are the node's own; the frames' MAC addresses are the ports'."""
    ports = dict(zip(names, world.add_ports(PORTS, **{"binding:host_id": NODE})))
    lab.inside(NODE, "ovs-vsctl", *(word for name, port in ports.items() for word in (
        "--", "add-port", "br-int", name, "--", "set", "Interface", name, "type=internal",
        f"external-ids:iface-id={port['id']}", f"external-ids:attached-mac={port['mac_address']}")))
    for port in ports.values():
        world.await_status(port["id"], "ACTIVE")
    lab.inside(NODE, "ip", "-batch", "-", input="".join(f"link set {name} up\n" for name in names))
    return [(name, port["mac_address"]) for name, port in ports.items()]


class Leaser:
    """All the clients, in one process inside the node."""

    def __init__(self, lab, clients):
        script = pathlib.Path(__file__).with_name("leaser.py")
        self._process = subprocess.Popen(["nsenter", f"--net={lab.netns(NODE)}", "/usr/bin/python3", str(script)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self._say(json.dumps(clients))

    def ask(self, how):
        """Seconds of each lease, and of the whole."""
        self._say(how)
        said = json.loads(self._process.stdout.readline())
        if None in said["seconds"]:
            raise TimeoutError(f"{said['seconds'].count(None)} of {PORTS} ports got no lease")
        return said["seconds"], said["total"]

    def stop(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _say(self, line):
        self._process.stdin.write(line + "\n")


def _measure(report, leaser, rounds):
    leaser.ask("each")  # warms everything up
    at_once, single = [], []
    for _ in range(rounds):
        time.sleep(REST)
        at_once.append(leaser.ask("all")[1])
        time.sleep(REST)
        single += leaser.ask("each")[0]
    worst = max(at_once)
    report.add(f"{PORTS} ports that ask at once, until all have leases", worst, "s", aim=1.0, note=f"worst of {rounds}")
    report.add("leases of one agent", PORTS / percentile(at_once, 0.5), "leases/s", note="two requests each, p50")
    report.add_latencies("one lease, from discover to acknowledgement", single, aim_p50=5)


def run(lab, report, quick):
    world = World(Client(lab.endpoint), "bench-leases", prefix="10.207")
    names = [f"bl{number}" for number in range(PORTS)]
    leaser = None
    try:
        leaser = Leaser(lab, _plug(lab, world, names))
        _measure(report, leaser, QUICK_ROUNDS if quick else ROUNDS)
    finally:
        if leaser:
            leaser.stop()
        lab.inside(NODE, "ovs-vsctl", *(word for name in names for word in ("--", "--if-exists", "del-port", "br-int", name)))
        world.remove()
