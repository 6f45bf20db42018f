"""Latency of a cut: from the answer of a rule's deletion to the last packet of a running stream that the rule carried.

Two streams: datagrams in the direction of the rule, and a TCP stream whose data goes the other way, as replies only.
A round adds the rule again; the time to the first packet then is a figure too.
"""
import time

from . import pods
from .client import Client, World
from .report import percentile
from .talk import Talk
from .talker import PORT

ROUNDS, QUICK_ROUNDS, SERVER = 20, 5, "worker1"
CLIENTS = {"same node": "worker1", "across nodes": "worker2"}
QUIET, NEVER, WARM = 0.3, 3.0, 100
RULES = {"datagrams": {"protocol": "udp", "port_range_min": PORT, "port_range_max": PORT},
         "TCP replies": {"protocol": "tcp", "port_range_min": PORT, "port_range_max": PORT}}


def _start(stream, client, server):
    """Begins the stream; returns the talker at which it arrives."""
    if stream == "datagrams":
        client.tell("stream", server.pod.address)
        return server
    client.tell("fetch", server.pod.address)
    return client


def _await_silence(receiver):
    """When the last packet came; None if they do not end."""
    give_up = time.monotonic() + NEVER
    while time.monotonic() < give_up:
        last = receiver.arrived()[1]
        if time.monotonic() > last + QUIET:
            return last
        time.sleep(0.01)
    return None


def _round(world, stream, client, server):
    """Seconds from the answer of the deletion to the last packet: 0 if none came after it, NEVER if they did not end."""
    [rule] = world.add_rules(world.group, {**RULES[stream], "remote_ip_prefix": f"{world.prefix}.0.0/16"})
    try:
        receiver = _start(stream, client, server)
        receiver.await_arrived(receiver.arrived()[0] + WARM)
    finally:
        world.client.call("DELETE", f"/v2.0/security-group-rules/{rule}")
    answered = time.monotonic()
    last = _await_silence(receiver)
    for talk in (client, server):
        talk.tell("stop")
    return NEVER if last is None else max(0.0, last - answered)


def run(lab, report, quick):
    rounds = QUICK_ROUNDS if quick else ROUNDS
    world, removed = World(Client(lab.endpoint), "bench-cut", prefix="10.208"), []
    try:
        server = pods.plug(lab, world, SERVER, "cs", security_groups=[world.group])
        removed.append(server)
        for path, node in CLIENTS.items():
            client = pods.plug(lab, world, node, f"cc{node}", security_groups=[world.add_group(f"bench-cut-{node}")])
            removed.append(client)
            pods.introduce(client, server)
            _measure(report, world, path, client, server, rounds)
    finally:
        for pod in reversed(removed):
            pod.remove()
        world.remove()


def _measure(report, world, path, client, server, rounds):
    talks = [Talk(client), Talk(server)]
    try:
        for stream in RULES:
            samples = [_round(world, stream, *talks) * 1e3 for _ in range(rounds)]
            name = f"cut of {stream}, {path}"
            report.add(f"{name}, median", percentile(samples, 0.5), "ms", note="deletion answered to last packet")
            never = sum(sample == NEVER * 1e3 for sample in samples)
            report.add(f"{name}, longest of {rounds}", max(samples), "ms", aim=100,
                       note=f"{never} never" if never else "")
    finally:
        for talk in talks:
            talk.end()
