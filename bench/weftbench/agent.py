"""A full start of an agent whose node has a share of 1,000 ports: from exec until it reports reconciled flows."""
import time

from . import wire
from .client import Client, World

PORTS, ROUNDS, QUICK_ROUNDS, NODE = 1000, 5, 2, "worker1"


def run(lab, report, quick):
    world = World(Client(lab.endpoint), "bench-agent", prefix="10.204")
    plugged = []
    try:
        plugged = wire._fill(world, lab, PORTS)
        samples = []
        for _ in range(QUICK_ROUNDS if quick else ROUNDS):
            lab.run("kill", "agent", NODE)
            start = time.perf_counter()
            lab.run("start", "agent", NODE)
            samples.append(time.perf_counter() - start)
        report.add_latencies(f"agent start, {PORTS} ports, {wire.PLUGGED} plugged", samples, note="lab start until ready")
    finally:
        wire._unplug(lab, plugged)
        world.remove()
