"""The reference model of the policy, asked about random worlds, against the lab: who hears what, and why the rest was dropped."""
import os
from collections import Counter

import pytest

from model_world import ModelWorld, is_answer


REQUESTS = {"DHCP", "DHCPv6", "router solicitation"}  # none of the model's has a body that agents can read
FIRST_SEED, WORLDS = int(os.environ.get("WEFT_PROOF_SEED", "1")), 6


@pytest.fixture(params=range(FIRST_SEED, FIRST_SEED + WORLDS), ids=lambda seed: f"seed {seed}")
def world(tenant, request):
    world = ModelWorld(tenant, request.param)
    yield world
    world.close()


def test_a_random_world_does_what_the_model_says(world):
    packets = world.model["packets"]
    for packet in packets:
        try:
            world.play(packet)
        except AssertionError as missing:
            raise AssertionError(f"{packet['text']}\n  model: {packet['verdict']}") from missing
    for name in world.places:
        world.settle(name)
    assert_heard_what_the_model_says(world, packets)
    assert_dropped_for_the_models_reasons(world, packets)


def assert_heard_what_the_model_says(world, packets):
    texts = {bytes.fromhex(frame): packet["text"] for packet in packets for frame in packet["frames"]}
    for name in world.places:
        expected = Counter(frame for packet in packets if name in packet["heard_by"]
                           for frame in map(bytes.fromhex, packet["frames"]))
        heard = Counter({frame: count for frame, count in world.heard[name].items() if frame in texts})
        assert {texts[frame] for frame in heard - expected} == set(), f"{name} hears more than the model says"
        assert {texts[frame] for frame in expected - heard} == set(), f"{name} hears less than the model says"
        answers = Counter({frame: count for frame, count in world.heard[name].items() if frame not in texts and is_answer(frame)})
        assert answers == Counter(bytes.fromhex(packet["answer"]) for packet in packets
                                  if packet["from"] == name and packet["answer"]), f"answers to {name}"


def assert_dropped_for_the_models_reasons(world, packets):
    expected = {name: Counter() for name in world.places}
    credited = {name: Counter() for name in world.places}  # by the switch, though they did not happen
    for packet in packets:
        for name, reason in packet["drops"]:
            expected[name][reason] += 1
        for name, reason in packet["credited_drops"]:
            credited[name][reason] += 1
        expected[packet["from"]]["malformed request"] += len(set(packet["to_agent"]) & REQUESTS)
    for name, place in world.places.items():
        def counted(place=place, expected=expected[name]):
            drops = world.tenant.drops(place.id)
            return [drops] if expected <= drops else None
        [drops] = world.tenant.t.wait(counted, f"drops of {name} are counted: {expected[name]}")
        assert drops <= expected[name] + credited[name], name
