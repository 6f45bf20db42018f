"""How often the switch looks a packet up: datapath passes of an established packet, counted in `dpctl/dump-flows`.

A datagram each way establishes the connection; then COUNT more go one way. Every datapath flow that counts about as many
is one pass: the first one, and one for each recirculation (connection tracking, decapsulation).
"""
import re

from . import pods
from .client import Client, World
from .talk import Talk

COUNT, GREETINGS, HERE, THERE = 400, 5, "worker1", "worker2"
# OVN 23.03 with stateful ACLs, measured on the same switch: out of a node, into a node, on one node.
OVN = {"out": 2, "in": 3, "same node": 3}
FLOW = re.compile(r"^ufid:([0-9a-f-]+),.* packets:(\d+),", re.MULTILINE)
POLICIES = {"stateful": {}, "stateless": {}, "no port security": {"port_security_enabled": False, "security_groups": []}}


def _packets(lab, node):
    """{datapath flow: packets that it has seen}"""
    return {ufid: int(count) for ufid, count in FLOW.findall(lab.inside(node, "ovs-appctl", "dpctl/dump-flows", "-m"))}


def _greet(sender, receiver):
    expected = receiver.arrived()[0] + GREETINGS
    sender.tell("datagrams", receiver.pod.address, GREETINGS)
    receiver.await_arrived(expected)


def _passes(lab, nodes, sender, receiver):
    """{node: passes that each of the sender's datagrams makes there}"""
    _greet(sender, receiver)
    _greet(receiver, sender)
    expected = receiver.arrived()[0] + COUNT
    before = {node: _packets(lab, node) for node in nodes}
    sender.tell("datagrams", receiver.pod.address, COUNT)
    receiver.await_arrived(expected)
    after = {node: _packets(lab, node) for node in nodes}
    return {node: sum(count - before[node].get(ufid, 0) > COUNT / 2 for ufid, count in after[node].items())
            for node in nodes}


def _measure(lab, report, policy, client, server, other):
    talks = []
    try:
        talks = [Talk(pod) for pod in (client, server, other)]
        [same] = _passes(lab, [HERE], talks[0], talks[1]).values()
        across = _passes(lab, [HERE, THERE], talks[0], talks[2])
    finally:
        for talk in talks:
            talk.end()
    for where, passes in (("same node", same), ("out", across[HERE]), ("in", across[THERE])):
        title = where if where == "same node" else f"across nodes, {where}"
        report.add(f"datapath passes, {policy}, {title}", passes, "passes", aim=OVN[where],
                   note=f"OVN with stateful ACL {OVN[where]}")


def run(lab, report, _quick):
    client, removed = Client(lab.endpoint), []
    world = World(client, "bench-passes", prefix="10.209")
    try:
        groups = {"stateful": world.add_group("bench-stateful"), "stateless": world.add_group("bench-stateless", stateful=False)}
        for group in groups.values():
            world.add_rules(group, {"remote_group_id": group})
        for policy, attributes in POLICIES.items():
            attributes = attributes or {"security_groups": [groups[policy]]}
            three = []
            for number, node in enumerate((HERE, HERE, THERE)):
                three.append(pods.plug(lab, world, node, f"p{policy[:7]}{number}".replace(" ", ""), **attributes))
                removed.append(three[-1])
            pods.introduce(*three)
            _measure(lab, report, policy, *three)
    finally:
        for pod in reversed(removed):
            pod.remove()
        world.remove()
