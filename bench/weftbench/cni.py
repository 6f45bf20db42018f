"""CNI ADD and DEL as a runtime calls them: the plugin's whole run, process start included."""
import json
import os
import subprocess
import time

from .client import Client, World

ROUNDS, QUICK_ROUNDS, NODE = 60, 10, "worker2"


def _plugin(lab, command, netns, container, config):
    env = dict(os.environ, CNI_COMMAND=command, CNI_CONTAINERID=container, CNI_NETNS=f"/var/run/netns/{netns}",
               CNI_IFNAME="eth0", CNI_PATH=str(lab.programs))
    start = time.perf_counter()
    done = subprocess.run(["nsenter", f"--net={lab.netns(NODE)}", str(lab.programs / "weft-cni")], env=env,
                          input=json.dumps(config), capture_output=True, text=True)
    elapsed = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"CNI {command}: {done.stdout} {done.stderr}")
    return elapsed


def _nsenter(lab):
    start = time.perf_counter()
    subprocess.run(["nsenter", f"--net={lab.netns(NODE)}", "true"], check=True)
    return time.perf_counter() - start


def run(lab, report, quick):
    world = World(Client(lab.endpoint), "bench-cni", prefix="10.203")
    config = {"cniVersion": "1.0.0", "name": "bench", "type": "weft-cni", "network": world.network,
              "security_groups": [world.group], "agent_socket": str(lab.directory(NODE) / "cni.sock")}
    adds, dels = [], []
    try:
        _nsenter(lab)
        for number in range(QUICK_ROUNDS if quick else ROUNDS):
            netns = f"{lab.name}-c-{number}"
            subprocess.run(["ip", "netns", "add", netns], check=True)
            try:
                adds.append(_plugin(lab, "ADD", netns, f"bench{number}", config))
                dels.append(_plugin(lab, "DEL", netns, f"bench{number}", config))
            finally:
                subprocess.run(["ip", "netns", "del", netns], check=True)
    finally:
        world.remove()
    note = f"of it nsenter {min(_nsenter(lab) for _ in range(5)) * 1e3:.1f} ms"
    report.add_latencies("CNI ADD", adds, aim_p50=30, note=note)
    report.add_latencies("CNI DEL", dels, note=note)
