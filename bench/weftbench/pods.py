"""Pods for traffic: a namespace with an interface that carries a port, neighbours of each other."""
import subprocess

from .switch import Endpoint, Ovsdb


def plug(lab, world, node, name, **attributes):
    """A pod whose port is ACTIVE; `attributes` are the port's."""
    port = world.add_port(**{"binding:host_id": node, **attributes})
    pod = Endpoint(lab, node, name, port["mac_address"], port["fixed_ips"][0]["ip_address"])
    pod.port = port["id"]
    try:
        Ovsdb(lab, node).claim(pod.interface, pod.port, pod.mac)
        world.await_status(pod.port, "ACTIVE")
    except BaseException:
        pod.remove()
        raise
    return pod


def introduce(*pods):
    for pod in pods:
        for other in pods:
            if other is not pod:
                pod.knows(other)


def start(pod, *command):
    """A process inside the pod, spoken to by lines."""
    return subprocess.Popen(["nsenter", f"--net=/var/run/netns/{pod.netns}", *map(str, command)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True, bufsize=1)


def end(process):
    process.stdin.close()
    process.terminate()
    process.wait()
