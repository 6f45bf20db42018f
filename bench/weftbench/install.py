"""Many ports of many groups of many rules on a real switch: from the moment their interfaces claim them until confirmed."""
import time

from .client import Client, World
from .switch import Ovsdb

PORTS, GROUPS, RULES = 100, 10, 20
ROUNDS, QUICK_ROUNDS, NODE, TIMEOUT = 5, 2, "worker1", 60


def _rules(group_number):
    return [{"protocol": "tcp" if n % 2 else "udp", "port_range_min": 1000 + 10 * n, "port_range_max": 1005 + 10 * n,
             "remote_ip_prefix": f"192.168.{group_number}.0/24"} for n in range(RULES)]


def _await_all(world, status, count):
    """When the API first says that `count` ports of the world have this status."""
    deadline = time.perf_counter() + TIMEOUT
    while sum(p["status"] == status for p in world.ports()) < count:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"not all of {count} ports are {status}")
        time.sleep(0.002)
    return time.perf_counter()


def _claims(ports):
    return [{"op": "mutate", "table": "Interface", "where": [["name", "==", name]],
             "mutations": [["external_ids", "insert", ["map", [["iface-id", port["id"]], ["attached-mac", port["mac_address"]]]]]]}
            for name, port in ports.items()]


def _releases(ports):
    return [{"op": "mutate", "table": "Interface", "where": [["name", "==", name]],
             "mutations": [["external_ids", "delete", ["set", ["iface-id", "attached-mac"]]]]} for name in ports]


def run(lab, report, quick):
    world = World(Client(lab.endpoint), "bench-install", prefix="10.206")
    names = []
    try:
        groups = [world.add_group(f"bench-install-{n}") for n in range(GROUPS)]
        for number, group in enumerate(groups):
            world.add_rules(group, *_rules(number))
        made = world.add_ports(PORTS, security_groups=groups, **{"binding:host_id": NODE})
        ports = {f"bi{n}": port for n, port in enumerate(made)}
        names = list(ports)
        lab.inside(NODE, "ovs-vsctl", *(word for name in names for word in (
            "--", "add-port", "br-int", name, "--", "set", "Interface", name, "type=internal")))
        _measure(lab, world, report, ports, QUICK_ROUNDS if quick else ROUNDS)
    finally:
        lab.inside(NODE, "ovs-vsctl", *(word for name in names for word in ("--", "--if-exists", "del-port", "br-int", name)))
        world.remove()


def _measure(lab, world, report, ports, rounds):
    database, samples, flows = Ovsdb(lab, NODE), [], 0
    for _ in range(rounds):
        before = _flows(lab)
        start = time.perf_counter()
        database.transact(*_claims(ports))
        samples.append(_await_all(world, "ACTIVE", PORTS) - start)
        flows = _flows(lab) - before
        database.transact(*_releases(ports))
        _await_all(world, "DOWN", PORTS)
    name = f"install of {PORTS} ports x {GROUPS} groups x {RULES} rules"
    report.add_latencies(f"{name}, claimed until all ACTIVE", samples, note=f"{flows} flows, one claiming transaction")


def _flows(lab):
    return int(lab.inside(NODE, "ovs-ofctl", "-O", "OpenFlow15", "dump-aggregate", "br-int").split("flow_count=")[1].split()[0])
