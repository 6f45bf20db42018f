"""The other end of talker.py: one object for each pod that talks."""
import pathlib
import time

from . import pods

PATIENCE = 5.0


class Talk:
    def __init__(self, pod):
        self.pod = pod
        self.process = pods.start(pod, "/usr/bin/python3", pathlib.Path(__file__).with_name("talker.py"))

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the talker in {self.pod.netns} failed at: {' '.join(map(str, words))}")
        return answer

    def arrived(self):
        """(how many, when the last one)"""
        count, last = self.tell("arrived").split()
        return int(count), float(last)

    def await_arrived(self, count):
        deadline = time.monotonic() + PATIENCE
        while self.arrived()[0] < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {self.arrived()[0]} of {count} arrived in {self.pod.netns}")
            time.sleep(0.005)

    def end(self):
        pods.end(self.process)
