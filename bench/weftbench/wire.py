"""Create and wire: from the POST of a bound port whose interface exists until the first ping answers.

The target's and the other node always carry PLUGGED interfaces: of the measured group as far as it has ports, of another
one beyond. Open vSwitch looks at every interface of a bridge when one changes; that is not what grows with a group.
"""
import time

from . import counters
from .client import Client, World
from .report import percentile
from .switch import Endpoint, Ovsdb

SIZES, ROUNDS, QUICK_ROUNDS, PLUGGED = (1, 100, 1000), 15, 5, 50
TARGET, SAME, OTHER = "worker1", "worker1", "worker2"


def _mac(number):
    return f"fa:16:3e:be:{number >> 8:02x}:{number & 255:02x}"


def _port(world, endpoint):
    return world.add_port(mac_address=endpoint.mac, security_groups=[world.group],
                          fixed_ips=[{"ip_address": endpoint.address}], **{"binding:host_id": endpoint.node})["id"]


def _fill(world, lab, count):
    """`count` ports in the group; of those on TARGET and OTHER at most PLUGGED each get an interface."""
    plugged = []
    for node in (TARGET, OTHER):
        ports = world.add_ports(count // 2, **{"binding:host_id": node})
        chosen = ports[:PLUGGED]
        command = []
        for port in chosen:
            name = f"bx{port['id'][:11]}"
            command += ["--", "--may-exist", "add-port", "br-int", name, "--", "set", "Interface", name, "type=internal",
                        f"external-ids:iface-id={port['id']}", f"external-ids:attached-mac={port['mac_address']}"]
            plugged.append((node, name))
        if command:
            lab.inside(node, "ovs-vsctl", *command)
        for port in chosen:
            world.await_status(port["id"], "ACTIVE")
    return plugged


def _unplug(lab, plugged):
    for node in {node for node, _ in plugged}:
        command = [word for n, name in plugged if n == node for word in ("--", "--if-exists", "del-port", "br-int", name)]
        lab.inside(node, "ovs-vsctl", *command)


def _round(world, prober, source, target, database):
    """Seconds from just before the POST until the first answer."""
    start = time.monotonic()
    port = _port(world, target)
    database.claim(target.interface, port, target.mac)
    prober.stdin.write(f"eth0 {source.mac} {source.address} {target.mac} {target.address}\n")
    answer = prober.stdout.readline().strip()
    if answer == "timeout":
        raise TimeoutError("no ping was answered")
    world.client.call("DELETE", f"/v2.0/ports/{port}")
    return float(answer) - start


def _measure(lab, world, report, size, source, where, rounds):
    database, samples = Ovsdb(lab, TARGET), []
    before = counters.of(lab, TARGET)
    prober = source.prober()
    try:
        for number in range(rounds + 2):
            target = Endpoint(lab, TARGET, f"t{number}", _mac(1000 + number), f"10.202.100.{number + 1}")
            try:
                source.knows(target)
                target.knows(source)
                samples.append(_round(world, prober, source, target, database))
            finally:
                target.remove()
    finally:
        prober.stdin.close()
        prober.wait()
    for name, count in counters.of(lab, TARGET).items():
        report.add(f"{name} per port added and deleted, {size} ports, from {where} node",
                   (count - before[name]) / (rounds + 2), "per port", note="the target's agent")
    samples = samples[2:]  # the first two warm the path up
    report.add_latencies(f"create+wire, {size} ports in group, from {where} node", samples, aim_p50=25)
    return percentile(samples, 0.5)


def run(lab, report, quick):
    client, rounds = Client(lab.endpoint), QUICK_ROUNDS if quick else ROUNDS
    medians = {}
    for size in SIZES:
        world = World(client, "bench-wire", prefix="10.202")
        neighbours = World(client, "bench-wire-neighbours", prefix="10.205")
        plugged, probers = [], []
        try:
            plugged = _fill(world, lab, size - 1)
            plugged += _fill(neighbours, lab, 2 * PLUGGED - len(plugged))
            for number, (node, where) in enumerate(((SAME, "the same"), (OTHER, "another"))):
                source = Endpoint(lab, node, f"s{number}", _mac(number), f"10.202.200.{number + 1}")
                probers.append(source)
                port = _port(world, source)
                Ovsdb(lab, node).claim(source.interface, port, source.mac)
                world.await_status(port, "ACTIVE")
                medians[size, where] = _measure(lab, world, report, size, source, where, rounds)
        finally:
            for source in probers:
                source.remove()
            _unplug(lab, plugged)
            world.remove()
            neighbours.remove()
    for where in ("the same", "another"):
        report.add(f"create+wire, 1,000 ports against 1, from {where} node", medians[1000, where] / medians[1, where],
                   "ratio", aim=1.25, note="1 is flat")
