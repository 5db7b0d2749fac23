"""Every constraint of the shapes has one broken example, which fails with exactly that shape and severity."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

import shapes
from shapes.files import without
from tests.shapes.examples import CONTEXT, GOOD, alone, broken, examples, good, profile_of

CONSTRAINTS = {constraint.name: constraint for constraint in shapes.constraints()}


@cache
def baseline(profile: str) -> Counter[shapes.Result]:
    return Counter(shapes.validate(good(profile), profile=profile, context=CONTEXT).results)


def test_every_constraint_has_an_example_and_no_example_is_orphan() -> None:
    assert sorted(examples()) == sorted(CONSTRAINTS)


def test_an_example_stands_in_the_file_of_its_shape() -> None:
    assert {e.constraint: f"{e.file}.ttl" for e in examples().values()} == {c.name: c.file for c in CONSTRAINTS.values()}


@pytest.mark.parametrize("profile", GOOD)
def test_the_good_graph_has_no_violation(profile: str) -> None:
    report = shapes.validate(good(profile), profile=profile, context=CONTEXT)
    assert [result.messages["en"] for result in report.violations] == []


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_the_example_fails_with_exactly_its_constraint(name: str) -> None:
    constraint, example = CONSTRAINTS[name], examples()[name]
    profile = profile_of(constraint)
    report = shapes.validate(broken(example, profile), profile=profile, context=CONTEXT)
    new = [result for result in report.results if result not in baseline(profile)]

    expected = [result for result in new if result.shape == constraint.shape]
    assert expected, f"the example for {name} passes"
    assert {result.severity for result in expected} == {constraint.severity}
    others = {r.shape.fragment for r in new if r.shape != constraint.shape and r.severity != "Info"}
    assert others == set(example.also)

    for result in expected:
        assert set(result.messages) == {"es", "en"}
        for message in result.messages.values():
            assert "{" not in message, message


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_alone_it_finds_the_fault_and_nothing_else_does_in_its_name(name: str) -> None:
    constraint = CONSTRAINTS[name]
    profile = profile_of(constraint)
    found = shapes.check(broken(examples()[name], profile), alone(constraint), profile, CONTEXT)
    assert {result.shape for result in found.results} == {constraint.shape}


# One constraint of each kind: what is left without it has nothing that could fail, so to ask this of all of them would find no more.
KINDS = {constraint.parameter: name for name, constraint in sorted(CONSTRAINTS.items(), reverse=True)}


@pytest.mark.parametrize("name", sorted(KINDS.values()))
def test_without_its_constraint_the_example_passes(name: str) -> None:
    constraint = CONSTRAINTS[name]
    profile = profile_of(constraint)
    deleted = without(alone(constraint), constraint.shape)
    assert list(shapes.check(broken(examples()[name], profile), deleted, profile, CONTEXT).results) == []
