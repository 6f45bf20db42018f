#!/usr/bin/python3
"""First light: an instance, a pod and a host port on one tenant network, step by step, every step checked."""
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
LAB_FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(LAB_FOLDER))

from story.cleanup import forget  # noqa: E402
from story.addresses import CHAPTERS, WholeStory  # noqa: E402
from story.teller import LAB, StoryError, Teller  # noqa: E402

NEXT = """
What to try next (first: eval "$(lab/lab env)"):
  openstack port list                        the ports, as any OpenStack tool sees them
  weft flows worker1 --explain               a node's flows with the objects that they serve
  lab vm exec cirros-test001 -- sh           a shell in the instance
  lab pod exec web -- ping -c 3 {instance}    a command in the pod
  lab kill agent worker1; lab start agent worker1    nobody notices
  lab status                                 what runs, on which node
  make down                                  removes everything again
"""


def bring_up():
    """A lab that is up is used as it is."""
    if subprocess.run([LAB, "status"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run([LAB, "up"], check=True)


def tell(teller, story):
    forget(teller)
    for number, (title, steps) in enumerate(CHAPTERS, 1):
        teller.chapter(number, title)
        try:
            for step in steps:
                step(story)
        except StoryError as error:
            print(f"\nThe story ends at {number}. {title}:\n  {error}", file=sys.stderr)
            return 1
    return 0


def main():
    started = time.monotonic()
    try:
        bring_up()
        teller = Teller()
        story = WholeStory(teller)
        code = tell(teller, story)
    except (StoryError, subprocess.CalledProcessError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    if code == 0:
        print(f"\nEvery step held, after {time.monotonic() - started:.0f} s.")
        print(NEXT.format(instance=story.instance.address))
    return code


if __name__ == "__main__":
    sys.exit(main())
